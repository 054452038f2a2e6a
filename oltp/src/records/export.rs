//! Every row of a list, for a file: what the caller sees, as text, in one statement.
//!
//! Names of linked records are looked up once for many rows: a look for each row would cost more than
//! all the rest of it.

mod names;

use catalog::{FieldKind, ObjectDef, Principal, policy};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::mpsc;

use super::{ListQuery, audit, invalid, page, statement};
use crate::{Error, Oltp, Result};
use names::Names;

/// Columns of one file.
const MAX_COLUMNS: usize = 200;
/// Rows handed on at once.
const BATCH_ROWS: usize = 2_000;

/// The cells of a row in their exact text; null is absent.
pub type ExportRow = Vec<Option<String>>;

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportColumn {
    /// Name of the field.
    pub name: String,
    /// What stands above it.
    pub label: String,
    /// What its cells hold; those of a link hold the name of the linked record.
    pub kind: FieldKind,
}

/// The columns of an export by the names of their fields, in that order.
///
/// # Errors
/// [`Error::Invalid`] for an unknown one; [`Error::MaskedField`] for one the caller may not see.
pub fn export_columns(caller: &Principal, object: &ObjectDef, names: &[String]) -> Result<Vec<ExportColumn>> {
    if names.is_empty() || names.len() > MAX_COLUMNS {
        return Err(invalid("columns", "invalid_list", format!("give between 1 and {MAX_COLUMNS} columns")));
    }
    let masked = policy(caller, object).masked;
    let column = |name: &String| {
        if masked.contains(name) {
            return Err(Error::MaskedField { field: name.clone() });
        }
        let message = format!("{} has no field {name}", object.label);
        let kind = statement::kind_of(object, name).ok_or_else(|| invalid("columns", "unknown_field", message))?;
        let label = object.field(name).map_or_else(|| system_label(name), |field| field.label.clone());
        Ok(ExportColumn { name: name.clone(), label, kind })
    };
    names.iter().map(column).collect()
}

fn system_label(name: &str) -> String {
    match name {
        "id" => "Id".to_owned(),
        "created_at" => "Created".to_owned(),
        "updated_at" => "Changed".to_owned(),
        "deleted_at" => "Deleted".to_owned(),
        other => other.to_owned(),
    }
}

impl Oltp {
    /// How many records a list has on all its pages.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Database`].
    pub async fn count(&self, caller: &Principal, object: &ObjectDef, query: &ListQuery) -> Result<i64> {
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::not_allowed("read", object));
        }
        let mut connection = self.pool().acquire().await?;
        let relation = statement::quoted(&object.table);
        let count = page::fetch(&mut connection, &page::total((object, &relation), &policy, query)).await?;
        Ok(count.first().and_then(serde_json::Value::as_i64).unwrap_or_default())
    }

    /// Sends every row of a list in its order, as of one moment, and answers how many they were; linked
    /// records are called what they are called when their row is sent.
    ///
    /// **Shape**: batches of at most 2,000 rows with one cell per column; a receiver that is gone
    /// ends it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Database`].
    pub async fn export_rows(
        &self,
        (caller, object): (&Principal, &ObjectDef),
        query: &ListQuery,
        columns: &[ExportColumn],
        rows: mpsc::Sender<Vec<ExportRow>>,
    ) -> Result<u64> {
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::not_allowed("read", object));
        }
        let inner = page::every((object, &statement::quoted(&object.table)), &policy, query);
        let statement = statement_of(columns, inner);
        let mut names = Names::of(self, caller, columns)?;
        let mut connection = self.pool().acquire().await?;
        send(&mut connection, statement, &mut names, rows).await
    }

    /// Notes in the audit log that the caller took records away in a file.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn note_export(
        &self,
        tx: &mut PgConnection,
        caller: &Principal,
        object: &ObjectDef,
        (taken, source): (serde_json::Value, &str),
    ) -> Result<()> {
        audit::note(tx, (caller, self.clock().now()), ("export", object), (taken, source)).await
    }
}

/// The statement whose rows hold one array of texts each.
fn statement_of(columns: &[ExportColumn], inner: page::Bound) -> (String, Vec<page::Bind>) {
    let cells: Vec<String> = columns.iter().map(cell).collect();
    // A subquery in order hands its rows on in that order: nothing above it groups or joins.
    let sql = format!("select array[{}]::text[]\nfrom (\n{}\n) o", cells.join(",\n  "), inner.sql);
    (sql, inner.binds)
}

/// A cell as text; that of a link is an id.
fn cell(column: &ExportColumn) -> String {
    let value = format!("o.{}", statement::quoted(&column.name));
    match &column.kind {
        FieldKind::DateTime => format!("to_char({value} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Bool
        | FieldKind::Date
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. }
        | FieldKind::Json => format!("{value}::text"),
    }
}

async fn send(
    connection: &mut PgConnection,
    (sql, binds): (String, Vec<page::Bind>),
    names: &mut Names<'_>,
    rows: mpsc::Sender<Vec<ExportRow>>,
) -> Result<u64> {
    let mut query = sqlx::query_scalar::<_, ExportRow>(AssertSqlSafe(sql));
    for bind in binds {
        query = match bind {
            page::Bind::Text(text) => query.bind(text),
            page::Bind::Texts(texts) => query.bind(texts),
            page::Bind::Ids(ids) => query.bind(ids),
        };
    }
    let mut stream = query.fetch(connection);
    let (mut count, mut batch) = (0, Vec::with_capacity(BATCH_ROWS));
    while let Some(row) = stream.try_next().await? {
        count += 1;
        batch.push(row);
        if batch.len() == BATCH_ROWS {
            names.put_into(&mut batch).await?;
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if rows.send(full).await.is_err() {
                return Ok(count);
            }
        }
    }
    if !batch.is_empty() {
        names.put_into(&mut batch).await?;
        rows.send(batch).await.ok(); // nobody waits for the rest
    }
    Ok(count)
}
