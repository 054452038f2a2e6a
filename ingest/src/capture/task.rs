//! The task around the stream: sessions, one after the other, until it is asked to stop.

use std::{sync::Arc, time::Duration};

use catalog::{Clock, Fault, Lsn};
use pgwire_replication::ReplicationClient;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use warehouse::{Erased, Lake, TableSpec};

use crate::{
    Error, Result,
    capture::{
        CaptureConfig, CaptureState, CaptureStatus, columns, follow, initial_copy, publication,
        rest::{Ended, Request},
        slot::{self, Beginning, LakePosition},
        source::Source,
    },
};

/// A server that does not answer a connection attempt within this time is away.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Copies begun because the slot was lost, per [`REBUILD_PERIOD`]; more means that something
/// destroys slots faster than a copy helps.
const REBUILDS_MAX: usize = 3;
const REBUILD_PERIOD: Duration = Duration::from_hours(1);

/// Everything the task owns.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) source: Source,
    pub(crate) lake_id: String,
    pub(crate) tables: Vec<TableSpec>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) lake: Lake,
    pub(crate) config: CaptureConfig,
    pub(crate) status: Arc<watch::Sender<CaptureStatus>>,
    pub(crate) requests: mpsc::Receiver<Request>,
    /// Who waits for the erasure that the lake does.
    pub(crate) erasing: Option<oneshot::Sender<Result<Erased>>>,
    pub(crate) cancel: CancellationToken,
}

/// Runs the task on a thread of its own; the receiver gets how it ended.
pub(crate) fn spawn(task: Task) -> Result<oneshot::Receiver<Result<()>>> {
    // One worker serves the connections while the main future decodes and applies.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("leadhouse-capture-io")
        .enable_all()
        .build()
        .map_err(|source| Error::Spawn { source })?;
    let (ended, outcome) = oneshot::channel();
    std::thread::Builder::new()
        .name("leadhouse-capture".to_owned())
        .spawn(move || {
            // This thread has no other task to be fair to, and a budget per turn would only make
            // events that have arrived look as if they had not.
            let result = runtime.block_on(tokio::task::unconstrained(task.run()));
            // Dropping the runtime waits for a flush that still writes.
            drop(runtime);
            // Nobody may be waiting for the outcome; the status has it as well.
            let _unheard = ended.send(result);
        })
        .map_err(|source| Error::Spawn { source })?;
    Ok(outcome)
}

/// What a session found out before it began.
struct Opening {
    slot: String,
    system_id: String,
    beginning: Beginning,
}

impl Task {
    async fn run(mut self) -> Result<()> {
        let mut pause = self.config.least_pause;
        let mut rebuilds = Rebuilds::default();
        loop {
            let began = Instant::now();
            let error = match self.session(&mut rebuilds).await {
                Ok(Ended::Stopped) => break,
                Ok(Ended::Paused(reply)) => {
                    if self.rest(reply).await {
                        break;
                    }
                    continue;
                }
                Err(error) => error,
            };
            self.lake.abort();
            // Whoever waits for an erasure hears that it was not done and asks again.
            self.lake.give_up_erasure();
            self.erasing = None;
            self.report(&error);
            if self.cancel.is_cancelled() || !error.kind().retryable() {
                self.status.send_modify(|status| status.state = CaptureState::Failed);
                tracing::error!(error = %chain(&error), "capture stopped");
                return Err(error);
            }
            if began.elapsed() > self.config.greatest_pause {
                pause = self.config.least_pause;
            }
            tracing::warn!(error = %chain(&error), pause_ms = pause.as_millis(), "capture will try again");
            if self.wait(pause).await {
                break;
            }
            pause = (pause * 2).min(self.config.greatest_pause);
        }
        self.status.send_modify(|status| status.state = CaptureState::Stopped);
        tracing::info!(durable_lsn = %self.lake.durable_lsn(), "capture stopped");
        Ok(())
    }

    /// One connection from beginning to end.
    async fn session(&mut self, rebuilds: &mut Rebuilds) -> Result<Ended> {
        let cancel = self.cancel.clone();
        let client = tokio::select! {
            () = cancel.cancelled() => None,
            opened = self.open(rebuilds) => Some(opened?),
        };
        let Some((mut client, slot)) = client else {
            self.lake.abort();
            return self.flush().await.map(|_durable| Ended::Stopped);
        };
        self.status.send_modify(|status| status.state = CaptureState::Streaming);
        follow::follow(self, &mut client, &slot).await
    }

    /// Connects, copies if the lake is empty, and starts the stream.
    async fn open(&mut self, rebuilds: &mut Rebuilds) -> Result<(ReplicationClient, String)> {
        self.status.send_modify(|status| status.state = CaptureState::Starting);
        let opening = self.inspect(rebuilds).await?;
        self.status.send_modify(|status| status.slot = Some(opening.slot.clone()));
        let config = self.source.replication(&opening.slot, &self.config.publication);
        let mut config = config.with_start_lsn(pgwire_replication::Lsn(self.lake.durable_lsn().0));
        if matches!(opening.beginning, Beginning::Copy { .. }) {
            // The new slot knows where it begins.
            config = config.with_start_lsn(pgwire_replication::Lsn::ZERO);
        }
        let mut client = answered("open the replication connection", ReplicationClient::connect_gated(config)).await?;
        let found = answered("identify the server", client.identify_system()).await?.system_id;
        if found != opening.system_id {
            return Err(Error::OtherCluster { expected: opening.system_id, found });
        }
        if let Beginning::Copy { drop_slot } = opening.beginning {
            let plan = initial_copy::Plan { slot: &opening.slot, system_id: &opening.system_id, drop_slot };
            initial_copy::copy(self, &mut client, &plan).await?;
            self.config.rebuild = false;
        }
        answered("start the replication stream", client.start()).await?;
        answered("start the replication stream", client.wait_started()).await?;
        tracing::info!(slot = opening.slot, durable_lsn = %self.lake.durable_lsn(), "capture follows the log");
        Ok((client, opening.slot))
    }

    /// Prepares the publication and decides how to begin.
    async fn inspect(&mut self, rebuilds: &mut Rebuilds) -> Result<Opening> {
        let mut connection = timeout(ANSWER_WITHIN, self.source.connect())
            .await
            .unwrap_or(Err(Error::Silent { doing: "connect for capture" }))?;
        let names: Vec<&str> = self.tables.iter().map(|table| table.name.as_str()).collect();
        publication::ensure(&mut connection, &self.config.publication, &names).await?;
        for table in &self.tables {
            columns::check(&mut connection, table).await?;
        }
        let state = self.lake.state();
        let system_id = slot::system_id(&mut connection).await?;
        let name = state.slot.clone().unwrap_or_else(|| slot::name(&system_id, &self.lake_id));
        let found = slot::find(&mut connection, &name).await?;
        let copied = state.snapshot_done && state.missing_tables.is_empty() && !self.config.rebuild;
        let lake = LakePosition {
            system_id: state.system_id.as_deref().filter(|_| !self.config.rebuild),
            copied,
            durable: state.durable_lsn,
        };
        let beginning = match slot::decide(&name, &system_id, lake, found.as_ref()) {
            Err(error @ (Error::SlotMissing { .. } | Error::SlotLost { .. })) if rebuilds.allow(Instant::now()) => {
                tracing::error!(error = %error, "the lake will be copied again");
                Beginning::Copy { drop_slot: found.is_some() }
            }
            decided => decided?,
        };
        Ok(Opening { slot: name, system_id, beginning })
    }

    /// Makes everything applied durable; answers up to where.
    pub(crate) async fn flush(&mut self) -> Result<Lsn> {
        let durable = self.lake.flush().await.map_err(|source| Error::Lake { doing: "flush the lake", source })?;
        self.status.send_modify(|status| status.durable_lsn = durable);
        Ok(durable)
    }

    /// Waits before a new attempt, still answering flush requests; `true` means stop.
    async fn wait(&mut self, pause: Duration) -> bool {
        self.status.send_modify(|status| status.state = CaptureState::Waiting);
        // What was applied becomes durable now, because nobody knows when Postgres comes back. If
        // the lake cannot, nothing is lost: Postgres keeps it, and the next session meets the
        // lake's error again.
        if let Err(error) = self.flush().await {
            self.report(&error);
        }
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return true,
                () = tokio::time::sleep_until(until) => return false,
                Some(request) = self.requests.recv() => self.answer_resting(request).await,
            }
        }
    }

    fn report(&self, error: &Error) {
        self.status.send_modify(|status| {
            status.last_error = Some(chain(error));
            status.restarts += 1;
        });
    }
}

/// The moments at which copies were begun because the slot was lost.
#[derive(Debug, Default)]
struct Rebuilds(Vec<Instant>);

impl Rebuilds {
    fn allow(&mut self, now: Instant) -> bool {
        self.0.retain(|at| now.duration_since(*at) < REBUILD_PERIOD);
        if self.0.len() >= REBUILDS_MAX {
            return false;
        }
        self.0.push(now);
        true
    }
}

async fn answered<T>(
    doing: &'static str,
    attempt: impl Future<Output = pgwire_replication::Result<T>> + Send,
) -> Result<T> {
    match timeout(ANSWER_WITHIN, attempt).await {
        Ok(result) => result.map_err(|source| Error::Stream { doing, source }),
        Err(_elapsed) => Err(Error::Silent { doing }),
    }
}

/// The error and everything that caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_after_a_lost_slot_are_limited_per_hour() {
        let mut rebuilds = Rebuilds::default();
        let start = Instant::now();

        let first: Vec<bool> = (0..4).map(|_| rebuilds.allow(start)).collect();
        let later = rebuilds.allow(start + REBUILD_PERIOD);

        assert_eq!(first, [true, true, true, false]);
        assert!(later);
    }
}
