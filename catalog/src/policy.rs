//! Who may see which rows and fields, and do what: one table, pure.

use std::collections::BTreeSet;

use serde::Serialize;
use uuid::Uuid;

use crate::{ObjectDef, Ownership, Principal, Role, Scope};

/// Which rows of an object a person sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowScope {
    /// Every row.
    All,
    /// Rows whose `owner_id` is one of these, and rows that nobody owns.
    Owners(BTreeSet<Uuid>),
}

/// What one person may see and do with one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "five independent permissions, each asked for by name")]
pub struct Policy {
    /// Rows they see; every write is limited to these too.
    pub rows: RowScope,
    /// Fields that read as null for them and that they may neither write, filter nor sort by.
    pub masked: BTreeSet<String>,
    /// May read at all.
    pub read: bool,
    /// May create.
    pub create: bool,
    /// May update.
    pub update: bool,
    /// May soft-delete and restore.
    pub delete: bool,
    /// May read the audit log of its records.
    pub audit: bool,
}

impl Policy {
    /// Whether a row with this owner is visible.
    pub fn sees(&self, owner_id: Option<Uuid>) -> bool {
        match (&self.rows, owner_id) {
            (RowScope::All, _) | (RowScope::Owners(_), None) => true,
            (RowScope::Owners(owners), Some(owner)) => owners.contains(&owner),
        }
    }
}

/// Decides what `principal` may see and do with `object`.
///
/// Every path that shows or changes rows uses this answer: records, search, reports, SQL, exports.
pub fn policy(principal: &Principal, object: &ObjectDef) -> Policy {
    let rows = match (object.ownership, principal.scope) {
        (Ownership::Shared, _) | (Ownership::Owned, Scope::All) => RowScope::All,
        (Ownership::Owned, Scope::Own | Scope::Team) => {
            let mut owners = principal.visible_owner_ids.clone();
            owners.insert(principal.user_id);
            RowScope::Owners(owners)
        }
    };
    let masked = match principal.role {
        Role::Analyst => object.fields.iter().filter(|field| field.personal).map(|field| field.name.clone()).collect(),
        Role::Admin | Role::Manager | Role::Rep | Role::Support | Role::Executive => BTreeSet::new(),
    };
    let Verbs { create, update, delete } = verbs(principal.role, object);
    let audit = matches!(principal.role, Role::Admin | Role::Manager);
    Policy { rows, masked, read: true, create, update, delete, audit }
}

struct Verbs {
    create: bool,
    update: bool,
    delete: bool,
}

fn verbs(role: Role, object: &ObjectDef) -> Verbs {
    let all = |allowed: bool| Verbs { create: allowed, update: allowed, delete: allowed };
    match role {
        Role::Admin => all(true),
        Role::Manager => all(object.writers != Writers::Admins),
        Role::Rep if object.writers == Writers::Reps => Verbs { create: true, update: true, delete: false },
        Role::Rep | Role::Support => all(object.writers == Writers::Everyone),
        Role::Analyst | Role::Executive => all(false),
    }
}

/// Which roles may write an object at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writers {
    /// Administrators: people and teams.
    Admins,
    /// Managers and above: pipelines, stages, products.
    Managers,
    /// Reps and above; reps cannot delete: leads, contacts, companies, deals, orders.
    Reps,
    /// Reps, support and above, deletion of visible rows included: activities, tasks, notes.
    Everyone,
}
