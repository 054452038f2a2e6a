//! Erasing within the sealed audit log.
//!
//! The chain holds the hash that an entry had when it was sealed. An emptied entry has another one; both
//! are kept, in batches, and an entry that is sealed itself holds the digest of each batch. So the walk
//! over the chain tells an entry that was erased on request from one that was changed: whoever wants
//! the one to look like the other has to forge a sealed entry.

use std::collections::BTreeMap;

use catalog::Ids;
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    journal,
    order::Place,
    records::{Erasing, counted},
    texts,
};
use crate::Result;

/// The object of entries that tell of emptied entries.
const AUDIT_LOG: &str = "audit_log";

/// Empties the entries about records: their objects and ids.
pub(super) async fn empty(
    tx: &mut PgConnection,
    erasing: Erasing<'_>,
    (objects, ids): (&[String], &[Uuid]),
) -> Result<Place> {
    let batch = Ids.fresh();
    let emptied = sqlx::query(include_str!("../../sql/empty_audit_entries.sql"))
        .bind(batch)
        .bind(objects)
        .bind(ids)
        .execute(&mut *tx)
        .await?;
    close(tx, erasing, batch, emptied.rows_affected()).await
}

/// Gives an actor another name in everything they did.
pub(super) async fn rename(tx: &mut PgConnection, erasing: Erasing<'_>, (id, name): (Uuid, &str)) -> Result<Place> {
    let batch = Ids.fresh();
    let renamed = sqlx::query(include_str!("../../sql/rename_audit_actor.sql"))
        .bind(batch)
        .bind(id)
        .bind(name)
        .execute(&mut *tx)
        .await?;
    close(tx, erasing, batch, renamed.rows_affected()).await
}

/// Takes words out of entries about others.
pub(super) async fn clean(
    tx: &mut PgConnection,
    erasing: Erasing<'_>,
    (words, patterns): (&catalog::Words, &[String]),
) -> Result<Place> {
    let found: Vec<(i64, Value, String, Option<String>)> =
        sqlx::query_as(include_str!("../../sql/audit_mentions.sql")).bind(patterns).fetch_all(&mut *tx).await?;
    let (batch, mut ids, mut changes, mut actors, mut sources) =
        (Ids.fresh(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, said, actor, source) in found {
        let (clean, actor_clean) = (texts::taken_out(words, &said), words.taken_out(&actor));
        let source_clean = source.as_deref().and_then(|source| words.taken_out(source));
        if clean.is_none() && actor_clean.is_none() && source_clean.is_none() {
            continue;
        }
        ids.push(id);
        changes.push(Json(clean.unwrap_or(said)));
        actors.push(actor_clean.unwrap_or(actor));
        sources.push(source_clean.or(source));
    }
    let cleaned = sqlx::query(include_str!("../../sql/clean_audit_entries.sql"))
        .bind(batch)
        .bind(ids)
        .bind(changes)
        .bind(actors)
        .bind(sources)
        .execute(&mut *tx)
        .await?;
    close(tx, erasing, batch, cleaned.rows_affected()).await
}

/// Notes the batch in the log itself.
async fn close(tx: &mut PgConnection, erasing: Erasing<'_>, batch: Uuid, entries: u64) -> Result<Place> {
    let mut place = counted(AUDIT_LOG, 0, entries);
    if entries == 0 {
        return Ok(place);
    }
    let digest: String = sqlx::query_scalar("select audit_erasure_digest($1)").bind(batch).fetch_one(&mut *tx).await?;
    let changes = json!({ "batch": batch, "entries": entries, "sha256": digest });
    let entry = journal::Entry { action: "erase", object: AUDIT_LOG, record_id: erasing.id, changes };
    journal::note(tx, erasing.caller, erasing.at, entry).await?;
    place.sha256 = Some(digest);
    Ok(place)
}

#[derive(Debug, FromRow)]
struct Step {
    entry_id: i64,
    hash_before: Vec<u8>,
    hash_after: Vec<u8>,
    sound: bool,
}

/// Of entries that are not what was sealed, with the hash that was and the one that is: those that came
/// to it by erasures alone.
pub(crate) async fn settle(tx: &mut PgConnection, other: &BTreeMap<i64, (Vec<u8>, Vec<u8>)>) -> Result<Vec<i64>> {
    let steps: Vec<Step> = sqlx::query_as(include_str!("../../sql/audit_erasures.sql"))
        .bind(other.keys().copied().collect::<Vec<_>>())
        .bind(AUDIT_LOG)
        .fetch_all(tx)
        .await?;
    let mut reached: BTreeMap<i64, &[u8]> = other.iter().map(|(id, (sealed, _))| (*id, sealed.as_slice())).collect();
    for step in steps.iter().filter(|step| step.sound) {
        if let Some(hash) = reached.get_mut(&step.entry_id).filter(|hash| **hash == step.hash_before) {
            *hash = &step.hash_after;
        }
    }
    let erased = other.iter().filter(|(id, (_, now))| reached.get(id).is_some_and(|hash| *hash == now.as_slice()));
    Ok(erased.map(|(id, _)| *id).collect())
}
