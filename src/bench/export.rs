//! `bench export`: lists as files and many leads handed over at once, beside single statements.

use std::time::{Duration, Instant};

use anyhow::Context;
use comfy_table::Table;
use serde_json::{Map, Value, json};

use super::{
    figures::{median, publish},
    workspace::{Person, Workspace},
};
use crate::{
    cli::{BenchArgs, say, table},
    commands::Outcome,
};

/// Leads unless `--rows` says otherwise.
const ROWS: u32 = 1_000_000;
/// Runs of each measurement unless `--repeat` says otherwise.
const REPETITIONS: u32 = 3;
/// Longest time a job may take before the benchmark gives up.
const JOB_LIMIT: Duration = Duration::from_mins(10);
/// How often a job is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Columns of the files.
const COLUMNS: [&str; 12] = [
    "id",
    "created_at",
    "name",
    "email",
    "phone",
    "company_name",
    "source",
    "status",
    "priority",
    "estimated_value",
    "score",
    "owner_id",
];
/// The same by a statement of our own, with the owner's name as in the files.
const FLOOR: &str = "select l.id, l.created_at, l.name, l.email, l.phone, l.company_name, l.source, l.status, \
                     l.priority, l.estimated_value, l.score, u.name from leads l left join users u on u.id = l.owner_id";

/// Files: what they are called here, how they are written, of which list, and within which time.
const FILES: [(&str, &str, &str, &str); 4] = [
    ("20,000 rows of a view as CSV", "csv", "filter[industry]=Shipping&sort=-created_at", "<= 2 s"),
    ("20,000 rows of a view as XLSX", "xlsx", "filter[industry]=Shipping&sort=-created_at", "<= 2 s"),
    ("all rows as CSV", "csv", "", "<= 15 s"),
    ("all rows as Parquet", "parquet", "", ""),
];

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a job failed.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let workspace = Workspace::with_leads(args.rows.unwrap_or(ROWS)).await?;
    let admin = workspace.admin().await?;
    let repetitions = args.repeat.unwrap_or(REPETITIONS);
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row(["leads", &workspace.rows.to_string(), "1,000,000"]);
    let mut figures = Map::new();
    for (name, format, query, target) in FILES {
        say(name);
        let mut samples = Vec::new();
        let body = json!({"format": format, "columns": COLUMNS, "query": query});
        for _ in 0..repetitions {
            samples.push(job(&admin, "/api/leads/export", &body).await?.seconds);
        }
        shown.add_row([name, &format!("{:.2} s", median(&samples)), target]);
        figures.insert(name.to_owned(), json!(median(&samples)));
    }
    let copied = copy(&workspace, repetitions).await?;
    shown.add_row(["all rows by COPY in Postgres", &format!("{copied:.2} s"), ""]);
    figures.insert("copy_seconds".to_owned(), json!(copied));
    figures.insert("assignment".to_owned(), assign(&workspace, &admin, &mut shown).await?);
    figures.insert("leads".to_owned(), json!(workspace.rows));
    workspace.close().await?;
    publish(args, "export", &shown, &Value::Object(figures))?;
    Ok(Outcome::Done)
}

/// A job that has ended.
struct Ended {
    seconds: f64,
    done: i64,
}

/// Starts a job and waits for its end.
async fn job(admin: &Person, path: &str, body: &Value) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let job = admin.client.post(path, body).await?;
    let path = format!("/api/jobs/{}", job["id"].as_str().context("a job has an id")?);
    loop {
        let job = admin.client.get(&path).await?;
        let seconds = started.elapsed().as_secs_f64();
        match job["state"].as_str() {
            Some("done") => {
                anyhow::ensure!(job["problems"] == json!(0), "the job had {} problems", job["problems"]);
                return Ok(Ended { seconds, done: job["done"].as_i64().unwrap_or_default() });
            }
            Some("queued" | "running") => {}
            state => anyhow::bail!("the job is {state:?}: {}", job["message"]),
        }
        anyhow::ensure!(started.elapsed() < JOB_LIMIT, "the job takes longer than {JOB_LIMIT:?}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn copy(workspace: &Workspace, repetitions: u32) -> anyhow::Result<f64> {
    let mut samples = Vec::new();
    let query = format!("{FLOOR} where l.deleted_at is null order by l.created_at desc, l.id desc");
    for _ in 0..repetitions {
        let started = Instant::now();
        let file = workspace.scratch.path().join("copied.csv");
        oltp::baseline::copy_to(&workspace.app.oltp, &query, &file).await?;
        samples.push(started.elapsed().as_secs_f64());
    }
    Ok(median(&samples))
}

/// The leads of high priority, handed over by a job and by one statement.
async fn assign(workspace: &Workspace, admin: &Person, shown: &mut Table) -> anyhow::Result<Value> {
    say("handing leads over");
    let to = workspace.other_rep()?;
    let body = json!({"action": "update", "set": {"owner_id": to}, "query": "filter[priority]=high"});
    let Ended { seconds, done } = job(admin, "/api/leads/bulk", &body).await?;
    let started = Instant::now();
    let assigned = oltp::baseline::assign_leads(&workspace.app.oltp, "high", admin.principal.user_id).await?;
    let floor = started.elapsed().as_secs_f64();
    anyhow::ensure!(i64::try_from(assigned)? == done, "{assigned} leads are not {done}");
    shown.add_row([
        &format!("assigning {done} leads with audit entries"),
        &format!("{seconds:.2} s"),
        "100,000 in <= 20 s",
    ]);
    shown.add_row(["the same in one statement", &format!("{floor:.2} s"), ""]);
    Ok(json!({"leads": done, "seconds": seconds, "statement_seconds": floor}))
}
