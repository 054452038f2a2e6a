//! The handle to the query service: who asks, what, of which moment, on which engine.

mod admission;
mod cache;
mod collect;
mod pairs;
mod plan;

use std::{collections::BTreeSet, fmt, sync::Arc, time::Instant};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use catalog::{Catalog, Clock, Invalid, LiveCatalog, Principal};
use chrono::{DateTime, Utc};
use datafusion::prelude::SessionContext;
use warehouse::{LakeReader, LakeSnapshot, LakeStatus};

use self::{admission::Admission, cache::Cache};
pub(crate) use self::{
    collect::{Collector, Limits, Shape},
    plan::started,
};
use crate::{
    Answer, Engine, EngineChoice, Error, QueryConfig, ReadAt,
    compute::Compute,
    duck::{Batches, Duck, Job},
    facts::Facts,
    guard,
    rel::{self, Column, Rel, RelError},
    session::Sessions,
    sight::Sight,
    worker::{Ask, Workers},
};

/// Runs analytical queries; cheap to clone.
#[derive(Clone)]
pub struct QueryService(Arc<Inner>);

struct Inner {
    reader: LakeReader,
    catalog: LiveCatalog,
    clock: Arc<dyn Clock>,
    config: QueryConfig,
    sessions: Sessions,
    compute: Compute,
    duck: Duck,
    admission: Admission,
    cache: Cache,
    workers: Option<Workers>,
}

impl fmt::Debug for QueryService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryService").field("config", &self.0.config).finish_non_exhaustive()
    }
}

/// Rows of a query before they are dressed as an [`Answer`].
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) truncated: bool,
}

impl QueryService {
    /// Starts the service over a lake: threads, memory pools and scratch folders.
    ///
    /// # Errors
    /// When the scratch folder or the threads cannot be made.
    pub fn new(
        reader: LakeReader,
        catalog: impl Into<LiveCatalog>,
        clock: Arc<dyn Clock>,
        config: QueryConfig,
    ) -> Result<Self, Error> {
        let catalog = catalog.into();
        let facts = Arc::new(Facts::default());
        let sessions = Sessions::new(&config, Arc::clone(&facts))?;
        let duck = Duck::new(&config, facts);
        let compute = Compute::start(config.threads)?;
        let cache = Cache::new(config.cache_bytes);
        let admission = Admission::new(config.max_concurrent, config.queue_timeout);
        let workers = Workers::start(&config, &catalog)?;
        Ok(Self(Arc::new(Inner { reader, catalog, clock, config, sessions, compute, duck, admission, cache, workers })))
    }

    /// Runs a person's own statement under their permissions; always on `DataFusion`, and in a
    /// process of its own when the configuration names its program.
    ///
    /// # Errors
    /// When the statement is not one harmless `SELECT`, is wrong, or exceeds a limit.
    pub async fn sql(&self, caller: &Principal, text: &str, at: &ReadAt) -> Result<Answer, Error> {
        let started = Instant::now();
        let names = guard::check(text)?;
        let sight = self.sight(caller, at).await?;
        sight.check_export(&names)?;
        let limits = Limits { rows: self.0.config.max_sql_rows, bytes: self.0.config.max_answer_bytes };
        let _turn = self.0.admission.turn().await?;
        let rows = match &self.0.workers {
            Some(workers) => {
                let ask = Ask { sql: text.to_owned(), names, caller: caller.clone(), sight: sight.clone(), limits };
                workers.run(ask, self.0.config.statement_timeout).await?
            }
            None => self.datafusion(sight.clone(), Statement::Sql(text.to_owned()), limits).await?,
        };
        Ok(self.answer(&sight, rows, Engine::DataFusion, started))
    }

    /// Runs a compiled report under the caller's permissions on either engine.
    ///
    /// # Errors
    /// When the plan is malformed, or it exceeds a limit.
    pub async fn run(&self, caller: &Principal, rel: &Rel, engine: EngineChoice, at: &ReadAt) -> Result<Answer, Error> {
        let started = Instant::now();
        let sight = self.sight(caller, at).await?;
        let columns = rel.columns().map_err(|error| malformed(&error))?;
        let names: BTreeSet<String> = rel.tables().into_iter().map(str::to_owned).collect();
        let engine = routed(engine, rel);
        let key = cache::key(rel, engine, &sight.fingerprint(&names)?);
        if let Some(rows) = self.0.cache.get(&key).await {
            let mut answer = self.answer(&sight, rows, engine, started);
            answer.cached = true;
            return Ok(answer);
        }
        let _turn = self.0.admission.turn().await?;
        let rows = match engine {
            Engine::DataFusion => {
                let statement = Statement::Plan(rel.clone(), columns);
                self.datafusion(sight.clone(), statement, self.report_limits()).await?
            }
            Engine::DuckDb => {
                let sql = rel::duckdb::sql(rel).map_err(|error| malformed(&error))?;
                let shape = Shape::Plan(columns);
                self.duckdb(Job { sight: sight.clone(), sql, names }, shape, self.report_limits()).await?
            }
        };
        self.0.cache.put(key, &rows).await;
        Ok(self.answer(&sight, rows, engine, started))
    }

    /// Runs SQL of our own, never a person's, on either engine: benchmarks and verification.
    ///
    /// # Errors
    /// When the statement is wrong, or it exceeds a limit.
    pub async fn run_trusted_sql(
        &self,
        caller: &Principal,
        engine: EngineChoice,
        sql: &str,
        at: &ReadAt,
    ) -> Result<Answer, Error> {
        let started = Instant::now();
        let sight = self.sight(caller, at).await?;
        let _turn = self.0.admission.turn().await?;
        let engine = match engine {
            EngineChoice::Auto | EngineChoice::DataFusion => Engine::DataFusion,
            EngineChoice::DuckDb => Engine::DuckDb,
        };
        let limits = self.report_limits();
        let rows = match engine {
            Engine::DataFusion => self.datafusion(sight.clone(), Statement::Sql(sql.to_owned()), limits).await?,
            Engine::DuckDb => {
                let names = guard::relations(sql)?;
                self.duckdb(Job { sight: sight.clone(), sql: sql.to_owned(), names }, Shape::Engine, limits).await?
            }
        };
        Ok(self.answer(&sight, rows, engine, started))
    }

    async fn duckdb(&self, job: Job, shape: Shape, limits: Limits) -> Result<Rows, Error> {
        let consume = move |schema: &SchemaRef, batches: &mut Batches<'_>| {
            let mut collector = Collector::new(&shape, schema, limits);
            collector.drain(batches)?;
            Ok(collector.finish())
        };
        self.0.duck.run(&self.0.compute, job, self.0.config.statement_timeout, consume).await
    }

    fn report_limits(&self) -> Limits {
        Limits { rows: self.0.config.max_report_rows, bytes: self.0.config.max_answer_bytes }
    }

    pub(crate) fn open(&self, sight: &Sight) -> Result<SessionContext, Error> {
        self.0.sessions.open(sight.clone())
    }

    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        self.0.catalog.now()
    }

    /// The time of the program.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Waits for a turn among the queries that run.
    pub(crate) async fn turn(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        self.0.admission.turn().await
    }

    pub(crate) fn compute(&self) -> &Compute {
        &self.0.compute
    }

    pub(crate) fn duck(&self) -> &Duck {
        &self.0.duck
    }

    /// Forgets answers and lets go of snapshots that are kept for the next question: what was erased from
    /// the lake must not be answered from memory. What is being read is let go of at its end.
    pub fn forget_answers(&self) {
        self.0.cache.clear();
        self.0.duck.let_go();
    }

    pub(crate) fn reader(&self) -> &LakeReader {
        &self.0.reader
    }

    /// What the lake says about itself.
    pub fn status(&self) -> LakeStatus {
        self.0.reader.status()
    }

    /// Pins the newest snapshot that satisfies `at`.
    pub(crate) async fn sight(&self, caller: &Principal, at: &ReadAt) -> Result<Sight, Error> {
        if let Some(as_of) = at.as_of {
            let now = self.0.clock.now();
            if as_of > now {
                return Err(
                    Invalid::field("as_of", "in_the_future", format!("as_of must not be after now ({now})")).into()
                );
            }
        }
        let snapshot = self.pin(at).await?;
        Ok(Sight::of(caller, self.catalog(), snapshot, at.as_of))
    }

    pub(crate) async fn pin(&self, at: &ReadAt) -> Result<Arc<LakeSnapshot>, Error> {
        let Some(lsn) = at.min_lsn else {
            return Ok(self.0.reader.snapshot());
        };
        let waited = self.0.reader.wait_for(lsn, self.0.config.wait_timeout).await;
        waited.map_err(|source| {
            tracing::warn!(lsn = %lsn, error = %source, "the warehouse did not reach the asked position in time");
            Error::Behind(lsn)
        })
    }

    /// Runs `statement` over `sight` on the query threads, within the time limit.
    pub(crate) async fn datafusion(&self, sight: Sight, statement: Statement, limits: Limits) -> Result<Rows, Error> {
        let inner = Arc::clone(&self.0);
        let timeout = inner.config.statement_timeout;
        let shape = match &statement {
            Statement::Sql(_) => Shape::Engine,
            Statement::Plan(_, columns) => Shape::Plan(columns.clone()),
        };
        let work = async move {
            let stream = started(&inner.sessions, &sight, statement).await?;
            collect::collect(stream, &shape, limits, &sight).await
        };
        let running = self.0.compute.run(work);
        tokio::time::timeout(timeout, running).await.unwrap_or(Err(Error::TimedOut(timeout)))
    }

    pub(crate) fn answer(&self, sight: &Sight, rows: Rows, engine: Engine, started: Instant) -> Answer {
        let published_at = sight.snapshot.published_at;
        Answer {
            schema: rows.schema,
            batches: rows.batches,
            engine,
            lsn: sight.snapshot.lsn,
            as_of: sight.as_of.unwrap_or(published_at),
            lag_ms: (self.0.clock.now() - published_at).num_milliseconds().max(0),
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            truncated: rows.truncated,
            cached: false,
        }
    }
}

/// What `DataFusion` is asked to run.
#[derive(Debug, Clone)]
pub(crate) enum Statement {
    /// Text that passed [`guard::check`] or that we wrote.
    Sql(String),
    /// A compiled report and its columns.
    Plan(Rel, Vec<Column>),
}

/// The engine for a report when nobody asked for one: `DuckDB` for windows, whose operator in
/// `DataFusion` neither spills nor runs as fast.
fn routed(choice: EngineChoice, rel: &Rel) -> Engine {
    match choice {
        EngineChoice::DataFusion => Engine::DataFusion,
        EngineChoice::DuckDb => Engine::DuckDb,
        EngineChoice::Auto => {
            if has_window(rel) {
                Engine::DuckDb
            } else {
                Engine::DataFusion
            }
        }
    }
}

fn has_window(rel: &Rel) -> bool {
    match rel {
        Rel::Window { .. } => true,
        Rel::Scan { .. } | Rel::Values { .. } => false,
        Rel::Filter { input, .. }
        | Rel::Project { input, .. }
        | Rel::Aggregate { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. } => has_window(input),
        Rel::Join { left, right, .. } => has_window(left) || has_window(right),
        Rel::UnionAll { inputs } => inputs.iter().any(has_window),
    }
}

fn malformed(error: &RelError) -> Error {
    Error::Defect(format!("the plan of the report is malformed: {error}"))
}
