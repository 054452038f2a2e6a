//! Several records that are the same become one, at once and as a job that can be taken back.

mod links;

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Changes, Invalid, ObjectDef, Principal, policy};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NewJob, problems, queue, source_of};
use crate::{
    Error, Oltp, Result,
    bulk::{BulkRow, RowOutcome},
    duplicates::COMPARED,
    records::{Record, Verb, locked, scope},
};

pub use links::LinkedCount;
pub(super) use links::on_behalf_of;

/// Its name among the jobs.
pub(super) const KIND: &str = "merge";
/// Records that become one at once; more are seldom the same.
const MAX_MERGED: usize = 10;

/// Which records become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "keep": "0190a0b0-0000-7000-8000-000000000001", "merge": ["0190a0b0-0000-7000-8000-000000000002"],
    "take": {"phone": "0190a0b0-0000-7000-8000-000000000002"}
}))]
pub struct Merge {
    /// The record that stays.
    pub keep: Uuid,
    /// The records that go to the bin, at most nine.
    pub merge: Vec<Uuid>,
    /// By field, the record whose value stays. Without it the kept record's own value, or where it
    /// has none, the first one that a merged record has.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub take: BTreeMap<String, Uuid>,
}

/// A merge that is being written.
struct Merging<'a> {
    oltp: &'a Oltp,
    caller: &'a Principal,
    object: &'a ObjectDef,
    merge: &'a Merge,
    source: &'a str,
}

impl Oltp {
    /// Makes one record of several and answers the id of the job under which it can be taken back.
    ///
    /// Every link to a merged record leads to the kept one afterwards, whoever owns the linking
    /// record; the history of each stays its own.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]: it takes the right to change and to delete; [`Error::RecordNotFound`];
    /// [`Error::Invalid`] names the fields.
    pub async fn merge(&self, caller: &Principal, object: &ObjectDef, merge: &Merge) -> Result<Uuid> {
        let policy = policy(caller, object);
        for (allowed, word) in [(policy.update, "update"), (policy.delete, "delete")] {
            if !allowed {
                return Err(Error::not_allowed(word, object));
            }
        }
        let ids = ids(object, merge)?;
        if let Some(field) = merge.take.keys().find(|field| policy.masked.contains(*field)) {
            return Err(Error::MaskedField { field: field.clone() });
        }
        let mut tx = self.pool().begin().await?;
        let condition = scope::condition(&policy.rows, 2);
        let records = locked(&mut tx, object, &ids, (&condition, scope::ids(&policy.rows))).await?;
        let live =
            |id: &Uuid| records.get(id).is_some_and(|record| record.get("deleted_at").is_none_or(Value::is_null));
        if !ids.iter().all(live) {
            return Err(Error::not_found(object));
        }
        let set = chosen(object, merge, &records);
        let title = format!("Merge {} {}", ids.len(), object.plural_label.to_lowercase());
        let new = NewJob {
            kind: KIND,
            title: title.clone(),
            object: Some(object.table.clone()),
            parameters: json!(merge),
            undoable: true,
            undoes: None,
        };
        let job = self.add_job(&mut tx, caller, new).await?;
        let source = source_of(&title, job);
        let merging = Merging { oltp: self, caller, object, merge, source: &source };
        let moved = merging.move_links(&mut tx).await?;
        merging.write(&mut tx, set).await?;
        problems::store(&mut tx, job, &moved.problems).await?;
        sqlx::query(include_str!("../../sql/finish_merge.sql"))
            .bind(job)
            .bind(i64::try_from(ids.len()).unwrap_or(i64::MAX))
            .bind(i64::try_from(moved.problems.len()).unwrap_or(i64::MAX))
            .bind(json!({ "kept": merge.keep, "moved": moved.counts }))
            .bind(self.clock().now())
            .execute(&mut *tx)
            .await?;
        queue::tell(&mut tx, job).await?;
        tx.commit().await?;
        Ok(job)
    }
}

impl Merging<'_> {
    /// Gives the kept record its values and sends the others to the bin; all or nothing.
    async fn write(&self, tx: &mut PgConnection, set: Map<String, Value>) -> Result<()> {
        let effective_at = self.oltp.clock().now();
        let changes = Changes::parse_patch(self.object, &set)?;
        let kept = [BulkRow { id: self.merge.keep, changes, effective_at }];
        let gone = |id: &Uuid| BulkRow { id: *id, changes: Changes::default(), effective_at };
        let gone: Vec<BulkRow> = self.merge.merge.iter().map(gone).collect();
        // First the others go, so that unique values are free.
        for (verb, rows) in [(Verb::Delete, gone.as_slice()), (Verb::Update, kept.as_slice())] {
            let of = (self.caller, self.object);
            for outcome in self.oltp.bulk_each(tx, of, (verb, rows), self.source).await? {
                if let RowOutcome::Refused(error) = outcome {
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// The records, the kept one first, each once.
fn ids(object: &ObjectDef, merge: &Merge) -> Result<Vec<Uuid>> {
    if !COMPARED.contains(&object.name.as_str()) {
        return Err(Error::not_allowed("merge", object));
    }
    let ids: Vec<Uuid> = [merge.keep].into_iter().chain(merge.merge.iter().copied()).collect();
    let distinct: BTreeSet<&Uuid> = ids.iter().collect();
    if merge.merge.is_empty() || ids.len() > MAX_MERGED || distinct.len() < ids.len() {
        let message = format!("give between 1 and {} other records, each once", MAX_MERGED - 1);
        return Err(Invalid::field("merge", "invalid_list", message).into());
    }
    for (field, from) in &merge.take {
        let pointer = format!("take/{field}");
        if object.field(field).is_none_or(|field| field.computed) {
            return Err(take_refused(
                &pointer,
                "unknown_field",
                format!("{} has no such field to choose", object.label),
            ));
        }
        if !ids.contains(from) {
            return Err(take_refused(&pointer, "unknown_record", "this is not one of the merged records".to_owned()));
        }
    }
    Ok(ids)
}

fn take_refused(path: &str, code: &'static str, message: String) -> Error {
    Invalid(vec![catalog::InvalidField { pointer: format!("/{path}"), code, message }]).into()
}

/// What the kept record will say where it differs from now.
fn chosen(object: &ObjectDef, merge: &Merge, records: &BTreeMap<Uuid, Record>) -> Map<String, Value> {
    let value = |id: &Uuid, field: &str| records.get(id).and_then(|record| record.get(field)).unwrap_or(&Value::Null);
    let links: BTreeMap<&str, &str> = object.links().map(|(field, target)| (field.name.as_str(), target)).collect();
    let mut set = Map::new();
    for field in object.fields.iter().filter(|field| !field.computed) {
        let own = value(&merge.keep, &field.name);
        let taken = match merge.take.get(&field.name) {
            Some(from) => value(from, &field.name),
            None if own.is_null() => {
                let mut others = merge.merge.iter().map(|id| value(id, &field.name));
                others.find(|value| !value.is_null()).unwrap_or(own)
            }
            None => own,
        };
        // A record that was above or below another one of them is not above itself.
        let among = taken.as_str().and_then(|id| Uuid::parse_str(id).ok());
        let itself = links.get(field.name.as_str()) == Some(&object.name.as_str())
            && among.is_some_and(|id| records.contains_key(&id));
        let taken = if itself { &Value::Null } else { taken };
        if taken != own {
            set.insert(field.name.clone(), taken.clone());
        }
    }
    set
}
