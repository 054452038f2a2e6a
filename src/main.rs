//! Leadhouse: a CRM whose every record can be analysed within a second of being written.

mod app;
mod bench;
mod cli;
mod client;
mod commands;
mod config;
mod demo;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
