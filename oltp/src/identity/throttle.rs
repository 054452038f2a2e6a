//! Slows down guessing: failed logins are counted per account and address, and per address.
//!
//! The count goes up before the password is looked at and back down when it was right, so that a
//! hundred attempts at once are no way around it. It lives in Postgres, so that neither a restart
//! nor a second server is one.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::{Error, Result};

/// Failures that are forgotten together.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A person who mistypes gets this many tries.
const PER_ACCOUNT: i64 = 10;

/// Many people may share an office's address.
const PER_ADDRESS: i64 = 100;

/// One attempt to sign in.
#[derive(Debug)]
pub(super) struct Attempt {
    account_hash: Vec<u8>,
    ip: String,
    at: DateTime<Utc>,
}

impl Attempt {
    /// Counts the attempt as failed until it [`succeeded`](Self::succeeded).
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`].
    pub(super) async fn begin(pool: &PgPool, account: &str, ip: &str, at: DateTime<Utc>) -> Result<Self> {
        let account_hash = Sha256::digest(account.as_bytes()).to_vec();
        let attempt = Self { account_hash, ip: ip.to_owned(), at };
        for (account_hash, limit) in [(Vec::new(), PER_ADDRESS), (attempt.account_hash.clone(), PER_ACCOUNT)] {
            let (count, ends_at): (i64, DateTime<Utc>) = sqlx::query_as(include_str!("../../sql/count_failure.sql"))
                .bind(account_hash)
                .bind(&attempt.ip)
                .bind(at)
                .bind(at + WINDOW)
                .fetch_one(pool)
                .await?;
            if count > limit {
                let retry_after_s = u64::try_from((ends_at - at).num_seconds()).unwrap_or(0).max(1);
                return Err(Error::TooManyAttempts { retry_after_s });
            }
        }
        Ok(attempt)
    }

    /// Forgets the failures of the account at this address, and what nobody needs any more.
    pub(super) async fn succeeded(self, pool: &PgPool) -> Result<()> {
        sqlx::query(include_str!("../../sql/forget_failures.sql"))
            .bind(self.account_hash)
            .bind(self.ip)
            .bind(self.at)
            .execute(pool)
            .await?;
        Ok(())
    }
}
