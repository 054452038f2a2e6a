//! Pairs of records of an object that may be the same.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{ObjectDef, Policy, Principal, policy};
use serde::Serialize;
use sqlx::{AssertSqlSafe, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Duplicate, Key, check::duplicate, keys, likeness::likeness};
use crate::{
    Error, Oltp, Result,
    records::{Record, id_of, scope, statement},
};

/// Keys that several records share, looked at per way of finding; the most recently made first.
const MAX_SHARED_KEYS: i64 = 400;
/// Records of one key; more share it by accident, such as a switchboard's number.
const MAX_PER_KEY: i64 = 20;
/// Pairs on the page.
const MAX_PAIRS: usize = 200;

/// Two records that may be the same.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DuplicatePair {
    /// The two, the older one first; likeness and reasons are the same in both.
    pub records: Vec<Duplicate>,
    /// How sure it is, 0 to 100.
    pub likeness: u8,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// The likeliest pairs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DuplicatePage {
    /// At most 200, the likeliest first.
    pub items: Vec<DuplicatePair>,
    /// There is one page only: merge what is on it, then look again.
    pub next: Option<String>,
    /// There may be more than these.
    pub more: bool,
}

impl Oltp {
    /// Pairs of live records the caller may see that may be the same.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Database`].
    pub async fn duplicates(&self, caller: &Principal, object: &ObjectDef) -> Result<DuplicatePage> {
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::not_allowed("read", object));
        }
        let mut pairs: BTreeMap<(Uuid, Uuid), DuplicatePair> = BTreeMap::new();
        let mut more = false;
        for key in keys(object, &policy) {
            let groups = self.groups(object, &policy, key).await?;
            more |= i64::try_from(groups.len()).unwrap_or(i64::MAX) >= MAX_SHARED_KEYS;
            for Json(group) in groups {
                compare(object, &policy, group, &mut pairs);
            }
        }
        let mut items: Vec<DuplicatePair> = pairs.into_values().collect();
        items.sort_by_key(|pair| std::cmp::Reverse(pair.likeness));
        more |= items.len() > MAX_PAIRS;
        items.truncate(MAX_PAIRS);
        Ok(DuplicatePage { items, next: None, more })
    }

    /// Groups of records that share a key.
    async fn groups(&self, object: &ObjectDef, policy: &Policy, key: Key) -> Result<Vec<Json<Vec<Record>>>> {
        let sql = format!(
            "with shared as (\n  select {key} as key, max({row}.created_at) as latest\n  from {table} {row}\n  \
             where {row}.deleted_at is null and {column} is not null and {scope}\n  group by 1\n  \
             having {key} is not null and count(*) between 2 and {MAX_PER_KEY}\n  \
             order by 2 desc\n  limit {MAX_SHARED_KEYS}\n)\n\
             select jsonb_agg({json} order by {row}.created_at, {row}.id)\nfrom shared\n\
             join {table} {row} on {key} = shared.key\n\
             where {row}.deleted_at is null and {scope}\ngroup by shared.key",
            key = key.of_row(),
            row = statement::ROW,
            column = statement::column(key.field),
            table = statement::quoted(&object.table),
            scope = scope::condition(&policy.rows, 1),
            json = statement::record_json(object),
        );
        let mut query = sqlx::query_scalar::<_, Json<Vec<Record>>>(AssertSqlSafe(sql));
        if let Some(owners) = scope::ids(&policy.rows) {
            query = query.bind(owners);
        }
        Ok(query.fetch_all(self.pool()).await?)
    }
}

/// Compares the records of a group with each other.
fn compare(object: &ObjectDef, policy: &Policy, group: Vec<Record>, pairs: &mut BTreeMap<(Uuid, Uuid), DuplicatePair>) {
    let seen = |record: Record| record.into_iter().filter(|(name, _)| !policy.masked.contains(name)).collect();
    let group: Vec<Record> = group.into_iter().map(seen).collect();
    let mut known: BTreeSet<(Uuid, Uuid)> = pairs.keys().copied().collect();
    for (at, one) in group.iter().enumerate() {
        for other in group.iter().skip(at + 1) {
            let Some(ids) = id_of(one).zip(id_of(other)) else { continue };
            if !known.insert(ids) {
                continue;
            }
            let found = likeness(one, other);
            let records = [duplicate(object, one, found.clone()), duplicate(object, other, found.clone())];
            if let [Some(one), Some(other)] = records {
                pairs.insert(ids, DuplicatePair { records: vec![one, other], likeness: found.0, reasons: found.1 });
            }
        }
    }
}
