//! The connection to Postgres that everything else hangs on.

use std::{
    str::FromStr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use catalog::{Catalog, Clock, LiveCatalog};
use sqlx::{
    Connection, PgPool, Row,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Notify;

use crate::{Error, Requirement, Result, feed::ChangeFeed, own_writes::OwnWrites, records::Counter, requirements};

/// Every migration, embedded at compile time.
static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Enough to keep two cores busy while some requests wait; Postgres allows 100 by default and
/// other programs want some of them.
const MAX_CONNECTIONS: u32 = 16;

/// How long a request may wait for a free connection before it is told to try again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection that nobody used is taken for alive.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The connection pool with the catalogue and the clock; cheap to clone.
#[derive(Debug, Clone)]
pub struct Oltp {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    catalog: LiveCatalog,
    clock: Arc<dyn Clock>,
    url: String,
    people_version: AtomicU64,
    feed: ChangeFeed,
    job_bell: Notify,
    own_writes: OwnWrites,
    counter: OnceLock<Arc<dyn Counter>>,
}

impl Oltp {
    /// Connects to `postgres://user:password@host:port/database`; a unix socket is given as
    /// `postgres:///database?host=/directory`. Does not migrate.
    ///
    /// # Errors
    /// [`Error::DatabaseUrl`], [`Error::NotConnected`]; [`Error::Requirements`] when Postgres is
    /// older than 15.
    pub async fn connect(url: &str, catalog: Arc<Catalog>, clock: Arc<dyn Clock>) -> Result<Self> {
        let options = connect_options(url)?;
        let address = address_of(&options);
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A connection that was used a moment ago is there; to ask first would be every other round trip.
            .test_before_acquire(false)
            .before_acquire(|connection, about| {
                Box::pin(async move { Ok(about.idle_for < TRUSTED_FOR || connection.ping().await.is_ok()) })
            })
            // Whoever goes away while a transaction begins leaves it open, and the driver does not know: what is
            // written next on that connection would never be committed. Such a connection is closed.
            .after_release(|connection, _about| {
                Box::pin(async move {
                    // In one message: the parts of a prepared statement come at different moments.
                    let outside = sqlx::raw_sql("select now() = statement_timestamp()").fetch_one(connection).await?;
                    outside.try_get(0)
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| Error::NotConnected { address, reason: error.to_string() })?;
        let oltp = Self {
            inner: Arc::new(Inner {
                pool,
                catalog: catalog.into(),
                clock,
                url: url.to_owned(),
                people_version: AtomicU64::new(0),
                feed: ChangeFeed::default(),
                job_bell: Notify::new(),
                own_writes: OwnWrites::default(),
                counter: OnceLock::new(),
            }),
        };
        oltp.insist(|requirement| requirement.name == "version").await?;
        Ok(oltp)
    }

    /// Applies the migrations that are missing and answers how many they were.
    ///
    /// Several processes may call it at once; an advisory lock makes them wait for each other.
    ///
    /// # Errors
    /// [`Error::Migration`]: a statement failed, or the database was migrated by a newer version.
    pub async fn migrate(&self) -> Result<u32> {
        let before = self.applied().await?;
        MIGRATIONS.run(self.pool()).await?;
        let after = self.applied().await?;
        Ok(u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX))
    }

    /// How many migrations of this program the database still lacks.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn pending_migrations(&self) -> Result<usize> {
        let applied = usize::try_from(self.applied().await?).unwrap_or(usize::MAX);
        Ok(MIGRATIONS.iter().count().saturating_sub(applied))
    }

    /// Checks that the write-ahead log can be captured: version, `wal_level`, privileges, slots.
    ///
    /// # Errors
    /// [`Error::Requirements`] with everything that was looked at.
    pub async fn check_capture(&self) -> Result<()> {
        self.insist(|_| true).await
    }

    /// Everything Postgres must offer, met or not, in the order in which it should be repaired.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn requirements(&self) -> Result<Vec<Requirement>> {
        let mut connection = self.pool().acquire().await?;
        requirements::check(&mut connection).await
    }

    /// Makes sure that Postgres answers.
    ///
    /// # Errors
    /// [`Error::Database`], of the kind `Unavailable` while it is away.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(self.pool()).await?;
        Ok(())
    }

    /// Says that people or teams were written: what was remembered about them is forgotten.
    pub fn people_changed(&self) {
        self.inner.people_version.fetch_add(1, Ordering::AcqRel);
    }

    /// How often people or teams were written by this process.
    pub(crate) fn people_version(&self) -> u64 {
        self.inner.people_version.load(Ordering::Acquire)
    }

    /// Changes as they are committed, by any server of the workspace.
    pub fn feed(&self) -> &ChangeFeed {
        &self.inner.feed
    }

    /// Rings when this process has added a job.
    pub(crate) fn job_bell(&self) -> &Notify {
        &self.inner.job_bell
    }

    /// Who has written what the warehouse may not know yet.
    pub(crate) fn own_writes(&self) -> &OwnWrites {
        &self.inner.own_writes
    }

    /// Who counts large lists.
    pub(crate) fn counter(&self) -> &OnceLock<Arc<dyn Counter>> {
        &self.inner.counter
    }

    /// The pool.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// Every object of the workspace, as it is now.
    pub fn catalog(&self) -> &Arc<Catalog> {
        self.inner.catalog.now()
    }

    /// The handle that tells every service what the objects are, and replaces them.
    pub fn live_catalog(&self) -> &LiveCatalog {
        &self.inner.catalog
    }

    /// Where the present moment comes from.
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// The connection address, password included: never log it.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    async fn insist(&self, relevant: impl Fn(&Requirement) -> bool + Send) -> Result<()> {
        let requirements = self.requirements().await?;
        if requirements.iter().filter(|requirement| relevant(requirement)).all(|requirement| requirement.met) {
            return Ok(());
        }
        Err(Error::Requirements(requirements.into_iter().filter(|requirement| relevant(requirement)).collect()))
    }

    async fn applied(&self) -> Result<i64> {
        let table: Option<String> =
            sqlx::query_scalar("select to_regclass('_sqlx_migrations')::text").fetch_one(self.pool()).await?;
        if table.is_none() {
            return Ok(0);
        }
        let applied = sqlx::query_scalar("select count(*) from _sqlx_migrations where success");
        Ok(applied.fetch_one(self.pool()).await?)
    }
}

/// The driver's options: UTC and ISO dates whatever the server's defaults are.
pub(crate) fn connect_options(url: &str) -> Result<PgConnectOptions> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(Error::DatabaseUrl { reason: "it does not start with postgres://".to_owned() });
    }
    // libpq takes an empty host before a socket folder; the driver's address parser does not.
    let url = url.replacen("@/", "@localhost/", 1);
    let options = PgConnectOptions::from_str(&url).map_err(|error| Error::DatabaseUrl { reason: error.to_string() })?;
    Ok(options.application_name("leadhouse").options([
        ("timezone", "UTC"),
        ("datestyle", "ISO"),
        ("intervalstyle", "postgres"),
        ("lock_timeout", "30s"), // a request that waits this long for a row should be told so
    ]))
}

fn address_of(options: &PgConnectOptions) -> String {
    options
        .get_socket()
        .map_or_else(|| format!("{}:{}", options.get_host(), options.get_port()), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_a_unix_socket() {
        let options = connect_options("postgres://ada:secret@/crm?host=/run/postgresql").expect("an address");

        assert_eq!(options.get_socket().map(|path| path.display().to_string()).as_deref(), Some("/run/postgresql"));
        assert_eq!(options.get_database(), Some("crm"));
    }

    #[test]
    fn another_scheme_is_refused_without_repeating_the_address() {
        let error = connect_options("mysql://root:secret@db/crm").expect_err("not Postgres");

        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
