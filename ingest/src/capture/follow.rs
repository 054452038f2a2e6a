//! The loop that reads the stream.
//!
//! Rules of acknowledgement: only a position that a flush has made durable is acknowledged; a
//! position between transactions (a keepalive) counts only while no transaction is open, and goes
//! through the lake's durable state like any other; when Postgres insists on an answer, as it does
//! while it shuts down, the lake is flushed at once, because the server waits for it.

use std::time::Duration;

use catalog::Lsn;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use pgwire_replication::{ReplicationClient, ReplicationEvent};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    Error, Result,
    capture::{
        CaptureStatus,
        apply::{Applied, Applier},
        columns,
        pgoutput::{self, Begin, Commit, Message},
        rest::{self, Ended, Requests},
        slot,
        source::Source,
        task::Task,
    },
};

/// How often a loop without messages looks after flushes.
const HOUSEKEEPING: Duration = Duration::from_millis(100);

/// Messages taken in one go before flushes and requests are looked after.
const BURST: usize = 512;

/// A stop waits this long for the last acknowledgement to leave; without it the same changes are
/// sent again at the next start, and skipped.
pub(super) const LAST_ACKNOWLEDGEMENT: Duration = Duration::from_secs(2);

/// Follows the stream until the task is asked to stop or to wait.
///
/// # Errors
/// Whatever ended the stream; what was applied stays applied.
pub(crate) async fn follow(task: &mut Task, client: &mut ReplicationClient, slot: &str) -> Result<Ended> {
    let source = task.source.clone();
    let status = std::sync::Arc::clone(&task.status);
    let every = task.config.slot_check_every;
    let watched = watch_slot(&source, slot, every, &status);
    tokio::select! {
        ended = stream(task, client) => ended,
        lost = watched => Err(lost),
    }
}

async fn stream(task: &mut Task, client: &mut ReplicationClient) -> Result<Ended> {
    let mut session = Session { applier: Applier::new(&task.tables), requests: Requests::default() };
    task.status.send_modify(|status| status.last_error = None);
    loop {
        let pause = task.lake.publish_due().map_or(HOUSEKEEPING, |due| due.min(HOUSEKEEPING));
        tokio::select! {
            biased;
            () = task.cancel.cancelled() => return stop(task, client).await.map(|()| Ended::Stopped),
            Some(request) = task.requests.recv() => session.requests.keep(request),
            event = client.recv() => {
                session.event(task, client, event).await?;
                // More may have arrived meanwhile; taking it here saves the timers of the select.
                for _ in 1..BURST {
                    let Some(event) = client.recv().now_or_never() else { break };
                    session.event(task, client, event).await?;
                }
            }
            () = sleep(pause) => {}
        }
        session.look_after(task, client).await?;
        if let Some(reply) = session.requests.pause.take_if(|_| !session.applier.open() && task.erasing.is_none()) {
            rest::leave(task, client).await?;
            return Ok(Ended::Paused(reply));
        }
    }
}

/// What one connection keeps in mind.
struct Session {
    applier: Applier,
    requests: Requests,
}

impl Session {
    async fn event(
        &mut self,
        task: &mut Task,
        client: &ReplicationClient,
        event: pgwire_replication::Result<Option<ReplicationEvent>>,
    ) -> Result<()> {
        let event = event.map_err(|source| Error::Stream { doing: "read the replication stream", source })?;
        match event.ok_or(Error::StreamEnded)? {
            ReplicationEvent::Begin { final_lsn, xid, commit_time_micros } => {
                let commit_at = pgoutput::moment(commit_time_micros);
                self.message(task, &Message::Begin(Begin { final_lsn: Lsn(final_lsn.0), commit_at, xid })).await
            }
            ReplicationEvent::Commit { lsn, end_lsn, commit_time_micros } => {
                let commit_at = pgoutput::moment(commit_time_micros);
                let commit = Commit { lsn: Lsn(lsn.0), end_lsn: Lsn(end_lsn.0), commit_at };
                self.message(task, &Message::Commit(commit)).await
            }
            ReplicationEvent::XLogData { data, .. } => self.message(task, &pgoutput::decode(&data)?).await,
            ReplicationEvent::KeepAlive { wal_end, reply_requested, server_time_micros: _ } => {
                self.keepalive(task, client, Lsn(wal_end.0), reply_requested).await
            }
            // Messages carry no rows; a stop position is never set.
            ReplicationEvent::Message { .. } | ReplicationEvent::StoppedAt { .. } => Ok(()),
        }
    }

    async fn message(&mut self, task: &mut Task, message: &Message<'_>) -> Result<()> {
        match self.applier.apply(&mut task.lake, message)? {
            Applied::Part => Ok(()),
            Applied::Transaction { end_lsn, commit_at } => {
                self.committed(task, end_lsn, commit_at);
                Ok(())
            }
            Applied::UnknownColumns { table, columns } => refuse_new_columns(&task.source, &table, &columns).await,
        }
    }

    fn committed(&mut self, task: &mut Task, end_lsn: Lsn, commit_at: DateTime<Utc>) {
        let changes = self.applier.take_changes();
        let lag_ms = (task.clock.now() - commit_at).num_milliseconds().max(0);
        task.status.send_modify(|status| {
            status.received_lsn = status.received_lsn.max(end_lsn);
            status.applied_lsn = status.applied_lsn.max(end_lsn);
            status.transactions += 1;
            status.changes += changes;
            status.lag_ms = Some(lag_ms);
        });
    }

    async fn keepalive(
        &mut self,
        task: &mut Task,
        client: &ReplicationClient,
        wal_end: Lsn,
        reply_requested: bool,
    ) -> Result<()> {
        task.status.send_modify(|status| status.received_lsn = status.received_lsn.max(wal_end));
        if self.applier.open() {
            return Ok(());
        }
        // Everything before this position has been sent, so the lake covers it.
        task.lake.heartbeat(wal_end);
        task.status.send_modify(|status| status.applied_lsn = status.applied_lsn.max(wal_end));
        if reply_requested && wal_end > task.lake.durable_lsn() {
            acknowledge(client, task.flush().await?);
        }
        Ok(())
    }

    /// Publishes, flushes and acknowledges what is due.
    async fn look_after(&mut self, task: &mut Task, client: &ReplicationClient) -> Result<()> {
        if task.lake.publish_due() == Some(Duration::ZERO) {
            task.lake.publish().map_err(|source| Error::Lake { doing: "publish a snapshot of the lake", source })?;
        }
        let lake_failed = |source| Error::Lake { doing: "flush the lake", source };
        if let Some(durable) = task.lake.poll_flush().map_err(lake_failed)? {
            task.status.send_modify(|status| status.durable_lsn = durable);
            acknowledge(client, durable);
        }
        if task.lake.needs_flush() {
            task.lake.start_flush().map_err(lake_failed)?;
        }
        self.go_on_erasing(task);
        if self.requests.flushes.is_empty() || self.applier.open() {
            return Ok(());
        }
        let durable = task.flush().await?;
        acknowledge(client, durable);
        for reply in self.requests.flushes.drain(..) {
            // Whoever asked may have gone.
            let _unheard = reply.send(Ok(durable));
        }
        Ok(())
    }

    /// Starts the next erasure or the next piece of one, and tells who asked for it when it is over.
    fn go_on_erasing(&mut self, task: &mut Task) {
        if task.erasing.is_none() {
            let Some((erasure, reply)) = self.requests.erasures.pop_front() else { return };
            task.lake.begin_erasure(erasure);
            task.erasing = Some(reply);
        }
        let outcome = match task.lake.go_on_erasing() {
            Ok(None) => return,
            Ok(Some(erased)) => Ok(erased),
            Err(source) => Err(Error::Lake { doing: "erase from the lake", source }),
        };
        if let Some(reply) = task.erasing.take() {
            // Whoever asked may have gone.
            let _unheard = reply.send(outcome);
        }
    }
}

fn acknowledge(client: &ReplicationClient, durable: Lsn) {
    client.update_applied_lsn(pgwire_replication::Lsn(durable.0));
}

/// The last flush and acknowledgement of a session.
async fn stop(task: &mut Task, client: &mut ReplicationClient) -> Result<()> {
    task.lake.abort();
    let durable = task.flush().await?;
    acknowledge(client, durable);
    let metrics = client.metrics();
    let deadline = Instant::now() + LAST_ACKNOWLEDGEMENT;
    while metrics.last_applied_lsn().0 < durable.0 && Instant::now() < deadline {
        tokio::select! {
            // The transport only speaks while its events are taken; these will be sent again.
            event = client.recv() => if !matches!(event, Ok(Some(_))) { return Ok(()) },
            () = sleep(Duration::from_millis(10)) => {}
        }
    }
    if tokio::time::timeout(LAST_ACKNOWLEDGEMENT, client.shutdown()).await.is_err() {
        tracing::warn!("Postgres did not close the replication connection in time");
    }
    Ok(())
}

/// Ends the stream if the columns exist now; columns of the past are ignored.
async fn refuse_new_columns(source: &Source, table: &str, names: &[String]) -> Result<()> {
    let mut connection = source.connect().await?;
    for name in names {
        if columns::exists(&mut connection, table, name).await? {
            return Err(columns::unknown(table, name));
        }
    }
    Ok(())
}

/// Looks at the slot from time to time; ends only when Postgres has thrown its log away.
///
/// A look that fails is no reason to end the stream: the stream notices by itself when the server
/// is gone, and the next look uses a new connection.
async fn watch_slot(source: &Source, name: &str, every: Duration, status: &watch::Sender<CaptureStatus>) -> Error {
    let mut connection = None;
    loop {
        if connection.is_none() {
            connection = source.connect().await.ok();
        }
        let look = match connection.as_mut() {
            Some(connection) => slot::find(connection, name).await,
            None => Err(Error::NotRunning),
        };
        match look {
            Ok(Some(found)) => {
                if found.wal_status.as_deref() == Some("lost") {
                    let durable = status.borrow().durable_lsn;
                    return Error::SlotLost { slot: name.to_owned(), durable };
                }
                status.send_modify(|status| {
                    status.retained_wal_bytes = found.retained_bytes;
                    status.wal_status = found.wal_status;
                });
            }
            Ok(None) => {}
            Err(_) => connection = None,
        }
        sleep(every).await;
    }
}
