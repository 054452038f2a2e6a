//! What the program does by itself about everyday work: reminding people of tasks, and telling them
//! what concerns them.

use std::{sync::Arc, time::Duration};

use oltp::{Oltp, identity::Identity, relay::Relay};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::spawn_named;

/// Longest wait for a transaction that is under way; what it did not finish is done after the next start.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// The tasks.
#[derive(Debug)]
pub(super) struct Errands {
    stop: CancellationToken,
    tasks: [(&'static str, JoinHandle<()>); 2],
}

impl Errands {
    /// Starts them.
    pub(super) fn start(oltp: &Oltp, identity: &Arc<Identity>) -> Self {
        let stop = CancellationToken::new();
        let relay = Relay::new(oltp.clone(), Arc::clone(identity));
        let remind = spawn_named("reminders", oltp.clone().keep_reminding(stop.clone()));
        let tell = spawn_named("relay", relay.keep_telling(stop.clone()));
        Self { stop, tasks: [("reminders", remind), ("relay", tell)] }
    }

    /// Finishes what is under way and stops.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        for (name, mut task) in self.tasks {
            match timeout(STOP_LIMIT, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!("the task {name} had failed: {error}"),
                Err(_elapsed) => {
                    tracing::warn!("the task {name} did not stop in time; it goes on after the next start");
                    task.abort();
                }
            }
        }
    }
}
