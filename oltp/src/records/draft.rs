//! One record on its way into the database.

use catalog::{Changes, Invalid, ObjectDef};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use uuid::Uuid;

use super::Record;
use crate::Error;

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Delete,
    Restore,
}

impl Verb {
    /// The word in the audit log and, in the past tense, in outbox topics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }

    /// What has happened once it is done: `created`.
    pub(crate) fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
            Self::Restore => "restored",
        }
    }
}

/// One record to write: what is wanted, what is there, and why it was refused if it was.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The record's id.
    pub(crate) id: Uuid,
    /// The fields to write, with what the rules computed.
    pub(crate) changes: Changes,
    /// When what it says became true.
    pub(crate) effective_at: DateTime<Utc>,
    /// The version the caller last saw, when they insist on it.
    pub(crate) expected_version: Option<i64>,
    /// The locked row; absent for a new record.
    pub(crate) current: Option<Record>,
    /// Why it will not be written.
    pub(crate) refused: Option<Error>,
}

impl Draft {
    /// A draft that nothing is known about yet.
    pub(crate) fn new(id: Uuid, changes: Changes, effective_at: DateTime<Utc>) -> Self {
        Self { id, changes, effective_at, expected_version: None, current: None, refused: None }
    }

    /// A draft of a locked record that a rule changes, effective no earlier than its last version.
    pub(crate) fn follow_up(id: Uuid, record: Record, effective_at: DateTime<Utc>) -> Self {
        let last = record.get("updated_at").and_then(super::moment_of).unwrap_or(effective_at);
        Self { current: Some(record), ..Self::new(id, Changes::default(), effective_at.max(last)) }
    }

    /// Whether it is still to be written.
    pub(crate) fn alive(&self) -> bool {
        self.refused.is_none()
    }

    /// Refuses it; the first reason stays.
    pub(crate) fn refuse(&mut self, error: impl Into<Error>) {
        self.refused.get_or_insert_with(|| error.into());
    }

    /// Sets a value that a rule computed; a value that does not fit refuses the draft.
    pub(crate) fn set(&mut self, object: &ObjectDef, name: &str, value: &Value) {
        if let Err(Invalid(fields)) = self.changes.set_computed(object, name, value) {
            self.refuse(Invalid(fields));
        }
    }

    /// The value the record had before; null when it is new.
    pub(crate) fn before(&self, name: &str) -> &Value {
        self.current.as_ref().and_then(|record| record.get(name)).unwrap_or(&Value::Null)
    }

    /// The value the record will have.
    pub(crate) fn after(&self, name: &str) -> &Value {
        self.changes.get(name).unwrap_or_else(|| self.before(name))
    }

    /// The text the field will hold; `None` when it will be empty.
    pub(crate) fn text_after(&self, name: &str) -> Option<&str> {
        self.after(name).as_str()
    }

    /// The id the field will hold; `None` when it will be empty.
    pub(crate) fn link_after(&self, name: &str) -> Option<Uuid> {
        self.text_after(name).and_then(|text| Uuid::parse_str(text).ok())
    }

    /// Whether the field is given and differs from what is there.
    pub(crate) fn changing(&self, name: &str) -> bool {
        self.changes.get(name).is_some_and(|value| value != self.before(name))
    }

    /// The fields that really change, with their new values, in name order.
    pub(crate) fn differences(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.changes.iter().filter(|(name, value)| *value != self.before(name))
    }

    /// The version the record had before; 0 when it is new.
    pub(crate) fn version_before(&self) -> i64 {
        self.before("version").as_i64().unwrap_or_default()
    }
}

/// A draft as the object that the statements bind.
#[derive(Debug)]
pub(crate) struct BoundRow<'a> {
    pub(crate) draft: &'a Draft,
    pub(crate) verb: Verb,
}

impl Serialize for BoundRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Draft { id, effective_at, .. } = self.draft;
        let at = moment_text(*effective_at);
        let mut row = serializer.serialize_map(None)?;
        row.serialize_entry("id", id)?;
        row.serialize_entry("updated_at", &at)?;
        match self.verb {
            Verb::Create => row.serialize_entry("created_at", &at)?,
            Verb::Delete => row.serialize_entry("deleted_at", &at)?,
            Verb::Restore => row.serialize_entry("deleted_at", &Value::Null)?,
            Verb::Update => {}
        }
        for (name, value) in self.draft.differences() {
            row.serialize_entry(name, value)?;
        }
        row.end()
    }
}

/// A moment in the canonical form of records.
pub(crate) fn moment_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
