//! The queue of calls: taking one, and what became of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::Webhooks;
use crate::Result;

/// Longer than a call may take; whose sender died is due again then.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Pauses after each failed attempt: for a day in all.
///
/// **Units:** seconds.
const PAUSES_S: [i64; 10] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 36_000];
/// A webhook that failed at every call for so long is switched off.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// A delivery that is being made.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) webhook_id: Uuid,
    pub(super) event: String,
    pub(super) object: Option<String>,
    pub(super) record_id: Option<Uuid>,
    pub(super) announced: Value,
    pub(super) created_at: DateTime<Utc>,
    pub(super) attempts: i64,
    pub(super) url: String,
    pub(super) owner_id: Uuid,
    pub(super) secret: Vec<u8>,
    pub(super) old_secret: Option<Vec<u8>>,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken: a status of the 200s.
    Taken(u16),
    /// It was answered with another status, or not at all.
    Failed {
        /// The status, if there was one.
        answered: Option<u16>,
        /// What went wrong, in a few words of ours.
        error: String,
    },
    /// There is nothing that may be told.
    Refused(&'static str),
}

impl Webhooks {
    /// Takes the delivery that is due, if there is one.
    pub(super) async fn claim(&self) -> Result<Option<Claimed>> {
        let now = self.oltp().clock().now();
        let claimed = sqlx::query_as(include_str!("../../sql/claim_webhook.sql")).bind(now).bind(now + LEASE);
        Ok(claimed.fetch_optional(self.oltp().pool()).await?)
    }

    /// Writes down what became of it, and what follows for the webhook.
    pub(super) async fn finish(&self, claimed: &Claimed, outcome: &Outcome, took_ms: i64) -> Result<()> {
        let now = self.oltp().clock().now();
        let mut tx = self.oltp().pool().begin().await?;
        let (status, answered, error) = match outcome {
            Outcome::Taken(answered) => ("delivered", Some(*answered), None),
            Outcome::Refused(reason) => ("refused", None, Some((*reason).to_owned())),
            Outcome::Failed { answered, error } if pause(claimed).is_some() => {
                ("pending", *answered, Some(error.clone()))
            }
            Outcome::Failed { answered, error } => ("failed", *answered, Some(error.clone())),
        };
        let next_at = now + pause(claimed).unwrap_or_default();
        sqlx::query(
            "update webhook_deliveries set status = $2, answered = $3, error = $4, took_ms = $5, next_at = $6, \
             finished_at = case when $2 = 'pending' then null else $7 end where id = $1",
        )
        .bind(claimed.id)
        .bind(status)
        .bind(answered.map(i32::from))
        .bind(error)
        .bind(took_ms)
        .bind(next_at)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        match outcome {
            Outcome::Taken(_) => {
                let well =
                    sqlx::query("update webhooks set failing_since = null where id = $1 and failing_since is not null");
                well.bind(claimed.webhook_id).execute(&mut *tx).await?;
            }
            Outcome::Refused(_) => {}
            Outcome::Failed { answered, .. } => {
                let gone = (*answered == Some(410)).then_some("The receiver answered 410: it is gone for good.");
                sqlx::query(include_str!("../../sql/failing_webhook.sql"))
                    .bind(claimed.webhook_id)
                    .bind(now)
                    .bind(now - PATIENCE)
                    .bind(gone)
                    .bind(next_at)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// How long to wait after this attempt; `None` after the last one.
///
/// A fifth more or less, so that many deliveries that failed together do not come back together.
fn pause(claimed: &Claimed) -> Option<TimeDelta> {
    let at = usize::try_from(claimed.attempts.checked_sub(1)?).ok()?;
    let seconds = PAUSES_S.get(at)?;
    // The random end of the id decides: nothing has to be remembered.
    let share = i64::from(claimed.id.as_bytes()[15]) - 128;
    Some(TimeDelta::milliseconds(seconds * 1_000 + seconds * 1_000 * share / 128 / 5))
}
