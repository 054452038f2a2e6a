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
    /// Rows of a [personal](Ownership::Personal) object whose `owner_id` is one of these ids, that are
    /// shared with a team that is one of them, or with everyone.
    Shared(BTreeSet<Uuid>),
}

impl RowScope {
    /// Whether a row that this person owns belongs to the scope whoever it is shared with.
    pub fn covers(&self, owner_id: Option<Uuid>) -> bool {
        match (self, owner_id) {
            (Self::All, _) | (Self::Owners(_), None) => true,
            (Self::Shared(_), None) => false,
            (Self::Owners(ids) | Self::Shared(ids), Some(owner)) => ids.contains(&owner),
        }
    }
}

/// What one person may see and do with one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "five independent permissions, each asked for by name")]
pub struct Policy {
    /// Rows they see; every write is limited to these too.
    pub rows: RowScope,
    /// Owners whose rows they may change, among those they see: what is shared is read only.
    pub changeable: RowScope,
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

/// Decides what `principal` may see and do with `object`.
///
/// Every path that shows or changes rows uses this answer: records, search, reports, SQL, exports.
pub fn policy(principal: &Principal, object: &ObjectDef) -> Policy {
    let (rows, changeable) = scopes(principal, object.ownership);
    let masked = match principal.role {
        Role::Analyst => object.fields.iter().filter(|field| field.personal).map(|field| field.name.clone()).collect(),
        Role::Admin | Role::Manager | Role::Rep | Role::Support | Role::Executive => BTreeSet::new(),
    };
    let Verbs { create, update, delete } = verbs(principal, object);
    let audit = matches!(principal.role, Role::Admin | Role::Manager);
    Policy { rows, changeable, masked, read: true, create, update, delete, audit }
}

/// The rows they see, and the owners among them whose rows they may change.
fn scopes(principal: &Principal, ownership: Ownership) -> (RowScope, RowScope) {
    let me = principal.user_id;
    match (ownership, principal.scope) {
        (Ownership::Personal, _) if principal.role != Role::Admin => {
            let shared = principal.team_ids.iter().copied().chain([me]).collect();
            (RowScope::Shared(shared), RowScope::Shared([me].into()))
        }
        (Ownership::Owned, Scope::Own | Scope::Team) => {
            let owners = RowScope::Owners(principal.visible_owner_ids.iter().copied().chain([me]).collect());
            (owners.clone(), owners)
        }
        (Ownership::Shared | Ownership::Personal, _) | (Ownership::Owned, Scope::All) => (RowScope::All, RowScope::All),
    }
}

struct Verbs {
    create: bool,
    update: bool,
    delete: bool,
}

fn verbs(principal: &Principal, object: &ObjectDef) -> Verbs {
    let all = |allowed: bool| Verbs { create: allowed, update: allowed, delete: allowed };
    match (object.writers, principal.role) {
        (Writers::System, _) => all(principal.is_system()),
        (Writers::Anyone, _) | (_, Role::Admin) => all(true),
        (writers, Role::Manager) => all(writers != Writers::Admins),
        (Writers::Reps, Role::Rep) => Verbs { create: true, update: true, delete: false },
        (writers, Role::Rep | Role::Support) => all(writers == Writers::Everyone),
        (_, Role::Analyst | Role::Executive) => all(false),
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
    /// Every role, those who only read records included: saved reports, dashboards, schedules.
    Anyone,
    /// The program itself: deliveries, models.
    System,
}
