//! One file per command; this one decides which runs.

mod audit;
mod dashboard;
mod data;
mod doctor;
mod import;
mod people;
mod privacy;
mod score;
mod service;
mod time;
mod warehouse;

use crate::{
    cli::{self, Command, ConfigCommand},
    config::{Config, Overrides},
};

/// How a command ended when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done, or the answer is yes.
    Done,
    /// The answer is no: differences were found, a check failed.
    No,
}

/// Runs one command to its end.
///
/// # Errors
/// Whatever went wrong, ready to be shown on one line.
pub(crate) fn run(cli: cli::Cli) -> anyhow::Result<Outcome> {
    let listen = cli.command.listen();
    let config = Config::load(&Overrides { file: cli.config, data_dir: cli.data_dir, listen })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Demo(args) => service::demo(config, &args).await,
            Command::Serve(_) => service::serve(config).await,
            Command::Migrate => service::migrate(config).await,
            Command::Config(ConfigCommand::Check) => {
                cli::print(&config.to_toml())?;
                Ok(Outcome::Done)
            }
            Command::Doctor => doctor::run(&config).await,
            Command::Openapi => {
                cli::print(&serde_json::to_string_pretty(&crate::app::openapi(&catalog::Catalog::standard())?)?)?;
                Ok(Outcome::Done)
            }
            Command::Import(args) => import::run(&config, &args).await,
            Command::Sql(args) => data::sql(&config, &args).await,
            Command::Report(command) => data::report(&config, command).await,
            Command::Dashboard(command) => dashboard::run(&config, command).await,
            Command::Score(command) => score::run(&config, &command).await,
            Command::Warehouse(command) => warehouse::run(&config, &command).await,
            Command::Audit(command) => audit::run(&config, &command).await,
            Command::Privacy(command) => privacy::run(&config, &command).await,
            Command::User(command) => people::run(&config, command).await,
            Command::SqlWorker => anyhow::bail!("a worker is started by the server, before anything else of it runs"),
            Command::Bench(args) => crate::bench::run(&args).await,
        }
    })
}
