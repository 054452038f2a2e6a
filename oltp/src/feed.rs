//! The live feed: what every server of the workspace hears about writes, in the order of commits.
//!
//! What a write has to tell waits in `herald` until its transaction is committed; then Postgres tells
//! every listening process, and nothing is said about what was rolled back. One connection
//! per process listens while somebody subscribes; it hands each notice to all subscribers through
//! a ring of fixed size. Who falls behind the ring, or was subscribed while the connection was
//! lost, is told that something is missing. Whether a subscriber may know of a change is decided
//! by [`Notice::for_caller`] from the notice alone, so a change costs no query per subscriber. News for
//! one person, such as how far their job is, goes the same way.

mod herald;
mod news;
mod notice;

use std::sync::{Arc, Weak};

use serde::Deserialize;
use sqlx::postgres::PgListener;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, broadcast, broadcast::error::RecvError};
use tokio_util::sync::CancellationToken;

use herald::Herald;
pub(crate) use news::News;
pub use notice::{Action, ChangeEvent};
pub(crate) use notice::{Notice, notices};

use crate::{Error, Oltp, Result};

/// The channel that `tell_committed.sql` notifies.
const CHANNEL: &str = "leadhouse_changes";
/// Changes a subscriber may be behind; a second of fast typing of a whole team.
const RING: usize = 1_024;
/// Subscribers of one process: each is an open connection of a browser.
const MAX_SUBSCRIBERS: usize = 2_000;

/// The feed of one process; cheap to clone.
#[derive(Debug, Clone)]
pub struct ChangeFeed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The running listener holds the ring; it is gone when nobody has listened for a while.
    ring: Mutex<Weak<broadcast::Sender<Signal>>>,
    places: Arc<Semaphore>,
    closing: CancellationToken,
    herald: Herald,
}

/// What Postgres tells: news for one person, or a change of records.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Told {
    News(News),
    Change(Box<Notice>),
}

/// What goes through the ring.
#[derive(Debug, Clone)]
enum Signal {
    Change(Arc<Notice>),
    News(Arc<News>),
    /// The connection was lost and made again: changes may be missing.
    Gap,
}

/// What a subscriber hears.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    /// Something was written.
    Change(Arc<Notice>),
    /// There is news for one person.
    News(Arc<News>),
    /// Something may be missing: look at everything again.
    Gap,
    /// The feed has ended; subscribe again.
    End,
}

impl Default for ChangeFeed {
    fn default() -> Self {
        Self(Arc::new(Inner {
            ring: Mutex::default(),
            places: Arc::new(Semaphore::new(MAX_SUBSCRIBERS)),
            closing: CancellationToken::new(),
            herald: Herald::default(),
        }))
    }
}

impl ChangeFeed {
    /// Ends every subscription, so that open connections do not keep a server from stopping.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Hears every change committed from now on.
    ///
    /// # Errors
    /// [`Error::Crowded`] when there are too many subscribers; [`Error::Database`].
    pub(crate) async fn subscribe(&self, oltp: &Oltp) -> Result<Subscription> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_full| Error::Crowded)?;
        let mut ring = self.0.ring.lock().await;
        if let Some(sender) = ring.upgrade() {
            let changes = sender.subscribe();
            return Ok(Subscription { changes, closing: self.0.closing.clone(), _place: place });
        }
        let mut listener = PgListener::connect_with(oltp.pool()).await?;
        listener.listen(CHANNEL).await?;
        let sender = Arc::new(broadcast::Sender::new(RING));
        *ring = Arc::downgrade(&sender);
        let changes = sender.subscribe();
        spawn(listen(listener, sender, self.0.closing.clone()));
        Ok(Subscription { changes, closing: self.0.closing.clone(), _place: place })
    }
}

/// One subscriber's place.
#[derive(Debug)]
pub(crate) struct Subscription {
    changes: broadcast::Receiver<Signal>,
    closing: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Subscription {
    /// Waits for the next change.
    pub(crate) async fn next(&mut self) -> Heard {
        let signal = tokio::select! {
            () = self.closing.cancelled() => return Heard::End,
            signal = self.changes.recv() => signal,
        };
        match signal {
            Ok(Signal::Change(notice)) => Heard::Change(notice),
            Ok(Signal::News(news)) => Heard::News(news),
            Ok(Signal::Gap) | Err(RecvError::Lagged(_)) => Heard::Gap,
            Err(RecvError::Closed) => Heard::End,
        }
    }
}

/// Hands on what Postgres tells, until nobody listens any more or the feed is closed.
async fn listen(mut listener: PgListener, ring: Arc<broadcast::Sender<Signal>>, closing: CancellationToken) {
    loop {
        let told = tokio::select! {
            () = closing.cancelled() => return,
            told = listener.try_recv() => told,
        };
        let signal = match told {
            Ok(Some(notification)) if notification.payload() == herald::LOOK_AGAIN => Signal::Gap,
            Ok(Some(notification)) => match serde_json::from_str(notification.payload()) {
                Ok(Told::News(news)) => Signal::News(Arc::new(news)),
                Ok(Told::Change(notice)) => Signal::Change(Arc::from(notice)),
                Err(error) => {
                    // A newer version of the program in the same workspace may say more than we read.
                    tracing::warn!(error = %error, "a notice of a change cannot be read; clients are told to look again");
                    Signal::Gap
                }
            },
            Ok(None) => Signal::Gap,
            Err(error) => {
                tracing::warn!(error = %error, "the feed of changes has ended; clients will subscribe again");
                return;
            }
        };
        if ring.send(signal).is_err() {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the tasks of the feed; they end with the feed or with the pool")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
