//! What the program does by itself about everyday work: reminding people of tasks, and telling them
//! what concerns them, in their inbox and by mail; telling other systems of changes; and what workflow rules do.

use std::{sync::Arc, time::Duration};

use oltp::{Oltp, identity::Identity, relay::Relay, webhooks::Webhooks, workflow::Workflows};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::spawn_named;

/// Longest wait for a transaction that is under way; what it did not finish is done after the next start.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// The tasks.
#[derive(Debug)]
pub(super) struct Errands {
    stop: CancellationToken,
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

impl Errands {
    /// Starts them; notifications go out by mail when the public address is given, which it is when there
    /// is a mail server.
    pub(super) fn start(
        oltp: &Oltp,
        identity: &Arc<Identity>,
        (webhooks, workflows): (&Webhooks, &Workflows),
        public_url: Option<String>,
    ) -> Self {
        let stop = CancellationToken::new();
        let relay = Relay::new(oltp.clone(), Arc::clone(identity));
        let remind = spawn_named("reminders", oltp.clone().keep_reminding(stop.clone()));
        let tell = spawn_named("relay", relay.keep_telling(stop.clone()));
        let call = spawn_named("webhooks", webhooks.clone().keep_sending(stop.clone()));
        let act = spawn_named("workflow rules", workflows.clone().keep_running(stop.clone()));
        let mut tasks = vec![("reminders", remind), ("relay", tell), ("webhooks", call), ("workflow rules", act)];
        if let Some(public_url) = public_url {
            let mail = oltp.clone().keep_mailing_notifications(public_url, stop.clone());
            tasks.push(("mail of notifications", spawn_named("mail of notifications", mail)));
        }
        Self { stop, tasks }
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
