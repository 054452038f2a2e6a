//! The loop that sends deliveries, one after the other.

use std::time::Duration;

use lettre::Message;
use oltp::deliveries::{ClaimedDelivery, DeliveryOutcome, Lease};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Deliveries;
use crate::mail::{Mailer, SendError};

/// Longest time between two looks at the queue: retries become due without anybody saying so.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Wait after the mail server was found away; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest wait for a mail server that is away.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// What was sent must be stored, or it is sent again.
const STORE_ATTEMPTS: u32 = 10;
const STORE_PAUSE: Duration = Duration::from_millis(500);

/// What deliveries say while no mail server is configured.
const NO_MAIL_SERVER: &str =
    "No mail server is configured: an administrator sets smtp_url in the section [mail], or LEADHOUSE_SMTP_URL.";

/// How one look at the queue ended.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    /// Nothing is left to send now.
    Empty,
    /// The mail server is away.
    Away,
}

/// A letter that is ready to go.
pub(super) struct Prepared {
    pub(super) message: Message,
    pub(super) message_id: String,
    pub(super) files: Value,
}

impl Deliveries {
    /// Sends until it is told to stop; a delivery that is being sent is finished first.
    pub async fn send(self, stop: CancellationToken) {
        let Some(mut lease) = self.lease(&stop).await else { return };
        let mut pause = FIRST_PAUSE;
        let mut away = false;
        while !stop.is_cancelled() {
            let look = self.look(&mut lease, away, &stop).await;
            away = look.as_ref().is_ok_and(|look| *look == Look::Away);
            if let Err(error) = look {
                // Nothing is lost: what was not finished is claimed again.
                tracing::warn!("deliveries cannot be sent right now: {error}");
            }
            let wait = if away { pause } else { LOOK_AGAIN };
            pause = if away { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.parts.something_to_send.notified(), if !away => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        if let Err(error) = lease.end().await {
            tracing::debug!("the database was gone before the sender: {error}");
        }
    }

    async fn lease(&self, stop: &CancellationToken) -> Option<Lease> {
        while !stop.is_cancelled() {
            match self.parts.oltp.lease_deliveries().await {
                Ok(lease) => return Some(lease),
                Err(error) => tracing::warn!("the sender cannot start yet: {error}"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        None
    }

    /// Sends everything that can be sent now.
    async fn look(&self, lease: &mut Lease, away: bool, stop: &CancellationToken) -> Result<Look, oltp::Error> {
        let Some(mailer) = &self.parts.mailer else {
            self.parts.oltp.explain_waiting(NO_MAIL_SERVER).await?;
            return Ok(Look::Empty);
        };
        // While the server is away nothing is claimed and rendered only to be put back.
        if away && let Err(error) = mailer.check().await {
            return self.wait_for_server(&error).await;
        }
        while !stop.is_cancelled() {
            let Some(claimed) = self.parts.oltp.claim_delivery(lease).await? else { break };
            if let Err(error) = self.deliver(mailer, &claimed).await? {
                return self.wait_for_server(&error).await;
            }
        }
        Ok(Look::Empty)
    }

    async fn wait_for_server(&self, error: &SendError) -> Result<Look, oltp::Error> {
        let explained = self.parts.oltp.explain_waiting(&waiting(error)).await?;
        if explained > 0 {
            tracing::warn!(waiting = explained, "mail waits: {error}");
        }
        Ok(Look::Away)
    }

    /// Brings one delivery to its end; the inner error is that of a server that is away.
    async fn deliver(&self, mailer: &Mailer, claimed: &ClaimedDelivery) -> Result<Result<(), SendError>, oltp::Error> {
        let Prepared { message, message_id, files } = match self.prepare(mailer, claimed).await {
            Ok(prepared) => prepared,
            Err(outcome) => return self.finish(claimed, outcome).await.map(Ok),
        };
        let mut connection = match mailer.connect().await {
            Ok(connection) => connection,
            Err(error) => {
                self.finish(claimed, DeliveryOutcome::Away(waiting(&error))).await?;
                return Ok(Err(error));
            }
        };
        let outcome = match connection.send(&message).await {
            Ok(()) => DeliveryOutcome::Sent { message_id, files },
            Err(SendError::Never(words)) => DeliveryOutcome::Failed(words),
            Err(SendError::Later(words) | SendError::Away(words)) => DeliveryOutcome::Later(words),
        };
        // Stored before the goodbye: a kill in between is the only one that sends a mail twice.
        let finished = self.finish(claimed, outcome).await;
        connection.close().await;
        finished.map(Ok)
    }

    async fn finish(&self, claimed: &ClaimedDelivery, outcome: DeliveryOutcome) -> Result<(), oltp::Error> {
        log(claimed, &outcome);
        let mut attempt = 1;
        loop {
            match self.parts.oltp.finish_delivery(claimed, outcome.clone()).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    tracing::warn!(delivery.id = %claimed.id, "another sender took this delivery over");
                    return Ok(());
                }
                Err(error) if attempt == STORE_ATTEMPTS => return Err(error),
                Err(error) => tracing::warn!(delivery.id = %claimed.id, "the outcome is stored again: {error}"),
            }
            attempt += 1;
            tokio::time::sleep(STORE_PAUSE).await;
        }
    }
}

fn waiting(error: &SendError) -> String {
    format!("{error}. It is sent as soon as the server can be used.")
}

fn log(claimed: &ClaimedDelivery, outcome: &DeliveryOutcome) {
    let (id, attempt) = (claimed.id, claimed.attempt);
    match outcome {
        DeliveryOutcome::Sent { .. } => tracing::info!(delivery.id = %id, attempt, "sent a scheduled mail"),
        DeliveryOutcome::Refused(_) => tracing::info!(delivery.id = %id, attempt, "refused a scheduled mail"),
        DeliveryOutcome::Failed(_) => tracing::warn!(delivery.id = %id, attempt, "a scheduled mail failed"),
        DeliveryOutcome::Later(_) | DeliveryOutcome::Away(_) => {
            tracing::info!(delivery.id = %id, attempt, "a scheduled mail waits");
        }
    }
}
