//! The six presets as data: who sees how far, who writes what, and which fields are masked.

use crate::{Action, FieldRule, ObjectDef, ObjectRights, Ownership, Role, RoleDefinition, Scope, Writers};

/// One preset.
#[derive(Debug)]
struct Preset {
    role: Role,
    /// What they do with objects that these may write; objects of others they only read.
    writes: &'static [(Writers, &'static [Action])],
    /// Whether they read who changed what.
    audits: bool,
    /// Whether personal contact details are masked.
    masks_personal: bool,
}

const ALL: &[Action] = &[Action::Create, Action::Update, Action::Delete];
/// A rep loses no customer: leads, contacts, companies and deals are deleted by managers.
const NO_DELETION: &[Action] = &[Action::Create, Action::Update];

/// The presets; what a role may do is read off here and nowhere else.
const PRESETS: [Preset; 6] = [
    Preset {
        role: Role::Admin,
        writes: &[
            (Writers::Admins, ALL),
            (Writers::Managers, ALL),
            (Writers::Reps, ALL),
            (Writers::Everyone, ALL),
            (Writers::Anyone, ALL),
        ],
        audits: true,
        masks_personal: false,
    },
    Preset {
        role: Role::Manager,
        writes: &[(Writers::Managers, ALL), (Writers::Reps, ALL), (Writers::Everyone, ALL), (Writers::Anyone, ALL)],
        audits: true,
        masks_personal: false,
    },
    Preset {
        role: Role::Rep,
        writes: &[(Writers::Reps, NO_DELETION), (Writers::Everyone, ALL), (Writers::Anyone, ALL)],
        audits: false,
        masks_personal: false,
    },
    Preset {
        role: Role::Support,
        writes: &[(Writers::Everyone, ALL), (Writers::Anyone, ALL)],
        audits: false,
        masks_personal: false,
    },
    Preset { role: Role::Analyst, writes: &[(Writers::Anyone, ALL)], audits: false, masks_personal: true },
    Preset { role: Role::Executive, writes: &[(Writers::Anyone, ALL)], audits: false, masks_personal: false },
];

/// What a preset grants for an object to somebody who sees as far as `sees`; nothing for
/// [`Role::Custom`], which is no preset.
pub(crate) fn rights(role: Role, object: &ObjectDef, sees: Scope) -> ObjectRights {
    let Some(preset) = PRESETS.iter().find(|preset| preset.role == role) else {
        return ObjectRights::default();
    };
    let reach = match object.ownership {
        Ownership::Shared => Scope::All,
        Ownership::Personal if role == Role::Admin => Scope::All,
        Ownership::Personal => Scope::Own,
        Ownership::Owned => sees,
    };
    let written = preset.writes.iter().find(|(writers, _)| *writers == object.writers);
    let written = written.map_or(&[][..], |(_, actions)| actions);
    let allowed = |action: &Action| match action {
        Action::Read | Action::Export => true,
        Action::Audit => preset.audits,
        Action::Create | Action::Update | Action::Delete => written.contains(action),
    };
    let rights = Action::ALL.into_iter().filter(allowed);
    let mut rights = rights.fold(ObjectRights::default(), |rights, action| rights.with(action, reach));
    if preset.masks_personal {
        let personal = object.fields.iter().filter(|field| field.personal);
        rights.fields = personal.map(|field| (field.name.clone(), FieldRule::Masked)).collect();
    }
    rights
}

impl RoleDefinition {
    /// What a preset grants, spelled out object by object: where a custom role starts.
    pub fn of_preset(role: Role, objects: &[ObjectDef]) -> Self {
        let rights = |object: &ObjectDef| (object.name.clone(), rights(role, object, role.default_scope()));
        Self { objects: objects.iter().map(rights).collect() }
    }
}
