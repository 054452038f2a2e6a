//! The log of calls: what was tried, and trying again.

use catalog::{Ids, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Webhooks,
    store::{canonical, maybe_canonical},
};
use crate::{
    Error, Result,
    records::{invalid, moment_text},
};

/// Deliveries on a page.
const PAGE: i64 = 50;
/// How long deliveries are kept.
const LIFE: TimeDelta = TimeDelta::days(30);
/// Those of one clean-up.
const AT_ONCE: i64 = 10_000;

/// One delivery with what became of its last attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "id": "0190a0b0-0000-4000-8000-000000000001", "event": "deal.updated", "object": "deal",
    "record_id": "0190a0b0-0000-7000-8000-000000000002", "created_at": "2026-03-31T12:00:00.000000Z",
    "status": "delivered", "attempts": 1, "next_at": null, "answered": 204, "error": null, "took_ms": 41,
    "finished_at": "2026-03-31T12:00:01.000000Z"
}))]
pub struct DeliveryLine {
    /// The delivery's id: the `webhook-id` of each attempt.
    pub id: Uuid,
    /// What happened.
    pub event: String,
    /// Singular name of the object.
    pub object: Option<String>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// When it was queued.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub created_at: DateTime<Utc>,
    /// `pending`, `delivered`, `failed` or `refused` (nothing that may be told).
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    #[serde(serialize_with = "maybe_canonical")]
    #[schema(value_type = Option<String>)]
    pub next_at: Option<DateTime<Utc>>,
    /// The HTTP status that was answered.
    pub answered: Option<i32>,
    /// What went wrong.
    pub error: Option<String>,
    /// How long the last attempt took.
    pub took_ms: Option<i64>,
    /// When it was delivered or given up.
    #[serde(serialize_with = "maybe_canonical")]
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// One page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryLog {
    /// The deliveries.
    pub items: Vec<DeliveryLine>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
    /// Not counted.
    pub total: Option<i64>,
}

impl Webhooks {
    /// What was tried, newest first.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`]; [`Error::Invalid`] for a wrong cursor.
    pub async fn log(&self, caller: &Principal, id: Uuid, cursor: Option<&str>) -> Result<DeliveryLog> {
        self.read(caller, id).await?;
        let below = cursor.map(position).transpose()?;
        let mut items: Vec<DeliveryLine> = sqlx::query_as(include_str!("../../sql/webhook_log.sql"))
            .bind(id)
            .bind(below.map(|(at, _)| at))
            .bind(below.map(|(_, id)| id))
            .bind(PAGE + 1)
            .fetch_all(self.oltp().pool())
            .await?;
        let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| format!("{}_{}", moment_text(last.created_at), last.id));
        Ok(DeliveryLog { items, next, total: None })
    }

    /// Makes a delivery again, under the id it had, whatever became of it.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn replay(&self, caller: &Principal, id: Uuid, delivery: Uuid) -> Result<()> {
        self.read(caller, id).await?;
        let again = sqlx::query(
            "update webhook_deliveries set status = 'pending', attempts = 0, next_at = $3, finished_at = null \
             where webhook_id = $1 and id = $2",
        );
        let again = again.bind(id).bind(delivery).bind(self.oltp().clock().now()).execute(self.oltp().pool()).await?;
        if again.rows_affected() == 0 {
            return Err(Error::RecordNotFound { object: "delivery".to_owned() });
        }
        Ok(())
    }

    /// Queues a call that tells nothing, to see whether the receiver takes it.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn try_out(&self, caller: &Principal, id: Uuid) -> Result<Uuid> {
        self.read(caller, id).await?;
        let (delivery, now) = (Ids.fresh(), self.oltp().clock().now());
        let queued = sqlx::query(
            "insert into webhook_deliveries (id, webhook_id, event, announced, created_at, next_at) \
             values ($1, $2, 'webhook.test', $3, $4, $4)",
        );
        queued.bind(delivery).bind(id).bind(json!({})).bind(now).execute(self.oltp().pool()).await?;
        Ok(delivery)
    }

    /// Forgets deliveries that ended a month ago and says how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget(&self) -> Result<u64> {
        let old = sqlx::query(
            "delete from webhook_deliveries where id in (select id from webhook_deliveries \
             where created_at < $1 and status <> 'pending' limit $2)",
        );
        let now = self.oltp().clock().now();
        Ok(old.bind(now - LIFE).bind(AT_ONCE).execute(self.oltp().pool()).await?.rows_affected())
    }
}

fn position(cursor: &str) -> Result<(DateTime<Utc>, Uuid)> {
    let parsed = cursor.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parsed.ok_or_else(|| invalid("cursor", "invalid_cursor", "this cursor was not made by a list"))
}
