//! Reading the audit log of the whole workspace.

use catalog::{Principal, Role};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{FromRow, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{invalid, moment_text},
};

/// Entries on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 100;
/// Entries on one page; an export reads page after page.
const MAX_LIMIT: u32 = 1_000;

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Login name or id of who did it.
    pub actor: Option<String>,
    /// Singular name of the object.
    pub object: Option<String>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// What was done, such as `update`.
    pub action: Option<String>,
    /// How the name of the source begins, such as `import`.
    pub source: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Where the page before ended.
    pub cursor: Option<i64>,
    /// Entries per page.
    pub limit: Option<u32>,
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "id": 4711, "at": "2026-03-31T12:00:00.000000Z", "actor_id": "0190a0b0-0000-7000-8000-000000000001",
    "actor_name": "anna", "action": "update", "object": "deal", "record_id": "0190a0b0-0000-7000-8000-000000000002",
    "version": 3, "changes": { "amount": { "old": "1000.00", "new": "1200.00" } }, "source": null,
    "request_id": "0190a0b0-0000-7000-8000-000000000003", "sealed": true
}))]
pub struct AuditLine {
    /// The entry's id.
    pub id: i64,
    /// When it happened.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub at: DateTime<Utc>,
    /// Who did it; null for the system.
    pub actor_id: Option<Uuid>,
    /// Their login name then.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// Singular name of the object.
    pub object: String,
    /// The record; null for a bulk load.
    pub record_id: Option<Uuid>,
    /// The version it made.
    pub version: Option<i64>,
    /// Per field, the `old` and the `new` value.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// Where it came from when it was not a request of the actor.
    pub source: Option<String>,
    /// The request, as in `X-Request-Id`.
    pub request_id: Option<String>,
    /// Whether it stands in the hash chain already.
    pub sealed: bool,
}

/// One page of the audit log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditLines {
    /// The entries.
    pub items: Vec<AuditLine>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
    /// Not counted.
    pub total: Option<i64>,
}

impl Oltp {
    /// Entries of the audit log, newest first; only for administrators.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::Invalid`] names a wrong parameter.
    pub async fn audit_lines(&self, caller: &Principal, query: &AuditQuery) -> Result<AuditLines> {
        administrators_only(caller, "read the audit log")?;
        let limit = checked_limit(query.limit)?;
        let mut items: Vec<AuditLine> = sqlx::query_as(include_str!("../../sql/audit_lines.sql"))
            .bind(&query.actor)
            .bind(&query.object)
            .bind(query.record_id)
            .bind(&query.action)
            .bind(&query.source)
            .bind(&query.request_id)
            .bind(query.from)
            .bind(query.to)
            .bind(query.cursor)
            .bind(i64::from(limit) + 1)
            .fetch_all(self.pool())
            .await?;
        let next = cut(&mut items, limit, |line| line.id);
        Ok(AuditLines { items, next, total: None })
    }
}

impl Oltp {
    /// Notes in the audit log that somebody took a copy of it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn note_audit_export(&self, caller: &Principal) -> Result<()> {
        sqlx::query(include_str!("../../sql/write_audit.sql"))
            .bind(Json(json!([{ "changes": {} }])))
            .bind(Some(caller.user_id).filter(|id| !id.is_nil()))
            .bind(&caller.username)
            .bind("export")
            .bind("audit_log")
            .bind(None::<&str>)
            .bind(self.clock().now())
            .bind(crate::http::current_request_id())
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

/// Refuses everybody else.
pub(super) fn administrators_only(caller: &Principal, verb: &str) -> Result<()> {
    if caller.role == Role::Admin { Ok(()) } else { Err(Error::AdministratorsOnly { verb: verb.to_owned() }) }
}

/// The limit that was asked for, or the usual one.
pub(super) fn checked_limit(limit: Option<u32>) -> Result<u32> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(invalid("limit", "invalid_limit", format!("limit must be a whole number between 1 and {MAX_LIMIT}")))
}

/// Takes off the one row too many that tells that there is a next page.
pub(super) fn cut<T>(items: &mut Vec<T>, limit: u32, id: impl Fn(&T) -> i64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more).map(|last| id(last).to_string())
}

/// Moments look the same wherever they are answered.
pub(super) fn canonical<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}
