//! Records of every object: create, read, update, delete, restore and list, one path for all.
//!
//! [`write`] is the only function that writes a record; its audit entry and its outbox message
//! are part of it, so a write without them cannot be expressed. Reading and listing print their
//! statements from the catalogue and always carry the caller's row predicate.

use std::sync::Arc;

use catalog::{Changes, Ids, Invalid, ObjectDef, Policy, Principal, policy};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, types::Json};
use uuid::Uuid;

use crate::{Error, Oltp, Result};

mod audit;
mod condition;
mod constraint;
mod cursor;
pub(crate) mod customers;
mod draft;
mod export;
mod filter;
mod history;
mod journal;
mod links;
mod list;
mod outbox;
pub(crate) mod page;
pub(crate) mod scope;
mod sort;
pub(crate) mod statement;
mod timeline;
mod titled;
mod total;
mod values;
mod within;
mod write;

pub(crate) use audit::note_about;
pub use condition::{Condition, Sign};
pub(crate) use constraint::Violation;
pub(crate) use draft::{BoundRow, Draft, Verb, moment_text};
pub use export::{ExportColumn, ExportRow, export_columns};
pub use history::AuditEntry;
pub(crate) use journal::Journal;
pub(crate) use links::visible;
pub use list::{Deleted, ListQuery, MAX_LIMIT, Page};
pub(crate) use outbox::tell;
pub use timeline::{Kind as TimelineKind, SUBJECTS, Timeline, TimelineActor, TimelineItem, TimelineQuery};
pub(crate) use titled::titles;
pub use total::{CountRequest, Counter, Total};
pub use values::{FieldValue, FieldValues};
pub(crate) use write::{Batch, Failure, FollowUp, apply, locked, prepare};

/// A record in its canonical form, the system columns included: exact numbers, days, moments and
/// ids as text; fields the caller may not see are null.
pub type Record = Map<String, Value>;

/// A record to change, and the version the caller insists on, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The record's id.
    pub id: Uuid,
    /// The version it must still have; otherwise [`Error::Stale`].
    pub version: Option<i64>,
}

impl From<Uuid> for Target {
    fn from(id: Uuid) -> Self {
        Self { id, version: None }
    }
}

impl Oltp {
    /// Creates a record owned by the caller unless `changes` says otherwise, and answers it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]; [`Error::Invalid`] and [`Error::Conflict`] name the fields.
    pub async fn create(&self, caller: &Principal, object: &ObjectDef, changes: Changes) -> Result<Record> {
        let mut draft = Draft::new(Ids.fresh(), changes, self.clock().now());
        default_owner(&mut draft, caller, object);
        self.write_one(caller, object, Verb::Create, draft).await
    }

    /// Reads a live record.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is none that the caller may see.
    pub async fn read(&self, caller: &Principal, object: &ObjectDef, id: Uuid) -> Result<Record> {
        let policy = policy(caller, object);
        let sql = statement::read(object, &scope::condition(&policy.rows, 2));
        let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql)).bind(id);
        if let Some(owners) = scope::ids(&policy.rows) {
            query = query.bind(owners);
        }
        let record = query.fetch_optional(self.pool()).await?;
        let Json(record) = record.ok_or_else(|| Error::not_found(object))?;
        Ok(masked(record, &policy))
    }

    /// Changes the given fields of a record and answers it; absent fields keep their values.
    ///
    /// When nothing differs from what is stored, nothing is written and the version stays.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`], [`Error::Stale`], [`Error::Invalid`],
    /// [`Error::Conflict`].
    pub async fn update(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        target: impl Into<Target> + Send,
        changes: Changes,
    ) -> Result<Record> {
        let draft = self.draft_of(target.into(), changes);
        self.write_one(caller, object, Verb::Update, draft).await
    }

    /// Moves a record to the bin and answers it as it is there.
    ///
    /// # Errors
    /// As [`update`](Self::update); a rule may refuse with [`Error::Conflict`].
    pub async fn delete(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        target: impl Into<Target> + Send,
    ) -> Result<Record> {
        let draft = self.draft_of(target.into(), Changes::default());
        self.write_one(caller, object, Verb::Delete, draft).await
    }

    /// Takes a record out of the bin and answers it.
    ///
    /// # Errors
    /// As [`update`](Self::update); [`Error::NotDeleted`] when it is not in the bin.
    pub async fn restore(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        target: impl Into<Target> + Send,
    ) -> Result<Record> {
        let draft = self.draft_of(target.into(), Changes::default());
        self.write_one(caller, object, Verb::Restore, draft).await
    }

    fn draft_of(&self, target: Target, changes: Changes) -> Draft {
        let mut draft = Draft::new(target.id, changes, self.clock().now());
        draft.expected_version = target.version;
        draft
    }

    async fn write_one(&self, caller: &Principal, object: &ObjectDef, verb: Verb, draft: Draft) -> Result<Record> {
        let catalog = Arc::clone(self.catalog());
        let at = self.clock().now();
        let batch = Batch { oltp: self, catalog: &catalog, caller, object, verb, journal: Journal::Live, at };
        let mut tx = self.pool().begin().await?;
        let mut drafts = [draft];
        prepare(&mut tx, &batch, &mut drafts).await?;
        let [mut draft] = drafts;
        if let Some(error) = draft.refused.take() {
            return Err(error);
        }
        match apply(&mut tx, &batch, std::slice::from_ref(&draft)).await {
            Ok(records) => {
                tx.commit().await?;
                if ["user", "team", "role"].contains(&object.name.as_str()) {
                    self.people_changed();
                }
                let record = records.into_iter().next().ok_or_else(|| Error::not_found(object))?;
                Ok(masked(record, &policy(caller, object)))
            }
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::Violation(violation)) => {
                tx.rollback().await?;
                let mut connection = self.pool().acquire().await?;
                Err(violation.explain(&mut connection, object).await?)
            }
        }
    }
}

/// Whoever creates a record owns it, unless they say who does; the system owns nothing.
pub(crate) fn default_owner(draft: &mut Draft, caller: &Principal, object: &ObjectDef) {
    let owned = object.field("owner_id").is_some() && draft.changes.get("owner_id").is_none();
    if owned && !caller.user_id.is_nil() {
        draft.set(object, "owner_id", &Value::String(caller.user_id.to_string()));
    }
}

/// The moment in a canonical value.
pub(crate) fn moment_of(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    let text = value.as_str()?;
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// The id of a record.
pub(crate) fn id_of(record: &Record) -> Option<Uuid> {
    record.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok())
}

/// The record as the caller sees it: masked fields are null, hidden ones are not there.
pub(crate) fn masked(mut record: Record, policy: &Policy) -> Record {
    for field in &policy.masked {
        if let Some(value) = record.get_mut(field) {
            *value = Value::Null;
        }
    }
    record.retain(|name, _| !policy.hidden.contains(name));
    record
}

/// The refusal of one named parameter or field.
pub(crate) fn invalid(name: &str, code: &'static str, message: impl Into<String>) -> Error {
    Invalid::field(name, code, message).into()
}
