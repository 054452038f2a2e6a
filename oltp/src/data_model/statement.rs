//! The statements that change a table; only names of the catalogue are spliced in, each quoted.

use catalog::{Catalog, FieldDef, FieldKind, ObjectDef};

use crate::records::statement::quoted;

/// `jsonb_build_object` takes at most 100 arguments (`FUNC_MAX_ARGS`).
const PAIRS_PER_CALL: usize = 40;

/// Adds the column of a field, with its constraint and index where it is a link.
///
/// An empty column needs no rewrite of the table, so the lock is held for milliseconds.
pub(super) fn add_column(catalog: &Catalog, object: &ObjectDef, field: &FieldDef) -> Vec<String> {
    let (table, column) = (quoted(&object.table), quoted(&field.name));
    let pg_type = field.kind.pg_type();
    let FieldKind::Link { object: target } = &field.kind else {
        return vec![format!("alter table {table} add column {column} {pg_type}")];
    };
    let Some(target) = catalog.object(target) else { return Vec::new() }; // checked before
    let constraint = quoted(&format!("{}_{}_fkey", object.table, field.name));
    let index = quoted(&format!("{}_{}_idx", object.table, field.name));
    let target = quoted(&target.table);
    vec![
        format!(
            "alter table {table} add column {column} {pg_type} \
             constraint {constraint} references {target} (id) on delete set null"
        ),
        format!("create index {index} on {table} ({column}) where {column} is not null"),
    ]
}

/// Drops the column of a field, with its constraint and index.
pub(super) fn drop_column(object: &ObjectDef, field: &str) -> String {
    format!("alter table {} drop column {}", quoted(&object.table), quoted(field))
}

/// Keeps everybody else out of a table until the end of the transaction.
pub(super) fn lock_table(object: &ObjectDef) -> String {
    format!("lock table {} in access exclusive mode", quoted(&object.table))
}

/// Counts the values of fields, those of records in the bin too: one row, one JSON object by name.
pub(super) fn count_values(object: &ObjectDef, fields: &[&str]) -> String {
    let pairs: Vec<String> = fields.iter().map(|field| format!("'{field}', count({})", quoted(field))).collect();
    let calls = pairs.chunks(PAIRS_PER_CALL).map(|pairs| format!("jsonb_build_object({})", pairs.join(", ")));
    format!("select {} from {}", calls.collect::<Vec<_>>().join(" || "), quoted(&object.table))
}

/// Counts the records that have each word of a choice: one row per word.
pub(super) fn count_words(object: &ObjectDef, field: &str) -> String {
    let (table, column) = (quoted(&object.table), quoted(field));
    format!("select {column}, count(*) from {table} where {column} = any($1) group by 1 order by 1")
}

/// Makes the table of an object as those of the standard objects are made, and has the warehouse follow
/// it from its first row.
pub(super) fn create_table(catalog: &Catalog, object: &ObjectDef, publication: &str) -> Vec<String> {
    let (name, table) = (&object.table, quoted(&object.table));
    let constraint = |rule: &str| quoted(&format!("{name}_{rule}"));
    let mut columns = vec![
        format!("id uuid constraint {} primary key", constraint("pkey")),
        "created_at timestamptz not null default now()".to_owned(),
        "updated_at timestamptz not null default now()".to_owned(),
        "deleted_at timestamptz".to_owned(),
        format!("version bigint not null default 1 constraint {} check (version > 0)", constraint("version_positive")),
    ];
    let mut indexes = vec![
        format!("create index {} on {table} (created_at, id)", constraint("created_idx")),
        format!("create index {} on {table} (updated_at, id)", constraint("changed_idx")),
    ];
    for field in &object.fields {
        let column = quoted(&field.name);
        let required = if field.required { " not null" } else { "" };
        let mut link = String::new();
        let target = if let FieldKind::Link { object } = &field.kind { catalog.object(object) } else { None };
        if let Some(target) = target {
            let fkey = constraint(&format!("{}_fkey", field.name));
            // Whoever owns something is handed over before they are forgotten, as with standard objects.
            link = format!(" constraint {fkey} references {} (id) on delete restrict", quoted(&target.table));
            indexes.push(format!("create index {} on {table} ({column})", constraint(&format!("{}_idx", field.name))));
        }
        if field.unique {
            let unique = constraint(&format!("{}_unique", field.name));
            indexes.push(format!("create unique index {unique} on {table} ({column}) where deleted_at is null"));
        }
        columns.push(format!("{column} {}{required}{link}", field.kind.pg_type()));
    }
    let create = format!("create table {table} ({})", columns.join(", "));
    let publish = format!("alter publication {} add table {table}", quoted(publication));
    std::iter::once(create).chain(indexes).chain([publish]).collect()
}

/// Drops the table of an object with its records.
pub(super) fn drop_table(object: &ObjectDef) -> String {
    format!("drop table {}", quoted(&object.table))
}

/// Counts the records of an object, those in the bin too.
pub(super) fn count_records(object: &ObjectDef) -> String {
    format!("select count(*) from {}", quoted(&object.table))
}
