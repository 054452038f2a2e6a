//! The one way a record is written.
//!
//! Lock the rows within the caller's scope, check the links, apply the rules, run the statement,
//! then write the audit entries and the outbox messages, all in the caller's transaction. One
//! record is a batch of one, so import and request obey the same rules.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Invalid, ObjectDef, Ownership, Policy, Principal, RowScope, policy};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    BoundRow, Draft, Journal, Record, Verb, Violation, audit, id_of, links, moment_of, moment_text, outbox, scope,
    statement,
};
use crate::{Error, Oltp, Result, rules};

/// What is done to the drafts of a batch, by whom, and how it is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// Where it is written.
    pub(crate) oltp: &'a Oltp,
    /// Every object, to follow links.
    pub(crate) catalog: &'a Catalog,
    /// Who asks.
    pub(crate) caller: &'a Principal,
    /// What the records are.
    pub(crate) object: &'a ObjectDef,
    /// What is done.
    pub(crate) verb: Verb,
    /// How it is recorded.
    pub(crate) journal: Journal<'a>,
    /// The present moment, for the audit log; versions carry their own effective times.
    pub(crate) at: DateTime<Utc>,
}

/// Why a batch could not be stored.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A constraint of the database refused one of the rows; the transaction is aborted.
    Violation(Violation),
    /// Anything else.
    Other(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Decides for each draft whether it may be written and completes it by the rules.
///
/// Refused drafts carry their reason; nothing has been written yet, but rows are locked.
pub(crate) async fn prepare(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let policy = policy(batch.caller, batch.object);
    if batch.verb == Verb::Create {
        if !policy.read {
            return Err(Error::unknown_object(&batch.object.table));
        }
        if !policy.create {
            return Err(Error::not_allowed(batch.verb.as_str(), batch.object));
        }
    } else {
        lock(tx, batch, &policy, drafts).await?;
        if !allowed(batch.verb, &policy) && drafts.iter().any(Draft::alive) {
            return Err(Error::not_allowed(batch.verb.as_str(), batch.object));
        }
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        check_order(draft, batch.journal);
        check_version(draft, batch.object);
        check_fields(draft, batch, &policy);
    }
    links::check(tx, batch.catalog, batch.caller, batch.object, drafts).await?;
    rules::complete(tx, batch, drafts).await
}

/// Writes prepared drafts; every one of them must be alive.
///
/// Answers the records as they are now, in the order of `drafts`, when the journal keeps records.
pub(crate) async fn apply(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<Record>, Failure> {
    let first = rules::before(tx, batch, drafts).await?;
    store_all(tx, batch, first).await?;
    let records = store(tx, batch, drafts).await?;
    let then = rules::after(tx, batch, drafts).await?;
    store_all(tx, batch, then).await?;
    Ok(records)
}

/// A write of another record that a rule asks for.
#[derive(Debug)]
pub(crate) struct FollowUp {
    /// Singular name of the other record's object.
    pub(crate) object: &'static str,
    /// What is done to it.
    pub(crate) verb: Verb,
    /// The locked record with what changes.
    pub(crate) draft: Draft,
}

async fn store_all(tx: &mut PgConnection, batch: &Batch<'_>, follow_ups: Vec<FollowUp>) -> Result<(), Failure> {
    let mut pending = follow_ups.into_iter().peekable();
    while let Some(FollowUp { object: name, verb, draft }) = pending.next() {
        let mut drafts = vec![draft];
        while let Some(next) = pending.next_if(|next| next.object == name && next.verb == verb) {
            drafts.push(next.draft);
        }
        if let Some(error) = drafts.iter_mut().find_map(|draft| draft.refused.take()) {
            return Err(error.into());
        }
        let object = batch.catalog.object(name).ok_or_else(|| Error::unknown_object(name))?;
        store(tx, &Batch { object, verb, ..*batch }, &drafts).await?;
    }
    Ok(())
}

async fn store(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<Record>, Failure> {
    let rows: Vec<BoundRow<'_>> = drafts
        .iter()
        .filter(|draft| batch.verb != Verb::Update || draft.differences().next().is_some())
        .map(|draft| BoundRow { draft, verb: batch.verb })
        .collect();
    if rows.is_empty() {
        return Ok(drafts.iter().filter_map(|draft| draft.current.clone()).collect());
    }
    let sql = match batch.verb {
        Verb::Create => statement::insert(batch.object),
        Verb::Update => statement::update(batch.object, &changed(&rows)),
        Verb::Delete | Verb::Restore => {
            let mut columns = changed(&rows);
            columns.insert("deleted_at");
            statement::update(batch.object, &columns)
        }
    };
    let records = match batch.journal {
        Journal::Live | Journal::Rule { .. } => {
            let sql = statement::returning(&sql, batch.object);
            let query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql)).bind(Json(&rows));
            query.fetch_all(&mut *tx).await.map(|records| records.into_iter().map(|Json(record)| record).collect())
        }
        Journal::Records { .. } | Journal::Summary { .. } => {
            sqlx::query(AssertSqlSafe(sql)).bind(Json(&rows)).execute(&mut *tx).await.map(|_| Vec::new())
        }
    };
    let records = match records {
        Ok(records) => records,
        Err(error) => return Err(Violation::of(error).map_or_else(Failure::Other, Failure::Violation)),
    };
    audit::record(tx, batch, &rows).await?;
    outbox::announce(tx, batch, &rows).await?;
    Ok(records)
}

/// Every field that changes in one of the rows.
fn changed<'a>(rows: &[BoundRow<'a>]) -> BTreeSet<&'a str> {
    rows.iter().flat_map(|row| row.draft.differences()).map(|(name, _)| name).collect()
}

/// Locks the rows of the drafts within the scope; what is hidden or in the wrong state is refused.
async fn lock(tx: &mut PgConnection, batch: &Batch<'_>, policy: &Policy, drafts: &mut [Draft]) -> Result<()> {
    rules::lock_first(tx, batch, drafts).await?;
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let scope = scope::condition(&policy.rows, 2);
    let mut records = locked(tx, batch.object, &ids, (&scope, scope::ids(&policy.rows))).await?;
    for draft in drafts.iter_mut() {
        let Some(record) = records.remove(&draft.id) else {
            draft.refuse(Error::not_found(batch.object));
            continue;
        };
        let deleted = record.get("deleted_at").is_some_and(|at| !at.is_null());
        match batch.verb {
            // Whoever may not restore is told so, whatever the state.
            Verb::Restore if !deleted && policy.delete => {
                draft.refuse(Error::NotDeleted { object: batch.object.label.to_lowercase() });
            }
            Verb::Update | Verb::Delete if deleted => draft.refuse(Error::not_found(batch.object)),
            Verb::Create | Verb::Update | Verb::Delete | Verb::Restore => {}
        }
        if allowed(batch.verb, policy) && !scope::includes(reached(batch.verb, policy), &record) {
            draft.refuse(beyond(batch.verb, batch.object));
        }
        draft.current = Some(record);
    }
    Ok(())
}

/// Locks and reads rows by id, deleted ones too.
pub(crate) async fn locked(
    tx: &mut PgConnection,
    object: &ObjectDef,
    ids: &[Uuid],
    (scope, owners): (&str, Option<Vec<Uuid>>),
) -> Result<BTreeMap<Uuid, Record>> {
    let sql = statement::lock(object, scope);
    let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql)).bind(ids);
    if let Some(owners) = owners {
        query = query.bind(owners);
    }
    let records = query.fetch_all(tx).await?;
    Ok(records.into_iter().filter_map(|Json(record)| id_of(&record).map(|id| (id, record))).collect())
}

/// Owners with whose records the verb may be done.
fn reached(verb: Verb, policy: &Policy) -> &RowScope {
    match verb {
        Verb::Create => &policy.creatable,
        Verb::Update => &policy.changeable,
        Verb::Delete | Verb::Restore => &policy.deletable,
    }
}

/// The refusal of a record that the caller sees and that belongs to somebody else.
fn beyond(verb: Verb, object: &ObjectDef) -> Error {
    let label = object.label.to_lowercase();
    match object.ownership {
        Ownership::Personal => Error::OwnerOnly { object: label },
        Ownership::Owned | Ownership::Shared => Error::NotYours { verb: verb.as_str(), object: label },
    }
}

fn allowed(verb: Verb, policy: &Policy) -> bool {
    match verb {
        Verb::Create => policy.create,
        Verb::Update => policy.update,
        Verb::Delete | Verb::Restore => policy.delete,
    }
}

/// A version never becomes effective before the one it replaces: a live write waits for its
/// turn even if the clock was set back, a loaded one is refused.
fn check_order(draft: &mut Draft, journal: Journal<'_>) {
    let Some(last) = moment_of(draft.before("updated_at")).filter(|last| draft.effective_at < *last) else {
        return;
    };
    match journal {
        Journal::Live | Journal::Rule { .. } => draft.effective_at = last,
        Journal::Records { .. } | Journal::Summary { .. } => {
            let message = format!("the record already changed at {}; history can only be appended", moment_text(last));
            draft.refuse(Invalid::field("updated_at", "out_of_order", message));
        }
    }
}

fn check_version(draft: &mut Draft, object: &ObjectDef) {
    let current = draft.version_before();
    if draft.expected_version.is_some_and(|expected| expected != current) {
        draft.refuse(Error::Stale { object: object.label.to_lowercase(), current });
    }
}

/// Masked and fixed fields may not be written, and nobody may push a record out of their own reach.
fn check_fields(draft: &mut Draft, batch: &Batch<'_>, policy: &Policy) {
    for field in policy.masked.iter().chain(&policy.fixed) {
        if let Some(refusal) = refused_write(draft, batch, policy, field) {
            draft.refuse(refusal);
        }
    }
    if batch.object.field("owner_id").is_some()
        && (batch.verb == Verb::Create || draft.changing("owner_id"))
        && !reached(batch.verb, policy).covers(draft.link_after("owner_id"))
    {
        let message = "Owner must be you or somebody whose records you see";
        draft.refuse(Invalid::field("owner_id", "outside_your_scope", message));
    }
}

/// Why a field that the caller may not write is refused; what a new record gets by itself is not
/// the caller's doing.
fn refused_write(draft: &Draft, batch: &Batch<'_>, policy: &Policy, field: &str) -> Option<Error> {
    let given = draft.changes.get(field)?;
    let object = batch.object;
    if batch.verb == Verb::Create {
        let own = field == "owner_id" && given.as_str() == Some(&batch.caller.user_id.to_string());
        let default = object.field(field).and_then(|field| field.default.as_ref());
        if own || given.is_null() || default == Some(given) {
            return None;
        }
    }
    if policy.hidden.contains(field) {
        // The words of `Changes::parse_patch` for a field that does not exist.
        let message = format!("{} has no field {field}", object.label);
        return Some(Invalid::field(field, "unknown_field", message).into());
    }
    if policy.masked.contains(field) {
        return Some(Error::MaskedField { field: field.to_owned() });
    }
    draft.changing(field).then(|| Error::FixedField { field: field.to_owned() })
}
