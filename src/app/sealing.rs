//! Sealing the audit log as a task of the program.

use std::time::Duration;

use oltp::Oltp;
use tokio::{task::JoinHandle, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::spawn_named;

/// How soon after its commit an entry is sealed, if no older transaction is still running.
const SEAL_EVERY: Duration = Duration::from_secs(2);

/// The sealer, started with the program and stopped before the database.
#[derive(Debug)]
pub(super) struct Sealing {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Sealing {
    /// Starts to seal.
    pub(super) fn start(oltp: &Oltp) -> Self {
        let stop = CancellationToken::new();
        let task = spawn_named("audit sealer", run(oltp.clone(), stop.clone()));
        Self { stop, task }
    }

    /// Seals what is there and stops.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!("the sealing of the audit log had failed: {error}");
        }
    }
}

async fn run(oltp: Oltp, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SEAL_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let going_on = stop.run_until_cancelled(ticks.tick()).await.is_some();
        if let Err(error) = oltp.seal_audit().await {
            // What is not sealed yet is sealed by the next run, of this server or another.
            tracing::warn!("the audit log could not be sealed: {error}");
        }
        if !going_on {
            return;
        }
    }
}
