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

/// How often something may be tried; every try counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// What is tried; tells the counts of different things apart.
    pub(super) name: &'static str,
    /// The most tries within the window.
    pub(super) most: i64,
    /// How long tries are remembered.
    pub(super) minutes: i64,
}

/// Counts one more try of whoever `key` stands for, wherever they are.
///
/// # Errors
/// [`Error::TooManyAttempts`].
pub(super) async fn count(pool: &PgPool, limit: Limit, key: &str, at: DateTime<Utc>) -> Result<()> {
    let what = Sha256::digest(format!("{}\0{key}", limit.name)).to_vec();
    count_one(pool, (what, ""), at, (limit.most, TimeDelta::minutes(limit.minutes))).await
}

/// Forgets the tries after one that was right.
pub(super) async fn forget(pool: &PgPool, limit: Limit, key: &str) -> Result<()> {
    let what = Sha256::digest(format!("{}\0{key}", limit.name)).to_vec();
    sqlx::query("delete from login_failures where account_hash = $1 and ip = ''").bind(what).execute(pool).await?;
    Ok(())
}

async fn count_one(
    pool: &PgPool,
    (what, ip): (Vec<u8>, &str),
    at: DateTime<Utc>,
    (most, window): (i64, TimeDelta),
) -> Result<()> {
    let (count, ends_at): (i64, DateTime<Utc>) = sqlx::query_as(include_str!("../../sql/count_failure.sql"))
        .bind(what)
        .bind(ip)
        .bind(at)
        .bind(at + window)
        .fetch_one(pool)
        .await?;
    if count <= most {
        return Ok(());
    }
    let retry_after_s = u64::try_from((ends_at - at).num_seconds()).unwrap_or(0).max(1);
    Err(Error::TooManyAttempts { retry_after_s })
}

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
            count_one(pool, (account_hash, &attempt.ip), at, (limit, WINDOW)).await?;
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
