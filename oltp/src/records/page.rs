//! The statement behind a list: conditions, order and page, with the values to bind.

use catalog::{ObjectDef, Policy};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use uuid::Uuid;

use super::{Deleted, ListQuery, Record, scope, sort::Part, statement};
use crate::Result;

/// A value to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bind {
    /// One text, cast to the column's type.
    Text(String),
    /// A list of texts, cast to an array of the column's type.
    Texts(Vec<String>),
    /// Ids of owners.
    Ids(Vec<Uuid>),
}

/// Conditions under construction, with the values to bind for them.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    clauses: Vec<String>,
    binds: Vec<Bind>,
}

impl Conditions {
    /// Adds a condition.
    pub(crate) fn push(&mut self, clause: String) {
        self.clauses.push(clause);
    }

    /// Adds a value and answers the number of its parameter.
    pub(crate) fn bind(&mut self, value: Bind) -> usize {
        self.binds.push(value);
        self.binds.len()
    }

    /// The conditions joined by `and`.
    pub(crate) fn text(&self) -> String {
        self.clauses.join("\n  and ")
    }
}

/// A statement with its values.
#[derive(Debug)]
pub(crate) struct Bound {
    /// The SQL text.
    pub(crate) sql: String,
    /// The values of its parameters, in order.
    pub(crate) binds: Vec<Bind>,
}

/// The statement that reads the first records of a part of a list.
pub(crate) fn page(
    (object, relation): (&ObjectDef, &str),
    policy: &Policy,
    query: &ListQuery,
    (part, most): (&Part, usize),
) -> Bound {
    let mut conditions = matching(object, policy, query);
    if let Some(only) = &part.only {
        conditions.push(only.clone());
    }
    if let Some(cursor) = &part.cursor {
        part.sort.after(cursor, &mut conditions);
    }
    let sql = format!(
        "select {json}{linked}\nfrom {relation} {row}\nwhere {conditions}\norder by {order}\nlimit {most}",
        json = statement::record_json(object),
        linked = query.sort.linked_json(),
        row = statement::ROW,
        conditions = conditions.text(),
        order = part.sort.order_by(),
    );
    Bound { sql, binds: conditions.binds }
}

/// The statement that counts every matching record, whatever the page.
pub(crate) fn total((object, relation): (&ObjectDef, &str), policy: &Policy, query: &ListQuery) -> Bound {
    let conditions = matching(object, policy, query);
    let sql = format!(
        "select to_jsonb(count(*))\nfrom {relation} {row}\nwhere {conditions}",
        row = statement::ROW,
        conditions = conditions.text(),
    );
    Bound { sql, binds: conditions.binds }
}

/// The statement that counts the matching records by the value of a field, the most frequent first.
pub(crate) fn values(object: &ObjectDef, policy: &Policy, query: &ListQuery, (field, limit): (&str, u32)) -> Bound {
    let mut conditions = matching(object, policy, query);
    let column = statement::column(field);
    conditions.push(format!("{column} is not null"));
    let sql = format!(
        "select jsonb_build_object('value', v.value, 'count', v.count)\nfrom (\n  select {column} as value, \
         count(*) as count\n  from {table} {row}\n  where {conditions}\n  group by 1\n  order by 2 desc, 1\n  \
         limit {limit}\n) v",
        table = statement::quoted(&object.table),
        row = statement::ROW,
        conditions = conditions.text(),
    );
    Bound { sql, binds: conditions.binds }
}

/// The statement that reads the columns of every matching record in the order asked for.
pub(crate) fn every((object, relation): (&ObjectDef, &str), policy: &Policy, query: &ListQuery) -> Bound {
    let conditions = matching(object, policy, query);
    let sql = format!(
        "select {row}.*\nfrom {relation} {row}\nwhere {conditions}\norder by {order}",
        row = statement::ROW,
        conditions = conditions.text(),
        order = query.sort.order_by(),
    );
    Bound { sql, binds: conditions.binds }
}

/// The statement that chooses every matching record, whatever the page: id and position in the
/// order asked for, at most `most` of them.
pub(crate) fn selection(
    (object, relation): (&ObjectDef, &str),
    policy: &Policy,
    query: &ListQuery,
    most: i64,
) -> Bound {
    let conditions = matching(object, policy, query);
    let sql = format!(
        "select {row}.id, row_number() over (order by {order}) as position\nfrom {relation} {row}\n\
         where {conditions}\nlimit {most}",
        row = statement::ROW,
        order = query.sort.order_by(),
        conditions = conditions.text(),
    );
    Bound { sql, binds: conditions.binds }
}

fn matching(object: &ObjectDef, policy: &Policy, query: &ListQuery) -> Conditions {
    let mut conditions = Conditions::default();
    match query.deleted {
        Deleted::Without => conditions.push(format!("{} is null", statement::column("deleted_at"))),
        Deleted::Only => conditions.push(format!("{} is not null", statement::column("deleted_at"))),
        Deleted::With => {}
    }
    // The bin is for those who may delete, as far as they may.
    let rows = if query.deleted == Deleted::Without { &policy.rows } else { &policy.deletable };
    let parameter = scope::ids(rows).map_or(0, |owners| conditions.bind(Bind::Ids(owners)));
    conditions.push(scope::condition(rows, parameter));
    for filter in &query.filters {
        let condition = filter.condition(&mut conditions, &query.today);
        conditions.push(condition);
    }
    if let Some(ids) = &query.only {
        let parameter = conditions.bind(Bind::Ids(ids.clone()));
        conditions.push(format!("{} = any(${parameter})", statement::column("id")));
    }
    for word in &query.words {
        search(object, policy, word, &mut conditions);
    }
    conditions
}

/// A word must occur in one of the searchable fields the caller may see.
fn search(object: &ObjectDef, policy: &Policy, word: &str, conditions: &mut Conditions) {
    let parameter = conditions.bind(Bind::Text(super::filter::containing(word)));
    let searchable = object.fields.iter().filter(|field| field.searchable && !policy.masked.contains(&field.name));
    let fields: Vec<String> =
        searchable.map(|field| format!("{} ilike ${parameter}", statement::column(&field.name))).collect();
    conditions.push(if fields.is_empty() { "false".to_owned() } else { format!("({})", fields.join(" or ")) });
}

/// Runs a bound statement that answers one `jsonb` value per row.
pub(crate) async fn fetch(connection: &mut PgConnection, bound: &Bound) -> Result<Vec<Value>> {
    let mut query = sqlx::query_scalar::<_, Json<Value>>(AssertSqlSafe(bound.sql.as_str()));
    for bind in &bound.binds {
        query = match bind {
            Bind::Text(text) => query.bind(text),
            Bind::Texts(texts) => query.bind(texts),
            Bind::Ids(ids) => query.bind(ids),
        };
    }
    Ok(query.fetch_all(connection).await?.into_iter().map(|Json(value)| value).collect())
}

/// Runs a bound statement that answers nothing; answers how many rows it wrote.
pub(crate) async fn execute(connection: &mut PgConnection, bound: &Bound) -> Result<u64> {
    let mut query = sqlx::query(AssertSqlSafe(bound.sql.as_str()));
    for bind in &bound.binds {
        query = match bind {
            Bind::Text(text) => query.bind(text),
            Bind::Texts(texts) => query.bind(texts),
            Bind::Ids(ids) => query.bind(ids),
        };
    }
    Ok(query.execute(connection).await?.rows_affected())
}

/// The records among the values.
pub(crate) fn records(values: Vec<Value>) -> Vec<Record> {
    let record = |value| match value {
        Value::Object(record) => Some(record),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    };
    values.into_iter().filter_map(record).collect()
}
