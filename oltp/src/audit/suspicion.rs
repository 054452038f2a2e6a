//! What looks unusual in the security and audit logs.

use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::{administrators_only, canonical};
use crate::{Oltp, Result};

/// How far back is looked.
const LOOK_BACK: TimeDelta = TimeDelta::days(7);
/// Refused sign-ins within an hour that a person who mistypes does not reach.
const MANY_FAILURES: i64 = 10;
/// Downloads and exports of a day that are everyday work.
const MANY_EXPORTS: i64 = 50;

/// A pattern that an administrator should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SuspicionKind {
    /// Many refused sign-ins from one address, or of one account, within an hour.
    ManyFailures,
    /// A sign-in from an address that the person never used before.
    NewAddress,
    /// Far more downloads and exports in a day than the person's usual.
    ManyExports,
}

/// One such pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "kind": "many_failures", "at": "2026-03-31T12:00:00.000000Z", "user_id": null, "username": null,
    "ip": "203.0.113.9", "occurrences": 42
}))]
pub struct Suspicion {
    /// What it is.
    pub kind: SuspicionKind,
    /// When it was last seen.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub at: DateTime<Utc>,
    /// The person, if it is about one.
    pub user_id: Option<Uuid>,
    /// Their login name.
    pub username: Option<String>,
    /// The address, if it is about one.
    pub ip: Option<String>,
    /// How often.
    pub occurrences: i64,
}

impl Oltp {
    /// What looked unusual within the last week, newest first; only for administrators.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`](crate::Error::AdministratorsOnly).
    pub async fn suspicions(&self, caller: &Principal) -> Result<Vec<Suspicion>> {
        administrators_only(caller, "read the security log")?;
        let now = self.clock().now();
        let found = sqlx::query_as(include_str!("../../sql/suspicions.sql"))
            .bind(now - LOOK_BACK)
            .bind(now + TimeDelta::seconds(1)) // what happened this very moment counts
            .bind(MANY_FAILURES)
            .bind(MANY_EXPORTS);
        Ok(found.fetch_all(self.pool()).await?)
    }
}
