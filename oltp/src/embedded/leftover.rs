//! What an earlier run left behind: a Postgres that outlived us, or a pid file that lies.

use std::{fs, path::Path, time::Duration};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::{Pid, getpid},
};
use tokio::time::{Instant, sleep};

use crate::{Error, Result};

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(20);

/// Signals that stop Postgres, each with the time it gets: rolled back and written out first,
/// then at once (the next start recovers from the log).
pub(crate) const STOP_STEPS: [(Signal, Duration); 2] =
    [(Signal::SIGINT, Duration::from_secs(30)), (Signal::SIGQUIT, Duration::from_secs(15))];

/// Stops a Postgres that still runs on `cluster`, and makes a stale pid file harmless.
pub(crate) async fn clear(cluster: &Path) -> Result<()> {
    let Some(pid) = recorded_pid(cluster) else {
        return Ok(());
    };
    if !alive(pid) {
        return Ok(()); // Postgres itself sees that the file is stale
    }
    if !serves(pid, cluster) {
        return disown_pid(cluster);
    }
    tracing::warn!(postgres.pid = pid.as_raw(), "a Postgres from an earlier run still runs; stopping it");
    for (signal, patience) in STOP_STEPS {
        if kill(pid, signal) == Err(Errno::ESRCH) || ended(pid, cluster, patience).await {
            return Ok(());
        }
    }
    Err(Error::embedded(
        format!("stopping the Postgres that an earlier run left on {}", cluster.display()),
        format!("process {pid} does not end; end it by hand: kill -9 {pid}"),
    ))
}

/// The process id in the cluster's `postmaster.pid`.
pub(crate) fn recorded_pid(cluster: &Path) -> Option<Pid> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    (pid > 1).then(|| Pid::from_raw(pid))
}

/// Whether there is a process of this id, of whomever.
fn alive(pid: Pid) -> bool {
    kill(pid, None) != Err(Errno::ESRCH)
}

/// Whether the process is a Postgres on this cluster: ids are used again after a reboot.
pub(crate) fn serves(pid: Pid, cluster: &Path) -> bool {
    let proc = Path::new("/proc");
    let command_line = if proc.join("self").exists() {
        fs::read(proc.join(pid.to_string()).join("cmdline")).unwrap_or_default()
    } else {
        let ps = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
        ps.map(|output| output.stdout).unwrap_or_default()
    };
    String::from_utf8_lossy(&command_line).contains(&*cluster.to_string_lossy())
}

async fn ended(pid: Pid, cluster: &Path, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while serves(pid, cluster) {
        if Instant::now() > deadline {
            return false;
        }
        sleep(POLL).await;
    }
    true
}

/// Writes our own id over that of an unrelated process.
///
/// Postgres would take that process for a running server. It ignores the id of its parent, which
/// we are about to be, and still checks the shared memory that the rest of the file names: were
/// the file deleted, it could start beside workers of a dead server.
fn disown_pid(cluster: &Path) -> Result<()> {
    let path = cluster.join("postmaster.pid");
    let failed = |error| Error::embedded(format!("correcting {}", path.display()), error);
    let text = fs::read_to_string(&path).map_err(failed)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    fs::write(&path, format!("{}\n{rest}", getpid())).map_err(failed)
}
