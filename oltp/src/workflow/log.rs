//! What rules did, for whoever keeps them.

use std::collections::BTreeMap;

use catalog::{Principal, policy};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{id_of, invalid, moment_text},
};

/// Runs on a page.
const PAGE: usize = 50;

/// One run of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WorkflowRun, example = json!({
    "id": "0190a0b0-0000-4000-8000-000000000001", "object": "lead",
    "record_id": "0190a0b0-0000-7000-8000-000000000002", "title": "Ada Lovelace",
    "at": "2026-03-31T12:00:00.000000Z", "status": "done", "outcome": "1 task made", "error": null
}))]
pub struct RunLine {
    /// Its id.
    pub id: Uuid,
    /// Singular name of the object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// What the record is called; null when the caller may not see it.
    pub title: Option<String>,
    /// When the change was that started it.
    pub at: String,
    /// `waiting`, `done` or `failed`.
    pub status: String,
    /// What was done.
    pub outcome: Option<String>,
    /// Why nothing was done.
    pub error: Option<String>,
}

/// One page of runs, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WorkflowRuns)]
pub struct RunLog {
    /// The runs.
    pub items: Vec<RunLine>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    object: String,
    record_id: Uuid,
    created_at: DateTime<Utc>,
    status: String,
    outcome: Option<String>,
    error: Option<String>,
}

impl Oltp {
    /// What a rule did and could not do in the last month, newest first; records that did not meet its
    /// conditions are not kept.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::NotAllowed`] for those who keep no rules; [`Error::Invalid`] for a
    /// wrong cursor.
    pub async fn workflow_runs(&self, caller: &Principal, rule: Uuid, cursor: Option<&str>) -> Result<RunLog> {
        let object = self.known("workflow_rule")?;
        self.read(caller, object, rule).await?;
        if !policy(caller, object).update {
            return Err(Error::not_allowed("see the runs of", object));
        }
        let below = cursor.map(position).transpose()?;
        let mut rows: Vec<Row> = sqlx::query_as(include_str!("../../sql/workflow_log.sql"))
            .bind(rule)
            .bind(below.map(|(at, _)| at))
            .bind(below.map(|(_, id)| id))
            .bind(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
            .fetch_all(self.pool())
            .await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|last| format!("{}_{}", moment_text(last.created_at), last.id));
        let titles = self.titles_seen(caller, &rows).await?;
        let items = rows.into_iter().map(|row| RunLine {
            title: titles.get(&row.record_id).cloned(),
            id: row.id,
            object: row.object,
            record_id: row.record_id,
            at: moment_text(row.created_at),
            status: row.status,
            outcome: row.outcome,
            error: row.error,
        });
        Ok(RunLog { items: items.collect(), next })
    }

    /// What those of the records are called that the caller may see.
    async fn titles_seen(&self, caller: &Principal, rows: &[Row]) -> Result<BTreeMap<Uuid, String>> {
        let mut ids: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
        for row in rows {
            ids.entry(&row.object).or_default().push(row.record_id);
        }
        let mut titles = BTreeMap::new();
        for (name, ids) in ids {
            let object = self.catalog().object(name).filter(|object| policy(caller, object).read);
            let Some(object) = object else { continue };
            let query = self.list_query(caller, object, &[("limit".to_owned(), PAGE.to_string())]).await?.only(ids);
            let records = self.list(caller, object, &query).await?.items;
            titles.extend(records.iter().filter_map(|record| {
                let title = record.get(&object.title).and_then(Value::as_str)?;
                Some((id_of(record)?, title.to_owned()))
            }));
        }
        Ok(titles)
    }
}

fn position(cursor: &str) -> Result<(DateTime<Utc>, Uuid)> {
    let parsed = cursor.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parsed.ok_or_else(|| invalid("cursor", "invalid_cursor", "this cursor was not made by a list"))
}
