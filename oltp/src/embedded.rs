//! A private Postgres for whoever brings none: set up on first use, started and stopped with us.
//!
//! Everything lives in one folder, `<data directory>/postgres`:
//!
//! | entry | is |
//! |---|---|
//! | `cluster/` | the Postgres data directory |
//! | `password` | password of the role `leadhouse`, mode 0600 |
//! | `run/` | the unix socket, mode 0700 (a short folder below `/tmp` when the path is too long) |
//! | `start.log`, `cluster/log/` | what Postgres says |
//! | `lock` | held while a Leadhouse uses the folder |
//!
//! Postgres refuses to run as root. When we are root it runs as `postgres` or, when there is no
//! such account, `nobody`; if that account cannot reach the data directory (below `/root`, say),
//! the folder is `/var/lib/leadhouse/<hash of the data directory>` instead, and
//! `<data directory>/postgres.location` says so.
//!
//! A crash of ours leaves Postgres running: the next start stops it and starts anew. A crash of
//! Postgres is noticed and it is started again on the same port.

use std::path::PathBuf;

use nix::unistd::Pid;

use crate::Result;

pub(crate) mod account;
pub(crate) mod cluster;
pub(crate) mod leftover;
pub(crate) mod place;
pub(crate) mod programs;
pub(crate) mod server;
pub(crate) mod settings;
mod supervisor;

use place::Place;
use programs::Programs;
use supervisor::Supervisor;

/// Name of the role and of the database.
pub(crate) const NAME: &str = "leadhouse";

/// Where the private Postgres lives and how careful it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedConfig {
    /// The data directory of the workspace.
    pub data_dir: PathBuf,
    /// Whether a commit survives a power cut; only tests say no.
    pub durable: bool,
}

/// A running private Postgres.
///
/// Dropping it asks Postgres to stop without waiting; [`stop`](Self::stop) waits.
#[derive(Debug)]
pub struct Embedded {
    url: String,
    socket_url: String,
    supervisor: Supervisor,
    place: Place,
}

impl Embedded {
    /// Sets the cluster up if needed, stops what a crash left behind and starts Postgres.
    ///
    /// # Errors
    /// [`Error::ProgramsMissing`](crate::Error::ProgramsMissing),
    /// [`Error::DataDirInUse`](crate::Error::DataDirInUse) and
    /// [`Error::Embedded`](crate::Error::Embedded), each with what to do.
    pub async fn start(config: EmbeddedConfig) -> Result<Self> {
        let place = Place::claim(&config.data_dir)?;
        let programs = Programs::find(place.major()).await?;
        leftover::clear(&place.cluster()).await?;
        let password = cluster::ensure(&programs, &place, config.durable).await?;
        let port = server::free_port(place.last_port())?;
        let socket_dir = place.socket_dir()?;
        let settings = settings::Settings::new(port, &socket_dir, &place.home, config.durable);
        settings.write(&place.cluster(), place.account.as_ref())?;
        let supervisor = Supervisor::start(programs, &place).await?;
        let socket = socket_dir.display();
        let url = format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}?sslmode=disable");
        let socket_url = format!("postgres://{NAME}:{password}@/{NAME}?host={socket}&port={port}");
        tracing::info!(postgres.port = port, postgres.home = %place.home.display(), "the private Postgres is ready");
        Ok(Self { url, socket_url, supervisor, place })
    }

    /// Address over loopback, password included: never log it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Address over the unix socket, password included: never log it.
    pub fn socket_url(&self) -> &str {
        &self.socket_url
    }

    /// The folder with the cluster, the password and the logs.
    pub fn home(&self) -> &std::path::Path {
        &self.place.home
    }

    /// Process id of Postgres now; it changes when Postgres is started again after a crash.
    pub fn pid(&self) -> Option<Pid> {
        self.supervisor.pid()
    }

    /// Stops Postgres: open transactions are rolled back, everything committed is on disk.
    ///
    /// # Errors
    /// [`Error::Embedded`](crate::Error::Embedded) when it does not end in time.
    pub async fn stop(self) -> Result<()> {
        self.supervisor.stop().await?;
        tracing::info!(postgres.home = %self.place.home.display(), "the private Postgres has stopped");
        Ok(())
    }

    /// Stops what runs on `data_dir`'s cluster and deletes the cluster wherever it lives; there
    /// need not be one.
    ///
    /// # Errors
    /// [`Error::DataDirInUse`](crate::Error::DataDirInUse) while a Leadhouse uses it.
    pub async fn destroy(data_dir: &std::path::Path) -> Result<()> {
        let place = Place::claim(data_dir)?;
        leftover::clear(&place.cluster()).await?;
        place.remove()
    }
}
