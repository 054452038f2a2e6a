//! A person's inbox.

use catalog::{Invalid, Principal};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Oltp, Result, feed::Notice};

/// Notifications on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 30;
/// Notifications on one page, and ids in one request.
const MAX_LIMIT: u32 = 200;

/// What a person was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its kind, as in the preferences: `assignment`, `reminder` and so on.
    pub kind: String,
    /// One line.
    pub title: String,
    /// Object of the record it is about, such as `deal`.
    pub object: Option<String>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// Who did it; null for the system.
    pub actor_name: Option<String>,
    /// When it was read; null until then.
    pub read_at: Option<DateTime<Utc>>,
}

/// One page of an inbox, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inbox {
    /// The notifications.
    pub items: Vec<Notification>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<Uuid>,
    /// How many are unread on all pages together.
    pub unread: i64,
}

/// A checked question for one page.
#[derive(Debug, Clone, Copy)]
pub struct InboxQuery {
    unread: bool,
    cursor: Option<Uuid>,
    limit: u32,
}

impl InboxQuery {
    /// Checks the parameters: unread ones only, the `next` of the page before, and how many.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) names the wrong parameter.
    pub fn parse(unread: Option<bool>, cursor: Option<Uuid>, limit: Option<u32>) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("limit must be between 1 and {MAX_LIMIT}");
            return Err(Invalid::field("limit", "out_of_range", message).into());
        }
        Ok(Self { unread: unread.unwrap_or_default(), cursor, limit })
    }
}

impl Oltp {
    /// One page of the caller's inbox.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn inbox(&self, caller: &Principal, query: InboxQuery) -> Result<Inbox> {
        let items = sqlx::query_as(include_str!("../../sql/inbox.sql"))
            .bind(caller.user_id)
            .bind(query.unread)
            .bind(query.cursor)
            .bind(i64::from(query.limit) + 1);
        let mut items: Vec<Notification> = items.fetch_all(self.pool()).await?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.id);
        Ok(Inbox { items, next, unread: self.unread(caller).await? })
    }

    /// Marks these of the caller's notifications read, or all of them, and answers how many are unread.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for too many ids.
    pub async fn read_notifications(&self, caller: &Principal, ids: Option<&[Uuid]>) -> Result<i64> {
        if ids.is_some_and(|ids| ids.len() > usize::try_from(MAX_LIMIT).unwrap_or(usize::MAX)) {
            return Err(Invalid::field("ids", "too_long", format!("at most {MAX_LIMIT} ids at once")).into());
        }
        sqlx::query(include_str!("../../sql/read_notifications.sql"))
            .bind(caller.user_id)
            .bind(ids)
            .bind(self.clock().now())
            .bind(Notice::to_person("notifications", caller.user_id))
            .execute(self.pool())
            .await?;
        self.unread(caller).await
    }

    async fn unread(&self, caller: &Principal) -> Result<i64> {
        let sql = "select count(*) from notifications where recipient_id = $1 and in_app and read_at is null";
        Ok(sqlx::query_scalar(sql).bind(caller.user_id).fetch_one(self.pool()).await?)
    }
}
