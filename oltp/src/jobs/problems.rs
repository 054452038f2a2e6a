//! What a job could not do, and why.

use std::collections::BTreeMap;

use catalog::{Principal, policy};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Oltp, Result,
    records::{scope, statement},
};

/// Problems of one job that are kept word for word; all are counted. More than anybody reads, and a
/// download of a few megabytes.
const MAX_KEPT: i64 = 10_000;
/// Problems on one page.
pub(crate) const PROBLEMS_PER_PAGE: i64 = 500;

/// One record or row that could not be dealt with as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobProblem {
    /// Singular name of the record's object.
    pub object: Option<String>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// Stable word for what went wrong.
    pub code: String,
    /// What went wrong, in a sentence.
    pub message: String,
}

/// One page of problems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problems {
    /// In the order in which they came up.
    pub items: Vec<NamedProblem>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

/// A problem with the name of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct NamedProblem {
    #[serde(skip)]
    position: i64,
    /// Singular name of the record's object.
    pub object: Option<String>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// What the record is called; null when the caller may not see it.
    #[sqlx(default)]
    pub name: Option<String>,
    /// Stable word for what went wrong.
    pub code: String,
    /// What went wrong, in a sentence.
    pub message: String,
}

/// Adds problems to those of the job, as far as they are kept.
pub(super) async fn store(tx: &mut PgConnection, job: Uuid, problems: &[JobProblem]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../sql/add_job_problems.sql"))
        .bind(job)
        .bind(Json(problems))
        .bind(MAX_KEPT)
        .execute(tx)
        .await?;
    Ok(())
}

impl Oltp {
    /// A page of what a job of the caller could not do, after the given position.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`](crate::Error::RecordNotFound) when the caller asked for no such job.
    pub async fn job_problems(&self, caller: &Principal, job: Uuid, after: i64) -> Result<Problems> {
        self.job(caller, job).await?;
        let mut items: Vec<NamedProblem> = sqlx::query_as(include_str!("../../sql/job_problems.sql"))
            .bind(job)
            .bind(after)
            .bind(PROBLEMS_PER_PAGE + 1)
            .fetch_all(self.pool())
            .await?;
        let limit = usize::try_from(PROBLEMS_PER_PAGE).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        self.name(caller, &mut items).await?;
        let next = items.last().filter(|_| more).map(|last| last.position.to_string());
        Ok(Problems { items, next })
    }

    /// Adds the names of the records that the caller may see.
    async fn name(&self, caller: &Principal, problems: &mut [NamedProblem]) -> Result<()> {
        let mut ids: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for problem in problems.iter() {
            if let (Some(object), Some(id)) = (&problem.object, problem.record_id) {
                ids.entry(object.clone()).or_default().push(id);
            }
        }
        for (name, ids) in ids {
            let titles = self.titles(caller, &name, ids).await?;
            for problem in problems.iter_mut().filter(|problem| problem.object.as_deref() == Some(name.as_str())) {
                problem.name = problem.record_id.and_then(|id| titles.get(&id).cloned());
            }
        }
        Ok(())
    }

    /// What the records are called that the caller may see, deleted ones too.
    async fn titles(&self, caller: &Principal, object: &str, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, String>> {
        let Some(object) = self.catalog().object(object) else { return Ok(BTreeMap::new()) };
        let policy = policy(caller, object);
        if !policy.read || policy.masked.contains(&object.title) {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "select {row}.id, coalesce({title}::text, '')\nfrom {table} {row}\nwhere {row}.id = any($1) and {scope}",
            row = statement::ROW,
            title = statement::column(&object.title),
            table = statement::quoted(&object.table),
            scope = scope::condition(&policy.rows, 2),
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(ids);
        if let Some(owners) = scope::ids(&policy.rows) {
            query = query.bind(owners);
        }
        let titles: Vec<(Uuid, String)> = query.fetch_all(self.pool()).await?;
        Ok(titles.into_iter().collect())
    }
}
