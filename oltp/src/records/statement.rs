//! The statements for every object, printed from the catalogue.
//!
//! Only names out of the catalogue are spliced in, each quoted; every value is bound. Rows travel
//! as one `jsonb` array, and Postgres itself turns them into typed columns, so one statement
//! serves one record and ten thousand.

use std::collections::BTreeSet;

use catalog::{FieldKind, ObjectDef, SYSTEM_COLUMNS};

/// Name of the row being read or written in every statement.
pub(crate) const ROW: &str = "t";

/// `jsonb_build_object` takes at most 100 arguments (`FUNC_MAX_ARGS`); wider objects are chained.
const PAIRS_PER_CALL: usize = 40;

/// A name of the catalogue as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column of the row: `t."amount"`.
pub(crate) fn column(name: &str) -> String {
    format!("{ROW}.{}", quoted(name))
}

/// The record as one `jsonb` value in its canonical form: exact numbers as text, moments as
/// RFC 3339 in UTC to the microsecond, days as `2026-03-31`.
pub(crate) fn record_json(object: &ObjectDef) -> String {
    let system = SYSTEM_COLUMNS.iter().map(|(name, pg_type)| pair(name, pg_type));
    let fields = object.fields.iter().map(|field| pair(&field.name, &field.kind.pg_type()));
    let pairs: Vec<String> = system.chain(fields).collect();
    let calls: Vec<String> =
        pairs.chunks(PAIRS_PER_CALL).map(|chunk| format!("jsonb_build_object(\n  {})", chunk.join(",\n  "))).collect();
    calls.join(" || ")
}

fn pair(name: &str, pg_type: &str) -> String {
    named(name, column(name), pg_type)
}

/// A value in its canonical form under a name, as two arguments of `jsonb_build_object`.
pub(crate) fn named(name: &str, value: String, pg_type: &str) -> String {
    let value = match pg_type {
        "timestamp with time zone" => {
            format!("to_char({value} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        "date" => format!("to_char({value}, 'YYYY-MM-DD')"),
        exact if exact.starts_with("numeric") => format!("{value}::text"),
        _ => value,
    };
    format!("{}, {value}", literal(name))
}

/// Reads one live record: `$1` its id. The caller's row predicate goes where `{scope}` stands.
pub(crate) fn read(object: &ObjectDef, scope: &str) -> String {
    format!(
        "select {json}\nfrom {table} {ROW}\nwhere {ROW}.id = $1 and {ROW}.deleted_at is null and {scope}",
        json = record_json(object),
        table = quoted(&object.table),
    )
}

/// Locks and reads records, deleted ones too, in id order: `$1` their ids.
pub(crate) fn lock(object: &ObjectDef, scope: &str) -> String {
    format!(
        "select {json}\nfrom {table} {ROW}\nwhere {ROW}.id = any($1) and {scope}\norder by {ROW}.id\nfor update",
        json = record_json(object),
        table = quoted(&object.table),
    )
}

/// Inserts records: `$1` an array of objects with the field values, `id`, `created_at` and
/// `updated_at`. A field that is absent becomes null; the first version is 1.
pub(crate) fn insert(object: &ObjectDef) -> String {
    let columns = columns(object, quoted);
    let values = columns_of("r", object);
    let table = quoted(&object.table);
    format!(
        "insert into {table} as {ROW} (id, created_at, updated_at, version, {columns})\n\
         select r.id, r.created_at, r.updated_at, 1, {values}\n\
         from jsonb_populate_recordset(null::{table}, $1) r"
    )
}

/// Updates these columns of locked records: `$1` an array of objects with `id`, `updated_at` and what
/// changes.
///
/// An absent key keeps, `null` clears and a value sets; `deleted_at` is one of the columns, which makes
/// deletion and restoration updates too. Only columns that change are named: to make a whole row out of
/// each object costs several times the update.
pub(crate) fn update(object: &ObjectDef, changed: &BTreeSet<&str>) -> String {
    let set = object.columns().filter(|(name, _)| changed.contains(name)).map(|(name, pg_type)| {
        let (key, column, pg_type) = (literal(name), quoted(name), unconstrained(&pg_type));
        let value = match pg_type.as_str() {
            "jsonb" => format!("nullif(b.given -> {key}, 'null')"),
            _ => format!("(b.given ->> {key})::{pg_type}"),
        };
        format!(",\n  {column} = case when b.given ? {key} then {value} else {ROW}.{column} end")
    });
    format!(
        "update {table} {ROW}\n\
         set version = {ROW}.version + 1,\n  updated_at = (b.given ->> 'updated_at')::timestamp with time zone{set}\n\
         from (select e.given, (e.given ->> 'id')::uuid as id from jsonb_array_elements($1) e(given)) b\n\
         where {ROW}.id = b.id",
        table = quoted(&object.table),
        set = set.collect::<String>(),
    )
}

/// A name of the catalogue as an SQL text.
fn literal(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// A statement that also answers the written records.
pub(crate) fn returning(statement: &str, object: &ObjectDef) -> String {
    format!("{statement}\nreturning {}", record_json(object))
}

fn columns(object: &ObjectDef, print: impl Fn(&str) -> String) -> String {
    object.fields.iter().map(|field| print(&field.name)).collect::<Vec<_>>().join(", ")
}

fn columns_of(alias: &str, object: &ObjectDef) -> String {
    columns(object, |name| format!("{alias}.{}", quoted(name)))
}

/// The Postgres type a filter or cursor value of a column is cast to.
pub(crate) fn cast_type(object: &ObjectDef, name: &str) -> Option<String> {
    object.columns().find(|(column, _)| *column == name).map(|(_, pg_type)| unconstrained(&pg_type))
}

/// The type without its precision, so that a bound value is compared as written, not rounded.
fn unconstrained(pg_type: &str) -> String {
    pg_type.split('(').next().unwrap_or(pg_type).to_owned()
}

/// The kind of a column, the system columns included.
pub(crate) fn kind_of(object: &ObjectDef, name: &str) -> Option<FieldKind> {
    if let Some(field) = object.field(name) {
        return Some(field.kind.clone());
    }
    let (_, pg_type) = SYSTEM_COLUMNS.iter().find(|(column, _)| *column == name)?;
    Some(match *pg_type {
        "uuid" => FieldKind::Link { object: object.name.clone() },
        "bigint" => FieldKind::Integer { min: 1, max: i64::MAX },
        _ => FieldKind::DateTime,
    })
}

#[cfg(test)]
mod tests {
    use catalog::{Catalog, RowScope};

    use super::*;
    use crate::records::scope;

    #[test]
    fn the_statements_of_all_objects_can_be_read() {
        let nobody = RowScope::Owners { owners: [].into(), worked_on: [].into() };
        let owned = scope::condition(&nobody, 2);
        let statements = Catalog::standard().objects.iter().fold(String::new(), |text, object| {
            let scope = if object.field("owner_id").is_some() { owned.as_str() } else { "true" };
            format!(
                "{text}-- {}: read\n{}\n\n-- insert\n{}\n\n-- update\n{}\n\n",
                object.name,
                read(object, scope),
                insert(object),
                update(object, &object.fields.iter().map(|field| field.name.as_str()).chain(["deleted_at"]).collect())
            )
        });

        insta::assert_snapshot!(statements);
    }

    #[test]
    fn names_are_quoted_and_wide_objects_are_chained() {
        let catalog = Catalog::standard();
        let mut wide = catalog.object("team").expect("teams exist").clone();
        wide.fields.extend((0..60).map(|n| catalog::FieldDef::new(&format!("it's \"{n}"), "", FieldKind::LongText)));

        let json = record_json(&wide);

        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(json.matches("jsonb_build_object(").count(), 2);
        assert!(json.contains("'it''s \"7', t.\"it's \"\"7\""), "{json}");
    }
}
