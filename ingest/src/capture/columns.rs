//! Compares the columns that Postgres has with those that the lake has.

use std::collections::BTreeMap;

use sqlx::{FromRow, PgConnection};
use warehouse::TableSpec;

use crate::{Error, Result, capture::sql::identifier};

#[derive(FromRow)]
struct ColumnRow {
    name: String,
    pg_type: String,
}

/// Checks before the start that every table can be captured completely and exactly.
///
/// # Errors
/// [`Error::SchemaDrift`] with the first table and column that differ.
pub(crate) async fn check(connection: &mut PgConnection, spec: &TableSpec) -> Result<()> {
    let found = columns(connection, &spec.name).await?;
    let drift = |column: &str, problem: String| Error::SchemaDrift {
        table: spec.name.clone(),
        column: column.to_owned(),
        problem,
    };
    for column in &spec.columns {
        match found.get(&column.name) {
            None => return Err(drift(&column.name, "is missing in Postgres; run `leadhouse migrate`".to_owned())),
            Some(pg_type) if *pg_type != column.pg_type => {
                let problem = format!("is `{pg_type}` in Postgres but `{}` in the catalogue", column.pg_type);
                return Err(drift(&column.name, problem));
            }
            Some(_) => {}
        }
    }
    let known = |name: &String| spec.columns.iter().any(|column| column.name == *name);
    match found.keys().find(|name| !known(name)) {
        Some(name) => Err(unknown(&spec.name, name)),
        None => Ok(()),
    }
}

/// Whether the table has this column now.
pub(crate) async fn exists(connection: &mut PgConnection, table: &str, column: &str) -> Result<bool> {
    Ok(columns(connection, table).await?.contains_key(column))
}

/// The refusal of a column that Postgres has and the lake has not.
pub(crate) fn unknown(table: &str, column: &str) -> Error {
    let problem = "was added in Postgres but the catalogue does not have it; restart with a catalogue that does";
    Error::SchemaDrift { table: table.to_owned(), column: column.to_owned(), problem: problem.to_owned() }
}

/// Names and types of the columns that the stream would carry; generated columns are not sent.
async fn columns(connection: &mut PgConnection, table: &str) -> Result<BTreeMap<String, String>> {
    let statement = "
        select attname::text as name, format_type(atttypid, atttypmod) as pg_type
        from pg_attribute
        where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''";
    let rows: Vec<ColumnRow> = sqlx::query_as(statement)
        .bind(identifier(table))
        .fetch_all(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "compare the columns of Postgres and the lake", source })?;
    Ok(rows.into_iter().map(|row| (row.name, row.pg_type)).collect())
}
