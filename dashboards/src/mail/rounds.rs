//! What every sender does alike: look at its queue, wait, and spare a mail server that is away.

use std::time::Duration;

use oltp::{Lease, Oltp, SendQueue};
use tokio_util::sync::CancellationToken;

use super::SendError;

/// Wait after the mail server was found away; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest wait for a mail server that is away.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Wait for a database that is away when a sender starts.
const LEASE_PAUSE: Duration = Duration::from_secs(5);
/// What was sent must be stored, or it is sent again.
const STORE_ATTEMPTS: u32 = 10;
const STORE_PAUSE: Duration = Duration::from_millis(500);

/// What mail says that waits while no mail server is configured.
pub(crate) const NO_MAIL_SERVER: &str =
    "No mail server is configured: an administrator sets smtp_url in the section [mail], or LEADHOUSE_SMTP_URL.";

/// How one look at a queue ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing is left to send now.
    Empty,
    /// The mail server is away.
    Away,
}

/// A queue and its way out.
pub(crate) trait Rounds: Send {
    /// Longest time between two looks: what becomes due says nothing.
    const LOOK_AGAIN: Duration;

    /// Sends everything that can be sent now; `away` when the last look found the server away.
    fn look(&mut self, away: bool, stop: &CancellationToken) -> impl Future<Output = Result<Look, oltp::Error>> + Send;

    /// Returns when there is something new to send.
    fn told(&self) -> impl Future<Output = ()> + Send;
}

/// Sends until it is told to stop; what is being sent is finished first.
pub(crate) async fn keep_sending<R: Rounds>(rounds: &mut R, stop: &CancellationToken) {
    let mut pause = FIRST_PAUSE;
    let mut away = false;
    while !stop.is_cancelled() {
        let look = rounds.look(away, stop).await;
        away = look.as_ref().is_ok_and(|look| *look == Look::Away);
        if let Err(error) = look {
            // Nothing is lost: what was not finished is claimed again.
            tracing::warn!("mail cannot be sent right now: {error}");
        }
        let wait = if away { pause } else { R::LOOK_AGAIN };
        pause = if away { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
        tokio::select! {
            () = stop.cancelled() => {}
            () = rounds.told(), if !away => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The right to send from a queue; `None` when told to stop before the database answered.
pub(crate) async fn lease(oltp: &Oltp, queue: SendQueue, stop: &CancellationToken) -> Option<Lease> {
    while !stop.is_cancelled() {
        match oltp.lease(queue).await {
            Ok(lease) => return Some(lease),
            Err(error) => tracing::warn!("the sender cannot start yet: {error}"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LEASE_PAUSE) => {}
        }
    }
    None
}

/// Gives the right to send back.
pub(crate) async fn give_back(lease: Lease) {
    if let Err(error) = lease.end().await {
        tracing::debug!("the database was gone before the sender: {error}");
    }
}

/// Stores what became of an attempt, more than once if need be; `store` answers whether the attempt
/// still counted.
pub(crate) async fn stored<F>(mut store: impl FnMut() -> F + Send) -> Result<(), oltp::Error>
where
    F: Future<Output = Result<bool, oltp::Error>> + Send,
{
    let mut attempt = 1;
    loop {
        match store().await {
            Ok(true) => return Ok(()),
            Ok(false) => {
                tracing::warn!("another sender took this mail over");
                return Ok(());
            }
            Err(error) if attempt == STORE_ATTEMPTS => return Err(error),
            Err(error) => tracing::warn!("the outcome of a mail is stored again: {error}"),
        }
        attempt += 1;
        tokio::time::sleep(STORE_PAUSE).await;
    }
}

/// What a mail says that waits for the server.
pub(crate) fn waiting(error: &SendError) -> String {
    format!("{error}. It is sent as soon as the server can be used.")
}
