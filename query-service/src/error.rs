//! Everything that can go wrong with an analytical query.

use std::time::Duration;

use catalog::{Fault, FaultKind, Invalid, Lsn};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The statement or another part of the request is wrong; the sender must change it.
    #[error("{0}")]
    Invalid(Invalid),
    /// The query needs more memory or disk than it may have.
    #[error("the query needs more memory than the server allows; read fewer rows or columns, or group by fewer values")]
    TooExpensive(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It ran longer than allowed and was stopped.
    #[error("the query was stopped after {0:?}; narrow it down or ask for less")]
    TimedOut(Duration),
    /// The process that ran the statement reached a limit and was ended.
    #[error("the statement needed more than {0} and was stopped; read fewer rows or columns, or group by fewer values")]
    OverLimit(String),
    /// The process that ran the statement was ended by somebody else.
    #[error("the process that ran the statement was ended from outside ({0}); try again in a moment")]
    WorkerEnded(String),
    /// The process for the statement could not be started or spoken to.
    #[error("the process for the statement could not be started")]
    Worker(#[source] Box<std::io::Error>),
    /// Too many queries are running and waiting.
    #[error("the server is busy with other queries; try again in a moment")]
    Busy,
    /// The warehouse has not reached the asked position in time.
    #[error("the warehouse has not reached position {0} yet; try again in a moment")]
    Behind(Lsn),
    /// The search index is still being built.
    #[error("the search index is being built; try again in a moment")]
    SearchNotReady,
    /// The search index cannot be read.
    #[error("the search index cannot be read")]
    Search(#[source] Box<warehouse::Error>),
    /// The records behind a search could not be read.
    #[error(transparent)]
    Records(#[from] oltp::Error),
    /// The table exists but its initial copy is not finished.
    #[error("the warehouse has not copied `{0}` yet; try again when the initial copy is done")]
    NotCopied(String),
    /// Only administrators may do this.
    #[error("only an administrator may {0}")]
    AdminsOnly(&'static str),
    /// The service is shutting down.
    #[error("the server is shutting down")]
    Stopping,
    /// The first engine failed for a reason that is not the sender's.
    #[error("the query failed in DataFusion")]
    DataFusion(#[source] Box<datafusion::error::DataFusionError>),
    /// The second engine failed for a reason that is not the sender's.
    #[error("the query failed in DuckDB")]
    DuckDb(#[source] Box<duckdb::Error>),
    /// A plan or a column in memory could not be converted.
    #[error("columns could not be converted")]
    Arrow(#[source] Box<arrow::error::ArrowError>),
    /// A lake or scratch file could not be read or written.
    #[error("{path} could not be read")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Postgres could not be asked during verification.
    #[error("postgres could not be read for verification")]
    Postgres(#[source] Box<sqlx::Error>),
    /// What should be impossible by construction.
    #[error("internal defect: {0}")]
    Defect(String),
}

impl Error {
    /// The statement is refused for this reason.
    pub(crate) fn sql(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::field("sql", code, message))
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid(_) | Self::TooExpensive(_) | Self::OverLimit(_) => FaultKind::Invalid,
            Self::Records(error) => error.kind(),
            Self::TimedOut(_) => FaultKind::Timeout,
            Self::Busy => FaultKind::Throttled,
            Self::Behind(_)
            | Self::SearchNotReady
            | Self::NotCopied(_)
            | Self::WorkerEnded(_)
            | Self::Stopping
            | Self::Postgres(_) => FaultKind::Unavailable,
            Self::AdminsOnly(_) => FaultKind::Forbidden,
            Self::DataFusion(_)
            | Self::DuckDb(_)
            | Self::Arrow(_)
            | Self::File { .. }
            | Self::Search(_)
            | Self::Worker(_)
            | Self::Defect(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid_fields",
            Self::TooExpensive(_) | Self::OverLimit(_) => "query_too_expensive",
            Self::WorkerEnded(_) => "query_process_ended",
            Self::TimedOut(_) => "query_timed_out",
            Self::Busy => "too_many_queries",
            Self::Behind(_) => "warehouse_behind",
            Self::SearchNotReady => "search_not_ready",
            Self::Search(_) => "search_failed",
            Self::Records(error) => error.code(),
            Self::NotCopied(_) => "not_copied_yet",
            Self::AdminsOnly(_) => "admins_only",
            Self::Stopping => "stopping",
            Self::Postgres(_) => "postgres_unavailable",
            Self::DataFusion(_)
            | Self::DuckDb(_)
            | Self::Arrow(_)
            | Self::File { .. }
            | Self::Worker(_)
            | Self::Defect(_) => "query_failed",
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            Self::Records(error) => error.invalid(),
            Self::TooExpensive(_)
            | Self::OverLimit(_)
            | Self::WorkerEnded(_)
            | Self::Worker(_)
            | Self::TimedOut(_)
            | Self::Busy
            | Self::Behind(_)
            | Self::SearchNotReady
            | Self::Search(_)
            | Self::NotCopied(_)
            | Self::AdminsOnly(_)
            | Self::Stopping
            | Self::DataFusion(_)
            | Self::DuckDb(_)
            | Self::Arrow(_)
            | Self::File { .. }
            | Self::Postgres(_)
            | Self::Defect(_) => None,
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<duckdb::Error> for Error {
    fn from(error: duckdb::Error) -> Self {
        Self::DuckDb(Box::new(error))
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Arrow(Box::new(error))
    }
}

impl From<warehouse::Error> for Error {
    fn from(error: warehouse::Error) -> Self {
        if matches!(error, warehouse::Error::SearchNotReady) {
            Self::SearchNotReady
        } else {
            Self::Search(Box::new(error))
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Postgres(Box::new(error))
    }
}
