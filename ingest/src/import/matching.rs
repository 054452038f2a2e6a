//! Which rows are already there.

use std::collections::{HashMap, HashSet};

use catalog::FieldKind;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::{Error, lookup::quoted, plan::Plan, rows::plain_text};

/// A stored record that a row matches.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    /// Its id.
    pub id: Uuid,
    /// Who owns it.
    pub owner_id: Option<Uuid>,
    /// When its present version became true.
    pub updated_at: DateTime<Utc>,
    /// The fields the file fills, as text; null where empty.
    pub fields: HashMap<String, Option<String>>,
    /// How many records match.
    pub count: usize,
}

impl Existing {
    /// The value to write, if it differs from what is stored: entries of a JSON object are added
    /// to those that are there.
    pub(crate) fn difference(&self, field: &str, value: &Value) -> Option<Value> {
        let stored = self.fields.get(field).cloned().flatten();
        match (value, stored.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok())) {
            (Value::Object(new), Some(Value::Object(old))) => {
                let mut merged = old.clone();
                merged.extend(new.clone());
                (merged != old).then_some(Value::Object(merged))
            }
            (Value::Array(_) | Value::Object(_), parsed) => (parsed.as_ref() != Some(value)).then(|| value.clone()),
            _ => (stored.as_deref() != Some(&plain_text(value))).then(|| value.clone()),
        }
    }
}

/// Finds and, for updating, locks the live records whose match field has one of the keys.
pub(crate) async fn existing(
    tx: &mut PgConnection,
    plan: &Plan,
    keys: &[String],
    lock: bool,
) -> Result<HashMap<String, Existing>, Error> {
    let Some(match_field) = plan.match_field.as_ref().filter(|_| !keys.is_empty()) else { return Ok(HashMap::new()) };
    let fields: Vec<&str> = plan.fields().into_iter().collect();
    let owner = if plan.object.field("owner_id").is_some() { "t.owner_id" } else { "null::uuid" };
    let sql = format!(
        "select {key}, t.id, {owner}, t.updated_at, {columns}\nfrom {table} t\nwhere t.deleted_at is null and \
         {key} = any($1)\norder by t.id{lock}",
        key = comparable(match_field),
        columns = fields.iter().map(|name| canonical(plan, name)).collect::<Vec<_>>().join(", "),
        table = quoted(&plan.object.table),
        lock = if lock { "\nfor update" } else { "" },
    );
    let mut found: HashMap<String, Existing> = HashMap::new();
    for row in sqlx::query(AssertSqlSafe(sql)).bind(keys).fetch_all(tx).await? {
        let key: String = row.try_get(0)?;
        if let Some(existing) = found.get_mut(&key) {
            existing.count += 1;
            continue;
        }
        let mut values = HashMap::with_capacity(fields.len());
        for (index, name) in fields.iter().enumerate() {
            values.insert((*name).to_owned(), row.try_get(index + 4)?);
        }
        let existing = Existing {
            id: row.try_get(1)?,
            owner_id: row.try_get(2)?,
            updated_at: row.try_get(3)?,
            fields: values,
            count: 1,
        };
        found.insert(key, existing);
    }
    Ok(found)
}

/// The values of a unique field that live records already have.
pub(crate) async fn taken(
    tx: &mut PgConnection,
    plan: &Plan,
    field: &str,
    values: &[String],
) -> Result<HashSet<String>, Error> {
    if values.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "select {field}\nfrom {table} t\nwhere t.deleted_at is null and {field} = any($1)",
        field = comparable(field),
        table = quoted(&plan.object.table),
    );
    let taken: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(values).fetch_all(tx).await?;
    Ok(taken.into_iter().collect())
}

/// The letters of sign-in names count without regard to case, here as in their indexes.
fn ignores_case(field: &str) -> bool {
    field == "username" || field == "email"
}

/// A column in the form in which rows are compared with it.
fn comparable(field: &str) -> String {
    let column = format!("t.{}::text", quoted(field));
    if ignores_case(field) { format!("lower({column})") } else { column }
}

/// A value in the form in which it is compared.
pub(crate) fn key_of(field: &str, value: &Value) -> String {
    let text = plain_text(value);
    if ignores_case(field) { text.to_lowercase() } else { text }
}

/// A column as the text that a canonical value has.
fn canonical(plan: &Plan, name: &str) -> String {
    let column = format!("t.{}", quoted(name));
    match plan.object.field(name).map(|field| &field.kind) {
        Some(FieldKind::DateTime) => {
            format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        Some(FieldKind::Date) => format!("to_char({column}, 'YYYY-MM-DD')"),
        _ => format!("{column}::text"),
    }
}
