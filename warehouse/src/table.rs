//! One table as the writer holds it: its log, its files, and the open transaction.

use std::{
    path::Path,
    sync::{Arc, Weak},
};

use catalog::{Ids, Lsn};
use uuid::Uuid;

use crate::{
    Cell, Error, LakeFile, Op, SnapshotMark, TableSnapshot,
    data_file::DataFile,
    delta_log::DeltaLog,
    disk::Disk,
    epoch::EpochTable,
    error::Result,
    keys::IdMap,
    log::VersionLog,
    parquet_file, postgres_text,
    rows::{Before, RowBuffer, Stamp},
    spec::TableShape,
};

/// Largest map of a transaction that is kept for the next one.
const KEPT_CHANGES: usize = 65_536;

/// One table of the lake.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) shape: Arc<TableShape>,
    pub(crate) log: VersionLog,
    /// The stored tables.
    pub(crate) stores: Stores,
    /// Current rows that are in the log, by id.
    rows: IdMap<u64>,
    /// Files with current rows, oldest first.
    pub(crate) files: Vec<DataFile>,
    /// Files with history, oldest first.
    pub(crate) hist_files: Vec<LakeFile>,
    /// Transactions before this position are in the current rows already.
    pub(crate) cur_lsn: Lsn,
    /// Transactions before this position are in history already.
    pub(crate) hist_lsn: Lsn,
    /// Position of the last transaction that changed the table.
    pub(crate) version: Lsn,
    /// Whether something changed since the last publish.
    pub(crate) changed: bool,
    pub(crate) published: Weak<TableSnapshot>,
    open: OpenChanges,
}

/// The two Delta tables of a table.
#[derive(Debug, Clone)]
pub(crate) struct Stores {
    pub(crate) cur: DeltaLog,
    pub(crate) hist: DeltaLog,
}

impl Stores {
    /// The stores of a table in the lake in `dir`.
    pub(crate) fn new(dir: &Path, table: &str) -> Self {
        let store = |kind: &str| DeltaLog::new(dir.join(kind).join(table), format!("leadhouse/{kind}/{table}"));
        Self { cur: store("cur"), hist: store("hist") }
    }

    /// Whether one of the logs has grown long since its last checkpoint.
    pub(crate) fn checkpoint_due(&self) -> bool {
        self.cur.checkpoint_due() || self.hist.checkpoint_due()
    }

    /// Sums up the logs that have grown long.
    pub(crate) async fn checkpoint(&self, disk: Disk) -> Result<()> {
        for log in [&self.cur, &self.hist] {
            if log.checkpoint_due() {
                log.checkpoint(disk).await?;
            }
        }
        Ok(())
    }

    /// Remembers that the logs that had grown long have been summed up.
    pub(crate) fn mark_checkpointed(&mut self) {
        for log in [&mut self.cur, &mut self.hist] {
            if log.checkpoint_due() {
                log.checkpointed = log.version;
            }
        }
    }
}

/// What the open transaction did to a table, not yet applied.
#[derive(Debug, Default)]
struct OpenChanges {
    /// Whether this transaction touched the table.
    touched: bool,
    /// Where the touched ids are now: a row of the log, or nowhere.
    rows: IdMap<Option<u64>>,
    /// Rows of files that die: (position in `files`, row).
    killed: Vec<(usize, u32)>,
    /// Everything from before the transaction dies.
    truncated: bool,
}

/// Where the current version of a row is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Log(u64),
    File(usize, u32),
}

impl Table {
    pub(crate) fn new(shape: Arc<TableShape>, stores: Stores) -> Self {
        Self {
            log: VersionLog::new(Arc::clone(&shape)),
            shape,
            stores,
            rows: IdMap::default(),
            files: Vec::new(),
            hist_files: Vec::new(),
            cur_lsn: Lsn::ZERO,
            hist_lsn: Lsn::ZERO,
            version: Lsn::ZERO,
            changed: true,
            published: Weak::new(),
            open: OpenChanges::default(),
        }
    }

    /// A new row.
    pub(crate) fn insert(&mut self, stamp: Stamp, cells: &[Cell<'_>]) -> Result<()> {
        let id = self.id_of(cells)?;
        let row = self.log.push(stamp, cells, &Before::Nothing)?;
        self.open.touched = true;
        self.open.rows.insert(id, Some(row));
        Ok(())
    }

    /// A new version of the row that was `old_id`, or of the row that `cells` name. A change of
    /// the id takes two places in history: the old id ends, the new one begins.
    pub(crate) fn update(&mut self, stamp: Stamp, old_id: Option<Uuid>, cells: &[Cell<'_>]) -> Result<()> {
        let id = self.id_of(cells)?;
        let old = old_id.map_or(id, |old| old.as_u128());
        let place = self.place_of(old)?;
        let mut stamp = stamp;
        if old != id {
            let text = Uuid::from_u128(old).to_string();
            self.log.push_bare(Stamp { op: Op::Delete, ..stamp }, Some(&text))?;
            stamp.seq = stamp.seq.saturating_add(1);
        }
        let row = self.push_version(stamp, cells, place)?;
        self.leave(old, place);
        self.open.rows.insert(id, Some(row));
        Ok(())
    }

    /// The end of a row.
    pub(crate) fn delete(&mut self, stamp: Stamp, old_id: Option<Uuid>, cells: &[Cell<'_>]) -> Result<()> {
        let id = match old_id {
            Some(id) => id.as_u128(),
            None => self.id_of(cells)?,
        };
        let place = self.place_of(id)?;
        self.log.push_bare(stamp, Some(&Uuid::from_u128(id).to_string()))?;
        self.leave(id, place);
        Ok(())
    }

    /// The end of every row.
    pub(crate) fn truncate(&mut self, stamp: Stamp) -> Result<()> {
        self.log.push_bare(stamp, None)?;
        self.open.touched = true;
        self.open.truncated = true;
        self.open.rows.clear();
        self.open.killed.clear();
        Ok(())
    }

    /// Applies the open transaction, which ended at `end_lsn`. `in_hist` says that history has it already.
    pub(crate) fn commit(&mut self, end_lsn: Lsn, in_hist: bool) {
        if !self.open.touched {
            return;
        }
        self.open.touched = false;
        if std::mem::take(&mut self.open.truncated) {
            self.log.kill_all();
            self.rows.clear();
            self.files.iter_mut().for_each(DataFile::kill_all);
        }
        for (file, row) in self.open.killed.drain(..) {
            self.files[file].kill(row);
        }
        let (log, rows) = (&mut self.log, &mut self.rows);
        self.open.rows.drain().for_each(|(id, row)| {
            let before = match row {
                Some(row) => {
                    log.set_live(row, true);
                    rows.insert(id, row)
                }
                None => rows.remove(&id),
            };
            if let Some(before) = before {
                log.set_live(before, false);
            }
        });
        self.open.rows.shrink_to(KEPT_CHANGES);
        self.log.commit();
        if in_hist {
            self.log.skip_hist();
        }
        self.cur_lsn = self.cur_lsn.max(end_lsn);
        self.hist_lsn = self.hist_lsn.max(end_lsn);
        self.version = self.version.max(end_lsn);
        self.changed = true;
    }

    /// Forgets the open transaction.
    pub(crate) fn abort(&mut self) {
        self.log.abort();
        self.open = OpenChanges::default();
    }

    /// The rows before ordinal `end` are in files now.
    pub(crate) fn forget_rows_before(&mut self, end: u64) {
        self.rows.retain(|_, row| *row >= end);
        self.rows.shrink_to(KEPT_CHANGES);
    }

    /// Takes up other columns; everything in memory must be in files.
    ///
    /// # Errors
    /// [`Error::MustReopen`] when it is not.
    pub(crate) fn reshape(&mut self, shape: Arc<TableShape>) -> Result<()> {
        if !self.log.is_empty() {
            return Err(Error::MustReopen);
        }
        self.rows.clear();
        self.log = VersionLog::new(Arc::clone(&shape));
        self.shape = shape;
        self.changed = true;
        Ok(())
    }

    /// Forgets every row and file; a new copy takes their place.
    pub(crate) fn reset(&mut self) {
        let fresh = Self::new(Arc::clone(&self.shape), self.stores.clone());
        let hist_files = std::mem::take(&mut self.hist_files);
        *self = Self { hist_files, ..fresh };
    }

    /// What readers see of the table; the same as before if nothing changed.
    pub(crate) fn publish(&mut self) -> Result<Arc<TableSnapshot>> {
        if let Some(published) = self.published.upgrade().filter(|_| !self.changed) {
            return Ok(published);
        }
        let snapshot = Arc::new(TableSnapshot {
            name: self.shape.name.clone(),
            schema: Arc::clone(&self.shape.schema),
            hist_schema: Arc::clone(&self.shape.hist_schema),
            version: self.version.0,
            files: self.files.iter().filter_map(DataFile::published).collect(),
            tail: self.log.tail()?,
            hist_files: self.hist_files.clone(),
            hist_tail: self.log.hist_tail()?,
        });
        self.published = Arc::downgrade(&snapshot);
        self.changed = false;
        Ok(snapshot)
    }

    /// The versions of the stored tables, for an epoch.
    pub(crate) fn epoch_table(&self) -> EpochTable {
        EpochTable {
            cur_version: self.stores.cur.version,
            hist_version: self.stores.hist.version,
            changed_at: self.version,
        }
    }

    /// Writes a file of history that ends every row before an initial copy.
    pub(crate) fn write_truncation(&self, mark: &SnapshotMark, disk: Disk) -> Result<LakeFile> {
        let mut rows = RowBuffer::new(Arc::clone(&self.shape));
        let (lsn, commit_ts) = (mark.rows_lsn(), mark.taken_at.timestamp_micros());
        rows.push_bare(Stamp { lsn, seq: -1, xid: 0, commit_ts, op: Op::Truncate }, None)?;
        let path = self.stores.hist.dir.join(format!("h-{}.parquet", Ids.fresh()));
        let batch = rows.take_batch()?;
        let written = parquet_file::write(path.clone(), &self.shape.hist_schema, &[batch], disk)?;
        Ok(LakeFile { path, size: written.size, rows: written.rows, dead: None })
    }

    fn id_of(&self, cells: &[Cell<'_>]) -> Result<u128> {
        let text = match cells.first() {
            Some(Cell::Text(text)) => *text,
            Some(Cell::Null | Cell::Unchanged) | None => "",
        };
        postgres_text::uuid(text).map_err(|_refusal| Error::BadValue {
            table: self.shape.name.clone(),
            column: "id".to_owned(),
            value: text.chars().take(60).collect(),
            expected: "an id",
        })
    }

    fn place_of(&mut self, id: u128) -> Result<Place> {
        if let Some(row) = self.open.rows.get(&id) {
            return row.map(Place::Log).ok_or_else(|| self.missing(id));
        }
        if self.open.truncated {
            return Err(self.missing(id));
        }
        if let Some(row) = self.rows.get(&id) {
            return Ok(Place::Log(*row));
        }
        for (at, file) in self.files.iter_mut().enumerate().rev() {
            if let Some(row) = file.find(id)? {
                return Ok(Place::File(at, row));
            }
        }
        Err(self.missing(id))
    }

    fn missing(&self, id: u128) -> Error {
        Error::MissingRow { table: self.shape.name.clone(), id: Uuid::from_u128(id) }
    }

    fn push_version(&mut self, stamp: Stamp, cells: &[Cell<'_>], before: Place) -> Result<u64> {
        let unchanged: Vec<usize> =
            cells.iter().enumerate().filter(|(_, cell)| **cell == Cell::Unchanged).map(|(at, _)| at).collect();
        if unchanged.is_empty() {
            return self.log.push(stamp, cells, &Before::Nothing);
        }
        match before {
            Place::Log(row) => self.log.push_after(stamp, cells, row),
            Place::File(file, row) => {
                let shape = Arc::clone(&self.shape);
                let known = unchanged.iter().filter_map(|at| shape.columns.get(*at).map(|column| (*at, column)));
                let (places, names): (Vec<usize>, Vec<&str>) =
                    known.map(|(at, column)| (at, column.name.as_str())).unzip();
                let values = self.files[file].opened()?.read_row(row, &names)?;
                let mut arrays = vec![None; shape.columns.len()];
                for (at, value) in places.into_iter().zip(values) {
                    arrays[at] = value;
                }
                self.log.push(stamp, cells, &Before::Arrays(&arrays, 0))
            }
        }
    }

    /// The version at `place` is not the current one any more.
    fn leave(&mut self, id: u128, place: Place) {
        self.open.touched = true;
        self.open.rows.insert(id, None);
        if let Place::File(file, row) = place {
            self.open.killed.push((file, row));
        }
    }
}
