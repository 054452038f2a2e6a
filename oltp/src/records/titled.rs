//! Records by the name people know them by.

use std::collections::BTreeMap;

use catalog::{ObjectDef, Principal, policy};
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use uuid::Uuid;

use super::{Record, masked, scope, statement};
use crate::{Oltp, Result};

/// Names are given to find one record; two are enough to see that they do not, a few more allow
/// to narrow them down.
const MAX_TITLED: usize = 20;

impl Oltp {
    /// The live records the caller may see whose title is `title` in any case of letters; people
    /// also by username or e-mail address.
    ///
    /// **Shape**: at most 20 records, oldest first.
    ///
    /// # Errors
    /// The database is away.
    pub async fn titled(&self, caller: &Principal, object: &ObjectDef, title: &str) -> Result<Vec<Record>> {
        let policy = policy(caller, object);
        let names: &[&str] = if object.name == "user" { &["username", "email"] } else { &[] };
        let names = names.iter().copied().chain([object.title.as_str()]).filter(|name| !policy.masked.contains(*name));
        let matches: Vec<String> =
            names.map(|name| format!("lower({}) = lower($1)", statement::column(name))).collect();
        if matches.is_empty() {
            return Ok(Vec::new()); // they may not see what the records are called
        }
        let sql = format!(
            "select {json}\nfrom {table} {row}\nwhere ({matches}) and {row}.deleted_at is null and {scope}\n\
             order by {row}.created_at, {row}.id\nlimit {MAX_TITLED}",
            json = statement::record_json(object),
            table = statement::quoted(&object.table),
            row = statement::ROW,
            matches = matches.join(" or "),
            scope = scope::condition(&policy.rows, 2),
        );
        let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql)).bind(title);
        if let Some(owners) = scope::ids(&policy.rows) {
            query = query.bind(owners);
        }
        let records = query.fetch_all(self.pool()).await?;
        Ok(records.into_iter().map(|Json(record)| masked(record, &policy)).collect())
    }
}

/// The titles of records by id; the caller's rights to see them were checked before.
pub(crate) async fn titles(
    connection: &mut PgConnection,
    object: &ObjectDef,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Option<String>>> {
    let sql = format!(
        "select {row}.id, {title}::text\nfrom {table} {row}\nwhere {row}.id = any($1)",
        row = statement::ROW,
        title = statement::column(&object.title),
        table = statement::quoted(&object.table),
    );
    let titles: Vec<(Uuid, Option<String>)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(ids).fetch_all(connection).await?;
    Ok(titles.into_iter().collect())
}
