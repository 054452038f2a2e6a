//! How the lake is doing, in figures.

use std::collections::BTreeMap;

use catalog::Lsn;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{LakeSnapshot, TableSnapshot};

/// The state of the lake for `warehouse status` and metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeStatus {
    /// Position that queries see.
    pub visible_lsn: Lsn,
    /// Position that survives a crash without replay.
    pub durable_lsn: Lsn,
    /// When the last visible transaction was committed.
    pub committed_at: Option<DateTime<Utc>>,
    /// When the newest snapshot was published.
    pub published_at: DateTime<Utc>,
    /// When the last flush ended.
    pub flushed_at: Option<DateTime<Utc>>,
    /// How long the last flush took, in milliseconds.
    pub flush_ms: u64,
    /// Flushes since the lake was opened.
    pub flush_count: u64,
    /// Merges of files since the lake was opened.
    pub compaction_count: u64,
    /// Number of the last epoch.
    pub epoch: u64,
    /// The tables by name.
    pub tables: BTreeMap<String, TableStatus>,
}

/// The state of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableStatus {
    /// Current rows, soft-deleted ones included.
    pub rows: u64,
    /// Versions of rows in history.
    pub versions: u64,
    /// Versions that are only in memory.
    pub tail_rows: u64,
    /// Files with current rows.
    pub files: u64,
    /// Files with history.
    pub hist_files: u64,
    /// Rows in files that are no longer current.
    pub dead_rows: u64,
    /// Bytes of all files; a file shared by both counts twice.
    pub size_bytes: u64,
    /// Position of the last transaction that touched it.
    pub changed_at_lsn: Lsn,
}

/// What the writer reports about its flushes.
#[derive(Debug, Clone, Default)]
pub(crate) struct FlushFigures {
    pub(crate) durable_lsn: Lsn,
    pub(crate) flushed_at: Option<DateTime<Utc>>,
    pub(crate) flush_ms: u64,
    pub(crate) flush_count: u64,
    pub(crate) compaction_count: u64,
    pub(crate) epoch: u64,
}

pub(crate) fn status(snapshot: &LakeSnapshot, figures: &FlushFigures) -> LakeStatus {
    LakeStatus {
        visible_lsn: snapshot.lsn,
        durable_lsn: figures.durable_lsn,
        committed_at: snapshot.committed_at,
        published_at: snapshot.published_at,
        flushed_at: figures.flushed_at,
        flush_ms: figures.flush_ms,
        flush_count: figures.flush_count,
        compaction_count: figures.compaction_count,
        epoch: figures.epoch,
        tables: snapshot.tables.iter().map(|(name, table)| (name.clone(), table_status(table))).collect(),
    }
}

fn table_status(table: &TableSnapshot) -> TableStatus {
    let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
    TableStatus {
        rows: table.live_rows(),
        versions: table.hist_rows(),
        tail_rows: table.tail_rows(),
        files: count(table.files.len()),
        hist_files: count(table.hist_files.len()),
        dead_rows: table.files.iter().map(|file| file.rows - file.live_rows()).sum(),
        size_bytes: table.files.iter().chain(&table.hist_files).map(|file| file.size).sum(),
        changed_at_lsn: Lsn(table.version),
    }
}
