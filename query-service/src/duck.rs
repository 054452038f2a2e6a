//! The second engine: one `DuckDB` instance, a pool of its connections, views over the snapshot.
//!
//! Only SQL that we wrote runs here, because any file in the allowed folder can be named in a
//! statement; analysts' own statements run on `DataFusion`.

pub(crate) mod bridge;
mod instance;
mod lake_rows;
mod source;
mod views;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use duckdb::{Connection, InterruptHandle};

use self::views::Views;
use crate::{
    Error, QueryConfig,
    compute::{Compute, joined},
    facts::Facts,
    sight::Sight,
};

/// Time between two interrupts of a query that should stop: one sent before it starts is lost.
const INTERRUPT_EVERY: Duration = Duration::from_millis(50);
/// Interrupts sent before a query that does not stop is left alone.
const MAX_INTERRUPTS: usize = 200;

/// The engine; cheap to clone.
#[derive(Clone)]
pub(crate) struct Duck(Arc<Pool>);

struct Pool {
    config: QueryConfig,
    facts: Arc<Facts>,
    root: Mutex<Option<Connection>>,
    idle: Mutex<Vec<Session>>,
}

/// One connection and the views it has.
struct Session {
    connection: Connection,
    views: Views,
}

/// A statement of ours and the relations it names.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) sight: Sight,
    pub(crate) sql: String,
    pub(crate) names: BTreeSet<String>,
}

/// Gives the next batch of a result, until there is none.
pub(crate) type Batches<'a> = dyn FnMut() -> Result<Option<RecordBatch>, Error> + 'a;

impl std::fmt::Debug for Duck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Duck")
    }
}

impl Duck {
    /// The engine; the instance starts with the first query.
    pub(crate) fn new(config: &QueryConfig, facts: Arc<Facts>) -> Self {
        let pool = Pool { config: config.clone(), facts, root: Mutex::new(None), idle: Mutex::new(Vec::new()) };
        Self(Arc::new(pool))
    }

    /// Closes idle connections, and with their views the snapshots that they hold.
    pub(crate) fn let_go(&self) {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Runs `job` on a thread of `compute`; a query that runs longer than `timeout`, or that nobody
    /// waits for any more, is interrupted.
    ///
    /// `consume` gets the schema of the result and its batches.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        compute: &Compute,
        job: Job,
        timeout: Duration,
        consume: impl FnOnce(&SchemaRef, &mut Batches<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let pool = Arc::clone(&self.0);
        let stop = Stop::default();
        let (running, stopper) = (stop.clone(), StopOnDrop { stop, compute: compute.clone() });
        let work = compute.block(move || pool.run(&job, &running, consume))?;
        let result = tokio::time::timeout(timeout, work).await;
        match result {
            Ok(finished) => {
                stopper.finished();
                joined(finished)
            }
            Err(_) => Err(Error::TimedOut(timeout)),
        }
    }
}

impl Pool {
    fn run<T>(
        &self,
        job: &Job,
        stop: &Stop,
        consume: impl FnOnce(&SchemaRef, &mut Batches<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut session = self.session()?;
        stop.watch(session.connection.interrupt_handle());
        let result = session.run(job, stop, &self.facts, consume);
        stop.forget();
        if matches!(result, Ok(_) | Err(Error::Invalid(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        result
    }

    fn session(&self) -> Result<Session, Error> {
        if let Some(session) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(session);
        }
        let mut root = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        let instance = match root.take() {
            Some(instance) => instance,
            None => instance::open(&self.config)?,
        };
        let connection = instance.try_clone();
        *root = Some(instance);
        Ok(Session { connection: connection?, views: Views::default() })
    }
}

impl Session {
    fn run<T>(
        &mut self,
        job: &Job,
        stop: &Stop,
        facts: &Facts,
        consume: impl FnOnce(&SchemaRef, &mut Batches<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.views.prepare(&self.connection, &job.sight, &job.names, facts)?;
        let mut statement = self.connection.prepare(&job.sql)?;
        drop(statement.stream_arrow([])?);
        let schema = bridge::schema_from_duckdb(&statement.schema())?;
        consume(&schema, &mut || {
            if stop.asked() {
                return Err(Error::Stopping);
            }
            statement.step()?.map(|rows| bridge::from_duckdb(&rows)).transpose()
        })
    }
}

/// How a running query is asked to stop.
#[derive(Clone, Default)]
struct Stop(Arc<StopState>);

#[derive(Default)]
struct StopState {
    asked: AtomicBool,
    handle: Mutex<Option<Arc<InterruptHandle>>>,
}

impl Stop {
    fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn watch(&self, handle: Arc<InterruptHandle>) {
        *self.0.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
    }

    fn forget(&self) {
        *self.0.handle.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Interrupts the query, if it still runs.
    fn interrupt(&self) -> bool {
        self.0.asked.store(true, Ordering::Relaxed);
        let handle = self.0.handle.lock().unwrap_or_else(PoisonError::into_inner);
        handle.as_ref().inspect(|handle| handle.interrupt()).is_some()
    }
}

/// Stops the query when the one who asked has gone or given up.
struct StopOnDrop {
    stop: Stop,
    compute: Compute,
}

impl StopOnDrop {
    fn finished(self) {
        self.stop.forget();
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        if !self.stop.interrupt() {
            return;
        }
        self.compute.detach(interrupt_until_stopped(self.stop.clone()));
    }
}

async fn interrupt_until_stopped(stop: Stop) {
    let mut ticks = tokio::time::interval(INTERRUPT_EVERY);
    for _ in 0..MAX_INTERRUPTS {
        ticks.tick().await;
        if !stop.interrupt() {
            return;
        }
    }
    tracing::warn!("a DuckDB query did not stop when it was interrupted");
}
