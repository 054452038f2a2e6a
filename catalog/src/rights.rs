//! What a role grants: how far each action reaches per object, and what holds for single fields.

mod definition;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Role, Scope};

/// Something a role can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See records.
    Read,
    /// Make records.
    Create,
    /// Change records.
    Update,
    /// Move records to the bin and take them out again.
    Delete,
    /// Read who changed what.
    Audit,
    /// Take records out as a file.
    Export,
}

impl Action {
    /// Every action, in the order of the documentation.
    pub const ALL: [Self; 6] = [Self::Read, Self::Create, Self::Update, Self::Delete, Self::Audit, Self::Export];

    /// The stored and transmitted name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Audit => "audit",
            Self::Export => "export",
        }
    }

    /// Whether it changes records.
    pub fn writes(self) -> bool {
        match self {
            Self::Create | Self::Update | Self::Delete => true,
            Self::Read | Self::Audit | Self::Export => false,
        }
    }
}

/// What holds for one field, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldRule {
    /// Nobody of the role knows that there is such a field.
    Hidden,
    /// The field is there and its values are not.
    Masked,
    /// Values can be seen and not changed.
    Read,
    /// Values can be changed by whoever may change the record.
    Write,
}

impl FieldRule {
    /// Every rule, the strictest first.
    pub const ALL: [Self; 4] = [Self::Hidden, Self::Masked, Self::Read, Self::Write];

    /// The stored and transmitted name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Masked => "masked",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a role grants for one object; nothing unless it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectRights {
    /// Whose records they see.
    pub read: Scope,
    /// In whose name they make records.
    pub create: Scope,
    /// Whose records they change.
    pub update: Scope,
    /// Whose records they delete and restore.
    pub delete: Scope,
    /// Of whose records they read the history.
    pub audit: Scope,
    /// Whose records they take out as files.
    pub export: Scope,
    /// Fields for which less holds than [`FieldRule::Write`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldRule>,
}

impl ObjectRights {
    /// How far an action reaches.
    pub fn reach(&self, action: Action) -> Scope {
        match action {
            Action::Read => self.read,
            Action::Create => self.create,
            Action::Update => self.update,
            Action::Delete => self.delete,
            Action::Audit => self.audit,
            Action::Export => self.export,
        }
    }

    /// The same with another reach of one action.
    #[must_use]
    pub fn with(mut self, action: Action, reach: Scope) -> Self {
        match action {
            Action::Read => self.read = reach,
            Action::Create => self.create = reach,
            Action::Update => self.update = reach,
            Action::Delete => self.delete = reach,
            Action::Audit => self.audit = reach,
            Action::Export => self.export = reach,
        }
        self
    }
}

/// What a role grants, by singular name of the object; an object that is not named is not granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDefinition {
    /// The rights per object.
    pub objects: BTreeMap<String, ObjectRights>,
}

/// A custom role as its bearer carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// The name that administrators gave.
    pub name: String,
    /// The preset it was copied from.
    pub base: Role,
    /// What it grants.
    pub definition: RoleDefinition,
}
