//! Keeps Postgres running until it is told to stop.

use std::time::Duration;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::Child,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{leftover::STOP_STEPS, place::Place, programs::Programs, server};
use crate::{Error, Result};

/// Pause before a start after a crash; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a start needs; the same for the first and for every later one.
#[derive(Debug)]
struct Recipe {
    programs: Programs,
    cluster: std::path::PathBuf,
    log: std::path::PathBuf,
    account: Option<super::account::Account>,
}

/// The task that owns the Postgres process.
#[derive(Debug)]
pub(crate) struct Supervisor {
    stop: CancellationToken,
    pid: watch::Receiver<Option<Pid>>,
    /// The one task; empty once it was waited for.
    task: JoinSet<Result<()>>,
}

impl Supervisor {
    /// Starts Postgres and returns once it answers.
    pub(crate) async fn start(programs: Programs, place: &Place) -> Result<Self> {
        let recipe =
            Recipe { programs, cluster: place.cluster(), log: place.start_log(), account: place.account.clone() };
        let child = launch(&recipe).await?;
        let (pid_sender, pid) = watch::channel(pid_of(&child));
        let stop = CancellationToken::new();
        let mut task = JoinSet::new();
        task.spawn(keep_running(recipe, child, pid_sender, stop.clone()));
        Ok(Self { stop, pid, task })
    }

    /// The process id now; `None` between a crash and the next start.
    pub(crate) fn pid(&self) -> Option<Pid> {
        *self.pid.borrow()
    }

    /// Stops Postgres and waits for its end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        let ended = self.task.join_next().await;
        ended.map_or(Ok(Ok(())), |ended| ended).map_err(|error| Error::embedded("stopping Postgres", error))?
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop.cancel();
        if let (Some(pid), false) = (self.pid(), self.task.is_empty()) {
            // It may have ended by itself; then there is nobody to signal.
            kill(pid, Signal::SIGINT).ok();
        }
    }
}

async fn keep_running(
    recipe: Recipe,
    mut child: Child,
    pid: watch::Sender<Option<Pid>>,
    stop: CancellationToken,
) -> Result<()> {
    loop {
        tokio::select! {
            status = child.wait() => {
                pid.send_replace(None);
                if stop.is_cancelled() {
                    return Ok(());
                }
                tracing::error!("Postgres ended unexpectedly ({status:?}); starting it again");
            }
            () = stop.cancelled() => return shut_down(child).await,
        }
        match launch_again(&recipe, &stop).await {
            Some(next) => child = next,
            None => return Ok(()),
        }
        pid.send_replace(pid_of(&child));
    }
}

/// Tries until Postgres runs again; `None` when it is to stop.
async fn launch_again(recipe: &Recipe, stop: &CancellationToken) -> Option<Child> {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(pause) => {}
        }
        match launch(recipe).await {
            Ok(child) => return Some(child),
            // Workers of the dead server may still hold its memory; they notice and end.
            Err(error) => tracing::error!("Postgres could not be started again: {error}"),
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn launch(recipe: &Recipe) -> Result<Child> {
    let command = server::postgres(&recipe.programs, &recipe.cluster, &recipe.log, recipe.account.as_ref())?;
    let mut child = tokio::process::Command::from(command)
        .spawn()
        .map_err(|error| Error::embedded(format!("running {}", recipe.programs.path("postgres").display()), error))?;
    let pid = pid_of(&child).ok_or_else(|| Error::embedded("starting Postgres", "it ended at once"))?;
    let exited = || child.try_wait().is_ok_and(|status| status.is_some());
    server::ready(&recipe.cluster, pid, &recipe.log, exited).await?;
    Ok(child)
}

async fn shut_down(mut child: Child) -> Result<()> {
    let Some(pid) = pid_of(&child) else {
        return Ok(());
    };
    for (signal, patience) in STOP_STEPS {
        kill(pid, signal).ok(); // it may be ending already
        if timeout(patience, child.wait()).await.is_ok() {
            return Ok(());
        }
        tracing::warn!(postgres.pid = pid.as_raw(), "Postgres does not stop on {signal}");
    }
    Err(Error::embedded("stopping Postgres", format!("process {pid} does not end; end it by hand: kill -9 {pid}")))
}

fn pid_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
}
