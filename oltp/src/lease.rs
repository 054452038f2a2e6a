//! The right to send: one sender per queue, and what senders before it left behind.
//!
//! Whoever holds the advisory lock of a queue knows that every other sender is dead, so whatever is
//! marked as being sent since before its own start was left behind and can be taken at once. Without
//! the lock it can be taken when its [`LEASE`] has run out.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, pool::PoolConnection};

use crate::{Oltp, Result};

/// Longer than rendering and sending may take together.
const LEASE: TimeDelta = TimeDelta::minutes(15);

/// A queue of things to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendQueue {
    /// Scheduled mail: [`deliveries`](crate::deliveries).
    Deliveries,
    /// Everything else: [`mails`](crate::mails).
    Mails,
}

impl SendQueue {
    /// Held by the one sender of a workspace as long as it lives.
    fn lock(self) -> i64 {
        match self {
            Self::Deliveries => 0x4c48_5345_4e44_4552, // "LHSENDER"
            Self::Mails => 0x4c48_4d41_494c_4552,      // "LHMAILER"
        }
    }
}

/// A sender's right to what senders before it left behind.
#[derive(Debug)]
pub struct Lease {
    queue: SendQueue,
    /// Keeps the lock; Postgres lets go of it when the process dies, however it dies.
    connection: Option<PoolConnection<Postgres>>,
    since: DateTime<Utc>,
}

impl Oltp {
    /// Starts to send from a queue.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn lease(&self, queue: SendQueue) -> Result<Lease> {
        let mut lease = Lease { queue, connection: None, since: self.clock().now() };
        self.renew(&mut lease).await?;
        Ok(lease)
    }

    /// Tries to be the only sender: one that died may hold the lock until Postgres notices.
    pub(crate) async fn renew(&self, lease: &mut Lease) -> Result<()> {
        if lease.connection.is_some() {
            return Ok(());
        }
        let mut connection = self.pool().acquire().await?;
        let alone = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(lease.queue.lock());
        let alone: bool = alone.fetch_one(&mut *connection).await?;
        if alone {
            *lease = Lease { queue: lease.queue, connection: Some(connection), since: self.clock().now() };
        }
        Ok(())
    }
}

impl Lease {
    /// What is being sent since before this moment was left behind.
    pub(crate) fn abandoned_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let ended = now - LEASE;
        if self.connection.is_some() { ended.max(self.since) } else { ended }
    }

    /// Ends the lease, so that another sender can start.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); then the lock goes with the connection.
    pub async fn end(self) -> Result<()> {
        if let Some(mut connection) = self.connection {
            sqlx::query("select pg_advisory_unlock($1)").bind(self.queue.lock()).execute(&mut *connection).await?;
        }
        Ok(())
    }
}
