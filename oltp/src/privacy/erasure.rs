//! Requests to be forgotten: asked for with a count of everything there is, confirmed by typing the
//! person's name, done by a job, proven.

use catalog::{Ids, Invalid, Principal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Person, Privacy, administrators_only, id_of, journal,
    order::{Known, Place, Remains},
    subject::{Subject, object_of},
    texts,
};
use crate::{Error, Result, jobs::NewJob, records::moment_text};

/// Its name in the queue of jobs.
pub(super) const KIND: &str = "erasure";
/// Requests on one page.
const PAGE: i64 = 100;
/// Letters of a reason.
const MAX_REASON: usize = 500;

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// It waits for being confirmed; nothing was erased.
    Asked,
    /// Its job waits or runs, or has ended before its end; then it can be confirmed again.
    Confirmed,
    /// Everything went, and nothing was found afterwards.
    Done,
    /// Everything went that could, and something was found afterwards: `remains` says where.
    Incomplete,
}

impl TryFrom<String> for ErasureState {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "asked" => Ok(Self::Asked),
            "confirmed" => Ok(Self::Confirmed),
            "done" => Ok(Self::Done),
            "incomplete" => Ok(Self::Incomplete),
            _ => Err(format!("`{word}` is not a state of an erasure")),
        }
    }
}

/// A person who wants to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"object": "contact", "id": "0190a5f2-7c1e-7d3a-9f00-0123456789ab", "include_matches": true, "reason": "Letter of 3 May"}))]
pub struct NewErasure {
    /// What the record is: `lead`, `contact` or `user`.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// Leads and contacts with the same e-mail address, or the same phone number and a name that begins
    /// alike, are the same person.
    #[serde(default)]
    pub include_matches: bool,
    /// Why, in at most 500 characters; it stays in the proof, so it must not name the person.
    pub reason: Option<String>,
}

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow, ToSchema)]
pub struct Erasure {
    /// Its id.
    pub id: Uuid,
    /// What the record is.
    pub object: String,
    /// Id of the record.
    pub record_id: Uuid,
    /// Other records of the same person are meant too.
    pub include_matches: bool,
    /// Why.
    pub reason: Option<String>,
    /// What has become of it.
    #[sqlx(try_from = "String")]
    pub state: ErasureState,
    /// Who asked.
    pub requested_by_name: String,
    /// When.
    #[serde(serialize_with = "canonical")]
    pub created_at: DateTime<Utc>,
    /// Who confirmed.
    pub confirmed_by_name: Option<String>,
    /// When.
    #[serde(serialize_with = "canonical_if_any")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When the proof was written.
    #[serde(serialize_with = "canonical_if_any")]
    pub finished_at: Option<DateTime<Utc>>,
    /// The job.
    pub job_id: Option<Uuid>,
    /// How far the job is: `queued`, `running`, `done`, `failed`, `cancelled`; null when it is forgotten.
    pub job_state: Option<String>,
    /// Why the job failed.
    pub job_message: Option<String>,
    /// Steps of the job that are done.
    pub job_done: Option<i64>,
    /// Steps of the job.
    pub job_total: Option<i64>,
    /// What there was, by place, when it was asked for.
    #[schema(value_type = Vec<Place>)]
    pub preview: Json<Vec<Place>>,
    /// What went, by place, as far as the job is.
    #[schema(value_type = Vec<Place>)]
    pub places: Json<Vec<Place>>,
    /// What was found afterwards, by place.
    #[schema(value_type = Vec<Remains>)]
    pub remains: Json<Vec<Remains>>,
    /// The proof: who, when, what went from where, and its own SHA-256, which the audit log has too.
    pub proof: Option<serde_json::Value>,
}

/// Requests, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ErasureList {
    /// The newest hundred.
    pub items: Vec<Erasure>,
    /// There is one page.
    pub next: Option<String>,
    /// How many there are.
    pub total: i64,
}

impl Privacy {
    /// Asks for somebody to be forgotten: counts what there is of them.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`]; [`Error::Invalid`] names the field;
    /// [`Error::Conflict`] for the account of the caller and for too many records.
    pub async fn ask_erasure(&self, caller: &Principal, new: &NewErasure) -> Result<Erasure> {
        administrators_only(caller, "erase people")?;
        let person = Person { object: new.object.clone(), id: new.id, include_matches: new.include_matches };
        let object = object_of(self.oltp().catalog(), &person)?;
        if object.name == "user" && person.id == caller.user_id {
            let message = "another administrator has to erase your account";
            return Err(Error::conflict("own_account", Invalid::field("id", "own_account", message)));
        }
        if new.reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
            let message = format!("must have at most {MAX_REASON} characters");
            return Err(Invalid::field("reason", "too_long", message).into());
        }
        let (id, now) = (Ids.fresh(), self.oltp().clock().now());
        let mut tx = self.oltp().pool().begin().await?;
        let subject = Subject::find(&mut tx, self.oltp().catalog(), &person).await?;
        let known = Known::find(&mut tx, self.oltp().catalog(), subject).await?;
        let preview = preview(&mut tx, self.oltp().catalog(), &known).await?;
        sqlx::query(include_str!("../../sql/add_erasure.sql"))
            .bind(id)
            .bind(now)
            .bind(&object.name)
            .bind(person.id)
            .bind(person.include_matches)
            .bind(&new.reason)
            .bind(id_of(caller))
            .bind(&caller.username)
            .bind(Json(preview))
            .execute(&mut *tx)
            .await?;
        let changes = json!({ "erasure": id });
        let entry = journal::Entry { action: "ask_erasure", object: &object.name, record_id: person.id, changes };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        self.erasure(caller, id).await
    }

    /// Confirms a request by the person's name as it is written, and starts its job; an erasure that was
    /// not completed is confirmed again.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`]; [`Error::Invalid`] when it is another
    /// name; [`Error::Conflict`] when it is done or being done; [`Error::TooManyJobs`].
    pub async fn confirm_erasure(&self, caller: &Principal, id: Uuid, name: &str) -> Result<Erasure> {
        administrators_only(caller, "erase people")?;
        let erasure = self.erasure(caller, id).await?;
        let working = erasure.job_state.as_deref().is_some_and(|state| ["queued", "running"].contains(&state));
        if erasure.state == ErasureState::Done || working {
            let message = "this request is done, or is being done";
            return Err(Error::conflict("erasure_begun", Invalid::field("id", "erasure_begun", message)));
        }
        let person =
            Person { object: erasure.object.clone(), id: erasure.record_id, include_matches: erasure.include_matches };
        let now = self.oltp().clock().now();
        let mut tx = self.oltp().pool().begin().await?;
        if !self.names(&mut tx, &person, id).await?.contains(&name.trim().to_owned()) {
            let message = "type the person's name exactly as it is written in the record";
            return Err(Invalid::field("name", "other_name", message).into());
        }
        let job = NewJob {
            kind: KIND,
            title: format!("Erase a {}", erasure.object),
            object: object_of(self.oltp().catalog(), &person).ok().map(|object| object.table.clone()),
            parameters: json!({ "erasure": id }),
            undoable: false,
            undoes: None,
        };
        let job = self.oltp().add_job(&mut tx, caller, job).await?;
        sqlx::query(include_str!("../../sql/confirm_erasure.sql"))
            .bind(id)
            .bind(id_of(caller))
            .bind(&caller.username)
            .bind(now)
            .bind(job)
            .execute(&mut *tx)
            .await?;
        let changes = json!({ "erasure": id });
        let entry =
            journal::Entry { action: "confirm_erasure", object: &erasure.object, record_id: person.id, changes };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        self.oltp().jobs_added();
        self.erasure(caller, id).await
    }

    /// The names by which a person may be confirmed: as the record says, or as it said before it went.
    async fn names(&self, tx: &mut PgConnection, person: &Person, id: Uuid) -> Result<Vec<String>> {
        let sql = "select subject from erasures where id = $1 for update";
        let known: Option<Json<Known>> = sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await?;
        if let Some(Json(known)) = known {
            return Ok(known.subject.names.into_iter().collect());
        }
        let only = Person { include_matches: false, ..person.clone() };
        Ok(Subject::find(tx, self.oltp().catalog(), &only).await?.names.into_iter().collect())
    }

    /// A request.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`].
    pub async fn erasure(&self, caller: &Principal, id: Uuid) -> Result<Erasure> {
        administrators_only(caller, "read requests to be forgotten")?;
        let erasure = sqlx::query_as(include_str!("../../sql/erasures.sql")).bind(id).bind(1_i64);
        let erasure: Option<Erasure> = erasure.fetch_optional(self.oltp().pool()).await?;
        erasure.ok_or_else(|| Error::RecordNotFound { object: "erasure".to_owned() })
    }

    /// Requests, newest first.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`].
    pub async fn erasures(&self, caller: &Principal) -> Result<ErasureList> {
        administrators_only(caller, "read requests to be forgotten")?;
        let items = sqlx::query_as(include_str!("../../sql/erasures.sql")).bind(None::<Uuid>).bind(PAGE);
        let items = items.fetch_all(self.oltp().pool()).await?;
        let total = sqlx::query_scalar("select count(*) from erasures").fetch_one(self.oltp().pool()).await?;
        Ok(ErasureList { items, next: None, total })
    }
}

/// What there is of a person in Postgres and among documents; the stores that follow hold the same.
async fn preview(tx: &mut PgConnection, catalog: &catalog::Catalog, known: &Known) -> Result<Vec<Place>> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut places = Vec::new();
    let targets = &known.targets;
    for (fate, removed) in [(&targets.gone, true), (&targets.emptied, false), (&targets.cut, false)] {
        for (name, ids) in fate {
            let Some(object) = catalog.object(name) else { continue };
            let (count, place) = (number(ids.len()), object.table.clone());
            let (removed, changed) = if removed { (count, 0) } else { (0, count) };
            places.push(Place { place, removed, changed, sha256: None });
        }
    }
    let documents = number(targets.documents.len());
    places.push(Place { place: "documents".to_owned(), removed: documents, changed: 0, sha256: None });
    let sql = "select count(*) from audit_log where object = any($1) and record_id = any($2) and changes <> '{}'";
    let told = sqlx::query_scalar(sql).bind(targets.told_objects()).bind(targets.told_ids());
    let changed = told.fetch_one(&mut *tx).await?;
    places.push(Place { place: "audit_log".to_owned(), removed: 0, changed, sha256: None });
    for mention in texts::remains(tx, (&known.words(), &texts::patterns(&known.sought.words))).await? {
        let place = format!("{} (texts)", mention.place);
        places.push(Place { place, removed: 0, changed: mention.count, sha256: None });
    }
    places.retain(|place| place.removed + place.changed > 0);
    Ok(places)
}

fn canonical<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn canonical_if_any<S: serde::Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => canonical(at, serializer),
        None => serializer.serialize_none(),
    }
}
