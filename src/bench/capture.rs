//! `bench capture`: speed of the initial copy, and lag from a commit to its visibility in a query.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use catalog::{Changes, Principal};
use ingest::CaptureState;
use query_service::ReadAt;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    figures::{publish, quantile},
    load,
};
use crate::{
    app::{self, App, Database},
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::Config,
};

/// Rows of the table whose initial copy is timed.
const COPIED_ROWS: usize = 1_000_000;
/// Seconds of load unless `--repeat` says otherwise.
const LOAD_SECONDS: u32 = 30;
/// Longest time a change may take to become visible before the benchmark gives up.
const VISIBLE_LIMIT: Duration = Duration::from_secs(30);
/// Longest time the initial copy may take.
const COPY_LIMIT: Duration = Duration::from_mins(10);

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a change never became visible.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let config = Config { data_dir: scratch.path().join("workspace"), ..Config::default() };
    say(&format!("filling a table with {COPIED_ROWS} narrow rows"));
    let ids = prepare(&config).await?;

    say("timing the initial copy");
    let started = Instant::now();
    let app = App::start(&config).await?;
    let copied = wait_until_streaming(&app).await?;
    let copy_seconds = started.elapsed().as_secs_f64();

    let seconds = args.repeat.unwrap_or(LOAD_SECONDS);
    say(&format!("changing 1,000 rows a second for {seconds} seconds and timing visibility"));
    let stop = CancellationToken::new();
    let writer = app::spawn_named("bench load", load::change_notes(app.oltp.clone(), ids, stop.clone()));
    let started = Instant::now();
    let lags = probe(&app, Duration::from_secs(u64::from(seconds))).await;
    stop.cancel();
    let changed = writer.await??;
    let rate = f64::from(u32::try_from(changed)?) / started.elapsed().as_secs_f64();
    app.shutdown().await?;

    let lags = lags?;
    let at = |per_mille| quantile(&lags, per_mille).unwrap_or_default();
    let rows_per_second = f64::from(u32::try_from(copied)?) / copy_seconds;
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row([
        "initial copy",
        &format!("{rows_per_second:.0} rows/s ({copied} rows in {copy_seconds:.2} s)"),
        ">= 150,000",
    ]);
    shown.add_row(["load", &format!("{rate:.0} row changes/s"), "1,000"]);
    shown.add_row(["lag p50", &format!("{:.0} ms ({} probes)", at(500), lags.len()), "<= 150 ms"]);
    shown.add_row(["lag p99", &format!("{:.0} ms", at(990)), "<= 1,000 ms"]);
    shown.add_row(["lag max", &format!("{:.0} ms", at(1000)), ""]);
    let figures = json!({
        "copied_rows": copied, "copy_seconds": copy_seconds, "copy_rows_per_second": rows_per_second,
        "load_changes_per_second": rate, "probes": lags.len(),
        "lag_ms": {"p50": at(500), "p95": at(950), "p99": at(990), "max": at(1000)},
    });
    publish(args, "capture", &shown, &figures)?;
    Ok(Outcome::Done)
}

/// A database with the rows to copy, stopped again.
async fn prepare(config: &Config) -> anyhow::Result<Vec<uuid::Uuid>> {
    let database = Database::open(config).await?;
    let oltp = app::connect(&database).await?;
    oltp.migrate().await?;
    let ids = load::fill_notes(&oltp, COPIED_ROWS).await?;
    oltp.pool().close().await;
    database.close().await?;
    Ok(ids)
}

async fn wait_until_streaming(app: &App) -> anyhow::Result<u64> {
    let mut status = app.capture.watch();
    let reached = tokio::time::timeout(COPY_LIMIT, status.wait_for(|now| now.state == CaptureState::Streaming)).await;
    let status = reached.context("the initial copy takes too long")??;
    Ok(status.copied_rows)
}

/// Changes one record again and again; each time, asks the product's SQL until the change is there.
async fn probe(app: &App, how_long: Duration) -> anyhow::Result<Vec<f64>> {
    let system = Principal::system();
    let task = app.oltp.catalog().object("task").context("the catalogue has no tasks")?.clone();
    let created = app.oltp.create(&system, &task, Changes::parse_new(&task, &name_of(0))?).await?;
    let id: uuid::Uuid = created.get("id").and_then(Value::as_str).context("no id")?.parse()?;
    let mut lags = Vec::new();
    let start = Instant::now();
    while start.elapsed() < how_long {
        let beat = lags.len() + 1;
        app.oltp.update(&system, &task, id, Changes::parse_patch(&task, &name_of(beat))?).await?;
        let committed = Instant::now();
        let question = format!("select count(*) as n from tasks where id = '{id}' and name = 'beat {beat}'");
        while !visible(app, &system, &question).await? {
            if committed.elapsed() > VISIBLE_LIMIT {
                bail!("a change was not visible after {} seconds", VISIBLE_LIMIT.as_secs());
            }
        }
        lags.push(committed.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(lags)
}

async fn visible(app: &App, system: &Principal, question: &str) -> anyhow::Result<bool> {
    let answer = app.query.sql(system, question, &ReadAt::default()).await?;
    let csv = query_service::answer::to_csv(&answer)?;
    Ok(String::from_utf8_lossy(&csv).lines().nth(1) == Some("1"))
}

fn name_of(beat: usize) -> Map<String, Value> {
    json!({"name": format!("beat {beat}")}).as_object().cloned().unwrap_or_default()
}
