//! Everything that happened around one record: activities, tasks, notes, comments, feedback and changes.
//!
//! Each part is read under the caller's own policy for it and only as far as one page needs; the
//! parts are merged here. What links to the record itself is part of its timeline, and what links to
//! the leads it was converted from. Changes of fields come from the audit log, so they are shown to those who may read audit logs.

use std::cmp::Reverse;

use catalog::{ObjectDef, Principal, policy};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Record, cursor::Cursor, history::within, masked, moment_text, scope, statement};
use crate::{Error, Oltp, Result};

mod entry;
mod query;

pub use entry::{TimelineActor, TimelineItem};
pub use query::{Kind, TimelineQuery};
use query::{Part, Position};

/// Objects that have a timeline.
pub const SUBJECTS: [&str; 4] = ["lead", "contact", "company", "deal"];

/// One page of a timeline, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Timeline {
    /// What happened.
    pub items: Vec<TimelineItem>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

impl Oltp {
    /// One page of what happened around a record.
    ///
    /// **Shape**: newest first, ties in the order of parts and ids; going through all pages shows
    /// every entry that stays as it is exactly once.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not see the record.
    pub async fn timeline(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        id: Uuid,
        query: &TimelineQuery,
    ) -> Result<Timeline> {
        self.read(caller, object, id).await?;
        let mut connection = self.pool().acquire().await?;
        let origins = sqlx::query_scalar(include_str!("../../sql/origins.sql")).bind(id).fetch_all(&mut *connection);
        let subject = Subject { oltp: self, caller, object, id, origins: origins.await? };
        let mut items = Vec::new();
        for part in Part::ALL.into_iter().filter(|part| query.wants(*part)) {
            items.extend(subject.part(&mut connection, part, query).await?);
        }
        items.sort_by_key(|item| Reverse(item.position()));
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| {
            let Position { at, part, id } = last.position();
            let position = [moment_text(at), part.as_str().to_owned(), id].map(Some).to_vec();
            Cursor { fingerprint: query.fingerprint.clone(), position }.to_text()
        });
        Ok(Timeline { items, next })
    }
}

/// The record whose timeline it is, and who looks.
struct Subject<'a> {
    oltp: &'a Oltp,
    caller: &'a Principal,
    object: &'a ObjectDef,
    id: Uuid,
    /// The leads it was converted from: what was logged about them belongs to it too.
    origins: Vec<Uuid>,
}

#[derive(Debug, FromRow)]
struct RecordRow {
    at: DateTime<Utc>,
    record: Json<Record>,
    owner_name: Option<String>,
}

#[derive(Debug, FromRow)]
struct AuditRow {
    id: i64,
    at: DateTime<Utc>,
    actor_id: Option<Uuid>,
    actor_name: String,
    action: String,
    version: Option<i64>,
    changes: Value,
    source: Option<String>,
}

impl Subject<'_> {
    async fn part(
        &self,
        connection: &mut PgConnection,
        part: Part,
        query: &TimelineQuery,
    ) -> Result<Vec<TimelineItem>> {
        match part {
            Part::Change => self.changes(connection, query).await,
            Part::Activity | Part::Task | Part::Note | Part::Feedback | Part::Comment => {
                self.records(connection, part, query).await
            }
        }
    }

    async fn records(
        &self,
        connection: &mut PgConnection,
        part: Part,
        query: &TimelineQuery,
    ) -> Result<Vec<TimelineItem>> {
        let name = part.object();
        let object = self.oltp.catalog().object(name).ok_or_else(|| Error::unknown_object(name))?;
        let link = format!("{}_id", self.object.name);
        // Every part that links to customers links to leads too.
        let policy = policy(self.caller, object);
        if object.field(&link).is_none() || !policy.read {
            return Ok(Vec::new());
        }
        let moment = part.moment();
        // Whoever may not see what it is about, or when it was, must not learn it from its place here.
        if policy.masked.iter().any(|field| *field == link || part.moment().contains(field.as_str())) {
            return Ok(Vec::new());
        }
        let ids = scope::ids(&policy.rows);
        let sql = format!(
            "select {moment} as at, {json} as record, u.name as owner_name\n\
             from {table} {row}\n\
             left join users u on u.id = {row}.{actor}\n\
             where ({link} = $1 or {lead} = any($6)) and {row}.deleted_at is null\n  \
               and ($2::timestamptz is null or ({moment}, {row}.id::text collate \"C\") < ($2, $3))\n  \
               and ($4::text[] is null{kinds})\n  \
               and {scope}\n\
             order by 1 desc, {row}.id::text collate \"C\" desc\n\
             limit $5",
            json = statement::record_json(object),
            kinds = if part == Part::Activity { " or t.kind = any($4)" } else { "" },
            actor = part.actor(),
            table = statement::quoted(&object.table),
            row = statement::ROW,
            link = statement::column(&link),
            lead = statement::column("lead_id"),
            scope = scope::condition(&policy.rows, 7),
        );
        let (before, id) = query.bound(part);
        let mut rows = sqlx::query_as::<_, RecordRow>(AssertSqlSafe(sql))
            .bind(self.id)
            .bind(before)
            .bind(id)
            .bind(query.kind_words(part))
            .bind(i64::from(query.limit) + 1)
            .bind(&self.origins);
        if let Some(ids) = ids {
            rows = rows.bind(ids);
        }
        let rows = rows.fetch_all(connection).await?;
        let named = !policy.masked.contains("owner_id") && self.names_people()?;
        let item = |row: RecordRow| {
            let owner_name = row.owner_name.filter(|_| named);
            TimelineItem::of_record(part, row.at, &masked(row.record.0, &policy), owner_name)
        };
        Ok(rows.into_iter().map(item).collect())
    }

    /// Whether the caller may know what people are called.
    fn names_people(&self) -> Result<bool> {
        let people = self.oltp.catalog().object("user").ok_or_else(|| Error::unknown_object("user"))?;
        let policy = policy(self.caller, people);
        Ok(policy.read && !policy.masked.contains("name"))
    }

    async fn changes(&self, connection: &mut PgConnection, query: &TimelineQuery) -> Result<Vec<TimelineItem>> {
        let policy = policy(self.caller, self.object);
        if !policy.audit || !within(connection, self.object, self.id, &policy.audited).await? {
            return Ok(Vec::new());
        }
        let (before, id) = query.bound(Part::Change);
        let rows: Vec<AuditRow> = sqlx::query_as(include_str!("../../sql/timeline_changes.sql"))
            .bind(&self.object.name)
            .bind(self.id)
            .bind(before)
            .bind(id)
            .bind(i64::from(query.limit) + 1)
            .fetch_all(connection)
            .await?;
        Ok(rows.into_iter().map(|row| TimelineItem::of_change(self.object, row, &policy.masked)).collect())
    }
}
