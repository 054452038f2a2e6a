//! The outbox: what mail, webhooks and notifications will be told, written with the change itself.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};

use super::{Batch, BoundRow, Journal, draft::moment_text};
use crate::{Result, feed};

/// Announces the rows, to the relay and to whoever follows live: one message each for a person's own request, one for a whole bulk load.
///
/// A message names the record, its version and the fields that changed, never their values: who
/// may see those is decided for each recipient when the message is delivered.
pub(crate) async fn announce(tx: &mut PgConnection, batch: &Batch<'_>, rows: &[BoundRow<'_>]) -> Result<()> {
    let object = &batch.object.name;
    let (topic, payloads) = match batch.journal {
        Journal::Live | Journal::Rule { .. } => {
            (format!("{object}.{}", batch.verb.past()), rows.iter().map(|row| one(batch, row)).collect())
        }
        Journal::Records { source } | Journal::Summary { source } => {
            (format!("{object}.bulk_{}", batch.verb.past()), vec![many(batch, rows, source)])
        }
    };
    let written = sqlx::query_scalar(include_str!("../../sql/write_outbox.sql"))
        .bind(Json::<Vec<Value>>(payloads))
        .bind(topic)
        .bind(object)
        .bind(batch.at);
    let transaction: String = written.fetch_one(tx).await?;
    batch.oltp.feed().tell_after(batch.oltp.pool(), &transaction, feed::notices(batch, rows));
    Ok(())
}

/// Tells the relay something that is no write of a single record; the payload says of which record.
pub(crate) async fn tell(tx: &mut PgConnection, topic: &str, payload: &Value, at: DateTime<Utc>) -> Result<()> {
    let object = payload.get("object").and_then(Value::as_str);
    sqlx::query(include_str!("../../sql/write_outbox.sql"))
        .bind(Json([payload]))
        .bind(topic)
        .bind(object)
        .bind(at)
        .execute(tx)
        .await?;
    Ok(())
}

fn one(batch: &Batch<'_>, row: &BoundRow<'_>) -> Value {
    let mut payload = json!({
        "object": batch.object.name,
        "record_id": row.draft.id,
        "version": row.draft.version_before() + 1,
        "effective_at": moment_text(row.draft.effective_at),
        "actor_id": batch.caller.user_id,
        "fields": row.draft.differences().map(|(name, _)| name).collect::<Vec<_>>(),
    });
    if let Journal::Rule { chain, .. } = batch.journal {
        payload["rules"] = json!(chain);
    }
    payload
}

fn many(batch: &Batch<'_>, rows: &[BoundRow<'_>], source: &str) -> Value {
    json!({
        "object": batch.object.name,
        "records": rows.len(),
        "effective_at": rows.iter().map(|row| row.draft.effective_at).max().map(moment_text),
        "actor_id": batch.caller.user_id,
        "source": source,
    })
}
