//! What servers tell each other about one write, and what one person may hear of it.

use std::collections::BTreeMap;

use catalog::{Catalog, ObjectDef, Principal, RowScope, policy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    collaborators,
    records::{Batch, BoundRow, Draft, Journal, Verb, moment_text},
};

/// Records of one statement told one by one; more are told as one bulk change, because every
/// client would read the list again anyway.
const MAX_SINGLE: usize = 50;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was made.
    Create,
    /// Fields changed.
    Update,
    /// It went to the bin, or out of the caller's sight.
    Delete,
    /// It came back from the bin.
    Restore,
    /// Many records changed at once.
    Bulk,
}

/// One change as a person hears of it; values are not told, who wants them reads the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeEvent {
    /// The plural name of the object, as in `/api/{table}`.
    pub table: String,
    /// The record; absent when many changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What happened.
    pub action: Action,
    /// The version it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Login name of who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// When it became true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// What goes over `pg_notify`: an event with what decides about who may hear it.
///
/// **Units:** its JSON stays far below the 8000 bytes of a notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// The plural name of the object.
    pub(crate) table: String,
    action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one: Option<One>,
    /// The only person who may hear of it, when it is not about a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient: Option<Uuid>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct One {
    id: Uuid,
    version: i64,
    actor: String,
    at: String,
    before: Option<Holder>,
    after: Holder,
}

/// The fields that row scopes look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    owner: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<Uuid>,
    /// What it is a part of, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    about: BTreeMap<String, Uuid>,
}

/// The notices of one statement.
pub(crate) fn notices(batch: &Batch<'_>, rows: &[BoundRow<'_>]) -> Vec<String> {
    let bulk = match batch.journal {
        Journal::Live | Journal::Rule { .. } => rows.len() > MAX_SINGLE,
        Journal::Records { .. } | Journal::Summary { .. } => true,
    };
    let table = &batch.object.table;
    let notices = if bulk {
        vec![Notice { table: table.clone(), action: Action::Bulk, one: None, recipient: None }]
    } else {
        rows.iter().map(|row| Notice::of(batch, row)).collect()
    };
    notices.iter().filter_map(|notice| serde_json::to_string(notice).ok()).collect()
}

impl Notice {
    fn of(batch: &Batch<'_>, row: &BoundRow<'_>) -> Self {
        let draft = row.draft;
        let action = match batch.verb {
            Verb::Create => Action::Create,
            Verb::Update => Action::Update,
            Verb::Delete => Action::Delete,
            Verb::Restore => Action::Restore,
        };
        let one = One {
            id: draft.id,
            version: draft.version_before() + 1,
            actor: batch.caller.username.clone(),
            at: moment_text(draft.effective_at),
            before: draft.current.is_some().then(|| Holder::read(batch.object, |name| draft.before(name))),
            after: Holder::read(batch.object, |name| Draft::after(draft, name)),
        };
        Self { table: batch.object.table.clone(), action, one: Some(one), recipient: None }
    }

    /// A notice for one person about something that is theirs alone, as it goes over the wire.
    pub(crate) fn to_person(table: &str, recipient: Uuid) -> String {
        let notice = Self { table: table.to_owned(), action: Action::Bulk, one: None, recipient: Some(recipient) };
        serde_json::to_string(&notice).unwrap_or_default()
    }

    /// What `caller` may hear of it; `None` when nothing.
    ///
    /// Of a record that leaves the caller's sight they hear that it is gone, and not who took it.
    pub(crate) fn for_caller(&self, caller: &Principal, catalog: &Catalog) -> Option<ChangeEvent> {
        let event =
            |action| ChangeEvent { table: self.table.clone(), id: None, action, version: None, actor: None, at: None };
        if let Some(recipient) = self.recipient {
            return (recipient == caller.user_id).then(|| event(self.action));
        }
        let object: &ObjectDef = catalog.by_table(&self.table)?;
        let policy = policy(caller, object);
        if !policy.read {
            return None;
        }
        let Some(one) = &self.one else {
            return Some(event(self.action));
        };
        let sees = one.after.visible(one.id, &policy.rows);
        let saw = one.before.as_ref().is_some_and(|before| before.visible(one.id, &policy.rows));
        let (action, actor) = match self.action {
            Action::Update | Action::Delete if saw && !sees => (Action::Delete, None),
            action if sees => (action, Some(one.actor.clone())),
            Action::Create | Action::Update | Action::Delete | Action::Restore | Action::Bulk => return None,
        };
        let (id, version, at) = (Some(one.id), Some(one.version), Some(one.at.clone()));
        Some(ChangeEvent { id, version, actor, at, ..event(action) })
    }

    /// Whether it may change what people see: their roles and teams decide about it, and what roles grant.
    pub(crate) fn about_people(&self) -> bool {
        ["users", "teams", "roles"].contains(&self.table.as_str())
    }

    /// Whether it changes which records of others somebody works on, and whether that is this person.
    pub(crate) fn about_collaboration(&self, caller: &Principal) -> Option<bool> {
        let theirs = self.recipient == Some(caller.user_id);
        (self.table == collaborators::TABLE).then_some(theirs)
    }
}

impl Holder {
    fn read<'a>(object: &ObjectDef, value: impl Fn(&str) -> &'a Value) -> Self {
        let id = |name: &str| value(name).as_str().and_then(|id| Uuid::parse_str(id).ok());
        let about = object.part_of.iter().filter_map(|link| Some((link.clone(), id(link)?))).collect();
        let audience = value("audience").as_str().map(str::to_owned);
        Self { owner: id("owner_id"), audience, team: id("team_id"), about }
    }

    /// The same rule as `records::scope` prints in SQL.
    fn visible(&self, id: Uuid, rows: &RowScope) -> bool {
        match rows {
            RowScope::None => false,
            RowScope::All => true,
            RowScope::Owners { .. } => rows.includes(|column| match column {
                "owner_id" => self.owner,
                "id" => Some(id),
                link => self.about.get(link).copied(),
            }),
            RowScope::Shared(ids) => {
                let among = |id: Option<Uuid>| id.is_some_and(|id| ids.contains(&id));
                let audience = self.audience.as_deref();
                among(self.owner) || audience == Some("everyone") || (audience == Some("team") && among(self.team))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use catalog::{Role, Scope};

    use super::*;

    fn rep(id: u128) -> Principal {
        let user_id = Uuid::from_u128(id);
        Principal { user_id, username: format!("rep{id}"), role: Role::Rep, scope: Scope::Own, ..Principal::system() }
    }

    fn owned(owner: u128) -> Holder {
        Holder { owner: Some(Uuid::from_u128(owner)), ..Holder::default() }
    }

    fn heard(action: Action, before: Option<Holder>, after: Holder) -> Option<(Action, Option<String>)> {
        let one =
            One { id: Uuid::from_u128(7), version: 2, actor: "anna".into(), at: "2026-01-01".into(), before, after };
        let notice = Notice { table: "deals".into(), action, one: Some(one), recipient: None };
        notice.for_caller(&rep(1), &Catalog::standard()).map(|event| (event.action, event.actor))
    }

    #[test]
    fn a_person_hears_what_they_see_and_what_leaves_their_sight() {
        let anna = Some("anna".to_owned());

        assert_eq!(heard(Action::Create, None, owned(1)), Some((Action::Create, anna.clone())));
        assert_eq!(heard(Action::Create, None, owned(2)), None);
        assert_eq!(heard(Action::Create, None, Holder::default()), Some((Action::Create, anna.clone())));
        assert_eq!(heard(Action::Update, Some(owned(1)), owned(1)), Some((Action::Update, anna.clone())));
        assert_eq!(heard(Action::Update, Some(owned(1)), owned(2)), Some((Action::Delete, None)));
        assert_eq!(heard(Action::Update, Some(owned(2)), owned(1)), Some((Action::Update, anna.clone())));
        assert_eq!(heard(Action::Update, Some(owned(2)), owned(2)), None);
        assert_eq!(heard(Action::Delete, Some(owned(1)), owned(1)), Some((Action::Delete, anna)));
        assert_eq!(heard(Action::Restore, Some(owned(2)), owned(2)), None);
    }

    #[test]
    fn what_is_shared_is_heard_by_those_it_is_shared_with() {
        let team = Uuid::from_u128(50);
        let scope = RowScope::Shared([Uuid::from_u128(1), team].into());
        let holder = |audience: &str, team| Holder { audience: Some(audience.to_owned()), team, ..owned(2) };

        let visible = |holder: &Holder| holder.visible(Uuid::from_u128(7), &scope);

        assert!(visible(&owned(1)));
        assert!(!visible(&holder("owner", Some(team))));
        assert!(visible(&holder("team", Some(team))));
        assert!(!visible(&holder("team", Some(Uuid::from_u128(51)))));
        assert!(visible(&holder("everyone", None)));
    }
}
