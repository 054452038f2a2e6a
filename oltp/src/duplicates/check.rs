//! Whether a record that is being written is there already.

use catalog::{ObjectDef, Principal, policy};
use serde_json::Value;
use sqlx::{AssertSqlSafe, types::Json};
use uuid::Uuid;

use super::{
    Duplicate, keys,
    likeness::{LIKELY, likeness},
};
use crate::{
    Error, Oltp, Result,
    records::{Record, id_of, scope, statement},
};

/// Candidates that are compared; the first letters of a frequent name bring many.
const MAX_CANDIDATES: i64 = 500;
/// Records that are named; the most likely ones.
const MAX_NAMED: usize = 5;
/// Fields that tell records of one name apart.
const DETAILS: [&str; 5] = ["email", "phone", "company_name", "job_title", "city"];

impl Oltp {
    /// Live records the caller may see that may be the same as one with these fields, the likeliest
    /// first.
    ///
    /// **Shape**: at most five; never the record `except`.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Database`].
    pub async fn duplicates_of(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        fields: &Record,
        except: Option<Uuid>,
    ) -> Result<Vec<Duplicate>> {
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::not_allowed("read", object));
        }
        let given = keys(object, &policy).into_iter().filter_map(|key| {
            let text = fields.get(key.field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
            text.map(|text| (key, text.to_owned()))
        });
        let given: Vec<_> = given.collect();
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let same =
            given.iter().enumerate().map(|(at, (key, _))| format!("{} = {}", key.of_row(), key.of_parameter(at + 1)));
        let same: Vec<String> = same.collect();
        let owners = scope::ids(&policy.rows);
        let sql = format!(
            "select {json}\nfrom {table} {row}\nwhere {row}.deleted_at is null and ({same}) and {scope}\n\
             order by {row}.created_at desc\nlimit {MAX_CANDIDATES}",
            json = statement::record_json(object),
            table = statement::quoted(&object.table),
            row = statement::ROW,
            same = same.join(" or "),
            scope = scope::condition(&policy.rows, given.len() + 1),
        );
        let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql));
        for (_, text) in given {
            query = query.bind(text);
        }
        if let Some(owners) = owners {
            query = query.bind(owners);
        }
        let candidates = query.fetch_all(self.pool()).await?;
        let seen = |field: &str| !policy.masked.contains(field);
        let fields: Record =
            fields.iter().filter(|(name, _)| seen(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        let mut found: Vec<Duplicate> = candidates
            .into_iter()
            .map(|Json(record)| record.into_iter().filter(|(name, _)| seen(name)).collect::<Record>())
            .filter(|record| id_of(record) != except)
            .filter_map(|record| duplicate(object, &record, likeness(&fields, &record)))
            .collect();
        found.sort_by_key(|duplicate| std::cmp::Reverse(duplicate.likeness));
        found.truncate(MAX_NAMED);
        Ok(found)
    }
}

/// The record as a duplicate, when it is likely one.
pub(super) fn duplicate(object: &ObjectDef, record: &Record, (sure, reasons): (u8, Vec<String>)) -> Option<Duplicate> {
    if sure < LIKELY {
        return None;
    }
    let text =
        |field: &str| record.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Duplicate {
        id: id_of(record)?,
        name: text(&object.title).unwrap_or_default(),
        details: DETAILS.into_iter().filter_map(text).collect(),
        likeness: sure,
        reasons,
    })
}
