//! The writer's side of background work: starting a job, and taking in what it did.
//!
//! One job runs at a time. While it runs, transactions go on being applied: rows that die in the
//! meantime are marked in the files the job made when its result is taken in.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::Lsn;
use futures::FutureExt;
use tokio::task::JoinHandle;

use crate::{
    Error, Lake,
    compact::{self, MergePlan, Merged, WORTH_MERGING},
    data_file::DataFile,
    epoch::Epoch,
    erase::Found,
    error::Result,
    flush::{self, FlushPlan, FlushTable, FlushedTable, JobFailure, Workplace},
    table::Stores,
};

/// Unflushed log that makes an idle lake move its position: bounds what the slot retains.
const IDLE_BYTES: u64 = 64 << 20;
/// Time after which an idle lake moves its position.
const IDLE_AGE: Duration = Duration::from_mins(1);

/// Background work.
#[derive(Debug)]
pub(crate) struct Job {
    handle: JoinHandle<Result<Done, JobFailure>>,
    started_at: Instant,
}

impl Job {
    /// Waits for the end, whatever it is; what counts is what is on disk then.
    pub(crate) async fn ended(self) {
        drop(self.handle.await);
    }
}

/// What background work did.
#[derive(Debug)]
pub(crate) enum Done {
    Flushed(Vec<FlushedTable>, Epoch),
    Merged(Box<Merged>, Epoch),
    /// The logs of this table have been summed up.
    Checkpointed(String),
    /// Files of a table that an erasure has to rewrite.
    Looked(Found),
}

impl Lake {
    /// Whether a flush is due: enough rows, old enough rows, or an idle stream that moved on.
    pub fn needs_flush(&self) -> bool {
        if self.job.is_some() || self.open.is_some() || self.epoch.number == 0 || self.applied < self.hold_until {
            return false;
        }
        let rows: u64 = self.tables.values().map(|table| table.log.committed_rows()).sum();
        let many = rows >= u64::try_from(self.config.flush_rows).unwrap_or(u64::MAX);
        let old = self.unflushed_since.is_some_and(|since| since.elapsed() >= self.config.flush_age);
        let ahead = self.applied.0.saturating_sub(self.epoch.durable_lsn.0);
        let idle = ahead >= IDLE_BYTES || (ahead > 0 && self.epoch_written_at.elapsed() >= IDLE_AGE);
        many || old || (rows == 0 && idle)
    }

    /// Starts writing everything that is committed, in the background. Does nothing while another
    /// job runs or a transaction is open.
    ///
    /// # Errors
    /// [`Error::CopyIncomplete`] before the initial copy; [`Error::MustReopen`] after a failure.
    pub fn start_flush(&mut self) -> Result<()> {
        if self.job.is_some() || self.open.is_some() || self.applied < self.hold_until {
            return Ok(());
        }
        if self.broken {
            return Err(Error::MustReopen);
        }
        if self.epoch.number == 0 || self.copy.is_some() {
            return Err(Error::CopyIncomplete { reason: "nothing can be flushed before it".to_owned() });
        }
        let mut tables = Vec::new();
        for table in self.tables.values_mut().filter(|table| !table.log.is_empty()) {
            tables.push(FlushTable::freeze(table)?);
        }
        let mut epoch = self.epoch.clone();
        epoch.durable_lsn = self.applied;
        epoch.committed_at = self.committed_at;
        self.unflushed_since = None;
        let (plan, place) = (FlushPlan { tables, epoch }, self.workplace());
        self.spawn(move || flush::run(plan, &place).map(|(tables, epoch)| Done::Flushed(tables, epoch)));
        Ok(())
    }

    pub(crate) fn workplace(&self) -> Workplace {
        Workplace {
            dir: self.config.dir.clone(),
            disk: self.disk,
            clock: Arc::clone(&self.clock),
            failpoint: Arc::clone(&self.failpoint),
        }
    }

    pub(crate) fn spawn(&mut self, work: impl FnOnce() -> Result<Done, JobFailure> + Send + 'static) {
        // The lake stays locked until the job has ended, even if its writer is dropped before.
        let lock = Arc::clone(&self.lock);
        let handle = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(lock);
            done
        });
        self.job = Some(Job { handle, started_at: Instant::now() });
    }

    /// Takes in a job that has ended. Returns the position that may now be acknowledged, if it grew.
    ///
    /// # Errors
    /// Why the job failed. If it had not begun to commit, the next flush tries again; otherwise
    /// the lake must be opened again.
    pub fn poll_flush(&mut self) -> Result<Option<Lsn>> {
        let ended = self.open.is_none() && self.job.as_ref().is_some_and(|job| job.handle.is_finished());
        let Some(job) = self.job.take_if(|_| ended) else { return Ok(None) };
        let Job { handle, started_at } = job;
        let Some(joined) = handle.now_or_never() else { return Ok(None) };
        let durable = self.take_in(joined, started_at)?;
        self.collect_garbage();
        self.start_upkeep(WORTH_MERGING);
        Ok(durable)
    }

    /// Writes everything that is committed and returns the position that may be acknowledged.
    ///
    /// # Errors
    /// [`Error::TransactionOpen`] inside a transaction; as [`start_flush`](Self::start_flush) and
    /// [`poll_flush`](Self::poll_flush).
    pub async fn flush(&mut self) -> Result<Lsn> {
        if self.open.is_some() {
            return Err(Error::TransactionOpen);
        }
        self.finish_job().await?;
        if self.applied > self.epoch.durable_lsn {
            self.start_flush()?;
            self.finish_job().await?;
        }
        self.publish()?;
        Ok(self.epoch.durable_lsn)
    }

    /// Merges everything that can be merged, and sums up long logs.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub async fn compact(&mut self) -> Result<()> {
        self.flush().await?;
        while self.start_upkeep(2) {
            self.finish_job().await?;
        }
        self.publish()
    }

    /// Starts one piece of work that keeps the lake fast to read, if there is any.
    fn start_upkeep(&mut self, enough: usize) -> bool {
        if self.job.is_some() || self.broken || self.copy.is_some() || self.needs_flush() {
            return false;
        }
        if let Some((name, stores)) = self.checkpoint_due() {
            let (runtime, disk) = (tokio::runtime::Handle::current(), self.disk);
            self.spawn(move || {
                let done = runtime.block_on(stores.checkpoint(disk));
                done.map(|()| Done::Checkpointed(name)).map_err(|error| JobFailure { error, committed: false })
            });
            return true;
        }
        let plan = self.tables.values().find_map(|table| MergePlan::choose(table, enough, &self.epoch));
        let Some(plan) = plan else { return false };
        let place = self.workplace();
        self.spawn(move || compact::run(plan, &place).map(|(merged, epoch)| Done::Merged(Box::new(merged), epoch)));
        true
    }

    fn checkpoint_due(&self) -> Option<(String, Stores)> {
        let due = self.tables.iter().find(|(_, table)| table.stores.checkpoint_due())?;
        Some((due.0.clone(), due.1.stores.clone()))
    }

    /// Files that nobody uses only cost space, so a failure to remove them stops nothing.
    fn collect_garbage(&mut self) {
        if self.job.is_some() || self.copy.is_some() || !self.garbage.due(self.config.gc_age) {
            return;
        }
        match self.garbage.collect(&self.tables, self.config.gc_age) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "removed files that left the lake"),
            Err(error) => tracing::warn!(%error, "could not remove files that left the lake"),
        }
    }

    pub(crate) async fn finish_job(&mut self) -> Result<()> {
        if let Some(job) = self.job.as_mut() {
            let joined = (&mut job.handle).await;
            let started_at = job.started_at;
            self.job = None;
            self.take_in(joined, started_at)?;
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        joined: Result<Result<Done, JobFailure>, tokio::task::JoinError>,
        started_at: Instant,
    ) -> Result<Option<Lsn>> {
        let done = match joined {
            Ok(Ok(done)) => done,
            Ok(Err(JobFailure { error, committed })) => {
                self.broken |= committed;
                self.unflushed_since.get_or_insert_with(Instant::now);
                return Err(error);
            }
            Err(died) => {
                self.broken = true;
                return Err(Error::TaskDied(died));
            }
        };
        match done {
            Done::Flushed(tables, epoch) => Ok(self.take_in_flush(tables, epoch, started_at)),
            Done::Merged(mut merged, epoch) => {
                if let (Some(erasing), Some(edited)) = (&mut self.erasing, merged.take_edited()) {
                    erasing.count(edited);
                }
                if let Some(table) = self.tables.get_mut(merged.table()) {
                    merged.take_into(table);
                }
                self.figures.compaction_count += 1;
                self.take_in_epoch(epoch);
                self.pending = true;
                Ok(None)
            }
            Done::Looked(found) => {
                if let Some(erasing) = &mut self.erasing {
                    erasing.take_found(found);
                }
                Ok(None)
            }
            Done::Checkpointed(name) => {
                if let Some(table) = self.tables.get_mut(&name) {
                    table.stores.mark_checkpointed();
                }
                Ok(None)
            }
        }
    }

    pub(crate) fn take_in_epoch(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.epoch_written_at = Instant::now();
        self.report();
    }

    fn take_in_flush(&mut self, tables: Vec<FlushedTable>, epoch: Epoch, started_at: Instant) -> Option<Lsn> {
        for flushed in tables {
            self.take_in_table(flushed);
        }
        let grown = epoch.durable_lsn > self.epoch.durable_lsn;
        self.figures.flushed_at = Some(epoch.written_at);
        self.figures.flush_ms = u64::try_from(started_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.figures.flush_count += 1;
        self.take_in_epoch(epoch);
        grown.then_some(self.epoch.durable_lsn)
    }

    fn take_in_table(&mut self, flushed: FlushedTable) {
        let FlushedTable { table: plan, cur, hist } = flushed;
        let Some(table) = self.tables.get_mut(&plan.shape.name) else { return };
        let killed = table.log.release(&plan.frozen);
        table.forget_rows_before(plan.frozen.end());
        for hurt in &plan.hurt {
            let file = &mut table.files[hurt.at];
            file.stored_dead = Arc::clone(&hurt.dead);
            file.vector.clone_from(&hurt.new_vector);
        }
        for hurt in plan.hurt.iter().rev().filter(|hurt| hurt.all_dead()) {
            table.files.remove(hurt.at);
        }
        if let Some(new) = cur {
            table.files.push(new.into_data_file(&plan.stores.cur.dir, killed));
        }
        table.files.iter_mut().for_each(DataFile::forget_unused_index);
        table.hist_files.extend(hist);
        table.stores = plan.stores;
        table.changed = true;
        self.pending = true;
    }

    /// Lets readers see the figures of the last flush.
    pub(crate) fn report(&mut self) {
        self.figures.durable_lsn = self.epoch.durable_lsn;
        self.figures.epoch = self.epoch.number;
        self.shared.figures.store(Arc::new(self.figures.clone()));
    }
}
