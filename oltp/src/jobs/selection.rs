//! Which records a job is about, fixed when it is asked for.

use std::collections::BTreeSet;

use catalog::{Invalid, ObjectDef, Principal, policy};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::NewJob;
use crate::{
    Error, Oltp, Result,
    records::{ListQuery, page, statement},
};

/// Ids in one request: as many as fit into a body several times over.
pub const MAX_SELECTED_IDS: usize = 10_000;
/// Records of one job; more are several jobs, so that each can still be taken back in one go.
const MAX_SELECTED: i64 = 1_000_000;

/// What somebody has selected.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These records.
    Ids(Vec<Uuid>),
    /// Every record of a list, on all pages.
    Matching(Box<ListQuery>),
}

/// A record of a job.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Selected {
    pub(crate) object: String,
    pub(crate) record_id: Uuid,
}

impl Oltp {
    /// Stores which records the job is about and answers how many they are.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing or too much is selected.
    pub(super) async fn select_records(
        &self,
        tx: &mut PgConnection,
        (caller, object): (&Principal, &ObjectDef),
        job: Uuid,
        selection: &Selection,
    ) -> Result<i64> {
        let selected = match selection {
            Selection::Ids(ids) => select_ids(tx, object, job, ids).await?,
            Selection::Matching(query) => {
                let relation = statement::quoted(&object.table);
                let policy = policy(caller, object);
                let mut bound = page::selection((object, &relation), &policy, query, MAX_SELECTED + 1);
                let first = bound.binds.len() + 1;
                bound.sql = format!(
                    "insert into job_records (job_id, position, object, record_id)\n\
                     select (${first}::text)::uuid, s.position, ${second}::text, s.id\nfrom (\n{sql}\n) s",
                    second = first + 1,
                    sql = bound.sql,
                );
                bound.binds.push(page::Bind::Text(job.to_string()));
                bound.binds.push(page::Bind::Text(object.name.clone()));
                i64::try_from(page::execute(tx, &bound).await?).unwrap_or(i64::MAX)
            }
        };
        let objects = object.plural_label.to_lowercase();
        if selected == 0 {
            return Err(Invalid::field("query", "nothing_selected", format!("no {objects} are selected")).into());
        }
        if selected > MAX_SELECTED {
            let message = format!("more than {MAX_SELECTED} {objects} are selected; narrow the filter");
            return Err(Invalid::field("query", "too_many", message).into());
        }
        Ok(selected)
    }

    /// The next records of a job after the first `done`.
    pub(crate) async fn next_records(tx: &mut PgConnection, job: Uuid, done: i64, limit: i64) -> Result<Vec<Selected>> {
        let sql = "select object, record_id from job_records where job_id = $1 and position > $2
                   order by position limit $3";
        Ok(sqlx::query_as(sql).bind(job).bind(done).bind(limit).fetch_all(tx).await?)
    }
}

impl Oltp {
    /// Adds a job about what is selected, which is fixed now.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing or more than `most` is selected; [`Error::Conflict`] when the selection
    /// is not as large as `expected`.
    pub(crate) async fn start_over(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        job: NewJob,
        (selection, expected, most): (&Selection, Option<i64>, i64),
    ) -> Result<Uuid> {
        let objects = object.plural_label.to_lowercase();
        let mut tx = self.pool().begin().await?;
        let id = self.add_job(&mut tx, caller, job).await?;
        let count = self.select_records(&mut tx, (caller, object), id, selection).await?;
        if count > most {
            let message = format!("{count} {objects} are selected; at most {most} at a time");
            return Err(Invalid::field("query", "too_many", message).into());
        }
        if let Some(expected) = expected.filter(|expected| *expected != count) {
            let message = format!("{count} {objects} are selected now, not {expected}; look again and confirm");
            return Err(Error::conflict("count_changed", Invalid::field("expected_count", "count_changed", message)));
        }
        sqlx::query("update jobs set total = $2 where id = $1").bind(id).bind(count).execute(&mut *tx).await?;
        tx.commit().await?;
        self.jobs_added();
        Ok(id)
    }
}

async fn select_ids(tx: &mut PgConnection, object: &ObjectDef, job: Uuid, ids: &[Uuid]) -> Result<i64> {
    if ids.is_empty() || ids.len() > MAX_SELECTED_IDS {
        let message = format!("give between 1 and {MAX_SELECTED_IDS} ids; for more, select by query");
        return Err(Invalid::field("ids", "invalid_list", message).into());
    }
    let mut seen = BTreeSet::new();
    let ids: Vec<Uuid> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    let sql = "insert into job_records (job_id, position, object, record_id)
               select $1, e.position, $2, e.id from unnest($3::uuid[]) with ordinality as e (id, position)";
    let added = sqlx::query(sql).bind(job).bind(&object.name).bind(&ids).execute(tx).await?;
    Ok(i64::try_from(added.rows_affected()).unwrap_or(i64::MAX))
}
