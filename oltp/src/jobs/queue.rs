//! Adding jobs to the queue, claiming and ending them.

use catalog::{Ids, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{JobState, KEPT_DAYS};
use crate::{Error, Oltp, Result};

/// Jobs of one person that wait or run; more would keep everybody else waiting.
pub const MAX_ACTIVE_JOBS: i64 = 10;
/// Silence after which a runner counts as dead; it is heard of at every step and while it waits.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(30);
/// Attempts that may end with the death of the program; then it may be the job's doing.
const MAX_ATTEMPTS: i64 = 5;

/// A job that is asked for.
#[derive(Debug, Clone, Default)]
pub struct NewJob {
    /// Which [`JobKind`](super::JobKind) does it.
    pub kind: &'static str,
    /// What it does, in words.
    pub title: String,
    /// Plural name of the object it is about.
    pub object: Option<String>,
    /// What exactly is to be done; the kind reads it again when it runs.
    pub parameters: Value,
    /// What it does can be taken back afterwards.
    pub undoable: bool,
    /// The job that it takes back.
    pub undoes: Option<Uuid>,
}

/// A job in the hands of a runner.
#[derive(Debug, FromRow)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) requested_by: Option<Uuid>,
    pub(super) parameters: Value,
    pub(super) attempt: i64,
    pub(super) undoes: Option<Uuid>,
    pub(super) result: Option<Value>,
}

/// How a job ended.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) state: JobState,
    pub(super) message: Option<String>,
    pub(super) result: Option<Value>,
}

impl Oltp {
    /// Adds a job within the caller's transaction and answers its id; runners hear of it by
    /// [`jobs_added`](Self::jobs_added) once it is committed.
    ///
    /// # Errors
    /// [`Error::TooManyJobs`].
    pub async fn add_job(&self, tx: &mut PgConnection, caller: &Principal, job: NewJob) -> Result<Uuid> {
        let sql = "select count(*) from jobs
                   where state in ('queued', 'running') and requested_by is not distinct from $1";
        let active: i64 = sqlx::query_scalar(sql).bind(author(caller)).fetch_one(&mut *tx).await?;
        if active >= MAX_ACTIVE_JOBS {
            return Err(Error::TooManyJobs { most: MAX_ACTIVE_JOBS });
        }
        let (id, now) = (Ids.fresh(), self.clock().now());
        sqlx::query(include_str!("../../sql/add_job.sql"))
            .bind(id)
            .bind(job.kind)
            .bind(job.title)
            .bind(job.object)
            .bind(author(caller))
            .bind(Json(job.parameters))
            .bind(job.undoes)
            .bind(job.undoable.then(|| now + TimeDelta::days(KEPT_DAYS)))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        Ok(id)
    }

    /// Says that a job was committed, so that a runner of this process looks at once.
    pub fn jobs_added(&self) {
        self.job_bell().notify_one();
    }

    /// Takes the next job, if there is one.
    pub(super) async fn claim_job(&self) -> Result<Option<Claimed>> {
        let now = self.clock().now();
        let claim = sqlx::query_as(include_str!("../../sql/claim_job.sql")).bind(now).bind(now - LEASE);
        let Some(claimed): Option<Claimed> = claim.fetch_optional(self.pool()).await? else { return Ok(None) };
        if claimed.attempt > MAX_ATTEMPTS {
            let message = Some(format!("The server stopped during each of {MAX_ATTEMPTS} attempts."));
            let ending = Ending { state: JobState::Failed, message, result: None };
            self.finish_job((claimed.id, claimed.attempt), ending).await?;
            return Box::pin(self.claim_job()).await;
        }
        Ok(Some(claimed))
    }

    /// Ends a job; `false` when another runner has claimed it since.
    pub(super) async fn finish_job(&self, (id, attempt): (Uuid, i64), ending: Ending) -> Result<bool> {
        let mut tx = self.pool().begin().await?;
        let finished = sqlx::query(include_str!("../../sql/finish_job.sql"))
            .bind(id)
            .bind(attempt)
            .bind(ending.state.as_str())
            .bind(ending.message)
            .bind(ending.result.map(Json))
            .bind(self.clock().now())
            .execute(&mut *tx)
            .await?;
        tell(&mut tx, id).await?;
        tx.commit().await?;
        Ok(finished.rows_affected() == 1)
    }

    /// Gives a job back because the program stops; the attempt does not count.
    pub(super) async fn release_job(&self, (id, attempt): (Uuid, i64)) -> Result<()> {
        let sql = "update jobs set state = 'queued', attempt = attempt - 1
                   where id = $1 and attempt = $2 and state = 'running'";
        sqlx::query(sql).bind(id).bind(attempt).execute(self.pool()).await?;
        Ok(())
    }

    /// Forgets jobs that ended before the moment; answers their ids.
    pub(super) async fn forget_jobs(&self, before: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let sql = "delete from jobs where finished_at < $1 returning id";
        Ok(sqlx::query_scalar(sql).bind(before).fetch_all(self.pool()).await?)
    }
}

/// Whom a job belongs to; the system itself has no id.
pub(super) fn author(caller: &Principal) -> Option<Uuid> {
    Some(caller.user_id).filter(|id| !id.is_nil())
}

/// Tells its author how far a job is, when the transaction commits.
pub(super) async fn tell(tx: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query(include_str!("../../sql/tell_job.sql")).bind(id).execute(tx).await?;
    Ok(())
}
