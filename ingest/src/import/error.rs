//! Everything that can stop an import as a whole; one bad row never does.

use std::{
    io,
    path::{Path, PathBuf},
};

use catalog::{Fault, FaultKind, Invalid};
use oltp::jobs::Stopped;

/// Why an import did not run, or did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The file is not what an import can read.
    #[error("{file}: {reason}")]
    File {
        /// What the person calls the file.
        file: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The mapping does not fit itself, the file or the object.
    #[error("the mapping is wrong: {0}")]
    Mapping(Invalid),
    /// There is no such object.
    #[error("there is no object `{name}`; the objects are {known}")]
    UnknownObject {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The person may not create records of the object.
    #[error("your role may not import {objects}")]
    NotAllowed {
        /// Plural label of the object.
        objects: String,
    },
    /// The upload is larger than the limit.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// Records could not be written, for a reason that is not theirs.
    #[error("could not write records")]
    Records(#[from] oltp::Error),
    /// The database failed while rows were compared with it.
    #[error("could not compare the file with the database")]
    Database(#[from] sqlx::Error),
    /// Rows could not be brought into a frame: a defect.
    #[error("could not read rows into a frame")]
    Frame(#[source] polars::error::PolarsError),
    /// The file of rejected rows cannot be written.
    #[error("could not write the rejected rows to {}", path.display())]
    Rejects {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The job that the import is does not go on.
    #[error("the job does not go on")]
    Job(Stopped),
    /// The import ended early; what it committed stays.
    #[error("the import stopped; {done}")]
    Stopped {
        /// What had been written by then.
        done: String,
        /// Why it stopped.
        #[source]
        source: Box<Self>,
    },
    /// A worker thread went away: a defect.
    #[error("the reading of the file was interrupted")]
    Interrupted,
}

impl Error {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn file(file: &str, reason: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), reason: reason.into() }
    }

    pub(crate) fn mapping(at: &str, reason: impl Into<String>) -> Self {
        Self::Mapping(Invalid::field(at, "invalid_mapping", reason))
    }

    /// Why the job that the import is does not go on.
    pub(crate) fn stopped(self) -> Stopped {
        let (words, kind) = (self.to_string(), self.kind());
        match self {
            Self::Job(stopped) => stopped,
            Self::Stopped { source, .. } => source.stopped(),
            Self::Records(error) => error.into(),
            Self::Database(error) => error.into(),
            Self::Read { .. }
            | Self::File { .. }
            | Self::Mapping(_)
            | Self::UnknownObject { .. }
            | Self::NotAllowed { .. }
            | Self::TooLarge { .. }
            | Self::Frame(_)
            | Self::Rejects { .. }
            | Self::Interrupted => {
                if kind == FaultKind::Broken {
                    tracing::error!("an import failed: {words}");
                }
                Stopped::Failed(format!("{words}."))
            }
        }
    }

    pub(crate) fn frame(source: polars::error::PolarsError) -> Self {
        Self::Frame(source)
    }
}

/// Whether another file would help, rather than another machine.
fn is_about_the_file(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidData)
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::File { .. } | Self::Mapping(_) => FaultKind::Invalid,
            Self::Read { source, .. } if is_about_the_file(source.kind()) => FaultKind::Invalid,
            Self::UnknownObject { .. } => FaultKind::NotFound,
            Self::NotAllowed { .. } => FaultKind::Forbidden,
            Self::TooLarge { .. } => FaultKind::TooLarge,
            Self::Records(error) => error.kind(),
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) | Self::Job(_) => FaultKind::Unavailable,
            Self::Stopped { source, .. } => source.kind(),
            Self::Read { .. } | Self::Database(_) | Self::Frame(_) | Self::Rejects { .. } | Self::Interrupted => {
                FaultKind::Broken
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_unreadable",
            Self::File { .. } => "invalid_file",
            Self::Mapping(_) => "invalid_mapping",
            Self::UnknownObject { .. } => "unknown_object",
            Self::NotAllowed { .. } => "not_allowed",
            Self::TooLarge { .. } => "file_too_large",
            Self::Records(error) => error.code(),
            Self::Database(_) => "database_failed",
            Self::Frame(_) => "frame_failed",
            Self::Rejects { .. } => "rejects_unwritable",
            Self::Job(_) => "job_stopped",
            Self::Stopped { .. } => "import_stopped",
            Self::Interrupted => "import_interrupted",
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Mapping(invalid) => Some(invalid),
            Self::Records(error) => error.invalid(),
            Self::Stopped { source, .. } => source.invalid(),
            Self::Read { .. }
            | Self::File { .. }
            | Self::UnknownObject { .. }
            | Self::NotAllowed { .. }
            | Self::TooLarge { .. }
            | Self::Database(_)
            | Self::Frame(_)
            | Self::Rejects { .. }
            | Self::Job(_)
            | Self::Interrupted => None,
        }
    }
}
