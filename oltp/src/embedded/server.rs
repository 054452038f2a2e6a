//! Starts one Postgres process and waits until it answers.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::{
    account::{Account, command},
    leftover::recorded_pid,
    programs::Programs,
};
use crate::{Error, Result};

/// How often the pid file is looked at while Postgres starts.
const POLL: Duration = Duration::from_millis(5);

/// Recovery after a crash reads the log since the last checkpoint: at most 4 GB, minutes at worst.
const START_TIMEOUT: Duration = Duration::from_mins(10);

/// A start log beyond this is begun anew.
const START_LOG_MAX_BYTES: u64 = 1024 * 1024;

/// How much of a log an error repeats.
const LOG_TAIL_LINES: usize = 8;

/// A loopback port nobody listens on, the preferred one if it is free.
pub(crate) fn free_port(preferred: Option<u16>) -> Result<u16> {
    let listener = preferred
        .and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok);
    listener
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Error::embedded("looking for a free port", error))
}

/// The command that runs Postgres on a cluster, its output appended to `log`.
pub(crate) fn postgres(programs: &Programs, cluster: &Path, log: &Path, account: Option<&Account>) -> Result<Command> {
    let failed = |error| Error::embedded(format!("opening {}", log.display()), error);
    let full = fs::metadata(log).is_ok_and(|metadata| metadata.len() > START_LOG_MAX_BYTES);
    let file = if full { File::create(log) } else { File::options().create(true).append(true).open(log) };
    let file = file.map_err(failed)?;
    let mut postgres = command(&programs.path("postgres"), account);
    postgres.arg("-D").arg(cluster).stdin(Stdio::null());
    postgres.stdout(file.try_clone().map_err(failed)?).stderr(file);
    Ok(postgres)
}

/// Waits until the process answers connections; `exited` says whether it has ended meanwhile.
pub(crate) async fn ready(cluster: &Path, pid: Pid, log: &Path, mut exited: impl FnMut() -> bool + Send) -> Result<()> {
    let deadline = Instant::now() + START_TIMEOUT;
    while !reports_ready(cluster, pid) {
        if exited() {
            return Err(Error::embedded(format!("starting Postgres on {}", cluster.display()), said(cluster, log)));
        }
        if Instant::now() > deadline {
            let reason = format!("it is not ready after {} seconds: {}", START_TIMEOUT.as_secs(), said(cluster, log));
            return Err(Error::embedded(format!("starting Postgres on {}", cluster.display()), reason));
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Postgres writes its state into the eighth line of its pid file.
fn reports_ready(cluster: &Path, pid: Pid) -> bool {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    recorded_pid(cluster) == Some(pid) && text.lines().nth(7).is_some_and(|state| state.trim() == "ready")
}

/// The last lines of the newest log, the best explanation there is.
fn said(cluster: &Path, log: &Path) -> String {
    let entries = fs::read_dir(cluster.join("log")).into_iter().flatten().flatten();
    let logs = entries.map(|entry| entry.path()).chain([log.to_owned()]);
    let newest = logs.max_by_key(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    let newest = newest.unwrap_or_else(|| log.to_owned());
    let text = fs::read_to_string(&newest).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(LOG_TAIL_LINES)..).unwrap_or_default().join("\n");
    format!("Postgres said in {}:\n{tail}", newest.display())
}
