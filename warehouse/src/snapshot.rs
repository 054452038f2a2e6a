//! What readers see: one consistent cut through all tables.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use catalog::Lsn;
use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;

/// All tables at one position of the log. Never changes; hold it for as long as it is read.
#[derive(Debug, Clone)]
pub struct LakeSnapshot {
    /// Everything committed up to here is in it, and nothing later.
    pub lsn: Lsn,
    /// When the last transaction in it was committed; none before the first one.
    pub committed_at: Option<DateTime<Utc>>,
    /// When it became visible.
    pub published_at: DateTime<Utc>,
    /// The tables by name.
    pub tables: BTreeMap<String, Arc<TableSnapshot>>,
}

/// One table of a snapshot: current rows are `files` without their dead rows, and `tail`;
/// history is `hist_files` and `hist_tail`.
#[derive(Debug, Clone)]
pub struct TableSnapshot {
    /// Name of the table.
    pub name: String,
    /// Columns of current rows.
    pub schema: SchemaRef,
    /// Columns of history: the same and [`HISTORY_COLUMNS`](crate::HISTORY_COLUMNS).
    pub hist_schema: SchemaRef,
    /// Changes whenever the content changes: the position of the last transaction that touched the table.
    pub version: u64,
    /// Parquet files with current rows. They can have more columns than `schema`, or fewer (those are null).
    pub files: Vec<LakeFile>,
    /// Current rows that are not in a file yet.
    pub tail: Vec<RecordBatch>,
    /// Parquet files with versions of rows.
    pub hist_files: Vec<LakeFile>,
    /// Versions of rows that are not in a file yet.
    pub hist_tail: Vec<RecordBatch>,
}

impl TableSnapshot {
    /// Number of current rows, soft-deleted ones included.
    pub fn live_rows(&self) -> u64 {
        self.files.iter().map(LakeFile::live_rows).sum::<u64>() + count(&self.tail)
    }

    /// Number of versions of rows in history.
    pub fn hist_rows(&self) -> u64 {
        self.hist_files.iter().map(|file| file.rows).sum::<u64>() + count(&self.hist_tail)
    }

    /// Number of versions that are only in memory.
    pub fn tail_rows(&self) -> u64 {
        count(&self.hist_tail)
    }
}

fn count(batches: &[RecordBatch]) -> u64 {
    batches.iter().map(|batch| u64::try_from(batch.num_rows()).unwrap_or(u64::MAX)).sum()
}

/// One Parquet file. It stays on disk for as long as a snapshot holds it, and an hour longer.
#[derive(Debug, Clone)]
pub struct LakeFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Rows in it, dead ones included.
    pub rows: u64,
    /// Numbers of the rows to leave out, counted from 0.
    pub dead: Option<Arc<RoaringBitmap>>,
}

impl LakeFile {
    /// Rows that are not dead.
    pub fn live_rows(&self) -> u64 {
        self.rows.saturating_sub(self.dead.as_ref().map_or(0, |dead| dead.len()))
    }
}
