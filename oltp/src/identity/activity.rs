//! What a person did, and what happened to their account.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::{Invalid, Principal, Role};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Identity;
use crate::{Error, Result};

/// Entries of a page when nobody says how many, and the most.
const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// One entry of a person's activity log.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow, ToSchema)]
pub struct ActivityEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// `security` for sign-ins, tokens and passwords, `record` for changes of records.
    pub source: String,
    /// Number of the entry within its source.
    pub id: i64,
    /// What happened: `logged_in`, `create`, `update`.
    pub event: String,
    /// The object of a changed record.
    pub object: Option<String>,
    /// The changed record.
    pub record_id: Option<Uuid>,
    /// Where it came from.
    pub ip: Option<String>,
    /// More about a security event; never a secret.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
}

/// A page of a person's activity log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ActivityPage {
    /// The entries.
    pub items: Vec<ActivityEntry>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Not counted.
    pub total: Option<i64>,
}

/// Where a page goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor(DateTime<Utc>, String, i64);

impl Identity {
    /// The activity log of the caller or, for administrators, of anybody.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`]; [`Error::Invalid`] for `cursor` or
    /// `limit`.
    pub async fn activity(
        &self,
        caller: &Principal,
        user_id: Uuid,
        (cursor, limit): (Option<&str>, Option<i64>),
    ) -> Result<ActivityPage> {
        if caller.user_id != user_id && caller.role != Role::Admin {
            return Err(Error::AdministratorsOnly { verb: "read the activity of others".to_owned() });
        }
        self.oltp.read(caller, self.user_object()?, user_id).await?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("Limit must be between 1 and {MAX_LIMIT}");
            return Err(Invalid::field("limit", "out_of_range", message).into());
        }
        let cursor = cursor.map(Cursor::parse).transpose()?;
        let (at, source, id) =
            cursor.map_or((None, None, None), |Cursor(at, source, id)| (Some(at), Some(source), Some(id)));
        let page = sqlx::query_as(include_str!("../../sql/activity_of_person.sql"));
        let page = page.bind(user_id).bind(at).bind(source).bind(id).bind(limit + 1);
        let mut items: Vec<ActivityEntry> = page.fetch_all(self.oltp.pool()).await?;
        let more = i64::try_from(items.len()).unwrap_or(i64::MAX) > limit;
        if more {
            items.pop();
        }
        let next = items.last().filter(|_| more).map(|last| Cursor(last.at, last.source.clone(), last.id).text());
        Ok(ActivityPage { items, next, total: None })
    }
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cursor.ok_or_else(|| Invalid::field("cursor", "invalid_cursor", "Cursor must be one of ours"))
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}
