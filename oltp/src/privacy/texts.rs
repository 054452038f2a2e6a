//! Words that stand for a person, taken out of every text of every table.
//!
//! Postgres finds the rows in which a word may stand, by pattern; whether it stands there as a whole is
//! decided here, so that the database, the lake and the files agree. Values travel as JSON, whatever
//! the column is, and words are taken out of the strings in it.

use std::collections::BTreeMap;

use catalog::Words;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};

use super::order::{Place, Remains};
use crate::{Result, records::statement::quoted};

/// Tables that are dealt with elsewhere: the audit log keeps its chain, and the request itself knows whom
/// it is about until it is done.
const APART: [&str; 5] = ["audit_log", "audit_chain", "audit_erasures", "erasures", "idempotency_keys"];

/// A column of text.
#[derive(Debug, FromRow)]
struct Column {
    table: String,
    name: String,
    kind: String,
    /// The table counts the versions of its rows.
    versioned: bool,
}

/// A row in which a pattern was found: where it is, and its columns of text.
#[derive(Debug, FromRow)]
struct Row {
    place: String,
    said: Vec<Option<Json<Value>>>,
}

/// The patterns by which Postgres finds rows in which one of the words may stand, as written and as JSON
/// writes it.
pub(super) fn patterns(words: &[String]) -> Vec<String> {
    let pattern = |text: &str| format!("%{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
    let in_json = |word: &String| Value::String(word.clone()).to_string().trim_matches('"').to_owned();
    let mut patterns: Vec<String> = words.iter().flat_map(|word| [pattern(word), pattern(&in_json(word))]).collect();
    patterns.sort_unstable();
    patterns.dedup();
    patterns
}

/// Takes the words out everywhere.
pub(super) async fn erase(
    tx: &mut PgConnection,
    (words, patterns): (&Words, &[String]),
    at: DateTime<Utc>,
) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for (table, columns) in columns(tx).await? {
        let (mut changed, mut hash) = (0, Sha256::new());
        for row in found(tx, (&table, &columns), patterns).await? {
            let clean: Vec<Option<Value>> = row.said.iter().map(|said| taken_out(words, &said.as_ref()?.0)).collect();
            if clean.iter().any(Option::is_some) {
                row.said.iter().flatten().for_each(|said| hash.update(said.0.to_string()));
                write(tx, (&table, &columns), (&row.place, clean), at).await?;
                changed += 1;
            }
        }
        if changed > 0 {
            let sha256 = Some(hex(&hash.finalize()));
            places.push(Place { place: format!("{table} (texts)"), removed: 0, changed, sha256 });
        }
    }
    Ok(places)
}

/// In how many rows of which tables one of the words stands.
pub(super) async fn remains(tx: &mut PgConnection, (words, patterns): (&Words, &[String])) -> Result<Vec<Remains>> {
    let mut remains = Vec::new();
    for (table, columns) in columns(tx).await? {
        let rows = found(tx, (&table, &columns), patterns).await?;
        let told = |row: &&Row| row.said.iter().flatten().any(|said| taken_out(words, &said.0).is_some());
        let count = i64::try_from(rows.iter().filter(told).count()).unwrap_or(i64::MAX);
        if count > 0 {
            remains.push(Remains { place: table, count });
        }
    }
    Ok(remains)
}

/// The value without the words; none when there is nothing to take out.
pub(super) fn taken_out(words: &Words, value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => words.taken_out(text).map(Value::String),
        Value::Array(items) => {
            let clean: Vec<Option<Value>> = items.iter().map(|item| taken_out(words, item)).collect();
            let any = clean.iter().any(Option::is_some);
            any.then(|| items.iter().zip(clean).map(|(item, clean)| clean.unwrap_or_else(|| item.clone())).collect())
        }
        Value::Object(fields) => {
            let clean = fields.iter().map(|(name, value)| {
                let (new_name, new_value) = (words.taken_out(name), taken_out(words, value));
                let changed = new_name.is_some() || new_value.is_some();
                (changed, new_name.unwrap_or_else(|| name.clone()), new_value.unwrap_or_else(|| value.clone()))
            });
            let clean: Vec<(bool, String, Value)> = clean.collect();
            let any = clean.iter().any(|(changed, ..)| *changed);
            any.then(|| Value::Object(clean.into_iter().map(|(_, name, value)| (name, value)).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Every column of text, by table.
async fn columns(tx: &mut PgConnection) -> Result<BTreeMap<String, Vec<Column>>> {
    let columns: Vec<Column> =
        sqlx::query_as(include_str!("../../sql/text_columns.sql")).bind(APART.as_slice()).fetch_all(tx).await?;
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for column in columns {
        tables.entry(column.table.clone()).or_default().push(column);
    }
    Ok(tables)
}

async fn found(tx: &mut PgConnection, (table, columns): (&str, &[Column]), patterns: &[String]) -> Result<Vec<Row>> {
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let tests: Vec<String> = names.iter().map(|name| format!("t.{name}::text ilike any($1)")).collect();
    let said: Vec<String> = names.iter().map(|name| format!("to_jsonb(t.{name})")).collect();
    let sql = format!(
        "select t.ctid::text as place, array[{said}] as said\nfrom {table} t\nwhere {tests}\nfor update",
        said = said.join(", "),
        table = quoted(table),
        tests = tests.join(" or "),
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(patterns).fetch_all(tx).await?)
}

/// Writes the columns that have changed.
async fn write(
    tx: &mut PgConnection,
    (table, columns): (&str, &[Column]),
    (place, clean): (&str, Vec<Option<Value>>),
    at: DateTime<Utc>,
) -> Result<()> {
    let mut set = Vec::new();
    let mut values = Vec::new();
    for (column, value) in columns.iter().zip(clean) {
        let Some(value) = value else { continue };
        values.push(Json(value));
        let given = format!("($3::jsonb[])[{}]", values.len());
        let typed = match column.kind.as_str() {
            "jsonb" => given,
            "_text" => format!("array(select jsonb_array_elements_text({given}))"),
            _ => format!("{given} #>> '{{}}'"),
        };
        set.push(format!("{} = {typed}", quoted(&column.name)));
    }
    if columns.first().is_some_and(|column| column.versioned) {
        set.push("version = version + 1, updated_at = greatest(updated_at, $2)".to_owned());
    }
    let sql = format!(
        "update {table} t set {set} where t.ctid = $1::tid and $2::timestamptz is not null",
        table = quoted(table),
        set = set.join(", "),
    );
    sqlx::query(AssertSqlSafe(sql)).bind(place).bind(at).bind(values).execute(tx).await?;
    Ok(())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_taken_out_of_every_string_of_a_value() {
        let words = Words::new(["ann@x.com"]);
        let value = json!({"to": ["Ann@x.com", "bo@x.com"], "n": 1, "ann@x.com": {"note": "from ann@x.com"}});

        let clean = json!({"to": ["[erased]", "bo@x.com"], "n": 1, "[erased]": {"note": "from [erased]"}});
        assert_eq!(taken_out(&words, &value), Some(clean.clone()));
        assert_eq!(taken_out(&words, &clean), None);
    }

    #[test]
    fn a_pattern_means_its_letters_only_and_json_writes_some_of_them_otherwise() {
        assert_eq!(patterns(&["a_b%".to_owned()]), [r"%a\_b\%%"]);
        assert_eq!(patterns(&["O\"Neil".to_owned()]), ["%O\"Neil%", r#"%O\\"Neil%"#]);
    }
}
