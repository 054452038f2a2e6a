//! The records of a person leave Postgres, with everything that names them by id.
//!
//! In one transaction: whoever reads sees all of the person or nothing. The stores that follow the
//! log hear of it like of any other write.

use catalog::{Catalog, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    ledger,
    order::{Known, Place},
    targets::{emptied_columns, links_to},
};
use crate::{Result, records::statement};

/// Tables that tell of records by id and keep nothing that outlives them.
const TOLD_BY_ID: [&str; 6] =
    ["bookmarks", "notifications", "outbox", "webhook_deliveries", "job_records", "job_problems"];
/// Tables that belong to an account alone.
const OF_ACCOUNT: [(&str, &str); 12] = [
    ("user_credentials", "user_id"),
    ("api_tokens", "user_id"),
    ("sessions", "user_id"),
    ("account_links", "user_id"),
    ("confirmed_emails", "user_id"),
    ("second_factors", "user_id"),
    ("recovery_codes", "user_id"),
    ("external_identities", "user_id"),
    ("avatars", "user_id"),
    ("notification_preferences", "user_id"),
    ("bookmarks", "user_id"),
    ("notifications", "recipient_id"),
];

/// Who erases, when, and what it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Erasing<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) caller: &'a Principal,
    pub(super) at: DateTime<Utc>,
    /// Id of the erasure.
    pub(super) id: Uuid,
}

/// Locks the person's records, so that nothing new is linked to them until the end.
pub(super) async fn lock(tx: &mut PgConnection, catalog: &Catalog, known: &Known) -> Result<()> {
    for (object, ids) in known.subject.each(catalog) {
        let table = statement::quoted(&object.table);
        let sql = format!("select id from {table} where id = any($1) order by id for update");
        sqlx::query(AssertSqlSafe(sql)).bind(ids).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Removes what goes, empties what stays, cuts the links.
pub(super) async fn erase(tx: &mut PgConnection, erasing: Erasing<'_>, known: &Known) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    let (told, gone) = (known.targets.told_ids(), known.targets.gone_ids());
    for (name, ids) in &known.targets.emptied {
        let Some(object) = erasing.catalog.object(name) else { continue };
        places.push(empty(tx, erasing, object, &ids.iter().copied().collect::<Vec<_>>()).await?);
    }
    for (other, field, ids) in links_to(erasing.catalog, &known.subject) {
        if known.targets.cut.contains_key(&other.name) || known.targets.emptied.contains_key(&other.name) {
            places.push(cut(tx, erasing, (other, &field.name), &ids).await?);
        }
    }
    // The person goes last: what hangs on them is gone by then.
    let people = &known.subject.records;
    let (last, first): (Vec<_>, Vec<_>) = known.targets.gone.iter().partition(|(name, _)| people.contains_key(*name));
    for (name, ids) in first.into_iter().chain(last) {
        let Some(object) = erasing.catalog.object(name) else { continue };
        places.push(remove(tx, object, &ids.iter().copied().collect::<Vec<_>>()).await?);
    }
    for table in TOLD_BY_ID {
        let ids = if table == "notifications" { &told } else { &gone };
        places.push(remove_by(tx, (table, "record_id"), ids).await?);
    }
    // What cannot be undone any more need not be remembered.
    places.push(remove_by(tx, ("lead_conversions", "contact_id"), &gone).await?);
    let addresses = known.subject.emails.iter().cloned().collect::<Vec<_>>();
    let mails = sqlx::query("delete from mails where lower(to_address) = any($1)").bind(addresses).execute(&mut *tx);
    places.push(counted("mails", mails.await?.rows_affected(), 0));
    if let Some((id, name)) = known.subject.account() {
        places.extend(close_account(tx, id, &name).await?);
        places.push(ledger::rename(tx, erasing, (id, &name)).await?);
    }
    places.push(ledger::empty(tx, erasing, (&known.targets.told_objects(), &told)).await?);
    places.retain(|place| place.removed + place.changed > 0);
    Ok(places)
}

async fn remove(tx: &mut PgConnection, object: &ObjectDef, ids: &[Uuid]) -> Result<Place> {
    let table = statement::quoted(&object.table);
    let sql = format!(
        "with gone as (delete from {table} t where t.id = any($1) returning t.id, to_jsonb(t)::text as said)\n{DIGEST}"
    );
    let (removed, sha256) = sqlx::query_as(AssertSqlSafe(sql)).bind(ids).fetch_one(tx).await?;
    Ok(Place { place: object.table.clone(), removed, changed: 0, sha256: Some(sha256) })
}

/// Counts and digests rows of `gone`.
const DIGEST: &str = "select count(*), encode(sha256(convert_to(coalesce(string_agg(said, ' ' order by id), ''), \
                      'UTF8')), 'hex') from gone";

async fn empty(tx: &mut PgConnection, erasing: Erasing<'_>, object: &ObjectDef, ids: &[Uuid]) -> Result<Place> {
    let first = ids.first().copied().unwrap_or_default();
    let set = emptied_columns(object, first).into_iter().map(|(column, text)| {
        let text = text.map_or_else(|| "null".to_owned(), |text| format!("'{}'", text.replace('\'', "''")));
        format!("{} = {text}", statement::quoted(&column))
    });
    let set: Vec<String> = set.collect();
    let table = statement::quoted(&object.table);
    let sql = format!(
        "with gone as (select t.id, to_jsonb(t)::text as said from {table} t where t.id = any($1) for update),\n\
         emptied as (update {table} t set {set}, version = version + 1, updated_at = greatest(updated_at, $2)\n\
         from gone g where t.id = g.id returning t.id)\n{DIGEST}",
        set = set.join(", "),
    );
    let (changed, sha256) = sqlx::query_as(AssertSqlSafe(sql)).bind(ids).bind(erasing.at).fetch_one(tx).await?;
    Ok(Place { place: object.table.clone(), removed: 0, changed, sha256: Some(sha256) })
}

async fn cut(
    tx: &mut PgConnection,
    erasing: Erasing<'_>,
    (object, field): (&ObjectDef, &str),
    ids: &[Uuid],
) -> Result<Place> {
    let (table, link) = (statement::quoted(&object.table), statement::quoted(field));
    let sql = format!(
        "with gone as (select t.id, t.{link}::text as said from {table} t where t.{link} = any($1) for update),\n\
         cut as (update {table} t set {link} = null, version = version + 1, updated_at = greatest(updated_at, $2)\n\
         from gone g where t.id = g.id returning t.id)\n{DIGEST}"
    );
    let (changed, sha256) = sqlx::query_as(AssertSqlSafe(sql)).bind(ids).bind(erasing.at).fetch_one(tx).await?;
    Ok(Place { place: format!("{} (links)", object.table), removed: 0, changed, sha256: Some(sha256) })
}

async fn remove_by(tx: &mut PgConnection, (table, column): (&str, &str), ids: &[Uuid]) -> Result<Place> {
    let sql = format!("delete from {table} where {column} = any($1)");
    let removed = sqlx::query(AssertSqlSafe(sql)).bind(ids).execute(tx).await?.rows_affected();
    Ok(counted(table, removed, 0))
}

/// Whoever had the account can sign in no more, and what only they had goes.
async fn close_account(tx: &mut PgConnection, id: Uuid, name: &str) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for place in OF_ACCOUNT {
        places.push(remove_by(tx, place, &[id]).await?);
    }
    for sql in [
        "update documents set created_by_name = $2 where created_by = $1 and created_by_name <> $2",
        "update document_versions set uploaded_by_name = $2 where uploaded_by = $1 and uploaded_by_name <> $2",
    ] {
        let changed = sqlx::query(sql).bind(id).bind(name).execute(&mut *tx).await?.rows_affected();
        places.push(counted("documents", 0, changed));
    }
    let sql = "update security_log set ip = null, detail = null \
               where user_id = $1 and (ip is not null or detail is not null)";
    let changed = sqlx::query(sql).bind(id).execute(tx).await?.rows_affected();
    places.push(counted("security_log", 0, changed));
    Ok(places)
}

/// A place of which only numbers are told: what went was told elsewhere too.
pub(super) fn counted(place: &str, removed: u64, changed: u64) -> Place {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Place { place: place.to_owned(), removed: number(removed), changed: number(changed), sha256: None }
}
