//! What the work of a job has at hand: its author, its steps, and when to stop.

use std::sync::Arc;

use catalog::{Fault, FaultKind, Principal};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, PgTransaction, types::Json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{problems::JobProblem, queue};
use crate::{Error, Oltp, identity::Identity};

/// A job that is being run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Records.
    pub oltp: Oltp,
    /// The job's id.
    pub id: Uuid,
    /// What the audit log says about its writes.
    pub source: String,
    /// The job that it takes back.
    pub undoes: Option<Uuid>,
    /// What had come of it when the attempt began.
    pub result: Option<Value>,
    pub(super) identity: Arc<Identity>,
    pub(super) attempt: i64,
    pub(super) requested_by: Option<Uuid>,
    pub(super) parameters: Value,
    pub(super) stop: CancellationToken,
}

/// Why a job does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Its author stopped it.
    Cancelled,
    /// Another runner has it, or it is gone.
    Lost,
    /// The program stops; it goes on after the next start.
    Shutdown,
    /// Something is away; it is tried again after its lease.
    Later(String),
    /// It cannot be done; the words are for its author.
    Failed(String),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error.kind() {
            FaultKind::Unavailable | FaultKind::Timeout => Self::Later(error.to_string()),
            FaultKind::Broken => {
                tracing::error!("a job failed: {error:?}");
                Self::Failed("Something unexpected happened; the server's log says what.".to_owned())
            }
            FaultKind::Invalid
            | FaultKind::Malformed
            | FaultKind::TooLarge
            | FaultKind::Conflict
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Stale
            | FaultKind::Unauthenticated
            | FaultKind::Throttled => {
                let words = error.invalid().map_or_else(|| error.to_string(), ToString::to_string);
                Self::Failed(sentence(&words))
            }
        }
    }
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

/// One step of a job, as its author will see it.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// How many have been dealt with by now.
    pub done: i64,
    /// How many there are, when that has become known.
    pub total: Option<i64>,
    /// What could not be done in this step.
    pub problems: Vec<JobProblem>,
    /// What has come of it so far; also where to go on after a kill.
    pub result: Option<Value>,
}

/// The state of a job at the beginning of a step.
#[derive(Debug, FromRow)]
struct Held {
    attempt: i64,
    state: String,
    cancel_requested: bool,
    done: i64,
}

impl Run {
    /// What is to be done.
    ///
    /// # Errors
    /// [`Stopped::Failed`] when it was stored by a version that meant something else.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, Stopped> {
        serde_json::from_value(self.parameters.clone()).map_err(|error| {
            tracing::error!(job.id = %self.id, "the parameters of a job cannot be read: {error}");
            Stopped::Failed("This job was made by another version; ask for it again.".to_owned())
        })
    }

    /// Whoever asked for it, with what they may do now.
    ///
    /// # Errors
    /// [`Stopped::Failed`] when their account is closed.
    pub async fn caller(&self) -> Result<Principal, Stopped> {
        match self.requested_by {
            None => Ok(Principal::system()),
            Some(id) => Ok(self.identity.person(id).await?),
        }
    }

    /// Begins a step: a transaction that holds the job, and how many were dealt with before it.
    ///
    /// # Errors
    /// Whatever stops the job.
    pub async fn begin(&self) -> Result<(PgTransaction<'static>, i64), Stopped> {
        let mut tx = self.oltp.pool().begin().await?;
        let done = self.hold(&mut tx).await?;
        Ok((tx, done))
    }

    /// Holds the job within a transaction of one's own, so that it becomes a step; answers how many
    /// were dealt with before it.
    ///
    /// # Errors
    /// Whatever stops the job.
    pub async fn hold(&self, tx: &mut PgConnection) -> Result<i64, Stopped> {
        if self.stop.is_cancelled() {
            return Err(Stopped::Shutdown);
        }
        let sql = "select attempt, state, cancel_requested, done from jobs where id = $1 for update";
        let held: Option<Held> = sqlx::query_as(sql).bind(self.id).fetch_optional(tx).await?;
        let held = held.filter(|held| held.attempt == self.attempt && held.state == "running").ok_or(Stopped::Lost)?;
        if held.cancel_requested {
            return Err(Stopped::Cancelled);
        }
        Ok(held.done)
    }

    /// Stores within a step how far the job is, and tells its author when the step commits.
    ///
    /// # Errors
    /// [`Stopped::Later`] when the database is away.
    pub async fn advance(&self, tx: &mut PgConnection, step: &Step) -> Result<(), Stopped> {
        sqlx::query(include_str!("../../sql/step_job.sql"))
            .bind(self.id)
            .bind(self.attempt)
            .bind(step.done)
            .bind(step.total)
            .bind(i64::try_from(step.problems.len()).unwrap_or(i64::MAX))
            .bind(self.oltp.clock().now())
            .bind(step.result.as_ref().map(Json))
            .execute(&mut *tx)
            .await?;
        super::problems::store(tx, self.id, &step.problems).await?;
        queue::tell(tx, self.id).await?;
        Ok(())
    }

    /// A step that writes nothing else: the job is alive, and this far.
    ///
    /// # Errors
    /// Whatever stops the job.
    pub async fn beat(&self, step: &Step) -> Result<(), Stopped> {
        let (mut tx, _done) = self.begin().await?;
        self.advance(&mut tx, step).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The words with a capital and a full stop, as people read them.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let end = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
