//! People's own statements run in a process of their own, which can read the lake and nothing else.
//!
//! The server keeps a few processes waiting ([`pool`]); each takes one statement and ends
//! ([`process`] is one of them as the server sees it, [`serve`] is what runs inside). A process
//! confines itself before it starts a thread ([`sandbox`]): memory, processor time, files, scratch
//! space and, where the kernel offers Landlock, no file but the lake's and no TCP. It gets the
//! statement, the person and the pinned snapshot ([`pinned`]) through its standard input and
//! answers Arrow batches or an error through its standard output ([`frame`], [`message`]), so it
//! needs no socket, no credentials and no environment. Whatever happens to it, the server goes on
//! and says which limit was reached.
//!
//! Invariants: a process serves one statement of one person; it reads exactly the snapshot that
//! the server pinned, which the server holds until the process has ended; when the one who asked
//! has gone or the time is over, the process is killed.

mod frame;
mod message;
mod pinned;
mod pool;
mod process;
pub mod sandbox;
mod serve;
mod wire_error;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

pub(crate) use self::pool::{Ask, Workers};
pub use self::serve::serve;
use self::{
    message::{Ready, Setup},
    process::Process,
};
use crate::Error;

/// How a worker process is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    /// The program; it must call [`serve`].
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its whole environment: what the loader of shared libraries needs, never a secret.
    pub environment: Vec<(OsString, OsString)>,
}

/// Starts one worker on an empty folder and says how well it is confined.
///
/// # Errors
/// When it cannot be started.
pub async fn probe(program: &WorkerProgram, scratch_dir: &Path) -> Result<sandbox::Confinement, Error> {
    let setup = Setup::for_probe(scratch_dir);
    let process = Process::start(program, setup).await?;
    let Ready { confinement } = process.ready().clone();
    Ok(confinement)
}
