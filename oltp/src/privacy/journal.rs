//! What is noted in the audit log about requests of people.

use catalog::Principal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::id_of;
use crate::Result;

/// One entry.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) action: &'static str,
    pub(super) object: &'a str,
    pub(super) record_id: Uuid,
    pub(super) changes: Value,
}

/// Writes an entry within the transaction of what happened.
pub(super) async fn note(tx: &mut PgConnection, caller: &Principal, at: DateTime<Utc>, entry: Entry<'_>) -> Result<()> {
    sqlx::query(include_str!("../../sql/write_audit.sql"))
        .bind(Json(json!([{ "record_id": entry.record_id, "version": null, "changes": entry.changes }])))
        .bind(id_of(caller))
        .bind(&caller.username)
        .bind(entry.action)
        .bind(entry.object)
        .bind(None::<&str>)
        .bind(at)
        .bind(crate::http::current_request_id())
        .execute(tx)
        .await?;
    Ok(())
}
