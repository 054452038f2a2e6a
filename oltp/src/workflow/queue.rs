//! The queue of runs: what a change starts, taking a run, and what becomes of one that failed.

use std::time::Duration;

use catalog::{Fault, FaultKind};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Workflows;
use crate::{
    Error, Result,
    relay::{Message, Relay},
};

/// Rules that can start one another; more go round in circles that nobody meant.
const MAX_CHAIN: usize = 5;
/// Longer than a run may take; one whose maker died is due again then.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// A run that was in somebody's way is made again this often, after these pauses.
///
/// **Units:** seconds.
const PAUSES_S: [i64; 4] = [1, 10, 60, 600];
/// How often the queue is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long runs are kept that ended, and how many of them go at once.
const LIFE: TimeDelta = TimeDelta::days(30);
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// A run that is being made.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) rule_id: Uuid,
    pub(super) object: String,
    pub(super) record_id: Uuid,
    /// The rules that led to the change.
    pub(super) chain: Vec<Uuid>,
    pub(super) attempts: i64,
}

/// Queues a run of every rule that a message starts; a consumer of the relay.
///
/// **Idempotent** by rule and message.
pub(crate) fn enqueue<'a>(
    relay: &'a Relay,
    tx: &'a mut PgConnection,
    message: &'a Message,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (Some(object), Some(record_id)) = (&message.object, message.record_id) else { return Ok(()) };
        let event = message.topic.strip_prefix(object.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let Some(event) = event.filter(|event| ["created", "updated"].contains(event)) else { return Ok(()) };
        let texts = |name: &str| {
            let list = message.payload.get(name).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).collect::<Vec<_>>()
        };
        let chain: Vec<Uuid> = texts("rules").into_iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
        if chain.len() >= MAX_CHAIN {
            return Ok(());
        }
        sqlx::query(include_str!("../../sql/enqueue_workflow_runs.sql"))
            .bind(message.id)
            .bind(object)
            .bind(record_id)
            .bind(event)
            .bind(texts("fields"))
            .bind(chain)
            .bind(relay.oltp().clock().now())
            .execute(tx)
            .await?;
        Ok(())
    })
}

impl Workflows {
    /// Makes every run that is due and answers how many there were.
    ///
    /// # Errors
    /// [`Error::Database`]; what was not made is due again later.
    pub async fn run_due(&self) -> Result<usize> {
        let mut made = 0;
        while let Some(claimed) = self.claim().await? {
            if let Err(error) = self.perform(&claimed).await {
                self.put_off(&claimed, &error).await?;
            }
            made += 1;
        }
        Ok(made)
    }

    /// Makes runs until it is told to stop.
    pub async fn keep_running(self, stop: CancellationToken) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = self.run_due().await {
                tracing::warn!("workflow rules wait: {error}");
            }
        }
    }

    /// Forgets runs that ended a month ago and says how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget(&self) -> Result<u64> {
        let old = sqlx::query(
            "delete from workflow_runs where id in (select id from workflow_runs \
             where created_at < $1 and status <> 'waiting' limit $2)",
        );
        let now = self.oltp.clock().now();
        Ok(old.bind(now - LIFE).bind(FORGOTTEN_AT_ONCE).execute(self.oltp.pool()).await?.rows_affected())
    }

    async fn claim(&self) -> Result<Option<Claimed>> {
        let now = self.oltp.clock().now();
        let claimed = sqlx::query_as(include_str!("../../sql/claim_workflow_run.sql")).bind(now).bind(now + LEASE);
        Ok(claimed.fetch_optional(self.oltp.pool()).await?)
    }

    /// A run that was in somebody's way is made again in a while; another one has failed.
    async fn put_off(&self, claimed: &Claimed, error: &Error) -> Result<()> {
        let again = error.kind().retryable() || error.kind() == FaultKind::Stale;
        let now = self.oltp.clock().now();
        if let Some(next_at) = again.then(|| pause(claimed.attempts)).flatten().map(|pause| now + pause) {
            let later = sqlx::query("update workflow_runs set next_at = $3 where id = $1 and attempts = $2");
            later.bind(claimed.id).bind(claimed.attempts).bind(next_at).execute(self.oltp.pool()).await?;
            return Ok(());
        }
        if error.kind() == FaultKind::Broken {
            tracing::error!(workflow_run.id = %claimed.id, "a workflow rule failed: {error:?}");
        }
        let failed = sqlx::query(
            "update workflow_runs set status = 'failed', error = $3, finished_at = $4 where id = $1 and attempts = $2",
        );
        failed.bind(claimed.id).bind(claimed.attempts).bind(reason(error)).bind(now).execute(self.oltp.pool()).await?;
        Ok(())
    }
}

/// Why it failed, for whoever keeps the rule; nothing of the inside of the program.
fn reason(error: &Error) -> String {
    match error.kind() {
        FaultKind::Broken => "The program failed; its log says more.".to_owned(),
        FaultKind::Unavailable | FaultKind::Timeout | FaultKind::Throttled => {
            "Others were at work on the record for too long.".to_owned()
        }
        FaultKind::Invalid
        | FaultKind::Malformed
        | FaultKind::TooLarge
        | FaultKind::Unauthenticated
        | FaultKind::Forbidden
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Stale => error.to_string(),
    }
}

fn pause(attempts: i64) -> Option<TimeDelta> {
    let at = usize::try_from(attempts.checked_sub(1)?).ok()?;
    PAUSES_S.get(at).map(|seconds| TimeDelta::seconds(*seconds))
}
