//! The task that sends what lies in the queue of `oltp::mails`, one letter after the other.

use std::{future::pending, time::Duration};

use oltp::{
    Lease, Oltp, SendQueue,
    mails::{ClaimedMail, MailOutcome},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Letter, Mailer, SendError,
    rounds::{Look, NO_MAIL_SERVER, Rounds, give_back, keep_sending, lease, stored, waiting},
};

/// How often what was done long ago is removed.
const FORGET_AGAIN: Duration = Duration::from_hours(1);

/// Sends queued mail; cheap to clone.
#[derive(Debug, Clone)]
pub struct Post {
    oltp: Oltp,
    /// `None` when no mail server is configured: mail waits then and says so.
    mailer: Option<Mailer>,
}

impl Post {
    /// A sender over this queue; without a mailer mail waits for one.
    pub fn new(oltp: Oltp, mailer: Option<Mailer>) -> Self {
        Self { oltp, mailer }
    }

    /// Sends until it is told to stop; a mail that is being sent is finished first.
    pub async fn send(self, stop: CancellationToken) {
        let Some(lease) = lease(&self.oltp, SendQueue::Mails, &stop).await else { return };
        let mut round = Round { post: self, lease, forget_at: Instant::now() };
        keep_sending(&mut round, &stop).await;
        give_back(round.lease).await;
    }
}

/// The sender at work.
struct Round {
    post: Post,
    lease: Lease,
    forget_at: Instant,
}

impl Rounds for Round {
    /// Somebody who waits for the link in a mail looks at an empty mailbox.
    const LOOK_AGAIN: Duration = Duration::from_secs(1);

    async fn look(&mut self, away: bool, stop: &CancellationToken) -> Result<Look, oltp::Error> {
        let Post { oltp, mailer } = &self.post;
        if self.forget_at <= Instant::now() {
            oltp.forget_old_mails().await?;
            self.forget_at = Instant::now() + FORGET_AGAIN;
        }
        let Some(mailer) = mailer else {
            oltp.explain_waiting_mails(NO_MAIL_SERVER).await?;
            return Ok(Look::Empty);
        };
        if away && let Err(error) = mailer.check().await {
            return wait_for_server(oltp, &error).await;
        }
        while !stop.is_cancelled() {
            let Some(claimed) = oltp.claim_mail(&mut self.lease).await? else { break };
            if let Err(error) = deliver(oltp, mailer, &claimed).await? {
                return wait_for_server(oltp, &error).await;
            }
        }
        Ok(Look::Empty)
    }

    async fn told(&self) {
        pending::<()>().await;
    }
}

async fn wait_for_server(oltp: &Oltp, error: &SendError) -> Result<Look, oltp::Error> {
    let explained = oltp.explain_waiting_mails(&waiting(error)).await?;
    if explained > 0 {
        tracing::warn!(waiting = explained, "mail waits: {error}");
    }
    Ok(Look::Away)
}

/// Brings one mail to its end; the inner error is that of a server that is away.
async fn deliver(oltp: &Oltp, mailer: &Mailer, claimed: &ClaimedMail) -> Result<Result<(), SendError>, oltp::Error> {
    let letter = Letter {
        id: claimed.id.to_string(),
        name: claimed.name.clone(),
        address: claimed.address.clone(),
        subject: claimed.subject.clone(),
        body: claimed.body.clone(),
        attachments: Vec::new(),
        origin: claimed.origin.clone(),
    };
    let (connection, handed) = match mailer.message(&letter, oltp.clock().now()) {
        Ok(message) => mailer.hand_over(&message).await,
        Err(error) => (None, Err(error)),
    };
    let outcome = match &handed {
        Ok(()) => MailOutcome::Sent,
        Err(SendError::Never(words)) => MailOutcome::Failed(words.clone()),
        Err(SendError::Later(words)) => MailOutcome::Later(words.clone()),
        Err(error @ SendError::Away(_)) => MailOutcome::Away(waiting(error)),
    };
    log(claimed, &outcome);
    let finished = stored(|| oltp.finish_mail(claimed, outcome.clone())).await;
    let Some(connection) = connection else { return finished.map(|()| away(handed)) };
    connection.close().await;
    // Once connected, what the server says is about this mail.
    finished.map(Ok)
}

/// The error of a server that is away; that of a letter is stored with it.
fn away(handed: Result<(), SendError>) -> Result<(), SendError> {
    handed.or_else(|error| if matches!(error, SendError::Away(_)) { Err(error) } else { Ok(()) })
}

fn log(claimed: &ClaimedMail, outcome: &MailOutcome) {
    let (id, attempt) = (claimed.id, claimed.attempt);
    match outcome {
        MailOutcome::Sent => tracing::info!(mail.id = %id, attempt, "sent a mail"),
        MailOutcome::Failed(_) => tracing::warn!(mail.id = %id, attempt, "a mail failed"),
        MailOutcome::Later(_) | MailOutcome::Away(_) => tracing::info!(mail.id = %id, attempt, "a mail waits"),
    }
}
