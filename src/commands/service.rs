//! `serve`, `migrate` and `demo`: the commands that own a workspace.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, data::report_body};
use crate::{
    app::{self, App, Database, Server},
    cli::{DemoArgs, DemoScale, print, say},
    client::{Client, demo_dir},
    config::Config,
    demo,
};

/// Marks a data folder as a demo workspace, which the next `demo` may delete.
const DEMO_MARK: &str = "demo-workspace";
/// The report that `demo` shows.
const SHOWCASE_REPORT: &str = "pipeline-by-stage";

/// Runs the service until it is asked to stop.
///
/// # Errors
/// Something could not be opened, or did not stop cleanly.
pub(super) async fn serve(config: Config) -> anyhow::Result<Outcome> {
    let app = App::start(&config).await?;
    let asked_to_stop = asked_to_stop()?;
    let server = Server::start(&app, config.listen, &config).await?;
    say(&format!("Leadhouse is listening on http://{}", server.address));
    asked_to_stop.await;
    stop(app, server).await
}

/// Brings the schema up to date.
///
/// # Errors
/// The database is away, or a migration fails; nothing is half applied.
pub(super) async fn migrate(config: Config) -> anyhow::Result<Outcome> {
    let database = Database::open(&config).await?;
    let oltp = app::connect(&database).await?;
    let applied = oltp.migrate().await.context("cannot bring the database schema up to date")?;
    oltp.pool().close().await;
    database.close().await?;
    say(&format!("{applied} migrations applied"));
    Ok(Outcome::Done)
}

/// Starts a fresh demo workspace.
///
/// # Errors
/// The folder is not a demo workspace, or something could not be opened.
pub(super) async fn demo(mut config: Config, args: &DemoArgs) -> anyhow::Result<Outcome> {
    config.data_dir = demo_dir(&config.data_dir);
    // The demo always has its own database, so that it can never write into a real one.
    config.database_url = None;
    clear(&config.data_dir).await?;
    say(&format!("starting a fresh demo workspace in {}", config.data_dir.display()));
    let app = App::start(&config).await?;
    fs::write(config.data_dir.join(DEMO_MARK), "made by `leadhouse demo`; the next demo deletes this folder\n")?;
    let size = match args.scale {
        DemoScale::S => demo::Scale::S,
        DemoScale::M => demo::Scale::M,
        DemoScale::L => demo::Scale::L,
    };
    let logins = demo::fill(&app, size, args.seed).await?;
    score(&app).await?;
    let listen = if args.once && args.listen.is_none() { ([127, 0, 0, 1], 0).into() } else { config.listen };
    let asked_to_stop = asked_to_stop()?;
    let server = Server::start(&app, listen, &config).await?;
    print(&logins_text(&server, &logins))?;
    showcase(&server).await?;
    if !args.once {
        say("press Ctrl-C to stop");
        asked_to_stop.await;
    }
    stop(app, server).await
}

/// Trains on the simulated leads and scores the open ones.
async fn score(app: &App) -> anyhow::Result<()> {
    let start = std::time::Instant::now();
    let trained = app.scoring.train().await?;
    let applied = app.scoring.apply(scoring_model::Which::Open).await?;
    let message = trained.message.map(|message| format!(" ({message})")).unwrap_or_default();
    say(&format!(
        "{} open leads scored by {} {} in {:.1} s{message}",
        applied.scored,
        trained.model.algorithm,
        applied.model,
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

async fn stop(app: App, server: Server) -> anyhow::Result<Outcome> {
    say("stopping");
    server.stop().await?;
    app.shutdown().await?;
    Ok(Outcome::Done)
}

async fn showcase(server: &Server) -> anyhow::Result<()> {
    let client = Client::new(&format!("http://{}", server.address), server.token.reveal());
    let body = report_body(SHOWCASE_REPORT, "auto", "table", None)?;
    let answer = client.post_for_data("/api/reports/run", &body).await?;
    print(&format!("\n{SHOWCASE_REPORT}\n{}", String::from_utf8_lossy(&answer.body)))?;
    say(&answer.about);
    Ok(())
}

fn logins_text(server: &Server, logins: &[demo::Login]) -> String {
    let mut table = crate::cli::table(["role", "username", "password"]);
    for login in logins {
        table.add_row([login.role.as_str(), login.username.as_str(), login.password.as_str()]);
    }
    format!("Leadhouse is running at http://{}\n{table}", server.address)
}

/// Listens for the signals that ask to stop from now on; whoever finds the server may send one at once.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let cannot = "cannot listen for signals";
    let mut terminate = signal(SignalKind::terminate()).context(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Deletes the demo workspace of before; refuses to touch a folder that is not one.
async fn clear(dir: &Path) -> anyhow::Result<()> {
    if Client::find(dir).is_ok() {
        bail!("a demo is already running in {}; stop it first (Ctrl-C in its terminal)", dir.display());
    }
    let empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if empty {
        return Ok(());
    }
    if !dir.join(DEMO_MARK).exists() {
        bail!("{} is not empty and is not a demo workspace; choose another folder with --data-dir", dir.display());
    }
    // A database that outlived a killed demo would hold on to the deleted files.
    oltp::embedded::Embedded::destroy(dir).await?;
    fs::remove_dir_all(dir).with_context(|| format!("cannot delete the old demo workspace {}", dir.display()))
}
