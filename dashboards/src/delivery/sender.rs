//! The loop that sends deliveries, one after the other.

use std::time::Duration;

use lettre::Message;
use oltp::{
    Lease, SendQueue,
    deliveries::{ClaimedDelivery, DeliveryOutcome},
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Deliveries;
use crate::mail::{
    Mailer, SendError,
    rounds::{Look, NO_MAIL_SERVER, Rounds, give_back, keep_sending, lease, stored, waiting},
};

/// A letter that is ready to go.
pub(super) struct Prepared {
    pub(super) message: Message,
    pub(super) message_id: String,
    pub(super) files: Value,
}

/// The sender at work.
struct Round {
    deliveries: Deliveries,
    lease: Lease,
}

impl Deliveries {
    /// Sends until it is told to stop; a delivery that is being sent is finished first.
    pub async fn send(self, stop: CancellationToken) {
        let Some(lease) = lease(&self.parts.oltp, SendQueue::Deliveries, &stop).await else { return };
        let mut round = Round { deliveries: self, lease };
        keep_sending(&mut round, &stop).await;
        give_back(round.lease).await;
    }

    async fn wait_for_server(&self, error: &SendError) -> Result<Look, oltp::Error> {
        let explained = self.parts.oltp.explain_waiting(&waiting(error)).await?;
        if explained > 0 {
            tracing::warn!(waiting = explained, "scheduled mail waits: {error}");
        }
        Ok(Look::Away)
    }

    /// Brings one delivery to its end; the inner error is that of a server that is away.
    async fn deliver(&self, mailer: &Mailer, claimed: &ClaimedDelivery) -> Result<Result<(), SendError>, oltp::Error> {
        let Prepared { message, message_id, files } = match self.prepare(mailer, claimed).await {
            Ok(prepared) => prepared,
            Err(outcome) => return self.finish(claimed, outcome).await.map(Ok),
        };
        let (connection, handed) = mailer.hand_over(&message).await;
        let outcome = match &handed {
            Ok(()) => DeliveryOutcome::Sent { message_id, files },
            Err(SendError::Never(words)) => DeliveryOutcome::Failed(words.clone()),
            Err(SendError::Later(words)) => DeliveryOutcome::Later(words.clone()),
            Err(error @ SendError::Away(_)) => DeliveryOutcome::Away(waiting(error)),
        };
        let finished = self.finish(claimed, outcome).await;
        let Some(connection) = connection else { return finished.map(|()| handed) };
        connection.close().await;
        // Once connected, what the server says is about this mail.
        finished.map(Ok)
    }

    async fn finish(&self, claimed: &ClaimedDelivery, outcome: DeliveryOutcome) -> Result<(), oltp::Error> {
        log(claimed, &outcome);
        stored(|| self.parts.oltp.finish_delivery(claimed, outcome.clone())).await
    }
}

impl Rounds for Round {
    /// Retries become due without anybody saying so.
    const LOOK_AGAIN: Duration = Duration::from_secs(5);

    async fn look(&mut self, away: bool, stop: &CancellationToken) -> Result<Look, oltp::Error> {
        let parts = &self.deliveries.parts;
        let Some(mailer) = &parts.mailer else {
            parts.oltp.explain_waiting(NO_MAIL_SERVER).await?;
            return Ok(Look::Empty);
        };
        // While the server is away nothing is claimed and rendered only to be put back.
        if away && let Err(error) = mailer.check().await {
            return self.deliveries.wait_for_server(&error).await;
        }
        while !stop.is_cancelled() {
            let Some(claimed) = parts.oltp.claim_delivery(&mut self.lease).await? else { break };
            if let Err(error) = self.deliveries.deliver(mailer, &claimed).await? {
                return self.deliveries.wait_for_server(&error).await;
            }
        }
        Ok(Look::Empty)
    }

    async fn told(&self) {
        self.deliveries.parts.something_to_send.notified().await;
    }
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
