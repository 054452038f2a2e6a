//! Mail as tasks of the program: started with it, stopped before the database.

use std::time::Duration;

use dashboards::{
    delivery::Deliveries,
    mail::{MailConfig, MailConfigError, Mailer, Post},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::spawn_named;
use crate::config::MailSection;

/// Longest wait for a mail that is being handed over; one that takes longer is sent again after the
/// next start.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The planner and the senders.
#[derive(Debug)]
pub(super) struct Mailing {
    stop: CancellationToken,
    tasks: [(&'static str, JoinHandle<()>); 3],
}

impl Mailing {
    /// Starts all of them.
    pub(super) fn start(deliveries: &Deliveries, post: Post) -> Self {
        let stop = CancellationToken::new();
        let plan = spawn_named("mail planner", deliveries.clone().plan(stop.clone()));
        let send = spawn_named("mail sender", deliveries.clone().send(stop.clone()));
        let post = spawn_named("mail post", post.send(stop.clone()));
        Self { stop, tasks: [("planner", plan), ("sender", send), ("post", post)] }
    }

    /// Stops planning and finishes the mail that is being sent.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        for (name, mut task) in self.tasks {
            match timeout(STOP_LIMIT, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!("the mail {name} had failed: {error}"),
                Err(_elapsed) => {
                    tracing::warn!("the mail {name} did not stop in time; what it was sending is sent again");
                    task.abort();
                }
            }
        }
    }
}

/// The mailer of a workspace; `None` when no mail server is configured.
///
/// # Errors
/// The address of the server or of the sender cannot be used.
pub(crate) fn mailer(section: &MailSection) -> Result<Option<Mailer>, MailConfigError> {
    let Some(smtp_url) = section.smtp_url.clone() else { return Ok(None) };
    let config = MailConfig {
        smtp_url,
        from: section.from.clone(),
        timeout: Duration::from_secs(section.timeout_seconds),
        attachment_limit_bytes: section.attachment_limit_mib.saturating_mul(1024 * 1024),
    };
    Mailer::new(&config).map(Some)
}
