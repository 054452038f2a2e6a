//! The command line: what can be said, and how answers and failures leave the program.

mod arguments;
mod output;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

pub(crate) use arguments::{
    AuditCommand, BenchArgs, BenchSubject, Cli, Command, ConfigCommand, DashboardCommand, DashboardExportArgs,
    DemoArgs, DemoScale, ImportArgs, PersonArgs, PrivacyCommand, ReportCommand, ReportRunArgs, ScoreCommand, SqlArgs,
    UserCommand, WarehouseCommand,
};
pub(crate) use output::{print, say, table, write_answer};

use crate::{commands, config, worker};

/// The answer is no, or it failed.
const FAILED: u8 = 1;
/// What a service logs unless `LEADHOUSE_LOG` says otherwise: our own state changes, others' warnings.
const SERVICE_LOG: &str = "warn,leadhouse=info,oltp=info,ingest=info,warehouse=info,query_service=info,\
                           report_builder=info,dashboards=info,scoring_model=info";
/// The command was not understood.
const WRONG_USAGE: u8 = 2;

/// Parses the arguments, runs the command and turns the outcome into an exit status.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            let status = if usage.use_stderr() { WRONG_USAGE } else { 0 };
            // Nothing can be done about a closed terminal.
            drop(usage.print());
            return ExitCode::from(status);
        }
    };
    if matches!(cli.command, Command::SqlWorker) {
        return worker::serve();
    }
    observe(&cli.command);
    match commands::run(cli) {
        Ok(commands::Outcome::Done) => ExitCode::SUCCESS,
        Ok(commands::Outcome::No) => ExitCode::from(FAILED),
        Err(error) => {
            say(&format!("error: {}", chain(&error)));
            ExitCode::from(FAILED)
        }
    }
}

fn observe(command: &Command) {
    let default = if matches!(command, Command::Serve(_)) { SERVICE_LOG } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_new(config::log_filter(default))
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

/// An error with all its causes on one line.
fn chain(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if parts.last().is_none_or(|last| !last.ends_with(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}
