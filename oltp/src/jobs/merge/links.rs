//! Everything that links to records, by the catalogue: counted before a merge, moved by it.

use std::collections::BTreeMap;

use catalog::{Catalog, Changes, FieldDef, ObjectDef, Principal, Role, RowScope, Scope, Writers, policy};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Merging;
use crate::{
    Error, Oltp, Result,
    bulk::BulkRow,
    jobs::{JobProblem, bulk},
    records::{Verb, scope, statement},
};

/// Records of one object that link to merged ones; more than this is not moved within one request.
const MAX_LINKED: i64 = 20_000;

/// How many live records of an object link to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkedCount {
    /// The record that is linked to.
    pub id: Uuid,
    /// Plural name of the object that links to it.
    pub object: String,
    /// Its plural label.
    pub label: String,
    /// How many the caller sees.
    pub count: i64,
}

/// What came of moving links.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// How many links of each object were moved, by its plural name.
    pub(super) counts: BTreeMap<String, usize>,
    /// Which could not be, such as a second participation of the same person.
    pub(super) problems: Vec<JobProblem>,
}

impl Oltp {
    /// How many records link to each of these, by object; only what the caller sees.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller does not see one of them.
    pub async fn linked_counts(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        ids: &[Uuid],
    ) -> Result<Vec<LinkedCount>> {
        for id in ids {
            self.read(caller, object, *id).await?;
        }
        let mut counts = Vec::new();
        for (other, fields) in linking(self.catalog(), object) {
            let policy = policy(caller, other);
            if !policy.read {
                continue;
            }
            for field in fields.into_iter().filter(|field| !policy.masked.contains(&field.name)) {
                for (id, count) in self.count_links(other, field, (&policy.rows, ids)).await? {
                    let known = counts
                        .iter_mut()
                        .find(|known: &&mut LinkedCount| known.id == id && known.object == other.table);
                    match known {
                        Some(known) => known.count += count,
                        None => counts.push(LinkedCount {
                            id,
                            object: other.table.clone(),
                            label: other.plural_label.clone(),
                            count,
                        }),
                    }
                }
            }
        }
        Ok(counts)
    }

    async fn count_links(
        &self,
        other: &ObjectDef,
        field: &FieldDef,
        (rows, ids): (&RowScope, &[Uuid]),
    ) -> Result<Vec<(Uuid, i64)>> {
        let sql = format!(
            "select {link}, count(*)\nfrom {table} {row}\n\
             where {link} = any($1) and {row}.deleted_at is null and {scope}\ngroup by 1",
            link = statement::column(&field.name),
            table = statement::quoted(&other.table),
            row = statement::ROW,
            scope = scope::condition(rows, 2),
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(ids);
        if let Some(owners) = scope::ids(rows) {
            query = query.bind(owners);
        }
        Ok(query.fetch_all(self.pool()).await?)
    }
}

impl Merging<'_> {
    /// Points every link at the kept record that points at a merged one.
    ///
    /// Whoever may merge two records may do this to all that hangs on them: what stayed behind would
    /// be lost with the merged record.
    pub(super) async fn move_links(&self, tx: &mut PgConnection) -> Result<Moved> {
        let author = on_behalf_of(self.caller);
        let mut moved = Moved::default();
        for (other, fields) in linking(self.oltp.catalog(), self.object) {
            for field in fields {
                let rows = self.linked(tx, other, field).await?;
                if rows.is_empty() {
                    continue;
                }
                let outcomes = self.oltp.bulk_each(tx, (&author, other), (Verb::Update, &rows), self.source).await?;
                let problems = bulk::problems(other, &rows, outcomes);
                *moved.counts.entry(other.table.clone()).or_default() += rows.len() - problems.len();
                moved.problems.extend(problems);
            }
        }
        Ok(moved)
    }

    /// The live records that link to a merged one, with the link to the kept one.
    async fn linked(&self, tx: &mut PgConnection, other: &ObjectDef, field: &FieldDef) -> Result<Vec<BulkRow>> {
        let sql = format!(
            "select {row}.id\nfrom {table} {row}\nwhere {link} = any($1) and {row}.deleted_at is null\n  \
             and {row}.id <> all($2)\norder by {row}.id\nlimit {most}",
            row = statement::ROW,
            table = statement::quoted(&other.table),
            link = statement::column(&field.name),
            most = MAX_LINKED + 1,
        );
        let merged = &self.merge.merge;
        // The merged records themselves go to the bin with the links they have.
        let apart: Vec<Uuid> = merged.iter().copied().chain([self.merge.keep]).collect();
        let ids: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(merged).bind(apart).fetch_all(tx).await?;
        if i64::try_from(ids.len()).unwrap_or(i64::MAX) > MAX_LINKED {
            let message = format!("more than {MAX_LINKED} {} link to these records", other.plural_label.to_lowercase());
            return Err(Error::conflict("too_many_links", catalog::Invalid::field("merge", "too_many_links", message)));
        }
        let set = Map::from_iter([(field.name.clone(), Value::String(self.merge.keep.to_string()))]);
        let changes = Changes::parse_patch(other, &set)?;
        let effective_at = self.oltp.clock().now();
        Ok(ids.into_iter().map(|id| BulkRow { id, changes: changes.clone(), effective_at }).collect())
    }
}

/// The objects that people write and that link to `object`, with the fields by which they do.
///
/// What the program keeps by itself, such as the times a deal spent in a stage, stays with the record
/// it is about.
fn linking<'c>(catalog: &'c Catalog, object: &ObjectDef) -> Vec<(&'c ObjectDef, Vec<&'c FieldDef>)> {
    let fields = |other: &'c ObjectDef| -> Vec<&'c FieldDef> {
        let links = other.links().filter(|(field, target)| *target == object.name && !field.computed);
        links.map(|(field, _)| field).collect()
    };
    let others = catalog.objects.iter().filter(|other| other.writers != Writers::System);
    others.map(|other| (other, fields(other))).filter(|(_, fields)| !fields.is_empty()).collect()
}

/// The caller, with the sight that a merge needs and its undo again.
pub(in crate::jobs) fn on_behalf_of(caller: &Principal) -> Principal {
    Principal { role: Role::Admin, scope: Scope::All, ..caller.clone() }
}
