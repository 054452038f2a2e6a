//! Opening a lake: taking the lock, reading the last epoch and every Delta log.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::Path,
    sync::Arc,
    time::Instant,
};

use arc_swap::ArcSwap;
use catalog::{Clock, Lsn};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    Error, Lake, LakeConfig, LakeFile, LakeReader, LakeSnapshot, TableSpec,
    data_file::DataFile,
    deletion_vector,
    delta_log::{DeltaLog, Stored, commit_info, has_tables, metadata},
    disk::Disk,
    epoch::{Epoch, EpochTable, copy_marker, epochs_dir},
    error::Result,
    failpoint::Failpoint,
    garbage::Garbage,
    reader::Published,
    spec::TableShape,
    status::FlushFigures,
    table::{Stores, Table},
};

impl Lake {
    /// Opens the lake in `config.dir`, or makes one, for these tables.
    ///
    /// After a crash some tables can be ahead of the last epoch. Readers then see the tables as of
    /// that epoch until the replayed stream has brought all of them to the same position.
    ///
    /// # Errors
    /// [`Error::InUse`]; unsuitable tables; [`Error::SchemaChanged`]; damaged or unreadable files.
    #[expect(clippy::too_many_lines, reason = "the one place that puts a lake together, field by field")]
    pub async fn open(config: LakeConfig, tables: Vec<TableSpec>, clock: Arc<dyn Clock>) -> Result<(Self, LakeReader)> {
        let disk = Disk { sync: config.sync_files };
        let dir = std::path::absolute(&config.dir).map_err(Error::io("find", &config.dir))?;
        let config = LakeConfig { dir, ..config };
        disk.make_dir(&config.dir)?;
        let lock = lock(&config.dir)?;
        disk.make_dir(&epochs_dir(&config.dir))?;
        let epoch = Epoch::read(&config.dir)?;
        if epoch.is_none() {
            clear_unfinished_copy(&config.dir)?;
        }
        let epoch = epoch.unwrap_or_default();
        let opening = Opening { dir: &config.dir, disk, at: clock.now(), epoch: &epoch };
        let mut loaded = BTreeMap::new();
        for spec in &tables {
            let shape = Arc::new(TableShape::new(spec)?);
            let table = opening.load(&shape, None).await?;
            if loaded.insert(spec.name.clone(), table).is_some() {
                let reason = "it is described twice".to_owned();
                return Err(Error::UnsuitableTable { table: spec.name.clone(), reason });
            }
        }
        let ahead = loaded.values().map(|table| table.cur_lsn.max(table.hist_lsn)).max().unwrap_or(Lsn::ZERO);
        let hold_until = if ahead > epoch.durable_lsn { ahead } else { Lsn::ZERO };
        let visible = if hold_until > Lsn::ZERO { opening.as_of_epoch(&loaded).await? } else { visible(&mut loaded)? };
        let mut garbage = Garbage::new();
        for table in visible.values() {
            garbage.remember(Arc::downgrade(table));
        }
        let snapshot = LakeSnapshot {
            lsn: epoch.durable_lsn,
            committed_at: epoch.committed_at,
            published_at: clock.now(),
            tables: visible,
        };
        let (shared, reached, reader) = publish_first(snapshot, &epoch);
        let lake = Self {
            disk,
            failpoint: Arc::new(Failpoint::new(config.fail_at.as_deref())),
            clock,
            tables: loaded,
            applied: epoch.durable_lsn,
            committed_at: epoch.committed_at,
            hold_until,
            pending: false,
            published_at: Instant::now(),
            unflushed_since: None,
            epoch_written_at: Instant::now(),
            job: None,
            broken: false,
            copy: None,
            garbage,
            erasing: None,
            figures: FlushFigures { durable_lsn: epoch.durable_lsn, epoch: epoch.number, ..FlushFigures::default() },
            epoch,
            shared,
            reached,
            open: None,
            config,
            lock: Arc::new(lock),
        };
        Ok((lake, reader))
    }
}

impl Lake {
    /// Opens the lake again after a flush that failed half way, for the same readers. They keep
    /// seeing what they saw until the replayed stream has caught up with it.
    ///
    /// # Errors
    /// As [`open`](Self::open); then the readers' waits end with [`Error::Stopped`].
    pub async fn reopen(self) -> Result<Self> {
        let Self { config, clock, tables, job, garbage, shared, reached, lock, .. } = self;
        if let Some(job) = job {
            job.ended().await;
        }
        drop(lock);
        let specs = tables.values().map(|table| table.shape.spec()).collect();
        let (lake, _reader) = Self::open(config, specs, clock).await?;
        let hold_until = lake.hold_until.max(shared.snapshot.load().lsn);
        Ok(Self { hold_until, garbage, shared, reached, ..lake })
    }
}

fn publish_first(snapshot: LakeSnapshot, epoch: &Epoch) -> (Arc<Published>, watch::Sender<Lsn>, LakeReader) {
    let (sender, reached) = watch::channel(snapshot.lsn);
    let figures = FlushFigures { durable_lsn: epoch.durable_lsn, epoch: epoch.number, ..FlushFigures::default() };
    let shared =
        Arc::new(Published { snapshot: ArcSwap::from_pointee(snapshot), figures: ArcSwap::from_pointee(figures) });
    let reader = LakeReader { shared: Arc::clone(&shared), reached };
    (shared, sender, reader)
}

fn visible(tables: &mut BTreeMap<String, Table>) -> Result<BTreeMap<String, Arc<crate::TableSnapshot>>> {
    tables.iter_mut().map(|(name, table)| Ok((name.clone(), table.publish()?))).collect()
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("writer.lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// Without an epoch, tables can only be left over from an initial copy that did not end.
fn clear_unfinished_copy(dir: &Path) -> Result<()> {
    let parts = [dir.join("cur"), dir.join("hist")];
    let copying = copy_marker(dir).exists();
    for part in parts.iter().filter(|part| part.exists()) {
        if !copying && holds_rows(part)? {
            return Err(Error::damaged(
                &epochs_dir(dir).join("last.json"),
                "it is missing, but there are tables with rows",
            ));
        }
        fs::remove_dir_all(part).map_err(Error::io("remove", part))?;
    }
    Ok(())
}

/// Whether a folder of tables holds more than empty tables.
fn holds_rows(part: &Path) -> Result<bool> {
    if !has_tables(part) {
        return Ok(false);
    }
    for table in fs::read_dir(part).map_err(Error::io("list", part))?.flatten() {
        let files = fs::read_dir(table.path()).map_err(Error::io("list", &table.path()))?;
        if files.flatten().any(|file| file.path().extension().is_some_and(|kind| kind == "parquet")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is needed to read the stored tables.
pub(crate) struct Opening<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) disk: Disk,
    pub(crate) at: DateTime<Utc>,
    pub(crate) epoch: &'a Epoch,
}

impl Opening<'_> {
    /// Reads a table at the newest versions, or at those of an epoch; makes it if it is not there.
    pub(crate) async fn load(&self, shape: &Arc<TableShape>, versions: Option<EpochTable>) -> Result<Table> {
        let mut stores = Stores::new(self.dir, &shape.name);
        let (delta_schema, delta_hist_schema) = (shape.delta_schema(), shape.delta_hist_schema());
        if !stores.cur.exists() {
            self.disk.make_dir(&self.dir.join("cur"))?;
            stores.cur.create(&delta_schema, true, self.at, self.disk)?;
        }
        if !stores.hist.exists() {
            self.disk.make_dir(&self.dir.join("hist"))?;
            stores.hist.create(&delta_hist_schema, false, self.at, self.disk)?;
        }
        let cur = stores.cur.read(versions.map(|at| at.cur_version)).await?;
        let hist = stores.hist.read(versions.map(|at| at.hist_version)).await?;
        stores.cur.version = cur.version;
        stores.hist.version = hist.version;
        if versions.is_none() {
            let when = (self.disk, self.at);
            adapt(&mut stores.cur, &cur, &shape.name, (&delta_schema, true), when)?;
            adapt(&mut stores.hist, &hist, &shape.name, (&delta_hist_schema, false), when)?;
        }
        let mut table = Table::new(Arc::clone(shape), stores);
        table.cur_lsn = cur.lsn;
        table.hist_lsn = hist.lsn;
        let changed_at = self.epoch.tables.get(&shape.name).map_or(Lsn::ZERO, |table| table.changed_at);
        let ahead = versions.is_none() && cur.lsn > self.epoch.durable_lsn;
        table.version = if ahead { cur.lsn } else { changed_at };
        for stored in cur.files {
            let dir = &table.stores.cur.dir;
            let mut file = DataFile::new(dir, stored.name, stored.size, stored.rows);
            file.id_range = stored.id_range;
            if let Some(vector) = stored.vector {
                file.set_stored_dead(Arc::new(deletion_vector::read(dir, &vector)?), Some(vector));
            }
            table.files.push(file);
        }
        let dir = table.stores.hist.dir.clone();
        let hist_files = hist.files.into_iter();
        table.hist_files = hist_files
            .map(|file| LakeFile { path: dir.join(file.name), size: file.size, rows: file.rows, dead: None })
            .collect();
        table.files.sort_by(|a, b| a.name.cmp(&b.name));
        table.hist_files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(table)
    }

    /// The tables as of the last epoch.
    async fn as_of_epoch(
        &self,
        loaded: &BTreeMap<String, Table>,
    ) -> Result<BTreeMap<String, Arc<crate::TableSnapshot>>> {
        let mut tables = BTreeMap::new();
        for (name, table) in loaded {
            let unknown = EpochTable { cur_version: 0, hist_version: 0, changed_at: Lsn::ZERO };
            let versions = self.epoch.tables.get(name).copied().unwrap_or(unknown);
            tables.insert(name.clone(), self.load(&table.shape, Some(versions)).await?.publish()?);
        }
        Ok(tables)
    }
}

/// Brings the stored description in line: columns may have been added or dropped, but a column
/// never changes its type.
pub(crate) fn adapt(
    log: &mut DeltaLog,
    stored: &Stored,
    table: &str,
    (schema, with_vectors): (&str, bool),
    (disk, at): (Disk, DateTime<Utc>),
) -> Result<()> {
    let before = columns(&stored.schema);
    let parsed: Value = serde_json::from_str(schema).unwrap_or_default();
    let after = columns(&parsed);
    for (name, kind) in &after {
        if let Some(old) = before.get(name).filter(|old| *old != kind) {
            let reason = format!("column `{name}` was {old} and is now {kind}");
            return Err(Error::SchemaChanged { table: table.to_owned(), reason });
        }
    }
    if before == after {
        return Ok(());
    }
    let info = commit_info("CHANGE COLUMNS", at, &serde_json::json!({}));
    log.commit(&[info, metadata(&stored.id, schema, with_vectors, at)], disk)
}

/// Names and types of the columns of a Delta schema.
fn columns(schema: &Value) -> BTreeMap<String, String> {
    let fields = schema["fields"].as_array().into_iter().flatten();
    fields.filter_map(|field| Some((field["name"].as_str()?.to_owned(), field["type"].as_str()?.to_owned()))).collect()
}
