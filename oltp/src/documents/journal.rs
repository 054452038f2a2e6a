//! What happens to documents, in the audit log.

use catalog::Principal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::id_of;
use crate::Result;

/// One entry about a document.
#[derive(Debug)]
pub(super) struct Entry {
    /// `create`, `update`, `delete`, `restore`, `download`, `link`, `erase`.
    pub(super) action: &'static str,
    pub(super) document_id: Uuid,
    /// The version of the document that it made, if it made one.
    pub(super) version: Option<i64>,
    /// What was done.
    pub(super) changes: Value,
    /// How it came about when it was not a request of the actor.
    pub(super) source: Option<&'static str>,
}

/// Writes an entry, within the transaction of what happened where there is one.
pub(super) async fn note(tx: &mut PgConnection, caller: &Principal, at: DateTime<Utc>, entry: Entry) -> Result<()> {
    let Entry { action, document_id, version, changes, source } = entry;
    sqlx::query(include_str!("../../sql/write_audit.sql"))
        .bind(Json(json!([{ "record_id": document_id, "version": version, "changes": changes }])))
        .bind(id_of(caller))
        .bind(&caller.username)
        .bind(action)
        .bind("document")
        .bind(source)
        .bind(at)
        .bind(crate::http::current_request_id())
        .execute(tx)
        .await?;
    Ok(())
}
