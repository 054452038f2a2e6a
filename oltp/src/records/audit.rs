//! The audit log: who changed what, from which value to which, written with the change itself.

use catalog::{ObjectDef, Principal};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Batch, BoundRow, Journal, Verb};
use crate::Result;

#[derive(Debug, Serialize)]
struct Entry {
    record_id: Option<Uuid>,
    version: Option<i64>,
    changes: Value,
}

/// Writes one entry per row, or one for the whole batch when the journal says so.
pub(crate) async fn record(tx: &mut PgConnection, batch: &Batch<'_>, rows: &[BoundRow<'_>]) -> Result<()> {
    let (entries, source) = match batch.journal {
        Journal::Live => (rows.iter().map(entry).collect(), None),
        Journal::Rule { source, .. } | Journal::Records { source } => (rows.iter().map(entry).collect(), Some(source)),
        Journal::Summary { source } => (summary(rows), Some(source)),
    };
    write(tx, entries, (batch.caller, batch.at), (batch.verb.as_str(), batch.object), source).await
}

/// Writes one entry about an object as a whole: that somebody took its records away in a file.
pub(crate) async fn note(
    tx: &mut PgConnection,
    (caller, at): (&Principal, DateTime<Utc>),
    (action, object): (&str, &ObjectDef),
    (changes, source): (Value, &str),
) -> Result<()> {
    let entries = vec![Entry { record_id: None, version: None, changes }];
    write(tx, entries, (caller, at), (action, object), Some(source)).await
}

/// Writes one entry about something that belongs to a record and is no field of it.
pub(crate) async fn note_about(
    tx: &mut PgConnection,
    (caller, at): (&Principal, DateTime<Utc>),
    (object, record_id, version): (&ObjectDef, Uuid, Option<i64>),
    changes: Value,
) -> Result<()> {
    let entries = vec![Entry { record_id: Some(record_id), version, changes }];
    write(tx, entries, (caller, at), ("update", object), None).await
}

async fn write(
    tx: &mut PgConnection,
    entries: Vec<Entry>,
    (caller, at): (&Principal, DateTime<Utc>),
    (action, object): (&str, &ObjectDef),
    source: Option<&str>,
) -> Result<()> {
    sqlx::query(include_str!("../../sql/write_audit.sql"))
        .bind(Json::<Vec<Entry>>(entries))
        .bind(Some(caller.user_id).filter(|id| !id.is_nil()))
        .bind(&caller.username)
        .bind(action)
        .bind(&object.name)
        .bind(source)
        .bind(at)
        .bind(crate::http::current_request_id())
        .execute(tx)
        .await?;
    Ok(())
}

fn entry(row: &BoundRow<'_>) -> Entry {
    Entry {
        record_id: Some(row.draft.id),
        version: Some(row.draft.version_before() + 1),
        changes: Value::Object(changes(row)),
    }
}

/// Each field with its old and its new value; a new record has only new values.
fn changes(row: &BoundRow<'_>) -> Map<String, Value> {
    let change = |name: &str, value: &Value| match row.verb {
        Verb::Create => json!({ "new": value }),
        Verb::Update | Verb::Delete | Verb::Restore => json!({ "old": row.draft.before(name), "new": value }),
    };
    let differences = row.draft.differences().filter(|(_, value)| row.verb != Verb::Create || !value.is_null());
    differences.map(|(name, value)| (name.to_owned(), change(name, value))).collect()
}

fn summary(rows: &[BoundRow<'_>]) -> Vec<Entry> {
    vec![Entry { record_id: None, version: None, changes: json!({ "records": rows.len() }) }]
}
