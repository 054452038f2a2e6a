//! Looking at one's jobs, and stopping them.

use catalog::Principal;
use uuid::Uuid;

use super::{Job, JobState, queue};
use crate::{Error, Oltp, Result};

/// Jobs on one page at most.
pub(super) const MAX_JOBS: u32 = 100;

impl Oltp {
    /// The jobs that the caller asked for, newest first, below `before` when given; at most
    /// a hundred.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn jobs(&self, caller: &Principal, before: Option<Uuid>, limit: u32) -> Result<Vec<Job>> {
        let jobs = sqlx::query_as(include_str!("../../sql/jobs.sql"))
            .bind(queue::author(caller))
            .bind(None::<Uuid>)
            .bind(before)
            .bind(i64::from(limit.clamp(1, MAX_JOBS)))
            .bind(self.clock().now())
            .fetch_all(self.pool())
            .await?;
        Ok(jobs)
    }

    /// A job that the caller asked for.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is none; jobs of others are not told of.
    pub async fn job(&self, caller: &Principal, id: Uuid) -> Result<Job> {
        let job = sqlx::query_as(include_str!("../../sql/jobs.sql"))
            .bind(queue::author(caller))
            .bind(id)
            .bind(None::<Uuid>)
            .bind(1_i64)
            .bind(self.clock().now())
            .fetch_optional(self.pool())
            .await?;
        job.ok_or_else(unknown)
    }

    /// Stops a job: at once when it waits, after the step it is at when it runs. What was done stays.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::JobEnded`] when there is nothing to stop any more.
    pub async fn cancel_job(&self, caller: &Principal, id: Uuid) -> Result<Job> {
        let job = self.job(caller, id).await?;
        if !matches!(job.state, JobState::Queued | JobState::Running) {
            return Err(Error::JobEnded);
        }
        sqlx::query(include_str!("../../sql/cancel_job.sql"))
            .bind(id)
            .bind(self.clock().now())
            .execute(self.pool())
            .await?;
        let job = self.job(caller, id).await?;
        let mut connection = self.pool().acquire().await?;
        queue::tell(&mut connection, id).await?;
        Ok(job)
    }
}

fn unknown() -> Error {
    Error::RecordNotFound { object: "job".to_owned() }
}
