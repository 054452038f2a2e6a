//! Requests that may be repeated: a key is taken before the work begins, and the answer is kept with
//! it for a day.
//!
//! Invariant: work under a key is begun at most once a day. The key is taken in a transaction of its
//! own before the work, so a server that dies in between leaves a key whose outcome nobody knows;
//! whoever repeats the request is told so instead of having it done twice.

use std::collections::BTreeMap;

use catalog::Principal;
use chrono::TimeDelta;
use sqlx::{FromRow, types::Json};

use crate::{Error, Oltp, Result};

/// How long a key keeps its answer.
const LIFE: TimeDelta = TimeDelta::hours(24);
/// Two requests that take a key at the same moment see each other at the second look.
const LOOKS: usize = 3;

/// A request under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// What its sender calls it.
    pub key: String,
    /// SHA-256 of method, address and body.
    pub hash: [u8; 32],
}

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers that mean something to the sender.
    pub headers: BTreeMap<String, String>,
    /// The body; `None` when it was too large to be kept.
    pub body: Option<Vec<u8>>,
}

/// What a key says about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repetition {
    /// It was never asked before: do it.
    First,
    /// It was done: answer the same again.
    Done(KeptAnswer),
    /// It is being done, or its server died while it was.
    Running,
    /// The key belongs to another request.
    OtherRequest,
}

#[derive(Debug, FromRow)]
struct Row {
    taken: bool,
    request_hash: Option<Vec<u8>>,
    status: Option<i32>,
    headers: Option<Json<BTreeMap<String, String>>>,
    body: Option<Vec<u8>>,
}

impl Oltp {
    /// Takes the key, or says what became of the request that has it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn begin_idempotent(&self, caller: &Principal, request: &IdempotentRequest) -> Result<Repetition> {
        let now = self.clock().now();
        for _look in 0..LOOKS {
            let row: Row = sqlx::query_as(include_str!("../sql/begin_idempotent.sql"))
                .bind(caller.user_id)
                .bind(&request.key)
                .bind(request.hash.as_slice())
                .bind(now)
                .bind(now - LIFE)
                .fetch_one(self.pool())
                .await?;
            if row.taken {
                return Ok(Repetition::First);
            }
            // Nobody had it when the statement began, but somebody took it meanwhile: look again.
            let Some(hash) = row.request_hash else { continue };
            return Ok(match (hash == request.hash, row.status) {
                (false, _) => Repetition::OtherRequest,
                (true, None) => Repetition::Running,
                (true, Some(status)) => Repetition::Done(KeptAnswer {
                    status: u16::try_from(status).unwrap_or(500),
                    headers: row.headers.map(|Json(headers)| headers).unwrap_or_default(),
                    body: row.body,
                }),
            });
        }
        Err(Error::Busy)
    }

    /// Keeps the answer.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn finish_idempotent(&self, caller: &Principal, key: &str, answer: &KeptAnswer) -> Result<()> {
        sqlx::query(
            "update idempotency_keys set finished_at = $3, status = $4, headers = $5, body = $6 \
             where user_id = $1 and key = $2",
        )
        .bind(caller.user_id)
        .bind(key)
        .bind(self.clock().now())
        .bind(i32::from(answer.status))
        .bind(Json(&answer.headers))
        .bind(&answer.body)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Gives the key back: nothing was done.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn release_idempotent(&self, caller: &Principal, key: &str) -> Result<()> {
        let released = sqlx::query("delete from idempotency_keys where user_id = $1 and key = $2");
        released.bind(caller.user_id).bind(key).execute(self.pool()).await?;
        Ok(())
    }

    /// Forgets answers whose day is over and says how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget_idempotent(&self) -> Result<u64> {
        let gone = sqlx::query("delete from idempotency_keys where started_at < $1");
        Ok(gone.bind(self.clock().now() - LIFE).execute(self.pool()).await?.rows_affected())
    }
}
