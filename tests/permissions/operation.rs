//! What can be done with the records of every object, and whom the policy refuses it.

use catalog::{ObjectDef, RowScope, policy};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::office::Person;

/// What is done to one record, or to all of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    List,
    Read,
    History,
    Create,
    Update,
    Replace,
    Delete,
    Restore,
    Values,
    Export,
    Bulk,
    Bookmarks,
    Documents,
    Attach,
}

impl Operation {
    pub(super) const ALL: [Self; 14] = [
        Self::List,
        Self::Read,
        Self::History,
        Self::Create,
        Self::Update,
        Self::Replace,
        Self::Restore,
        Self::Delete,
        Self::Values,
        Self::Export,
        Self::Bulk,
        Self::Bookmarks,
        Self::Documents,
        Self::Attach,
    ];

    /// Whether it is about one record.
    pub(super) fn about_one(self) -> bool {
        !matches!(self, Self::List | Self::Create | Self::Values | Self::Export | Self::Bulk)
    }

    /// Whether the question of this sweep is one that its strongest person gets answered.
    pub(super) fn whole(self) -> bool {
        !matches!(self, Self::Values | Self::Export | Self::Bulk | Self::Attach)
    }

    pub(super) fn method(self) -> Method {
        match self {
            Self::List | Self::Read | Self::History | Self::Values | Self::Bookmarks | Self::Documents => Method::GET,
            Self::Create | Self::Restore | Self::Export | Self::Bulk | Self::Attach => Method::POST,
            Self::Update => Method::PATCH,
            Self::Replace => Method::PUT,
            Self::Delete => Method::DELETE,
        }
    }

    /// As in the description of the interface.
    pub(super) fn path(self, object: &ObjectDef) -> String {
        let table = &object.table;
        match self {
            Self::List | Self::Create => format!("/api/{table}"),
            Self::Read | Self::Update | Self::Replace | Self::Delete => format!("/api/{table}/{{id}}"),
            Self::History => format!("/api/{table}/{{id}}/audit"),
            Self::Restore => format!("/api/{table}/{{id}}/restore"),
            Self::Values => format!("/api/{table}/values"),
            Self::Export => format!("/api/{table}/export"),
            Self::Bulk => format!("/api/{table}/bulk"),
            Self::Bookmarks => format!("/api/{table}/{{id}}/bookmarks"),
            Self::Documents | Self::Attach => format!("/api/{table}/{{id}}/documents"),
        }
    }

    /// What is sent with it, but for a new record.
    pub(super) fn body(self) -> Option<Value> {
        match self {
            Self::Update | Self::Replace | Self::Attach => Some(json!({})),
            Self::Export => Some(json!({"columns": ["id"], "format": "csv"})),
            Self::Bulk => Some(json!({"action": "update", "query": "", "set": {}})),
            Self::Create
            | Self::List
            | Self::Read
            | Self::History
            | Self::Delete
            | Self::Restore
            | Self::Values
            | Self::Bookmarks
            | Self::Documents => None,
        }
    }

    /// Whether it may be done with a record of this owner: the status of the refusal if not.
    pub(super) fn refusal(self, object: &ObjectDef, owner: Option<Uuid>, person: &Person) -> Option<StatusCode> {
        let policy = policy(&person.principal, object);
        let (allowed, reach) = match self {
            _ if !policy.read => return Some(StatusCode::NOT_FOUND),
            Self::List | Self::Values => return None,
            Self::Export => return (!policy.export).then_some(StatusCode::FORBIDDEN),
            Self::Bulk => return (!policy.update).then_some(StatusCode::FORBIDDEN),
            Self::Create => (policy.create, &RowScope::All),
            Self::Read | Self::Bookmarks | Self::Documents => (policy.read, &policy.rows),
            Self::History => (policy.audit, &policy.audited),
            Self::Update | Self::Replace | Self::Attach => (policy.update, &policy.changeable),
            Self::Delete | Self::Restore => (policy.delete, &policy.deletable),
        };
        if self != Self::Create && !policy.rows.covers(owner) {
            return Some(StatusCode::NOT_FOUND);
        }
        // What somebody said stays what they said.
        let words = object.name == "comment" && matches!(self, Self::Update | Self::Replace);
        let others = words && owner != Some(person.principal.user_id);
        (!allowed || !reach.covers(owner) || others).then_some(StatusCode::FORBIDDEN)
    }
}
