//! The relay of the outbox: tells every message once to each of the [`CONSUMERS`].
//!
//! A write leaves its messages in its own transaction; the relay reads them in order and lets each
//! consumer do its part, all of it in the transaction that marks the message delivered. So what
//! follows from a message happens once, however often the program is stopped in between. Consumers
//! write rows only: what leaves the machine (mail, calls of webhooks) is a queue of its own.
//!
//! A message that cannot be told is tried again, [`MAX_ATTEMPTS`] times in all, and holds up no other.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::{Acquire, FromRow, PgConnection, PgTransaction};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Oltp, Result,
    feed::{Heard, Subscription},
    identity::Identity,
    notifications, webhooks, workflow,
};

/// What is done with each message, in this order.
const CONSUMERS: [(&str, Consumer); 3] =
    [("notifications", notifications::tell), ("webhooks", webhooks::enqueue), ("workflow rules", workflow::enqueue)];

/// A consumer: writes what follows from the message into the given transaction.
type Consumer = for<'a> fn(&'a Relay, &'a mut PgConnection, &'a Message) -> BoxFuture<'a, Result<()>>;

/// Held by the one relay that is at work, so that messages are told in order.
const RELAY_LOCK: i64 = 0x4c48_5245_4c41_5900; // "LHRELAY"
/// Messages of one transaction: few enough that a failure repeats little.
const AT_ONCE: i64 = 200;
/// A message that fails this often is given up, so that a defect does not tell the log forever.
const MAX_ATTEMPTS: i64 = 5;
/// How often the relay looks when it heard of no change.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// One message of the outbox.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) topic: String,
    pub(crate) object: Option<String>,
    pub(crate) record_id: Option<Uuid>,
    pub(crate) payload: Value,
    attempts: i64,
}

/// Tells the messages of the outbox; cheap to clone.
#[derive(Debug, Clone)]
pub struct Relay {
    oltp: Oltp,
    identity: Arc<Identity>,
}

impl Relay {
    /// A relay that asks `identity` what each recipient may see.
    pub fn new(oltp: Oltp, identity: Arc<Identity>) -> Self {
        Self { oltp, identity }
    }

    pub(crate) fn oltp(&self) -> &Oltp {
        &self.oltp
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Tells everything that waits and answers how many messages were told.
    ///
    /// Nothing is done while another server of the workspace is at it.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); what was not told waits still.
    pub async fn tell_all(&self) -> Result<usize> {
        let mut total = 0;
        loop {
            let told = self.tell_some().await?;
            total += told;
            if told == 0 {
                return Ok(total);
            }
        }
    }

    /// Tells messages until it is told to stop.
    pub async fn keep_telling(self, stop: CancellationToken) {
        let mut feed = None;
        loop {
            if let Err(error) = self.tell_all().await {
                tracing::warn!("messages of the outbox wait: {error:?}");
            }
            if feed.is_none() {
                feed = self.oltp.feed().subscribe(&self.oltp).await.ok();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                ended = heard(&mut feed) => if ended { feed = None },
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn tell_some(&self) -> Result<usize> {
        let mut tx = self.oltp.pool().begin().await?;
        let alone = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(RELAY_LOCK);
        let alone: bool = alone.fetch_one(&mut *tx).await?;
        if !alone {
            return Ok(0);
        }
        let pending = sqlx::query_as(include_str!("../sql/pending_messages.sql")).bind(AT_ONCE);
        let pending: Vec<Message> = pending.fetch_all(&mut *tx).await?;
        let mut told = Vec::new();
        let mut failed = Vec::new();
        for message in &pending {
            match self.tell(&mut tx, message).await {
                Ok(()) => told.push(message.id),
                // The database is away: no message is to blame.
                Err(error) if catalog::Fault::kind(&error).retryable() => return Err(error),
                Err(error) if message.attempts + 1 >= MAX_ATTEMPTS => {
                    tracing::error!(outbox.id = message.id, "a message was given up: {error:?}");
                    told.push(message.id);
                }
                Err(error) => {
                    tracing::warn!(outbox.id = message.id, "a message will be told again: {error:?}");
                    failed.push(message.id);
                }
            }
        }
        let sql = "update outbox
                   set attempts = attempts + 1, delivered_at = case when id = any($1) then $3 end
                   where id = any($1) or id = any($2)";
        sqlx::query(sql).bind(&told).bind(&failed).bind(self.oltp.clock().now()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(told.len())
    }

    async fn tell(&self, tx: &mut PgTransaction<'_>, message: &Message) -> Result<()> {
        let mut savepoint = tx.begin().await?;
        for (name, consumer) in CONSUMERS {
            if let Err(error) = consumer(self, &mut savepoint, message).await {
                tracing::debug!(outbox.id = message.id, consumer = name, "a consumer failed");
                savepoint.rollback().await?;
                return Err(error);
            }
        }
        savepoint.commit().await?;
        Ok(())
    }
}

/// Waits for the next change; `true` when the feed has ended and must be subscribed to again.
async fn heard(feed: &mut Option<Subscription>) -> bool {
    match feed {
        Some(feed) => matches!(feed.next().await, Heard::End),
        None => std::future::pending().await,
    }
}
