//! The composition root: opens the stores, builds the services, merges the routes, starts the tasks.

mod added;
mod chores;
mod database;
mod description;
mod erasing;
mod errands;
mod files;
mod idempotency;
mod jobs;
mod lake;
mod limits;
mod local;
mod mail;
mod manners;
mod per_catalog;
mod proxies;
mod routes;
mod sealing;
mod web;

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use catalog::{Catalog, Clock, SystemClock};
use dashboards::{Dashboards, RenderLimits, Renderer, delivery::Deliveries, mail::Post, ready_dashboards};
use ingest::{Capture, CaptureConfig, CaptureHandle, data_model::DataModel};
use oltp::{
    Oltp,
    correspondence::Correspondence,
    documents::Documents,
    feed::ChangeFeed,
    identity::Identity,
    jobs::JobFiles,
    privacy::Privacy,
    webhooks::{AllowedTargets, Webhooks},
    workflow::Workflows,
};
use query_service::{QueryConfig, QueryService, SearchService};
use report_builder::{READY_REPORTS, ReportService};
use scoring_model::Scoring;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use warehouse::{
    Lake, LakeConfig, LakeReader, TableSpec,
    search::{SearchConfig, SearchIndexing},
};

pub(crate) use database::Database;
pub(crate) use local::LocalToken;
pub(crate) use mail::mailer;
pub(crate) use routes::openapi;

use self::erasing::LakeCopies;
use crate::{config::Config, worker};

/// A person's own statement gets this part of the memory for queries: as many run at once.
const SQL_SHARE: usize = 4;

/// A running workspace: everything but the HTTP listener.
#[derive(Debug)]
pub(crate) struct App {
    /// Records.
    pub(crate) oltp: Oltp,
    /// People.
    pub(crate) identity: Arc<Identity>,
    /// Files attached to records.
    pub(crate) documents: Documents,
    /// What is held about people.
    pub(crate) privacy: Privacy,
    /// Calls to other systems.
    pub(crate) webhooks: Webhooks,
    /// Mail to customers.
    pub(crate) correspondence: Correspondence,
    /// Analytical queries.
    pub(crate) query: QueryService,
    /// Reports.
    pub(crate) reports: ReportService,
    /// Charts and dashboards.
    pub(crate) dashboards: Dashboards,
    /// Scheduled mail.
    pub(crate) deliveries: Deliveries,
    /// Lead scores.
    pub(crate) scoring: Scoring,
    /// Search over every object.
    pub(crate) search: SearchService,
    /// The stream of changes into the warehouse.
    pub(crate) capture: CaptureHandle,
    /// What records consist of.
    pub(crate) data_model: DataModel,
    mailing: mail::Mailing,
    indexing: SearchIndexing,
    errands: errands::Errands,
    jobs: jobs::Jobs,
    chores: chores::Chores,
    capturing: Capture,
    database: Database,
}

impl App {
    /// Opens everything, migrates the database and starts capturing.
    ///
    /// # Errors
    /// A store cannot be opened; the message says which and what to do.
    pub(crate) async fn start(config: &Config) -> anyhow::Result<Self> {
        let database = Database::open(config).await?;
        let oltp = prepared(&database).await?;
        // A server that was killed may have told less than it wrote.
        oltp.feed().resync(oltp.pool()).await?;
        let clock = clock();
        let live = oltp.live_catalog();
        let (lake, reader) = open_lake(config, &oltp, Arc::clone(&clock)).await?;
        let capturing = Capture::start(&oltp, lake, CaptureConfig::new(config.data_dir.join("lake")))?;
        let capture = capturing.handle();
        let index = SearchConfig::new(config.data_dir.join("search"));
        let indexing = SearchIndexing::start(reader.clone(), live.clone(), Arc::clone(&clock), index)
            .context("cannot start the search index")?;
        let search = SearchService::new(indexing.reader(), oltp.clone())?;
        let query = QueryService::new(reader.clone(), live.clone(), Arc::clone(&clock), query_config(config)?)?;
        oltp.count_with(Arc::new(query.clone()));
        let reports = ReportService::new(query.clone(), live.clone(), clock);
        let dashboards = Dashboards::new(reports.clone(), oltp.clone(), Renderer::new(RenderLimits::default()));
        let scoring = Scoring::new(oltp.clone(), query.clone());
        let key = local::signing_key(&config.data_dir)?;
        let identity = Arc::new(Identity::new(oltp.clone(), &key).with_settings(config.account_settings()));
        let documents = files::open(config, &oltp, &identity, &key)?;
        let targets = AllowedTargets(config.webhooks.allowed_targets.clone());
        let webhooks = Webhooks::new(oltp.clone(), Arc::clone(&identity), targets);
        let mailer = mailer(&config.mail).context("the section [mail] of the configuration cannot be used")?;
        let public_url = mailer.is_some().then(|| config.account_settings().public_url);
        let correspondence = Correspondence::new(oltp.clone(), &key, public_url.clone());
        let post = Post::new(oltp.clone(), mailer.clone());
        let deliveries = Deliveries::new(oltp.clone(), Arc::clone(&identity), dashboards.clone(), mailer);
        let mailing = mail::Mailing::start(&deliveries, post);
        let workflows = Workflows::new(oltp.clone(), Arc::clone(&identity));
        let errands = errands::Errands::start(&oltp, &identity, (&webhooks, &workflows), public_url);
        let files = JobFiles::new(config.data_dir.join("jobs"));
        let lake = LakeCopies { oltp: oltp.clone(), capture: capture.clone(), reader, query: query.clone() };
        let privacy = erasing::privacy(config, (&documents, &files), lake, indexing.purging());
        let jobs = jobs::Jobs::start(&oltp, &identity, files, (&privacy, &correspondence));
        let chores = chores::Chores::start(&documents, &webhooks, &workflows);
        Ok(Self {
            data_model: DataModel::new(oltp.clone(), capture.clone()),
            oltp,
            identity,
            documents,
            privacy,
            webhooks,
            correspondence,
            query,
            reports,
            dashboards,
            deliveries,
            scoring,
            search,
            capture,
            mailing,
            indexing,
            errands,
            jobs,
            chores,
            capturing,
            database,
        })
    }

    /// Stops jobs, reminding, sending mail and indexing, then capturing after a last flush, then an embedded
    /// Postgres.
    ///
    /// # Errors
    /// Something did not stop cleanly; nothing is lost, the next start recovers.
    pub(crate) async fn shutdown(self) -> anyhow::Result<()> {
        self.jobs.stop().await;
        self.errands.stop().await;
        self.mailing.stop().await;
        self.indexing.stop().await;
        self.chores.stop().await;
        self.capturing.stop().await.context("capture did not stop cleanly")?;
        self.oltp.pool().close().await;
        self.database.close().await
    }
}

/// An HTTP server in front of an [`App`].
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The token of commands on this machine.
    pub(crate) token: LocalToken,
    feed: ChangeFeed,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
    scoring: JoinHandle<()>,
}

impl Server {
    /// Starts to listen and writes the server file that commands look for.
    ///
    /// # Errors
    /// The address is taken, or the file cannot be written.
    pub(crate) async fn start(app: &App, listen: SocketAddr, config: &Config) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; choose another address with --listen"))?;
        let address = listener.local_addr()?;
        let token = LocalToken::publish(address, &config.data_dir)?;
        let router = routes::router(app, &token, config);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serve = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
        let task = spawn_named("http", async move { serve.with_graceful_shutdown(stopped).await });
        let (scoring, stopped) = (app.scoring.clone(), stop.clone().cancelled_owned());
        let scoring = spawn_named("scoring", async move { scoring.keep_fresh(stopped).await });
        Ok(Self { address, token, feed: app.oltp.feed().clone(), stop, task, scoring })
    }

    /// Finishes running requests and stops.
    ///
    /// # Errors
    /// The listener had failed.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        // Streams of events never end by themselves.
        self.feed.close();
        self.task.await??;
        self.scoring.await?;
        self.token.withdraw();
        Ok(())
    }
}

async fn open_lake(config: &Config, oltp: &Oltp, clock: Arc<dyn Clock>) -> anyhow::Result<(Lake, LakeReader)> {
    let tables = oltp.catalog().objects.iter().map(TableSpec::from_object).collect();
    Lake::open(lake_config(config), tables, clock).await.context("cannot open the warehouse")
}

/// Where the lake is and how it is written.
fn lake_config(config: &Config) -> LakeConfig {
    LakeConfig {
        flush_rows: config.lake.flush_rows,
        flush_age: config.lake.flush_age(),
        ..LakeConfig::new(config.data_dir.join("lake"))
    }
}

/// The limits of analytical queries.
fn query_config(config: &Config) -> anyhow::Result<QueryConfig> {
    let memory_bytes = config.query.memory_mib * 1024 * 1024;
    Ok(QueryConfig {
        statement_timeout: std::time::Duration::from_secs(config.query.timeout_seconds),
        datafusion_memory_bytes: memory_bytes,
        sql_memory_bytes: memory_bytes / SQL_SHARE,
        worker: Some(worker::program().context("cannot find this program to start workers from")?),
        duckdb_memory_bytes: u64::try_from(memory_bytes)?,
        max_report_rows: config.query.row_limit,
        ..QueryConfig::new(config.data_dir.join("lake"), config.data_dir.join("scratch"))
    })
}

/// Connects to the database of a workspace, and takes up what administrators added to its schema.
async fn prepared(database: &Database) -> anyhow::Result<Oltp> {
    let oltp = connect(database).await?;
    oltp.migrate().await.context("cannot bring the database schema up to date")?;
    oltp.check_capture().await?;
    oltp.take_up_catalog().await?;
    Ok(oltp)
}

/// Connects to the database of a workspace.
///
/// # Errors
/// It cannot be reached.
pub(crate) async fn connect(database: &Database) -> anyhow::Result<Oltp> {
    Oltp::connect(database.url(), Arc::new(catalog()?), clock()).await.context("cannot connect to Postgres")
}

/// The objects of a workspace, and what comes with the product that can be scheduled.
fn catalog() -> anyhow::Result<Catalog> {
    let dashboards = ready_dashboards()?.into_iter().map(|dashboard| dashboard.name);
    let catalog = Catalog::standard().with_ready("report", READY_REPORTS.iter().map(|report| report.name));
    Ok(catalog.with_ready("dashboard", dashboards))
}

/// The clock of the program.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Spawns a background task; its name appears in traces.
#[expect(clippy::disallowed_methods, reason = "the one home of spawning in the root package")]
pub(crate) fn spawn_named<T: Send + 'static>(
    name: &'static str,
    future: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    use tracing::Instrument as _;
    tokio::spawn(future.instrument(tracing::info_span!("task", name)))
}
