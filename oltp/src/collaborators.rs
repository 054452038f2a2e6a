//! Collaborators: people who work on a record beside its owner, reading it or changing it too.
//!
//! What somebody works on is a part of who they are: it is looked up when they ask, and `policy` widens
//! what they see by it, on every path alike. Deleting, and deciding who works on a record, stays with
//! those whom its owner answers to.

use catalog::{Invalid, ObjectDef, Principal, policy};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, PgTransaction};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    feed::Notice,
    records::{Record, moment_text, note_about, tell, visible},
};

/// Objects whose records have collaborators.
pub(crate) const OBJECTS: [&str; 4] = ["lead", "contact", "company", "deal"];
/// Collaborators of one record; more are a team.
const MAX_PER_RECORD: i64 = 50;
/// Records of others that one person works on: all of them travel with each of their questions.
const MAX_PER_PERSON: i64 = 1_000;

/// What a collaborator may do with the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Access {
    /// See it.
    Read,
    /// See and change it.
    Write,
}

/// Somebody who works on a record beside its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct Collaborator {
    /// The person.
    pub user_id: Uuid,
    /// Their name; null when you may not know it.
    pub name: Option<String>,
    /// What they may do.
    pub access: Access,
    /// Since when.
    #[serde(serialize_with = "canonical")]
    pub added_at: DateTime<Utc>,
}

fn canonical<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

impl Oltp {
    /// Who works on a record, in the order in which they came.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not see it.
    pub async fn collaborators(&self, caller: &Principal, object: &ObjectDef, id: Uuid) -> Result<Vec<Collaborator>> {
        self.read(caller, object, id).await?;
        let mut connection = self.pool().acquire().await?;
        self.collaborators_of(&mut connection, caller, (object, id)).await
    }

    /// Lets a person work on a record, or changes what they may do, and answers who works on it now.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::NotAllowed`], [`Error::NotYours`] for those who may not decide
    /// about it; [`Error::Invalid`] names what is wrong with the person.
    pub async fn add_collaborator(
        &self,
        caller: &Principal,
        (object, id): (&ObjectDef, Uuid),
        (person, access): (Uuid, Access),
    ) -> Result<Vec<Collaborator>> {
        let record = self.read(caller, object, id).await?;
        decides(caller, object, &record)?;
        let mut tx = self.pool().begin().await?;
        self.check_person(&mut tx, caller, (object, &record), person).await?;
        let change = Change { object, record: &record, id, person };
        let sql = "insert into collaborators (user_id, object, record_id, access, added_at, added_by)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (user_id, object, record_id) do update set access = excluded.access
                   where collaborators.access <> excluded.access";
        let before = change.access(&mut tx).await?;
        let query = sqlx::query(sql).bind(person).bind(&object.name).bind(id).bind(access);
        let added_by = Some(caller.user_id).filter(|id| !id.is_nil());
        let written = query.bind(self.clock().now()).bind(added_by).execute(&mut *tx).await?.rows_affected();
        if written > 0 {
            check_numbers(&mut tx, &change).await?;
            self.record(&mut tx, caller, &change, (before, Some(access))).await?;
        }
        let now = self.collaborators_of(&mut tx, caller, (object, id)).await?;
        tx.commit().await?;
        self.people_changed();
        Ok(now)
    }

    /// Takes a person off a record; doing it again changes nothing. Everybody may take themselves off.
    ///
    /// # Errors
    /// As [`add_collaborator`](Self::add_collaborator).
    pub async fn remove_collaborator(
        &self,
        caller: &Principal,
        (object, id): (&ObjectDef, Uuid),
        person: Uuid,
    ) -> Result<()> {
        let record = self.read(caller, object, id).await?;
        if person != caller.user_id {
            decides(caller, object, &record)?;
        }
        let mut tx = self.pool().begin().await?;
        let change = Change { object, record: &record, id, person };
        let before = change.access(&mut tx).await?;
        let sql = "delete from collaborators where user_id = $1 and object = $2 and record_id = $3";
        let query = sqlx::query(sql).bind(person).bind(&object.name).bind(id);
        if query.execute(&mut *tx).await?.rows_affected() > 0 {
            self.record(&mut tx, caller, &change, (before, None)).await?;
        }
        tx.commit().await?;
        self.people_changed();
        Ok(())
    }

    async fn collaborators_of(
        &self,
        connection: &mut PgConnection,
        caller: &Principal,
        (object, id): (&ObjectDef, Uuid),
    ) -> Result<Vec<Collaborator>> {
        let sql = include_str!("../sql/collaborators.sql");
        let mut all: Vec<Collaborator> =
            sqlx::query_as(sql).bind(&object.name).bind(id).fetch_all(&mut *connection).await?;
        let user = self.known("user")?;
        let policy = policy(caller, user);
        let wanted = all.iter().map(|one| one.user_id).collect();
        let known = visible(connection, &policy, user, &wanted).await?;
        for one in all.iter_mut().filter(|one| !known.contains(&one.user_id) || policy.masked.contains("name")) {
            one.name = None;
        }
        Ok(all)
    }

    /// Only active people whom the caller knows, and not the owner.
    async fn check_person(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        (object, record): (&ObjectDef, &Record),
        person: Uuid,
    ) -> Result<()> {
        let user = self.known("user")?;
        let known = visible(tx, &policy(caller, user), user, &[person].into()).await?;
        let sql = "select exists (select 1 from users where id = $1 and status = 'active' and deleted_at is null)";
        let active: bool = sqlx::query_scalar(sql).bind(person).fetch_one(&mut **tx).await?;
        if !active || !known.contains(&person) {
            let message = "there is no active person with this id".to_owned();
            return Err(Invalid::field("user_id", "unknown_record", message).into());
        }
        if record.get("owner_id") == Some(&json!(person)) {
            let message = format!("the {} is theirs already", object.label.to_lowercase());
            return Err(Invalid::field("user_id", "owner", message).into());
        }
        Ok(())
    }

    /// Writes down what was changed, tells the person, and lets their open pages look again.
    async fn record(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        change: &Change<'_>,
        (before, after): (Option<Access>, Option<Access>),
    ) -> Result<()> {
        let now = self.clock().now();
        let Change { object, record, id, person } = *change;
        let version = record.get("version").and_then(Value::as_i64);
        let who = |access: Option<Access>| access.map(|access| json!({ "user_id": person, "access": access }));
        let changes = json!({ "collaborators": { "old": who(before), "new": who(after) } });
        note_about(tx, (caller, now), (object, id, version), changes).await?;
        if before.is_none() {
            let payload = json!({
                "object": object.name, "record_id": id, "version": version, "effective_at": moment_text(now),
                "actor_id": caller.user_id, "user_id": person, "fields": ["collaborators"],
            });
            tell(tx, &format!("{}.shared", object.name), &payload, now).await?;
        }
        let notice = Notice::to_person(TABLE, person);
        sqlx::query("select pg_notify('leadhouse_changes', $1)").bind(notice).execute(&mut **tx).await?;
        Ok(())
    }
}

/// The name under which changes are told.
pub(crate) const TABLE: &str = "collaborators";

/// Who works on what.
#[derive(Debug, Clone, Copy)]
struct Change<'a> {
    object: &'a ObjectDef,
    record: &'a Record,
    id: Uuid,
    person: Uuid,
}

impl Change<'_> {
    /// What the person may do until now; the row is locked.
    async fn access(&self, tx: &mut PgTransaction<'_>) -> Result<Option<Access>> {
        let sql = "select access from collaborators where user_id = $1 and object = $2 and record_id = $3 for update";
        let access = sqlx::query_scalar(sql).bind(self.person).bind(&self.object.name).bind(self.id);
        Ok(access.fetch_optional(&mut **tx).await?)
    }
}

/// Whoever may change the record for its owner's sake decides who else works on it; collaborators do not.
fn decides(caller: &Principal, object: &ObjectDef, record: &Record) -> Result<()> {
    let policy = policy(caller, object);
    if !policy.update {
        return Err(Error::not_allowed("share", object));
    }
    let owner = record.get("owner_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    if policy.changeable.covers(owner) {
        return Ok(());
    }
    Err(Error::NotYours { verb: "share", object: object.label.to_lowercase() })
}

async fn check_numbers(tx: &mut PgTransaction<'_>, change: &Change<'_>) -> Result<()> {
    let sql = "select count(*) filter (where object = $2 and record_id = $3), count(*) filter (where user_id = $1)
               from collaborators where user_id = $1 or (object = $2 and record_id = $3)";
    let counts = sqlx::query_as(sql).bind(change.person).bind(&change.object.name).bind(change.id);
    let (on_record, of_person): (i64, i64) = counts.fetch_one(&mut **tx).await?;
    let refused = |message: String| Err(Invalid::field("user_id", "too_many", message).into());
    if on_record > MAX_PER_RECORD {
        return refused(format!("{MAX_PER_RECORD} people work on it already; give it to a team"));
    }
    if of_person > MAX_PER_PERSON {
        return refused(format!("they work on {MAX_PER_PERSON} records of others already"));
    }
    Ok(())
}
