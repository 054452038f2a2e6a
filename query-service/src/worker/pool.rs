//! Workers that wait, so that a statement does not wait for a process to start.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use catalog::{Additions, Catalog, LiveCatalog, Principal};

use super::{
    WorkerProgram,
    message::{Question, Setup, digest},
    pinned::{self, Wanted},
    process::Process,
    sandbox::Confinement,
};
use crate::{
    Error, QueryConfig,
    compute::Compute,
    service::{Limits, Rows},
    sight::Sight,
};

/// A statement that passed the guard, and everything its worker must know.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) sql: String,
    /// Every name in it that may be a table.
    pub(crate) names: BTreeSet<String>,
    pub(crate) caller: Principal,
    /// Holds the snapshot, and with it the files, until the worker has ended.
    pub(crate) sight: Sight,
    pub(crate) limits: Limits,
}

/// The workers of one service; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Workers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    program: WorkerProgram,
    setup: Setup,
    catalog: LiveCatalog,
    waiting: usize,
    /// Workers that wait, each with the digest of the catalogue that it was started with.
    idle: Mutex<VecDeque<(String, Process)>>,
    next_number: AtomicU64,
    told: Once,
    /// A thread of its own, because the threads of queries may be busy for seconds.
    compute: Compute,
}

impl Workers {
    /// Starts the first workers in the background, if the configuration wants any.
    ///
    /// # Errors
    /// When the scratch folder or the thread cannot be made.
    pub(crate) fn start(config: &QueryConfig, catalog: &LiveCatalog) -> Result<Option<Self>, Error> {
        let Some(program) = config.worker.clone() else {
            return Ok(None);
        };
        let setup = Setup::of(config);
        clear(&setup.spill_dir)?;
        let pool = Pool {
            program,
            setup,
            catalog: catalog.clone(),
            waiting: config.waiting_workers,
            idle: Mutex::default(),
            next_number: AtomicU64::default(),
            told: Once::new(),
            compute: Compute::named("sql-workers", 1)?,
        };
        let workers = Self(Arc::new(pool));
        workers.refill();
        Ok(Some(workers))
    }

    /// Runs one statement in a process of its own, which is killed when the time is over or when
    /// the returned future is dropped.
    pub(crate) async fn run(&self, ask: Ask, timeout: Duration) -> Result<Rows, Error> {
        let workers = self.clone();
        let work = async move {
            let answered = tokio::time::timeout(timeout, workers.answer(&ask)).await;
            workers.refill();
            answered.unwrap_or(Err(Error::TimedOut(timeout)))
        };
        self.0.compute.run(work).await
    }

    async fn answer(&self, ask: &Ask) -> Result<Rows, Error> {
        let pool = &self.0;
        let catalog = ask.sight.catalog();
        let digest = digest(catalog)?;
        let (snapshot, attachments) = pinned::pin(&ask.sight.snapshot, &wanted(catalog, ask))?;
        let question = Question {
            sql: ask.sql.clone(),
            caller: ask.caller.clone(),
            as_of: ask.sight.as_of,
            catalog: digest.clone(),
            max_rows: ask.limits.rows,
            max_bytes: ask.limits.bytes,
            snapshot,
        };
        let process = match pool.take(&digest) {
            Some(process) => process,
            None => pool.launch(catalog).await?,
        };
        process.answer(&question, &attachments, ask.limits).await
    }

    /// Starts what is missing, in the background; one at a time, so that statements get the processors.
    fn refill(&self) {
        let pool = Arc::downgrade(&self.0);
        self.0.compute.detach(async move {
            while let Some(pool) = pool.upgrade() {
                let catalog = Arc::clone(pool.catalog.now());
                let Some(digest) = digest(&catalog).ok().filter(|digest| pool.lacking(digest)) else { return };
                match pool.launch(&catalog).await {
                    Ok(process) => pool.keep(digest, process),
                    Err(error) => {
                        let cause = std::error::Error::source(&error).map(ToString::to_string);
                        tracing::error!(error = %error, cause, "statements of people cannot be run");
                        return;
                    }
                }
            }
        });
    }
}

/// The tables that the statement may read, and which part of each.
fn wanted(catalog: &Catalog, ask: &Ask) -> BTreeMap<String, Wanted> {
    let behind = Sight::tables_behind(&ask.names);
    let past = ask.sight.as_of.is_some();
    let wanted = catalog.objects.iter().map(|object| {
        let current = behind.contains(&object.table);
        let history = behind.contains(&Sight::history_of(&object.table));
        (object.table.clone(), Wanted { current: current && !past, history: history || (current && past) })
    });
    wanted.filter(|(_, wanted)| *wanted != Wanted::default()).collect()
}

impl Pool {
    /// A worker that knows this catalogue; those that know another end here.
    fn take(&self, digest: &str) -> Option<Process> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = |(known, mut process): (String, Process)| (known == digest && process.alive()).then_some(process);
        std::iter::from_fn(|| idle.pop_front()).find_map(usable)
    }

    fn lacking(&self, digest: &str) -> bool {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(known, _)| known == digest);
        idle.len() < self.waiting
    }

    /// Keeps a worker; one too many, started by two refills at once, ends here.
    fn keep(&self, digest: String, process: Process) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.waiting {
            idle.push_back((digest, process));
        }
    }

    async fn launch(&self, catalog: &Catalog) -> Result<Process, Error> {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let spill_dir = self.setup.spill_dir.join(number.to_string());
        let setup = Setup { spill_dir, additions: Additions::of(catalog), ..self.setup.clone() };
        let process = Process::start(&self.program, setup).await?;
        self.told.call_once(|| match process.ready().confinement {
            Confinement::Full => {}
            Confinement::Partial => {
                tracing::warn!(
                    "the kernel confines the processes of statements only in part; Linux 6.12 or newer does it fully"
                );
            }
            Confinement::None => tracing::warn!(
                "the kernel has no Landlock, so the processes of statements could read other files; \
                 their limits of memory and time still hold"
            ),
        });
        Ok(process)
    }
}

/// Empties the folder of spilled data: what is there was left by a killed server.
fn clear(dir: &Path) -> Result<(), Error> {
    let failed = |source: std::io::Error| Error::File { path: dir.display().to_string(), source: Box::new(source) };
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(failed)?;
    }
    std::fs::create_dir_all(dir).map_err(failed)
}
