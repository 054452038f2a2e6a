//! What linked records are called, looked up once for the rows of a batch.

use std::collections::{BTreeSet, HashMap};

use catalog::{FieldKind, ObjectDef, Policy, Principal, policy};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{ExportColumn, ExportRow};
use crate::{
    Error, Oltp, Result,
    records::{scope, statement},
};

/// Names remembered per column; a file that links to more of them looks some up again.
const REMEMBERED: usize = 100_000;

/// The names behind the links of an export.
#[derive(Debug)]
pub(super) struct Names<'a> {
    oltp: &'a Oltp,
    /// By the place of the column.
    columns: Vec<(usize, Column)>,
}

/// The records that a column links to.
#[derive(Debug)]
struct Column {
    /// Reads ids and titles; none when the caller may not see them.
    sql: Option<String>,
    ids: Option<Vec<Uuid>>,
    known: HashMap<Uuid, Option<String>>,
}

impl<'a> Names<'a> {
    /// Nothing is known yet.
    pub(super) fn of(oltp: &'a Oltp, caller: &Principal, columns: &[ExportColumn]) -> Result<Self> {
        let mut linked = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let FieldKind::Link { object } = &column.kind else { continue };
            // The record's own id is no link.
            if column.name == "id" {
                continue;
            }
            let target = oltp.catalog().object(object).ok_or_else(|| Error::unknown_object(object))?;
            linked.push((place, Column::of(target, &policy(caller, target))));
        }
        Ok(Self { oltp, columns: linked })
    }

    /// Replaces the ids in the rows by names; by nothing where the caller may not see the linked record.
    pub(super) async fn put_into(&mut self, rows: &mut [ExportRow]) -> Result<()> {
        for (place, column) in &mut self.columns {
            let id_in = |row: &ExportRow| row.get(*place)?.as_deref().and_then(|id| Uuid::parse_str(id).ok());
            column.look_up(self.oltp, rows.iter().filter_map(id_in).collect()).await?;
            for row in rows.iter_mut() {
                let name = id_in(row).and_then(|id| column.known.get(&id).cloned().flatten());
                if let Some(cell) = row.get_mut(*place) {
                    *cell = name;
                }
            }
        }
        Ok(())
    }
}

impl Column {
    fn of(target: &ObjectDef, policy: &Policy) -> Self {
        let seen = policy.read && !policy.masked.contains(&target.title);
        let sql = seen.then(|| {
            format!(
                "select {row}.id, {title}::text from {table} {row}\n\
                 where {row}.id = any($1) and {row}.deleted_at is null and {scope}",
                title = statement::column(&target.title),
                table = statement::quoted(&target.table),
                row = statement::ROW,
                scope = scope::condition(&policy.rows, 2),
            )
        });
        Self { sql, ids: scope::ids(&policy.rows), known: HashMap::new() }
    }

    async fn look_up(&mut self, oltp: &Oltp, mut wanted: BTreeSet<Uuid>) -> Result<()> {
        let Some(sql) = &self.sql else { return Ok(()) };
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        wanted.retain(|id| !self.known.contains_key(id));
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        let mut query = sqlx::query_as(AssertSqlSafe(sql.as_str())).bind(&wanted);
        if let Some(ids) = &self.ids {
            query = query.bind(ids);
        }
        let found: Vec<(Uuid, Option<String>)> = query.fetch_all(oltp.pool()).await?;
        // What is not found is known too.
        self.known.extend(wanted.into_iter().map(|id| (id, None)));
        self.known.extend(found);
        Ok(())
    }
}
