//! Reading the security log.

use catalog::Principal;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::{administrators_only, canonical, checked_limit, cut};
use crate::{Oltp, Result};

/// Which events are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityQuery {
    /// What happened, such as `login_failed`.
    pub event: Option<String>,
    /// Login name or id of the person.
    pub user: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Where the page before ended.
    pub cursor: Option<i64>,
    /// Events per page.
    pub limit: Option<u32>,
}

/// One event: a sign-in, a refusal, a token made or revoked, a password set.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "id": 815, "at": "2026-03-31T12:00:00.000000Z", "event": "login_failed", "user_id": null, "username": null,
    "ip": "203.0.113.9", "request_id": "0190a0b0-0000-7000-8000-000000000003", "detail": null
}))]
pub struct SecurityEvent {
    /// The event's id.
    pub id: i64,
    /// When it happened.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: String,
    /// The person it is about, if it is known.
    pub user_id: Option<Uuid>,
    /// Their login name now.
    pub username: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// The request, as in `X-Request-Id`.
    pub request_id: Option<String>,
    /// More about it; never a secret.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
}

/// One page of events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SecurityEvents {
    /// The events.
    pub items: Vec<SecurityEvent>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
    /// Not counted.
    pub total: Option<i64>,
}

impl Oltp {
    /// Security events, newest first; only for administrators.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`](crate::Error::AdministratorsOnly);
    /// [`Error::Invalid`](crate::Error::Invalid) names a wrong parameter.
    pub async fn security_events(&self, caller: &Principal, query: &SecurityQuery) -> Result<SecurityEvents> {
        administrators_only(caller, "read the security log")?;
        let limit = checked_limit(query.limit)?;
        let mut items: Vec<SecurityEvent> = sqlx::query_as(include_str!("../../sql/security_events.sql"))
            .bind(&query.event)
            .bind(&query.user)
            .bind(&query.ip)
            .bind(query.from)
            .bind(query.to)
            .bind(query.cursor)
            .bind(i64::from(limit) + 1)
            .fetch_all(self.pool())
            .await?;
        let next = cut(&mut items, limit, |event| event.id);
        Ok(SecurityEvents { items, next, total: None })
    }
}
