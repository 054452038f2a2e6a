//! Moving the frozen tail into Parquet files and Delta logs: the epoch protocol.
//!
//! 1. Every file of every table is written and synced; nobody knows them yet.
//! 2. Per table the history is committed, then the current rows; each commit stores the position
//!    with the data, so a replay can tell for each of them what it has already.
//! 3. The epoch is written: the lake-wide commit point. Only now may the position be acknowledged.
//!
//! A crash before 2 leaves files that nobody knows; between 2 and 3 some tables are ahead and the
//! replay skips for them what they have; after 3 everything is skipped.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::{Clock, Ids, Lsn};
use roaring::RoaringBitmap;
use serde_json::{Value, json};

use crate::{
    Error, LakeFile,
    data_file::DataFile,
    deletion_vector::{VectorFile, VectorRef},
    delta_log::{AddedFile, add, commit_info, remove},
    disk::Disk,
    epoch::{Epoch, EpochTable},
    error::Result,
    failpoint::Failpoint,
    keys::KeyIndex,
    log::Frozen,
    parquet_file::{self, Written, append_ids},
    spec::TableShape,
    table::{Stores, Table},
};

/// What every background job needs.
#[derive(Debug, Clone)]
pub(crate) struct Workplace {
    pub(crate) dir: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) failpoint: Arc<Failpoint>,
}

/// Everything a flush writes, frozen.
#[derive(Debug)]
pub(crate) struct FlushPlan {
    pub(crate) tables: Vec<FlushTable>,
    /// The epoch to write, with the positions and versions from before the flush.
    pub(crate) epoch: Epoch,
}

/// What a flush writes for one table.
#[derive(Debug)]
pub(crate) struct FlushTable {
    pub(crate) shape: Arc<TableShape>,
    pub(crate) stores: Stores,
    pub(crate) frozen: Frozen,
    pub(crate) changed_at: Lsn,
    /// Files in which rows died.
    pub(crate) hurt: Vec<HurtFile>,
}

/// A file in which rows died since its deletion vector was stored.
#[derive(Debug)]
pub(crate) struct HurtFile {
    /// Its place among the table's files.
    pub(crate) at: usize,
    name: String,
    size: u64,
    rows: u64,
    id_range: Option<(u128, u128)>,
    pub(crate) dead: Arc<RoaringBitmap>,
    old_vector: Option<VectorRef>,
    /// Filled by the flush; stays empty if every row is dead, then the file leaves the table.
    pub(crate) new_vector: Option<VectorRef>,
}

impl HurtFile {
    fn new(at: usize, file: &DataFile) -> Self {
        Self {
            at,
            name: file.name.clone(),
            size: file.size,
            rows: file.rows,
            id_range: file.id_range,
            dead: Arc::clone(&file.dead),
            old_vector: file.vector.clone(),
            new_vector: None,
        }
    }

    pub(crate) fn all_dead(&self) -> bool {
        self.dead.len() >= self.rows
    }
}

/// What a flush wrote for one table.
#[derive(Debug)]
pub(crate) struct FlushedTable {
    pub(crate) table: FlushTable,
    pub(crate) cur: Option<NewFile>,
    pub(crate) hist: Option<LakeFile>,
}

/// A new file of current rows.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) name: String,
    pub(crate) written: Written,
    pub(crate) id_range: Option<(u128, u128)>,
    pub(crate) index: Option<Arc<KeyIndex>>,
}

impl NewFile {
    /// The file as the writer keeps it, with the rows that died while it was written.
    pub(crate) fn into_data_file(self, dir: &Path, died: Vec<u32>) -> DataFile {
        let mut file = DataFile::new(dir, self.name, self.written.size, self.written.rows);
        file.id_range = self.id_range;
        if let Some(index) = self.index {
            file.set_index(index);
        }
        for row in died {
            file.kill(row);
        }
        file
    }
}

/// A flush that failed.
#[derive(Debug)]
pub(crate) struct JobFailure {
    pub(crate) error: Error,
    /// Whether some tables have been committed, so that trying again would double rows.
    pub(crate) committed: bool,
}

impl FlushTable {
    /// Freezes what a table has to flush.
    pub(crate) fn freeze(table: &mut Table) -> Result<Self> {
        let frozen = table.log.freeze()?;
        let hurt = table.files.iter().enumerate().filter(|(_, file)| file.has_fresh_dead());
        let hurt = hurt.map(|(at, file)| HurtFile::new(at, file)).collect();
        let (shape, stores) = (Arc::clone(&table.shape), table.stores.clone());
        Ok(Self { shape, stores, frozen, changed_at: table.version, hurt })
    }
}

/// Runs a flush on a blocking thread.
pub(crate) fn run(plan: FlushPlan, place: &Workplace) -> Result<(Vec<FlushedTable>, Epoch), JobFailure> {
    let mut tables = Vec::with_capacity(plan.tables.len());
    for table in plan.tables {
        tables.push(write_files(table, place).map_err(|error| JobFailure { error, committed: false })?);
    }
    let mut epoch = plan.epoch;
    epoch.written_at = place.clock.now();
    for table in &mut tables {
        commit_table(table, &epoch, place).map_err(|error| JobFailure { error, committed: true })?;
        let stores = &table.table.stores;
        let versions = EpochTable {
            cur_version: stores.cur.version,
            hist_version: stores.hist.version,
            changed_at: table.table.changed_at,
        };
        epoch.tables.insert(table.table.shape.name.clone(), versions);
    }
    place.failpoint.reach("flush.before_epoch");
    epoch.number += 1;
    epoch.write(&place.dir, place.disk).map_err(|error| JobFailure { error, committed: true })?;
    place.failpoint.reach("flush.after_epoch");
    Ok((tables, epoch))
}

fn write_files(mut table: FlushTable, place: &Workplace) -> Result<FlushedTable> {
    let (cur_dir, hist_dir) = (table.stores.cur.dir.clone(), table.stores.hist.dir.clone());
    let id = Ids.fresh();
    let (cur_name, hist_name) = (format!("p-{id}.parquet"), format!("h-{id}.parquet"));
    let current = table.frozen.current(&table.shape)?;
    let versions = table.frozen.hist();
    let mut hist = None;
    if !versions.is_empty() {
        let path = hist_dir.join(&hist_name);
        let written = parquet_file::write(path.clone(), &table.shape.hist_schema, &versions, place.disk)?;
        hist = Some(LakeFile { path, size: written.size, rows: written.rows, dead: None });
    }
    let mut cur = None;
    if !current.is_empty() {
        let path = cur_dir.join(&cur_name);
        let written = match hist.as_ref().filter(|_| table.frozen.all_live()) {
            Some(shared) => {
                place.disk.share(&shared.path, &path)?;
                Written { size: shared.size, rows: shared.rows }
            }
            None => parquet_file::write(path.clone(), &table.shape.schema, &current, place.disk)?,
        };
        let mut ids = Vec::new();
        for batch in &current {
            append_ids(batch, &mut ids).ok_or_else(|| Error::damaged(&path, "a current row has no id"))?;
        }
        let index = Arc::new(KeyIndex::new(&ids));
        cur = Some(NewFile { name: cur_name, written, id_range: index.range(), index: Some(index) });
    }
    place.failpoint.reach("flush.after_parquet");
    write_vectors(&mut table.hurt, &cur_dir, place.disk)?;
    place.disk.sync_dir(&cur_dir)?;
    place.disk.sync_dir(&hist_dir)?;
    place.failpoint.reach("flush.after_dv");
    Ok(FlushedTable { table, cur, hist })
}

/// Writes one file with the deletion vectors of all files that keep living rows.
fn write_vectors(hurt: &mut [HurtFile], dir: &Path, disk: Disk) -> Result<()> {
    let mut vectors = VectorFile::new();
    for file in hurt.iter_mut().filter(|file| !file.all_dead()) {
        file.new_vector = Some(vectors.push(&file.dead)?);
    }
    vectors.write(dir, disk)
}

fn commit_table(flushed: &mut FlushedTable, epoch: &Epoch, place: &Workplace) -> Result<()> {
    let at = epoch.written_at;
    let info = || commit_info("STREAMING UPDATE", at, &json!({"lsn": epoch.durable_lsn, "epoch": epoch.number + 1}));
    let stores = &mut flushed.table.stores;
    if let Some(file) = &flushed.hist {
        let name = file.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let added = AddedFile { name, size: file.size, rows: file.rows, id_range: None, vector: None };
        let actions = [info(), stores.hist.position(epoch.durable_lsn, at), add(&added, true, at)];
        stores.hist.commit(&actions, place.disk)?;
    }
    place.failpoint.reach("flush.after_hist");
    let mut actions = vec![info(), stores.cur.position(epoch.durable_lsn, at)];
    for file in &flushed.table.hurt {
        actions.extend(hurt_actions(file, at));
    }
    if let Some(file) = &flushed.cur {
        let Written { size, rows } = file.written;
        let added = AddedFile { name: &file.name, size, rows, id_range: file.id_range, vector: None };
        actions.push(add(&added, true, at));
    }
    stores.cur.commit(&actions, place.disk)?;
    place.failpoint.reach("flush.after_cur");
    Ok(())
}

/// The file leaves with its old vector, and comes back with the new one unless every row is dead.
fn hurt_actions(file: &HurtFile, at: chrono::DateTime<chrono::Utc>) -> impl Iterator<Item = Value> + use<> {
    let removed = remove(&file.name, file.size, file.old_vector.as_ref(), (true, at));
    let added = file.new_vector.as_ref().map(|vector| {
        let (size, rows, id_range) = (file.size, file.rows, file.id_range);
        add(&AddedFile { name: &file.name, size, rows, id_range, vector: Some(vector) }, true, at)
    });
    std::iter::once(removed).chain(added)
}
