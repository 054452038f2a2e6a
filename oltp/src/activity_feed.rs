//! The activity feed: what happened lately on everything a person sees, whoever did it.
//!
//! It is read from the audit log and says who did what to which record and which fields changed, never
//! their values; a record that the reader may not see leaves no gap.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Invalid, Principal, policy};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Oltp, Result, records::visible};

/// What is worth telling colleagues.
const OBJECTS: [&str; 9] = ["lead", "contact", "company", "deal", "activity", "task", "note", "comment", "order"];
/// Entries on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 30;
/// Entries on one page.
const MAX_LIMIT: u32 = 100;
/// Log entries looked at in one step, and steps per page: who sees little gets a short page and a `next`.
const STEP: i64 = 200;
const MAX_STEPS: usize = 5;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FeedEntry)]
pub struct Entry {
    /// Number of the log entry.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; null for the system.
    pub actor_id: Option<Uuid>,
    /// Their name.
    pub actor_name: String,
    /// create, update, delete or restore.
    pub action: String,
    /// What kind of record, such as `deal`.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// Its title, as it is now.
    pub title: Option<String>,
    /// Labels of the fields that changed, without those hidden from the reader.
    pub fields: Vec<String>,
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Feed {
    /// What happened.
    pub items: Vec<Entry>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<i64>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    at: DateTime<Utc>,
    actor_id: Option<Uuid>,
    actor_name: String,
    action: String,
    object: String,
    record_id: Uuid,
    changes: Value,
}

impl Oltp {
    /// One page of what happened on records that the caller sees, from before entry `cursor` on.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a wrong `limit`.
    pub async fn activity_feed(&self, caller: &Principal, cursor: Option<i64>, limit: Option<u32>) -> Result<Feed> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("limit must be between 1 and {MAX_LIMIT}");
            return Err(Invalid::field("limit", "out_of_range", message).into());
        }
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut connection = self.pool().acquire().await?;
        let (mut items, mut before) = (Vec::new(), cursor);
        for _ in 0..MAX_STEPS {
            let rows =
                sqlx::query_as(include_str!("../sql/activity_feed.sql")).bind(&OBJECTS[..]).bind(before).bind(STEP);
            let rows: Vec<Row> = rows.fetch_all(&mut *connection).await?;
            let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == STEP;
            before = rows.last().map(|row| row.id);
            items.extend(seen(&mut connection, self.catalog(), caller, rows).await?);
            if items.len() > wanted {
                items.truncate(wanted);
                before = items.last().map(|entry: &Entry| entry.id);
                return Ok(Feed { items, next: before });
            }
            if !full {
                return Ok(Feed { items, next: None });
            }
        }
        Ok(Feed { items, next: before })
    }
}

/// The entries about records that the caller sees.
async fn seen(
    connection: &mut PgConnection,
    catalog: &Catalog,
    caller: &Principal,
    rows: Vec<Row>,
) -> Result<Vec<Entry>> {
    let mut wanted: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for row in &rows {
        wanted.entry(&row.object).or_default().insert(row.record_id);
    }
    let mut titles: BTreeMap<(String, Uuid), Option<String>> = BTreeMap::new();
    for (name, ids) in wanted {
        let Some(object) = catalog.object(name) else { continue };
        let policy = policy(caller, object);
        if !policy.read {
            continue;
        }
        let ids: Vec<Uuid> = visible(connection, &policy, object, &ids).await?.into_iter().collect();
        let hidden = policy.masked.contains(&object.title);
        for (id, title) in crate::records::titles(connection, object, &ids).await? {
            titles.insert((name.to_owned(), id), title.filter(|_| !hidden));
        }
    }
    let entry = |row: Row| {
        let title = titles.get(&(row.object.clone(), row.record_id))?.clone();
        let object = catalog.object(&row.object)?;
        let masked = policy(caller, object).masked;
        let changed = row.changes.as_object().into_iter().flatten().filter(|_| row.action == "update");
        let fields = changed.filter(|(name, _)| !masked.contains(*name));
        let fields = fields.map(|(name, _)| object.field(name).map_or(name.clone(), |field| field.label.clone()));
        let fields: BTreeSet<String> = fields.collect();
        Some(Entry {
            id: row.id,
            at: row.at,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            action: row.action,
            fields: fields.into_iter().collect(),
            object: row.object,
            record_id: row.record_id,
            title,
        })
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}
