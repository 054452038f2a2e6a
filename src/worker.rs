//! The program as a worker of the query service: one person's statement in a process of its own.

use std::{path::PathBuf, process::ExitCode};

use catalog::Catalog;
use query_service::worker::{self, WorkerProgram};

use crate::{cli, config};

/// Name of the hidden command.
pub(crate) const COMMAND: &str = "sql-worker";
/// The running program, even if its file has been replaced by a newer one since.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How the server starts a worker: this very program, with nothing but the loader's folders in its
/// environment.
///
/// # Errors
/// The program does not know where it is.
pub(crate) fn program() -> std::io::Result<WorkerProgram> {
    let program = PathBuf::from(THIS_PROGRAM);
    let program = if program.exists() { program } else { std::env::current_exe()? };
    Ok(WorkerProgram { program, arguments: vec![COMMAND.into()], environment: config::library_folders() })
}

/// Serves one statement on standard input and output; runs before anything starts a thread.
pub(crate) fn serve() -> ExitCode {
    match worker::serve(&Catalog::standard()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}
