//! One entry of a timeline, made from a record or from an audit entry.

use std::collections::BTreeSet;

use catalog::ObjectDef;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AuditRow, Kind, Record, moment_text,
    query::{Part, Position},
};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineActor {
    /// Their user record; null for the system and for people who are gone.
    id: Option<Uuid>,
    /// Their name.
    name: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineItem {
    /// What kind of thing.
    pub kind: Kind,
    /// What record it is, such as `activity`; `audit_log` for changes.
    pub object: &'static str,
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: String,
    /// Who did it; null when nobody is known.
    actor: Option<TimelineActor>,
    /// One line about it.
    pub title: String,
    /// The whole text, if it has one.
    pub body: Option<String>,
    /// What else is known, by kind.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    #[serde(skip)]
    #[schema(ignore)]
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place(Position);

impl TimelineItem {
    /// Its place in the timeline.
    pub(super) fn position(&self) -> Position {
        self.place.0.clone()
    }

    /// The entry about a record of one of the parts; masked fields are null already.
    pub(super) fn of_record(part: Part, at: DateTime<Utc>, record: &Record, owner_name: Option<String>) -> Self {
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let (kind, title, body, details): (Kind, String, Option<String>, &[&str]) = match part {
            Part::Activity => {
                let kind = text("kind").and_then(|word| Kind::parse(&word)).unwrap_or(Kind::Note);
                let title = text("subject").unwrap_or_else(|| spoken(kind).to_owned());
                (kind, title, text("body"), &["direction", "outcome", "duration_minutes"])
            }
            Part::Task => {
                let title = text("name").unwrap_or_default();
                let details = &["kind", "status", "priority", "due_at", "completed_at"];
                (Kind::Task, title, text("description"), details)
            }
            Part::Note | Part::Change => (Kind::Note, spoken(Kind::Note).to_owned(), text("body"), &[]),
            Part::Comment => (Kind::Comment, spoken(Kind::Comment).to_owned(), text("body"), &["mentions"]),
            Part::Feedback => {
                let rating = record.get("rating").and_then(Value::as_i64).unwrap_or_default();
                (Kind::Feedback, format!("Rated {rating} of 5"), text("comment"), &["rating", "reasons"])
            }
        };
        let owner = text(part.actor()).and_then(|id| Uuid::parse_str(&id).ok());
        let id = text("id").unwrap_or_default();
        let detail = |name: &&str| (String::from(*name), record.get(*name).cloned().unwrap_or(Value::Null));
        Self {
            kind,
            object: part.object(),
            at: moment_text(at),
            actor: owner.map(|id| TimelineActor { id: Some(id), name: owner_name }),
            title,
            body,
            data: details.iter().map(detail).collect(),
            place: Place(Position { at, part, id: id.clone() }),
            id,
        }
    }

    /// The entry about audited changes of the record itself, without masked fields.
    pub(super) fn of_change(object: &ObjectDef, row: AuditRow, masked: &BTreeSet<String>) -> Self {
        let changes = row.changes.as_object().cloned().unwrap_or_default();
        let mut labels = Vec::new();
        let mut fields = Vec::new();
        for (name, change) in changes.iter().filter(|(name, _)| row.action != "create" && !masked.contains(*name)) {
            let label = object.field(name).map_or(name.as_str(), |field| &field.label);
            labels.push(label.to_owned());
            fields.push(json!({ "field": name, "label": label, "old": change["old"], "new": change["new"] }));
        }
        let title = match row.action.as_str() {
            "create" => "Created".to_owned(),
            "delete" => "Moved to the bin".to_owned(),
            "restore" => "Taken out of the bin".to_owned(),
            _ if labels.is_empty() => "Changed".to_owned(), // what, the caller may not see
            _ => format!("Changed {}", labels.join(", ")),
        };
        let known = [
            ("action", Value::String(row.action)),
            ("version", row.version.into()),
            ("source", row.source.into()),
            ("fields", Value::Array(fields)),
        ];
        Self {
            kind: Kind::Change,
            object: Part::Change.object(),
            id: row.id.to_string(),
            at: moment_text(row.at),
            actor: Some(TimelineActor { id: row.actor_id, name: Some(row.actor_name) }),
            title,
            body: None,
            data: known.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            place: Place(Position { at: row.at, part: Part::Change, id: format!("{:020}", row.id) }),
        }
    }
}

fn spoken(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "E-mail",
        Kind::Call => "Call",
        Kind::Meeting => "Meeting",
        Kind::Sms => "Text message",
        Kind::Demo => "Demo",
        Kind::Note => "Note",
        Kind::Task => "Task",
        Kind::Change => "Change",
        Kind::Feedback => "Feedback",
        Kind::Comment => "Comment",
    }
}
