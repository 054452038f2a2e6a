//! What decides about a person's view: role, visibility, status and teams.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use catalog::{Collaboration, CustomRole, Principal, Purpose, Role, RoleDefinition, Scope};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgPool, types::Json};
use uuid::Uuid;

use crate::{Error, Oltp, Result};

/// How long an answer may be used when nobody said that people changed: another process may have
/// changed them.
const FRESH_FOR: Duration = Duration::from_secs(3);

/// More people than this ask within a few seconds only in an attack.
const MAX_REMEMBERED: usize = 10_000;

/// What decides about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) username: String,
    pub(super) role: Role,
    pub(super) granted: Option<Arc<CustomRole>>,
    pub(super) scope: Scope,
    pub(super) status: String,
    pub(super) password_changed_at: Option<DateTime<Utc>>,
    colleague_ids: BTreeSet<Uuid>,
    team_ids: BTreeSet<Uuid>,
    works_on: Arc<BTreeMap<String, Collaboration>>,
}

impl Person {
    /// The person as one who asks.
    ///
    /// # Errors
    /// [`Error::AccountClosed`].
    pub(super) fn principal(&self) -> Result<Principal> {
        if self.status != "active" {
            return Err(Error::AccountClosed { status: self.status.clone() });
        }
        Ok(Principal {
            user_id: self.id,
            username: self.username.clone(),
            role: self.role,
            scope: self.scope,
            visible_owner_ids: self.colleague_ids.iter().copied().chain([self.id]).collect(),
            team_ids: self.team_ids.clone(),
            granted: self.granted.clone(),
            works_on: Arc::clone(&self.works_on),
            purpose: Purpose::Work,
        })
    }
}

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    username: String,
    role: String,
    role_base: Option<String>,
    role_definition: Option<Value>,
    visibility: Option<String>,
    status: String,
    password_changed_at: Option<DateTime<Utc>>,
    colleague_ids: Vec<Uuid>,
    team_ids: Vec<Uuid>,
    works_on: Json<BTreeMap<String, Collaboration>>,
}

impl Row {
    fn person(self) -> Result<Person> {
        let (role, granted) = self.role();
        let visibility = self.visibility.as_deref().map(Scope::from_str).transpose().map_err(Error::Broken)?;
        let scope = visibility.unwrap_or_else(|| role.default_scope());
        // A custom role can reach the team with one object and not with another.
        let colleague_ids = match (scope, role) {
            (Scope::Team, _) | (Scope::All, Role::Custom) => self.colleague_ids.into_iter().collect(),
            (Scope::None | Scope::Own | Scope::All, _) => BTreeSet::new(),
        };
        Ok(Person {
            id: self.id,
            username: self.username,
            role,
            granted,
            scope,
            status: self.status,
            password_changed_at: self.password_changed_at,
            colleague_ids,
            team_ids: self.team_ids.into_iter().collect(),
            works_on: Arc::new(self.works_on.0),
        })
    }
}

impl Row {
    /// The preset, or what the custom role grants. A role that is not there or cannot be read grants
    /// nothing: the person can sign in and sees no record.
    fn role(&self) -> (Role, Option<Arc<CustomRole>>) {
        if let Ok(preset) = Role::from_str(&self.role) {
            return (preset, None);
        }
        let granted = self.custom_role();
        if let Err(reason) = &granted {
            tracing::error!(
                user.id = %self.id,
                role = self.role,
                reason,
                "a person's role cannot be used, so they see nothing; an administrator must repair it or give another"
            );
        }
        (Role::Custom, granted.ok().map(Arc::new))
    }

    fn custom_role(&self) -> Result<CustomRole, String> {
        let (Some(base), Some(definition)) = (&self.role_base, &self.role_definition) else {
            return Err("there is no such role".to_owned());
        };
        let base = Role::from_str(base)?;
        let definition = RoleDefinition::stored(definition).map_err(|error| error.to_string())?;
        Ok(CustomRole { name: self.role.clone(), base, definition })
    }
}

/// People looked up within the last seconds.
#[derive(Debug, Default)]
pub(super) struct People {
    remembered: Mutex<BTreeMap<Uuid, Remembered>>,
}

#[derive(Debug, Clone)]
struct Remembered {
    person: Option<Arc<Person>>,
    people_version: u64,
    since: Instant,
}

impl People {
    /// The person of this id; `None` when there is none or they are deleted.
    pub(super) async fn person(&self, oltp: &Oltp, id: Uuid) -> Result<Option<Arc<Person>>> {
        // Read before the database is asked, so that a change in between is not missed.
        let people_version = oltp.people_version();
        if let Some(known) = self.known(id, people_version) {
            return Ok(known.person);
        }
        let row: Option<Row> =
            sqlx::query_as(include_str!("../../sql/person.sql")).bind(id).fetch_optional(oltp.pool()).await?;
        let person = row.map(Row::person).transpose()?.map(Arc::new);
        let remembered = Remembered { person: person.clone(), people_version, since: Instant::now() };
        let mut all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_REMEMBERED {
            all.clear();
        }
        all.insert(id, remembered);
        Ok(person)
    }

    fn known(&self, id: Uuid, people_version: u64) -> Option<Remembered> {
        let all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&id)?;
        let fresh = known.people_version == people_version && known.since.elapsed() < FRESH_FOR;
        fresh.then(|| known.clone())
    }
}

/// An account found by name.
#[derive(Debug, FromRow)]
pub(super) struct Account {
    pub(super) id: Uuid,
    pub(super) status: String,
    pub(super) password_hash: Option<String>,
    pub(super) waits_for_confirmation: bool,
}

/// The account with this username, e-mail address (both in any case) or id.
pub(super) async fn find(pool: &PgPool, name: &str) -> Result<Option<Account>> {
    let account = sqlx::query_as(include_str!("../../sql/account.sql"))
        .bind(name.trim().to_lowercase())
        .bind(Uuid::parse_str(name.trim()).ok());
    Ok(account.fetch_optional(pool).await?)
}
