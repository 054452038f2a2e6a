//! Throw-away Postgres clusters for tests of every crate.
//!
//! `initdb` runs once per machine and PostgreSQL version; each [`Cluster`] starts from a copy of
//! its result in a folder of its own, so tests can run side by side in one or many processes.
//! Whatever a killed test left behind is cleared away by the next one.

use std::{
    path::Path,
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use catalog::{Catalog, Clock, SystemClock};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    Error, Oltp, Result,
    embedded::{
        NAME,
        account::{Account, command},
        programs::Programs,
        server,
        settings::Settings,
    },
};

mod workshop;

use workshop::{Bench, Workshop};

/// A port can be taken between looking for it and listening on it; then another one is tried.
const START_ATTEMPTS: u32 = 5;

static NEXT_NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running Postgres that forgets everything when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    process: Child,
    bench: Bench,
}

impl Cluster {
    /// Starts a fresh cluster with an empty database, in less than a second once the template
    /// exists.
    ///
    /// # Panics
    /// When PostgreSQL 15 or newer is not installed or does not start: no test can go on then.
    pub async fn start() -> Self {
        Self::try_start().await.expect("a throw-away Postgres can be started")
    }

    /// The address of the database, with a superuser's credentials.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Connects with the standard catalogue and the machine's clock, and migrates.
    ///
    /// # Panics
    /// When either fails.
    pub async fn oltp(&self) -> Oltp {
        self.oltp_at(Arc::new(SystemClock)).await
    }

    /// Connects with the standard catalogue and the given clock, and migrates.
    ///
    /// # Panics
    /// When either fails.
    pub async fn oltp_at(&self, clock: Arc<dyn Clock>) -> Oltp {
        let oltp = Oltp::connect(&self.url, Arc::new(Catalog::standard()), clock).await;
        let oltp = oltp.expect("the throw-away Postgres can be connected to");
        oltp.migrate().await.expect("the migrations can be applied");
        oltp
    }

    async fn try_start() -> Result<Self> {
        let programs = Programs::find(None).await?;
        let (bench, password) = tokio::task::spawn_blocking({
            let programs = programs.clone();
            move || set_up(&programs)
        })
        .await
        .map_err(|error| Error::embedded("setting up a test cluster", error))??;
        let mut attempt = 1;
        loop {
            let port = server::free_port(None)?;
            match launch(&programs, &bench, port).await {
                Ok(process) => {
                    let url = format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}?sslmode=disable");
                    return Ok(Self { url, process, bench });
                }
                Err(error) if attempt == START_ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        end(&mut self.process);
        self.bench.clear();
    }
}

fn set_up(programs: &Programs) -> Result<(Bench, String)> {
    let workshop = Workshop::open(Account::for_server()?)?;
    workshop.clear_abandoned();
    let template = workshop.template(programs)?;
    let bench = workshop.bench(NEXT_NUMBER.fetch_add(1, Ordering::Relaxed))?;
    drop(workshop); // others may go on while we copy
    copy(&template.cluster, &bench.cluster(), bench.account.as_ref())?;
    Ok((bench, template.password))
}

/// Copies as the account, so that the copy belongs to it.
fn copy(from: &Path, to: &Path, account: Option<&Account>) -> Result<()> {
    let attempt = || format!("copying {} to {}", from.display(), to.display());
    let status = command(Path::new("/bin/cp"), account)
        .arg("-R")
        .args([from, to])
        .status()
        .map_err(|error| Error::embedded(attempt(), error))?;
    if status.success() { Ok(()) } else { Err(Error::embedded(attempt(), status)) }
}

async fn launch(programs: &Programs, bench: &Bench, port: u16) -> Result<Child> {
    let (cluster, account) = (bench.cluster(), bench.account.as_ref());
    Settings::for_tests(port, &bench.folder).write(&cluster, account)?;
    let log = bench.folder.join("start.log");
    let mut child = server::postgres(programs, &cluster, &log, account)?
        .spawn()
        .map_err(|error| Error::embedded("running postgres", error))?;
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
    let exited = || child.try_wait().is_ok_and(|status| status.is_some());
    let ready = server::ready(&cluster, pid, &log, exited).await;
    if let Err(error) = ready {
        end(&mut child);
        return Err(error);
    }
    Ok(child)
}

/// Ends the process at once and waits for it: nothing in the cluster is worth keeping.
fn end(process: &mut Child) {
    if let Ok(id) = i32::try_from(process.id()) {
        kill(Pid::from_raw(id), Signal::SIGQUIT).ok(); // it may have ended already
    }
    process.wait().ok(); // only fails when somebody else has waited for it
}
