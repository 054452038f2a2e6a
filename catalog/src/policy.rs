//! Who may see which rows and fields, and do what: one decision, pure.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;
use uuid::Uuid;

use crate::{Action, FieldRule, ObjectDef, ObjectRights, Ownership, Principal, Purpose, Role, Scope, preset};

/// Which rows of an object a person sees, or may do something with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowScope {
    /// No row.
    None,
    /// Every row.
    All,
    /// Rows whose `owner_id` is one of these, rows that nobody owns, and rows that the person works on.
    Owners {
        /// Whose rows.
        owners: BTreeSet<Uuid>,
        /// Rows of others: those with one of these ids in the column, `id` itself or a link to what they
        /// are a part of.
        worked_on: BTreeMap<String, BTreeSet<Uuid>>,
    },
    /// Rows of a [personal](Ownership::Personal) object whose `owner_id` is one of these ids, that are
    /// shared with a team that is one of them, or with everyone.
    Shared(BTreeSet<Uuid>),
}

impl RowScope {
    /// Whether a row that this person owns belongs to the scope whoever it is shared with.
    pub fn covers(&self, owner_id: Option<Uuid>) -> bool {
        match (self, owner_id) {
            (Self::None, _) | (Self::Shared(_), None) => false,
            (Self::All, _) | (Self::Owners { .. }, None) => true,
            (Self::Owners { owners, .. }, Some(owner)) => owners.contains(&owner),
            (Self::Shared(ids), Some(owner)) => ids.contains(&owner),
        }
    }

    /// Whether a row belongs to the scope whoever it is shared with: by its owner, or because the person
    /// works on it. `value` answers the ids in its columns.
    pub fn includes(&self, value: impl Fn(&str) -> Option<Uuid>) -> bool {
        let worked_on = match self {
            Self::Owners { worked_on, .. } => Some(worked_on),
            Self::None | Self::All | Self::Shared(_) => None,
        };
        let among = |(column, ids): (&String, &BTreeSet<Uuid>)| value(column).is_some_and(|id| ids.contains(&id));
        self.covers(value("owner_id")) || worked_on.into_iter().flatten().any(among)
    }
}

/// What one person may see and do with one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "six independent permissions, each asked for by name")]
pub struct Policy {
    /// Rows they see; every write is limited to these too.
    pub rows: RowScope,
    /// Owners in whose name they may make records.
    pub creatable: RowScope,
    /// Owners whose rows they may change, among those they see: what is shared is read only.
    pub changeable: RowScope,
    /// Owners whose rows they may delete and restore, among those they see.
    pub deletable: RowScope,
    /// Rows whose history they may read, among those they see.
    pub audited: RowScope,
    /// How far they see, in a word.
    pub visibility: Scope,
    /// Fields that read as null for them and that they may neither write, filter nor sort by; the
    /// hidden ones are among them.
    pub masked: BTreeSet<String>,
    /// Fields that are as if they were not there.
    pub hidden: BTreeSet<String>,
    /// Fields that they see and may not change.
    pub fixed: BTreeSet<String>,
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
    /// May take its records out as a file.
    pub export: bool,
}

impl Policy {
    /// Nothing may be seen and nothing done.
    pub fn nothing() -> Self {
        Self {
            rows: RowScope::None,
            creatable: RowScope::None,
            changeable: RowScope::None,
            deletable: RowScope::None,
            audited: RowScope::None,
            visibility: Scope::None,
            masked: BTreeSet::new(),
            hidden: BTreeSet::new(),
            fixed: BTreeSet::new(),
            read: false,
            create: false,
            update: false,
            delete: false,
            audit: false,
            export: false,
        }
    }

    /// The object as they know it: without its hidden fields.
    pub fn known<'a>(&self, object: &'a ObjectDef) -> Cow<'a, ObjectDef> {
        if self.hidden.is_empty() {
            return Cow::Borrowed(object);
        }
        let mut known = object.clone();
        known.fields.retain(|field| !self.hidden.contains(&field.name));
        Cow::Owned(known)
    }
}

/// Decides what `principal` may see and do with `object`.
///
/// Every path that shows or changes rows uses this answer: records, search, reports, SQL, exports.
/// It fails closed: what no role grants is not there.
pub fn policy(principal: &Principal, object: &ObjectDef) -> Policy {
    let rights = granted(principal, object);
    let scope = |action: Action| rows(principal, object, (action, reach(&rights, principal, action)));
    let allowed = |action: Action| reach(&rights, principal, action) != Scope::None;
    let with_rule = |wanted: &[FieldRule]| -> BTreeSet<String> {
        let fields = rights.fields.iter().filter(|(_, rule)| wanted.contains(rule));
        fields.map(|(name, _)| name.clone()).collect()
    };
    let mut masked = with_rule(&[FieldRule::Hidden, FieldRule::Masked]);
    let quoting = object.fields.iter().filter(|field| field.quotes.iter().any(|quoted| masked.contains(quoted)));
    let quoting: Vec<String> = quoting.map(|field| field.name.clone()).collect();
    masked.extend(quoting);
    Policy {
        rows: scope(Action::Read),
        creatable: scope(Action::Create),
        changeable: scope(Action::Update),
        deletable: scope(Action::Delete),
        audited: scope(Action::Audit),
        visibility: reach(&rights, principal, Action::Read),
        masked,
        hidden: with_rule(&[FieldRule::Hidden]),
        fixed: with_rule(&[FieldRule::Read]),
        read: allowed(Action::Read),
        create: allowed(Action::Create),
        update: allowed(Action::Update),
        delete: allowed(Action::Delete),
        audit: allowed(Action::Audit),
        export: allowed(Action::Export),
    }
}

/// What the person's role grants, before their purpose takes something away.
fn granted(principal: &Principal, object: &ObjectDef) -> ObjectRights {
    let mut rights = match (principal.role, &principal.granted) {
        (Role::Custom, Some(custom)) => custom.definition.objects.get(&object.name).cloned().unwrap_or_default(),
        (Role::Custom, None) => ObjectRights::default(),
        (Role::Admin | Role::Manager | Role::Rep | Role::Support | Role::Analyst | Role::Executive, _) => {
            preset::rights(principal.role, object, principal.scope)
        }
    };
    if object.writers == Writers::System {
        let written = if principal.is_system() { Scope::All } else { Scope::None };
        (rights.create, rights.update, rights.delete) = (written, written, written);
    }
    rights
}

/// How far one action reaches: never beyond what the person reads, nor beyond their purpose.
fn reach(rights: &ObjectRights, principal: &Principal, action: Action) -> Scope {
    let export = if principal.purpose == Purpose::Export { rights.export } else { Scope::All };
    let narrowed = if principal.role == Role::Custom { principal.scope } else { Scope::All };
    let read = rights.read.min(export).min(narrowed);
    if action.writes() && principal.purpose != Purpose::Work {
        return Scope::None;
    }
    rights.reach(action).min(read)
}

fn rows(principal: &Principal, object: &ObjectDef, (action, reach): (Action, Scope)) -> RowScope {
    let me = principal.user_id;
    match (reach, object.ownership) {
        (Scope::None, _) => RowScope::None,
        (Scope::All, _) | (_, Ownership::Shared) => RowScope::All,
        (Scope::Own | Scope::Team, Ownership::Personal) if action.writes() => RowScope::Shared([me].into()),
        (Scope::Own | Scope::Team, Ownership::Personal) => {
            RowScope::Shared(principal.team_ids.iter().copied().chain([me]).collect())
        }
        (Scope::Own, Ownership::Owned) => {
            RowScope::Owners { owners: [me].into(), worked_on: worked_on(principal, object, action) }
        }
        (Scope::Team, Ownership::Owned) => RowScope::Owners {
            owners: principal.visible_owner_ids.iter().copied().chain([me]).collect(),
            worked_on: worked_on(principal, object, action),
        },
    }
}

/// Rows of others that somebody may do something with because they work on them, or on what they are a
/// part of; deleting a record stays with its owner.
fn worked_on(principal: &Principal, object: &ObjectDef, action: Action) -> BTreeMap<String, BTreeSet<Uuid>> {
    let part = !object.part_of.is_empty();
    let ids = |target: &str| {
        let on = principal.works_on.get(target)?;
        let ids = match action {
            Action::Read | Action::Audit | Action::Export => &on.read,
            Action::Update => &on.write,
            Action::Delete if part => &on.write,
            Action::Create | Action::Delete => return None,
        };
        (!ids.is_empty()).then(|| ids.clone())
    };
    let own = ids(&object.name).map(|ids| ("id".to_owned(), ids));
    let whole = object.links().filter(|(link, _)| object.part_of.contains(&link.name));
    let whole = whole.filter_map(|(link, target)| Some((link.name.clone(), ids(target)?)));
    own.into_iter().chain(whole).collect()
}

/// Which presets may write an object at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writers {
    /// Administrators: people, teams and roles. No custom role can grant it.
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

#[cfg(test)]
mod tests {
    use std::{fmt::Write as _, sync::Arc};

    use super::*;
    use crate::{Catalog, Collaboration, CustomRole, RoleDefinition};

    fn person(role: Role) -> Principal {
        let user_id = Uuid::from_u128(1);
        let visible_owner_ids = [user_id, Uuid::from_u128(2)].into();
        let username = role.to_string();
        Principal { user_id, username, role, scope: role.default_scope(), visible_owner_ids, ..Principal::system() }
    }

    fn custom(granted: Option<RoleDefinition>) -> Principal {
        let role = |definition| CustomRole { name: "Custom".to_owned(), base: Role::Rep, definition };
        let granted = granted.map(role).map(Arc::new);
        Principal { granted, ..person(Role::Custom) }
    }

    fn word(rows: &RowScope) -> &'static str {
        match rows {
            RowScope::None => "-",
            RowScope::All => "all",
            RowScope::Owners { owners, .. } if owners.len() == 1 => "own",
            RowScope::Owners { .. } => "team",
            RowScope::Shared(_) => "own",
        }
    }

    /// The page an auditor reads: what each preset may do with each object, and how far.
    #[test]
    fn the_presets_are_these() {
        let mut text = String::new();
        for role in Role::ALL {
            let principal = person(role);
            writeln!(
                text,
                "{role}\n  {:<16} {:<6} {:<6} {:<6} {:<6} {:<6} {:<6} masked",
                "", "read", "create", "update", "delete", "audit", "export"
            )
            .unwrap();
            for object in Catalog::standard().objects {
                let policy = policy(&principal, &object);
                let exported = super::policy(&principal.exporting(), &object);
                let masked: Vec<&str> = policy.masked.iter().map(String::as_str).collect();
                let scopes = [
                    &policy.rows,
                    &policy.creatable,
                    &policy.changeable,
                    &policy.deletable,
                    &policy.audited,
                    &exported.rows,
                ];
                let [read, create, update, delete, audit, export] = scopes.map(word);
                let line = format!(
                    "  {:<16} {read:<6} {create:<6} {update:<6} {delete:<6} {audit:<6} {export:<6} {}",
                    object.name,
                    masked.join(" ")
                );
                writeln!(text, "{}", line.trim_end()).unwrap();
            }
        }

        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_copy_of_a_preset_decides_as_the_preset() {
        let catalog = Catalog::standard();

        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let copy = custom(Some(RoleDefinition::of_preset(role, &catalog.objects)));
            for object in &catalog.objects {
                assert_eq!(policy(&copy, object), policy(&person(role), object), "{role} {}", object.name);
            }
        }
    }

    #[test]
    fn a_role_that_grants_nothing_or_is_unknown_sees_nothing() {
        for principal in [custom(None), custom(Some(RoleDefinition::default()))] {
            for object in Catalog::standard().objects {
                assert_eq!(policy(&principal, &object), Policy::nothing(), "{}", object.name);
            }
        }
    }

    #[test]
    fn whoever_may_not_see_a_field_may_not_see_what_tells_it() {
        let catalog = Catalog::standard();
        let mut definition = RoleDefinition::of_preset(Role::Rep, &catalog.objects);
        let lead = definition.objects.get_mut("lead").unwrap();
        lead.fields = [("source".to_owned(), FieldRule::Hidden), ("city".to_owned(), FieldRule::Read)].into();

        let policy = policy(&custom(Some(definition)), catalog.object("lead").unwrap());

        assert_eq!(policy.masked, ["score_reasons", "source"].map(str::to_owned).into());
        assert_eq!(policy.hidden, ["source".to_owned()].into());
        assert_eq!(policy.fixed, ["city".to_owned()].into());
    }

    #[test]
    fn whoever_works_on_a_record_sees_it_and_its_parts_as_far_as_they_see_anything() {
        let catalog = Catalog::standard();
        let (seen, changed, other) = (Uuid::from_u128(7), Uuid::from_u128(8), Uuid::from_u128(9));
        let on = Collaboration { read: [seen, changed].into(), write: [changed].into() };
        let rep = Principal { works_on: Arc::new([("deal".to_owned(), on)].into()), ..person(Role::Rep) };
        let analyst = Principal { granted: None, role: Role::Custom, ..rep.clone() };
        let row = |column: &'static str, id: Uuid| {
            move |name: &str| match name {
                "owner_id" => Some(Uuid::from_u128(99)),
                name => (name == column).then_some(id),
            }
        };
        let deal = policy(&rep, catalog.object("deal").unwrap());
        let comment = policy(&rep, catalog.object("comment").unwrap());
        let lead = policy(&rep, catalog.object("lead").unwrap());

        let included = |scope: &RowScope, column| [seen, changed, other].map(|id| scope.includes(row(column, id)));
        assert_eq!(included(&deal.rows, "id"), [true, true, false]);
        assert_eq!(included(&deal.changeable, "id"), [false, true, false]);
        assert_eq!(included(&deal.deletable, "id"), [false; 3]);
        assert_eq!(included(&deal.creatable, "id"), [false; 3]);
        assert_eq!(included(&comment.rows, "deal_id"), [true, true, false]);
        assert_eq!(included(&comment.deletable, "deal_id"), [false, true, false]);
        assert_eq!(included(&lead.rows, "id"), [false; 3]);
        assert_eq!(policy(&analyst, catalog.object("deal").unwrap()), Policy::nothing());
    }

    #[test]
    fn looking_and_exporting_only_take_rights_away() {
        let catalog = Catalog::standard();
        let deal = catalog.object("deal").unwrap();
        let rights =
            ObjectRights { read: Scope::All, update: Scope::All, export: Scope::Own, ..ObjectRights::default() };
        let definition = RoleDefinition { objects: [("deal".to_owned(), rights)].into() };
        let working = custom(Some(definition));

        let (work, look, export) =
            (policy(&working, deal), policy(&working.looking(), deal), policy(&working.exporting(), deal));

        assert_eq!((word(&work.rows), word(&work.changeable)), ("all", "all"));
        assert_eq!((word(&look.rows), word(&look.changeable)), ("all", "-"));
        assert_eq!((word(&export.rows), word(&export.changeable)), ("own", "-"));
        let narrowed = Principal { scope: Scope::Own, ..working };
        assert_eq!(word(&policy(&narrowed, deal).rows), "own");
    }
}
