//! The initial copy: every row of every table as of one position, written straight to files.
//!
//! A copied row is at once the current row and the first version in history. It is encoded once,
//! with the columns of history, and the file gets a second name among the current rows.

use std::{path::PathBuf, sync::Arc};

use catalog::{Ids, Lsn};
use chrono::{DateTime, Utc};

use crate::{
    Cell, Error, Lake, Op,
    data_file::DataFile,
    delta_log::{AddedFile, add, commit_info, remove},
    disk::Disk,
    epoch::copy_marker,
    error::Result,
    parquet_file::{self, ParquetSink, Written},
    rows::{Before, RowBuffer, Stamp},
    spec::TableShape,
    table::Stores,
};

/// Rows that are encoded at a time.
const BATCH_ROWS: usize = 8_192;
/// Bytes of text after which a batch is encoded even if it has fewer rows.
const BATCH_TEXT_BYTES: usize = 8 << 20;
/// Rows after which a new file is begun: bounds the work of later merges and of lost indexes.
const FILE_ROWS: u64 = 2_000_000;

/// From where and when an initial copy is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotMark {
    /// The consistent point of the slot: the copy shows everything before it and nothing from it on.
    pub lsn: Lsn,
    /// The Postgres cluster.
    pub system_id: String,
    /// The slot that continues the copy.
    pub slot: String,
    /// When the copy was made.
    pub taken_at: DateTime<Utc>,
}

impl SnapshotMark {
    /// Where the copied rows stand in history: before [`lsn`](Self::lsn), because the first transaction
    /// of the stream can commit right there.
    pub(crate) fn rows_lsn(&self) -> i64 {
        Lsn(self.lsn.0.saturating_sub(1)).to_delta_version()
    }
}

/// Takes the rows of one table in an initial copy. Memory is bounded by one row group.
pub struct SnapshotWriter {
    shape: Arc<TableShape>,
    stores: Stores,
    disk: Disk,
    stamp: Stamp,
    buffer: RowBuffer,
    sink: Option<(ParquetSink, PathBuf, String)>,
    files: Vec<CopiedFile>,
    rows: u64,
}

/// One table whose rows have all been written.
#[derive(Debug)]
pub struct CopiedTable {
    table: String,
    files: Vec<CopiedFile>,
    rows: u64,
}

#[derive(Debug)]
struct CopiedFile {
    id: String,
    written: Written,
    id_range: Option<(u128, u128)>,
}

impl std::fmt::Debug for SnapshotWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SnapshotWriter")
            .field("table", &self.shape.name)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl CopiedTable {
    /// Name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Rows copied.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl SnapshotWriter {
    /// Adds a row, its cells in the order of the table's columns.
    ///
    /// # Errors
    /// Refused cells; files that cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if !matches!(cells.first(), Some(Cell::Text(_))) {
            let (table, column) = (self.shape.name.clone(), "id".to_owned());
            return Err(Error::BadValue { table, column, value: "null".to_owned(), expected: "an id" });
        }
        self.buffer.push(self.stamp, cells, &Before::Nothing)?;
        self.rows += 1;
        if self.buffer.len() >= BATCH_ROWS || self.buffer.text_bytes() >= BATCH_TEXT_BYTES {
            self.encode()?;
        }
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Completes the files of the table.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn finish(mut self) -> Result<CopiedTable> {
        self.encode()?;
        self.finish_file()?;
        Ok(CopiedTable { table: self.shape.name.clone(), files: self.files, rows: self.rows })
    }

    fn encode(&mut self) -> Result<()> {
        if self.buffer.len() == 0 {
            return Ok(());
        }
        let batch = self.buffer.take_batch()?;
        if self.sink.is_none() {
            let id = Ids.fresh().to_string();
            let path = self.stores.hist.dir.join(format!("h-{id}.parquet"));
            let sink = ParquetSink::create(path.clone(), Arc::clone(&self.shape.hist_schema))?;
            self.sink = Some((sink, path, id));
        }
        let Some((sink, _, _)) = &mut self.sink else { return Ok(()) };
        sink.write(&batch)?;
        if sink.rows() >= FILE_ROWS { self.finish_file() } else { Ok(()) }
    }

    fn finish_file(&mut self) -> Result<()> {
        let Some((sink, path, id)) = self.sink.take() else { return Ok(()) };
        let written = sink.finish(self.disk)?;
        self.disk.share(&path, &self.stores.cur.dir.join(format!("p-{id}.parquet")))?;
        let id_range = parquet_file::id_range(&path)?;
        self.files.push(CopiedFile { id, written, id_range });
        Ok(())
    }
}

impl Lake {
    /// Begins an initial copy. What was copied before stays visible until the new copy is complete.
    ///
    /// # Errors
    /// [`Error::TransactionOpen`]; files that cannot be written.
    pub fn begin_snapshot(&mut self, mark: SnapshotMark) -> Result<()> {
        if self.open.is_some() {
            return Err(Error::TransactionOpen);
        }
        if self.epoch.number == 0 && !copy_marker(&self.config.dir).exists() {
            self.disk.write(&copy_marker(&self.config.dir), mark.slot.as_bytes())?;
        }
        self.copy = Some(mark);
        Ok(())
    }

    /// The writer for one table of the copy. Tables may be written at the same time.
    ///
    /// # Errors
    /// [`Error::CopyIncomplete`] without [`begin_snapshot`](Self::begin_snapshot); [`Error::UnknownTable`].
    pub fn snapshot_table(&mut self, table: &str) -> Result<SnapshotWriter> {
        let Some(mark) = &self.copy else {
            return Err(Error::CopyIncomplete { reason: "it was not begun".to_owned() });
        };
        let Some(found) = self.tables.get(table) else {
            return Err(Error::UnknownTable { table: table.to_owned() });
        };
        let commit_ts = mark.taken_at.timestamp_micros();
        Ok(SnapshotWriter {
            shape: Arc::clone(&found.shape),
            stores: found.stores.clone(),
            disk: self.disk,
            stamp: Stamp { lsn: mark.rows_lsn(), seq: 0, xid: 0, commit_ts, op: Op::Snapshot },
            buffer: RowBuffer::new(Arc::clone(&found.shape)),
            sink: None,
            files: Vec::new(),
            rows: 0,
        })
    }

    /// Completes the copy: its rows become the current rows of every table, and join history.
    ///
    /// # Errors
    /// [`Error::CopyIncomplete`] unless every table is there exactly once; files that cannot be
    /// written, after which the lake must be opened again and the copy made again.
    pub async fn finish_snapshot(&mut self, copied: Vec<CopiedTable>) -> Result<Lsn> {
        let incomplete = |reason: &str| Error::CopyIncomplete { reason: reason.to_owned() };
        let mark = self.copy.clone().ok_or_else(|| incomplete("it was not begun"))?;
        let mut names: Vec<&str> = copied.iter().map(CopiedTable::table).collect();
        names.sort_unstable();
        if !names.iter().copied().eq(self.tables.keys().map(String::as_str)) {
            return Err(incomplete(&format!("it has the tables {}", names.join(", "))));
        }
        if self.open.is_some() {
            return Err(Error::TransactionOpen);
        }
        self.finish_job().await?;
        self.broken = true;
        for table in copied {
            self.commit_copied(table, &mark)?;
            self.failpoint.reach("copy.after_table");
        }
        let mut epoch = self.epoch.clone();
        epoch.number += 1;
        epoch.durable_lsn = mark.lsn;
        epoch.system_id = Some(mark.system_id);
        epoch.slot = Some(mark.slot);
        epoch.committed_at = Some(mark.taken_at);
        epoch.written_at = self.clock.now();
        let versions = self.tables.iter().map(|(name, table)| (name.clone(), table.epoch_table()));
        epoch.tables = versions.collect();
        self.failpoint.reach("copy.before_epoch");
        epoch.write(&self.config.dir, self.disk)?;
        let marker = copy_marker(&self.config.dir);
        if marker.exists() {
            std::fs::remove_file(&marker).map_err(Error::io("remove", &marker))?;
        }
        self.broken = false;
        self.copy = None;
        self.committed_at = epoch.committed_at;
        self.applied = mark.lsn;
        self.hold_until = Lsn::ZERO;
        self.unflushed_since = None;
        self.epoch = epoch;
        self.pending = true;
        self.report();
        self.publish()?;
        Ok(mark.lsn)
    }

    /// Replaces the current rows of one table and adds the copy to its history. What was there
    /// before ends with a truncation, so that rows deleted while nobody looked do not live on.
    fn commit_copied(&mut self, copied: CopiedTable, mark: &SnapshotMark) -> Result<()> {
        let at = self.clock.now();
        let Some(table) = self.tables.get_mut(&copied.table) else { return Ok(()) };
        let info = || commit_info("INITIAL COPY", at, &serde_json::json!({"lsn": mark.lsn}));
        let mut hist = vec![info(), table.stores.hist.position(mark.lsn, at)];
        let mut cur = vec![info(), table.stores.cur.position(mark.lsn, at)];
        for file in &table.files {
            cur.push(remove(&file.name, file.size, file.vector.as_ref(), (true, at)));
        }
        let had_history = !table.hist_files.is_empty();
        table.reset();
        if had_history {
            let ended = table.write_truncation(mark, self.disk)?;
            let name = ended.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let added = AddedFile { name, size: ended.size, rows: 1, id_range: None, vector: None };
            hist.push(add(&added, true, at));
            table.hist_files.push(ended);
        }
        for file in copied.files {
            let Written { size, rows } = file.written;
            let (cur_name, hist_name) = (format!("p-{}.parquet", file.id), format!("h-{}.parquet", file.id));
            let added = AddedFile { name: &cur_name, size, rows, id_range: file.id_range, vector: None };
            cur.push(add(&added, true, at));
            hist.push(add(&AddedFile { name: &hist_name, id_range: None, ..added }, true, at));
            let path = table.stores.hist.dir.join(&hist_name);
            table.hist_files.push(crate::LakeFile { path, size, rows, dead: None });
            let mut data = DataFile::new(&table.stores.cur.dir, cur_name, size, rows);
            data.id_range = file.id_range;
            table.files.push(data);
        }
        self.disk.sync_dir(&table.stores.cur.dir)?;
        self.disk.sync_dir(&table.stores.hist.dir)?;
        table.stores.hist.commit(&hist, self.disk)?;
        table.stores.cur.commit(&cur, self.disk)?;
        table.cur_lsn = mark.lsn;
        table.hist_lsn = mark.lsn;
        table.version = mark.lsn;
        Ok(())
    }
}
