//! Claims jobs and drives them to their ends.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    JobState, KEPT_DAYS,
    bulk::Bulk,
    queue::{Claimed, Ending},
    run::{Run, Stopped},
    source_of,
    undo::Undo,
};
use crate::{Oltp, Result, identity::Identity};

/// Longest time between two looks at the queue: other servers add jobs, leases run out.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often old jobs are forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// One sort of work.
pub trait JobKind: Debug + Send + Sync {
    /// Its name in the queue.
    fn name(&self) -> &'static str;

    /// Does the work, or goes on with it, and answers what came of it.
    ///
    /// **Idempotent** by the job's id: whatever a step of the [`Run`] did is committed with the step.
    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>>;

    /// Clears away what its jobs left and nobody needs any more; called every hour.
    fn tidy<'a>(&'a self, _oltp: &'a Oltp) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Runs the jobs of a workspace.
#[derive(Debug)]
pub struct Runner {
    oltp: Oltp,
    identity: Arc<Identity>,
    kinds: BTreeMap<&'static str, Box<dyn JobKind>>,
    forgotten: Mutex<Option<Instant>>,
}

impl Runner {
    /// A runner of the kinds of this crate.
    pub fn new(oltp: Oltp, identity: Arc<Identity>) -> Self {
        let runner = Self { oltp, identity, kinds: BTreeMap::new(), forgotten: Mutex::new(None) };
        runner.with(Bulk).with(Undo)
    }

    /// The same runner that knows one kind more.
    #[must_use]
    pub fn with(mut self, kind: impl JobKind + 'static) -> Self {
        self.kinds.insert(kind.name(), Box::new(kind));
        self
    }

    /// Runs one job after the other until it is told to stop; a job that is running is given back
    /// after its step.
    pub async fn work(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.next(&stop).await {
                Ok(true) => continue,
                Ok(false) => self.forget().await,
                // Nothing is lost: what was not finished is claimed again.
                Err(error) => tracing::warn!("jobs cannot be run right now: {error}"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.oltp.job_bell().notified() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Runs the next job to its end; `false` when none waits.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database) when the queue cannot be read or written.
    pub async fn next(&self, stop: &CancellationToken) -> Result<bool> {
        let Some(claimed) = self.oltp.claim_job().await? else { return Ok(false) };
        let (held, kind, author) = ((claimed.id, claimed.attempt), claimed.kind.clone(), claimed.requested_by);
        let started = Instant::now();
        let outcome = self.run(claimed, stop).await;
        let ending = match outcome {
            Ok(result) => {
                Ending { state: JobState::Done, message: None, result: Some(result).filter(|r| !r.is_null()) }
            }
            Err(Stopped::Cancelled) => Ending { state: JobState::Cancelled, message: None, result: None },
            Err(Stopped::Failed(words)) => Ending { state: JobState::Failed, message: Some(words), result: None },
            Err(Stopped::Shutdown) => {
                self.oltp.release_job(held).await?;
                return Ok(false);
            }
            Err(Stopped::Lost) => {
                tracing::warn!(job.id = %held.0, "another runner took this job over");
                return Ok(true);
            }
            Err(Stopped::Later(words)) => {
                tracing::warn!(job.id = %held.0, "a job waits: {words}");
                return Ok(false);
            }
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(job.id = %held.0, job.kind = kind, state = ending.state.as_str(), duration_ms, "a job ended");
        if let Some(author) = author {
            self.oltp.wrote(author);
        }
        self.oltp.finish_job(held, ending).await?;
        Ok(true)
    }

    async fn run(&self, claimed: Claimed, stop: &CancellationToken) -> Result<Value, Stopped> {
        let Some(kind) = self.kinds.get(claimed.kind.as_str()) else {
            return Err(Stopped::Failed("This server does not know this kind of job.".to_owned()));
        };
        let run = Run {
            oltp: self.oltp.clone(),
            id: claimed.id,
            source: source_of(&claimed.title, claimed.id),
            undoes: claimed.undoes,
            result: claimed.result,
            identity: Arc::clone(&self.identity),
            attempt: claimed.attempt,
            requested_by: claimed.requested_by,
            parameters: claimed.parameters,
            stop: stop.clone(),
        };
        let work = AssertUnwindSafe(kind.run(&run)).catch_unwind();
        work.await.unwrap_or_else(|_panic| {
            tracing::error!(job.id = %run.id, "a job ended in a panic");
            Err(Stopped::Failed("Something unexpected happened; the server's log says what.".to_owned()))
        })
    }

    async fn forget(&self) {
        {
            let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
            if forgotten.is_some_and(|at| at.elapsed() < FORGET_EVERY) {
                return;
            }
            *forgotten = Some(Instant::now());
        }
        self.tidy().await;
    }

    /// Forgets old jobs and clears away what they left.
    pub async fn tidy(&self) {
        let before = self.oltp.clock().now() - TimeDelta::days(KEPT_DAYS);
        match self.oltp.forget_jobs(before).await {
            Ok(ids) if ids.is_empty() => {}
            Ok(ids) => tracing::info!(jobs = ids.len(), "forgot old jobs"),
            Err(error) => tracing::warn!("old jobs cannot be forgotten right now: {error}"),
        }
        for kind in self.kinds.values() {
            if let Err(error) = kind.tidy(&self.oltp).await {
                tracing::warn!(job.kind = kind.name(), "what jobs left cannot be cleared away: {error:?}");
            }
        }
    }
}
