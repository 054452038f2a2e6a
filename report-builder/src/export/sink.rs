//! Where the rows of an export go, one batch after the other.

use std::{fs::File, io, path::PathBuf, sync::Arc};

use oltp::records::{ExportColumn, ExportRow};
use tokio::task::spawn_blocking;

use super::{ExportFormat, delimited::Delimited, parquet::Columnar, workbook::Book};

/// A file that is being written.
pub(super) trait Sink: Send {
    /// Adds rows.
    fn write(&mut self, rows: Vec<ExportRow>) -> Result<(), SinkError>;
    /// Completes the file and makes sure that it is on the disk.
    fn finish(self: Box<Self>) -> Result<(), SinkError>;
}

/// Why a file cannot be written.
#[derive(Debug)]
pub(super) enum SinkError {
    /// The format holds no more rows.
    TooManyRows {
        /// How many it holds.
        most: usize,
    },
    /// The disk refused.
    Disk(io::Error),
    /// Anything that should not happen.
    Defect(String),
}

impl From<io::Error> for SinkError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Begins a file.
pub(super) async fn open(
    format: ExportFormat,
    path: PathBuf,
    columns: Arc<Vec<ExportColumn>>,
) -> Result<Box<dyn Sink>, SinkError> {
    blocking(move || {
        let file = File::create(path)?;
        Ok(match format {
            ExportFormat::Csv => Box::new(Delimited::begin(file, columns)?) as Box<dyn Sink>,
            ExportFormat::Xlsx => Box::new(Book::begin(file, columns)?),
            ExportFormat::Parquet => Box::new(Columnar::begin(file, &columns)?),
        })
    })
    .await
}

/// Writes a file on threads that may wait for the disk.
pub(super) struct Writer(Option<Box<dyn Sink>>);

impl Writer {
    pub(super) fn new(sink: Box<dyn Sink>) -> Self {
        Self(Some(sink))
    }

    /// Adds rows; after an error nothing more can be added.
    pub(super) async fn write(&mut self, rows: Vec<ExportRow>) -> Result<(), SinkError> {
        let mut sink = self.take()?;
        let sink = blocking(move || sink.write(rows).map(|()| sink)).await?;
        self.0 = Some(sink);
        Ok(())
    }

    /// Completes the file.
    pub(super) async fn finish(mut self) -> Result<(), SinkError> {
        let sink = self.take()?;
        blocking(move || sink.finish()).await
    }

    fn take(&mut self) -> Result<Box<dyn Sink>, SinkError> {
        self.0.take().ok_or_else(|| SinkError::Defect("a file was written after it had failed".to_owned()))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SinkError> + Send + 'static,
) -> Result<T, SinkError> {
    spawn_blocking(work).await.map_err(|error| SinkError::Defect(error.to_string()))?
}
