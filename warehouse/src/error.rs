//! What can go wrong in the lake.

use std::path::{Path, PathBuf};

use catalog::{Fault, FaultKind, Lsn};
use uuid::Uuid;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the lake could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A column has a Postgres type the lake cannot store.
    #[error("column `{table}.{column}` has the type `{pg_type}`, which the lake cannot store")]
    UnsupportedType {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Its Postgres type.
        pg_type: String,
    },
    /// A table without `id uuid` as its first column, or with a column named twice.
    #[error("table `{table}` cannot be captured: {reason}")]
    UnsuitableTable {
        /// Table.
        table: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A change names a table the lake was not opened with.
    #[error("table `{table}` is not in the lake")]
    UnknownTable {
        /// Table.
        table: String,
    },
    /// A row with more or fewer cells than the table has columns.
    #[error("a row of `{table}` has {found} cells, but the table has {expected} columns")]
    CellCount {
        /// Table.
        table: String,
        /// Columns of the table.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A cell that is not what its column's type says.
    #[error("`{value}` in `{table}.{column}` is not {expected}")]
    BadValue {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// The cell's text, shortened.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// A value that is right in Postgres but has no place in the lake: NaN, infinity, overflow.
    #[error("`{value}` in `{table}.{column}` cannot be stored in the lake: {reason}")]
    Unrepresentable {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// The cell's text, shortened.
        value: String,
        /// Why not.
        reason: &'static str,
    },
    /// A change of a row that the lake does not have: something was lost, a new copy is needed.
    #[error("row {id} of `{table}` was changed, but the lake does not have it: the lake needs a new initial copy")]
    MissingRow {
        /// Table.
        table: String,
        /// The row.
        id: Uuid,
    },
    /// A change, or a commit, outside a transaction.
    #[error("there is no open transaction")]
    NoTransaction,
    /// Something that must not happen inside a transaction.
    #[error("a transaction is open")]
    TransactionOpen,
    /// The initial copy was not begun, or does not hold every table exactly once.
    #[error("the initial copy is not complete: {reason}")]
    CopyIncomplete {
        /// What is missing or doubled.
        reason: String,
    },
    /// Another process writes this lake.
    #[error("the lake in {dir} is in use by another writer")]
    InUse {
        /// Its folder.
        dir: PathBuf,
    },
    /// A stored table and its description do not agree in a way that can be bridged.
    #[error("the stored table `{table}` does not fit its description: {reason}")]
    SchemaChanged {
        /// Table.
        table: String,
        /// The difference.
        reason: String,
    },
    /// Somebody else committed to a table of ours.
    #[error("another writer committed version {version} of {table}")]
    ForeignCommit {
        /// Folder of the table.
        table: String,
        /// The version we wanted to write.
        version: u64,
    },
    /// A file of the lake is missing or not what it must be.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An earlier flush failed after it had begun to commit; only opening the lake again is safe.
    #[error("an earlier flush failed half way: the lake must be opened again")]
    MustReopen,
    /// The lake did not reach a position in time.
    #[error("the lake has not reached {wanted} yet; it is at {reached}")]
    NotYetVisible {
        /// The position asked for.
        wanted: Lsn,
        /// The position reached.
        reached: Lsn,
    },
    /// The writer has gone away.
    #[error("the writer of the lake has stopped")]
    Stopped,
    /// The file system refused.
    #[error("could not {action} {path}")]
    Io {
        /// What was attempted.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A Parquet file could not be written or read.
    #[error("could not {action} the Parquet file {path}")]
    Parquet {
        /// What was attempted.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Columns could not be put together.
    #[error("could not arrange the rows of `{table}`")]
    Arrow {
        /// Table.
        table: String,
        /// Why not.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// A Delta table could not be read or checkpointed.
    #[error("could not read the Delta log of {table}")]
    Delta {
        /// Folder of the table.
        table: String,
        /// Why not.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// The search index could not be read or written.
    #[error("could not {attempt} the search index")]
    Search {
        /// What was attempted.
        attempt: &'static str,
        /// Why not.
        #[source]
        source: tantivy::TantivyError,
    },
    /// The lake's rows are not what the search index can be made of.
    #[error("the search index met {reason} in the lake")]
    SearchSource {
        /// What was found.
        reason: &'static str,
    },
    /// The search index is still being built.
    #[error("the search index is being built; try again in a moment")]
    SearchNotReady,
    /// A background task died.
    #[error("a background task of the lake died")]
    TaskDied(#[source] tokio::task::JoinError),
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn parquet(action: &'static str, path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { action, path, source }
    }

    pub(crate) fn arrow(table: &str) -> impl FnOnce(arrow::error::ArrowError) -> Self {
        let table = table.to_owned();
        move |source| Self::Arrow { table, source }
    }

    pub(crate) fn search(attempt: &'static str) -> impl FnOnce(tantivy::TantivyError) -> Self {
        move |source| Self::Search { attempt, source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.into() }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotYetVisible { .. } => FaultKind::Timeout,
            Self::Stopped | Self::InUse { .. } | Self::Io { .. } | Self::SearchNotReady => FaultKind::Unavailable,
            Self::UnsupportedType { .. }
            | Self::UnsuitableTable { .. }
            | Self::UnknownTable { .. }
            | Self::CellCount { .. }
            | Self::BadValue { .. }
            | Self::Unrepresentable { .. }
            | Self::MissingRow { .. }
            | Self::NoTransaction
            | Self::TransactionOpen
            | Self::CopyIncomplete { .. }
            | Self::SchemaChanged { .. }
            | Self::ForeignCommit { .. }
            | Self::Damaged { .. }
            | Self::MustReopen
            | Self::Parquet { .. }
            | Self::Arrow { .. }
            | Self::Delta { .. }
            | Self::Search { .. }
            | Self::SearchSource { .. }
            | Self::TaskDied(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedType { .. } => "unsupported_type",
            Self::UnsuitableTable { .. } => "unsuitable_table",
            Self::UnknownTable { .. } => "unknown_table",
            Self::CellCount { .. } => "cell_count",
            Self::BadValue { .. } => "bad_value",
            Self::Unrepresentable { .. } => "unrepresentable_value",
            Self::MissingRow { .. } => "missing_row",
            Self::NoTransaction => "no_transaction",
            Self::TransactionOpen => "transaction_open",
            Self::CopyIncomplete { .. } => "copy_incomplete",
            Self::InUse { .. } => "lake_in_use",
            Self::SchemaChanged { .. } => "schema_changed",
            Self::ForeignCommit { .. } => "foreign_commit",
            Self::Damaged { .. } => "lake_damaged",
            Self::MustReopen => "must_reopen",
            Self::NotYetVisible { .. } => "not_yet_visible",
            Self::Stopped => "lake_stopped",
            Self::Io { .. } => "lake_io",
            Self::Parquet { .. } => "lake_parquet",
            Self::Arrow { .. } => "lake_arrow",
            Self::Delta { .. } => "lake_delta",
            Self::Search { .. } => "search_failed",
            Self::SearchSource { .. } => "search_source",
            Self::SearchNotReady => "search_not_ready",
            Self::TaskDied(_) => "lake_task_died",
        }
    }
}
