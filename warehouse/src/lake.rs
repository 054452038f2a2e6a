//! The one writer of the lake: applies transactions in commit order and publishes snapshots.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::File,
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Clock, Lsn};
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    Cell, Error, LakeConfig, LakeSnapshot, Op, background::Job, copy::SnapshotMark, disk::Disk, epoch::Epoch,
    erase::Erasing, error::Result, failpoint::Failpoint, garbage::Garbage, reader::Published, rows::Stamp,
    status::FlushFigures, table::Table,
};

/// The one writer of the lake, owned by the capture.
///
/// Feed it everything that the stream brings: [`begin`](Self::begin), [`change`](Self::change),
/// [`commit`](Self::commit). What the lake has already is recognised and skipped. Nothing that is
/// not committed is ever visible, and nothing may be acknowledged before
/// [`poll_flush`](Self::poll_flush) or [`flush`](Self::flush) has returned its position.
pub struct Lake {
    pub(crate) config: LakeConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) disk: Disk,
    pub(crate) failpoint: Arc<Failpoint>,
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) epoch: Epoch,
    /// Everything before this position has been applied in memory.
    pub(crate) applied: Lsn,
    pub(crate) committed_at: Option<DateTime<Utc>>,
    /// Some tables are ahead of the epoch after a crash: nothing is published before this position,
    /// where they agree again.
    pub(crate) hold_until: Lsn,
    pub(crate) pending: bool,
    pub(crate) published_at: Instant,
    /// When the oldest change that is not durable yet was applied.
    pub(crate) unflushed_since: Option<Instant>,
    pub(crate) epoch_written_at: Instant,
    pub(crate) job: Option<Job>,
    /// A flush failed after it began to commit.
    pub(crate) broken: bool,
    pub(crate) copy: Option<SnapshotMark>,
    pub(crate) garbage: Garbage,
    pub(crate) erasing: Option<Erasing>,
    pub(crate) figures: FlushFigures,
    pub(crate) shared: Arc<Published>,
    pub(crate) reached: watch::Sender<Lsn>,
    pub(crate) open: Option<OpenTransaction>,
    /// Held for as long as the lake is open.
    pub(crate) lock: Arc<File>,
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake").field("dir", &self.config.dir).field("applied", &self.applied).finish_non_exhaustive()
    }
}

/// The transaction that is being applied.
#[derive(Debug)]
pub(crate) struct OpenTransaction {
    final_lsn: Lsn,
    commit_ts: DateTime<Utc>,
    xid: u32,
    seq: i32,
    /// The lake has all of it already.
    known: bool,
    touched: BTreeSet<String>,
}

/// What the lake knows about where it stands; decides where the stream begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeState {
    /// Everything before this survives a crash; may be acknowledged.
    pub durable_lsn: Lsn,
    /// Everything before this has been applied in memory.
    pub applied_lsn: Lsn,
    /// The Postgres cluster that the lake was copied from.
    pub system_id: Option<String>,
    /// The replication slot that continues it.
    pub slot: Option<String>,
    /// Whether the initial copy is complete.
    pub snapshot_done: bool,
    /// Tables that were described but never copied: they need a new initial copy.
    pub missing_tables: Vec<String>,
    /// Position of each table.
    pub tables: BTreeMap<String, TableLsn>,
}

/// Up to where one table has been stored or applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLsn {
    /// Current rows.
    pub cur_lsn: Lsn,
    /// History.
    pub hist_lsn: Lsn,
}

impl Lake {
    /// Where the lake stands.
    pub fn state(&self) -> LakeState {
        let position = |table: &Table| TableLsn { cur_lsn: table.cur_lsn, hist_lsn: table.hist_lsn };
        LakeState {
            durable_lsn: self.epoch.durable_lsn,
            applied_lsn: self.applied,
            system_id: self.epoch.system_id.clone(),
            slot: self.epoch.slot.clone(),
            snapshot_done: self.epoch.number > 0,
            missing_tables: self.tables.keys().filter(|name| !self.epoch.tables.contains_key(*name)).cloned().collect(),
            tables: self.tables.iter().map(|(name, table)| (name.clone(), position(table))).collect(),
        }
    }

    /// Everything before this position survives a crash and may be acknowledged.
    pub fn durable_lsn(&self) -> Lsn {
        self.epoch.durable_lsn
    }

    /// Begins a transaction. One that was left open, because the connection broke, is dropped.
    ///
    /// # Errors
    /// None at present; a job that ended in the meantime is taken in and may report its failure.
    pub fn begin(&mut self, final_lsn: Lsn, commit_ts: DateTime<Utc>, xid: u32) -> Result<()> {
        self.abort();
        let known = final_lsn < self.applied;
        self.open = Some(OpenTransaction { final_lsn, commit_ts, xid, seq: 0, known, touched: BTreeSet::new() });
        Ok(())
    }

    /// Adds a change to the open transaction. After an error the transaction is dropped.
    ///
    /// `cells` are in the order of the table's columns; a deletion needs only the id, as `old_key`
    /// or as first cell; a truncation needs neither. `old_key` of an update is the id before it,
    /// if the stream tells.
    ///
    /// # Errors
    /// [`Error::NoTransaction`]; [`Error::UnknownTable`]; refused cells; [`Error::MissingRow`].
    pub fn change(&mut self, table: &str, op: Op, old_key: Option<Uuid>, cells: &[Cell<'_>]) -> Result<()> {
        let changed = self.try_change(table, op, old_key, cells);
        if changed.is_err() {
            self.abort();
        }
        changed
    }

    fn try_change(&mut self, table: &str, op: Op, old_key: Option<Uuid>, cells: &[Cell<'_>]) -> Result<()> {
        let open = self.open.as_mut().ok_or(Error::NoTransaction)?;
        if open.known {
            return Ok(());
        }
        let Some(target) = self.tables.get_mut(table) else {
            return Err(Error::UnknownTable { table: table.to_owned() });
        };
        let stamp = open.next_stamp(op, old_key, cells);
        if open.final_lsn < target.cur_lsn {
            return Ok(());
        }
        if !open.touched.contains(table) {
            open.touched.insert(table.to_owned());
        }
        match op {
            Op::Insert | Op::Snapshot => target.insert(stamp, cells),
            Op::Update => target.update(stamp, old_key, cells),
            Op::Delete => target.delete(stamp, old_key, cells),
            Op::Truncate => target.truncate(stamp),
        }
    }

    /// Completes the open transaction, and makes it visible unless the last publish was too recent.
    ///
    /// # Errors
    /// [`Error::NoTransaction`]; [`Error::Arrow`] if rows cannot be put together.
    pub fn commit(&mut self, end_lsn: Lsn) -> Result<()> {
        let open = self.open.take().ok_or(Error::NoTransaction)?;
        if open.known {
            return Ok(());
        }
        for name in &open.touched {
            if let Some(table) = self.tables.get_mut(name) {
                let in_hist = open.final_lsn < table.hist_lsn;
                table.commit(end_lsn, in_hist);
            }
        }
        if !open.touched.is_empty() {
            self.unflushed_since.get_or_insert_with(Instant::now);
        }
        self.applied = self.applied.max(end_lsn);
        self.committed_at = Some(open.commit_ts);
        self.pending = true;
        if self.publish_due() == Some(Duration::ZERO) { self.publish() } else { Ok(()) }
    }

    /// Drops the open transaction, if there is one.
    pub fn abort(&mut self) {
        let Some(open) = self.open.take() else { return };
        for name in &open.touched {
            if let Some(table) = self.tables.get_mut(name) {
                table.abort();
            }
        }
    }

    /// The stream is idle and has nothing before `wal_end`: the lake has reached it too.
    pub fn heartbeat(&mut self, wal_end: Lsn) {
        if self.open.is_none() && wal_end > self.applied {
            self.applied = wal_end;
            self.pending = true;
        }
    }

    /// In how long [`publish`](Self::publish) should be called; none if nothing waits for it.
    pub fn publish_due(&self) -> Option<Duration> {
        let waiting = self.pending && self.applied >= self.hold_until;
        waiting.then(|| self.config.publish_every.saturating_sub(self.published_at.elapsed()))
    }

    /// Makes everything that is committed visible now.
    ///
    /// # Errors
    /// [`Error::Arrow`] if rows cannot be put together.
    pub fn publish(&mut self) -> Result<()> {
        if !self.pending || self.applied < self.hold_until {
            return Ok(());
        }
        let mut tables = BTreeMap::new();
        for (name, table) in &mut self.tables {
            let changed = table.changed;
            let snapshot = table.publish()?;
            if changed {
                self.garbage.remember(Arc::downgrade(&snapshot));
            }
            tables.insert(name.clone(), snapshot);
        }
        let published_at = self.clock.now();
        let snapshot = LakeSnapshot { lsn: self.applied, committed_at: self.committed_at, published_at, tables };
        self.shared.snapshot.store(Arc::new(snapshot));
        self.reached.send_replace(self.applied);
        self.pending = false;
        self.published_at = Instant::now();
        Ok(())
    }
}

impl OpenTransaction {
    /// Where the next change stands. Counted for skipped changes too, so that a replay numbers alike.
    fn next_stamp(&mut self, op: Op, old_key: Option<Uuid>, cells: &[Cell<'_>]) -> Stamp {
        let moved = op == Op::Update && old_key.is_some_and(|old| cells.first() != Some(&Cell::Text(&old.to_string())));
        let seq = self.seq;
        self.seq = self.seq.saturating_add(if moved { 2 } else { 1 });
        Stamp {
            lsn: self.final_lsn.to_delta_version(),
            seq,
            xid: i64::from(self.xid),
            commit_ts: self.commit_ts.timestamp_micros(),
            op,
        }
    }
}
