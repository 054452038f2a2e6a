//! `bench import`: rows per second of a file of a million leads, beside Postgres's own COPY; with
//! `--duplicates`, of contacts that are compared with those that are there.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::Context;
use catalog::Principal;
use ingest::import::{self, ImportRequest, ImportSummary, MatchPolicy};
use serde_json::json;

use super::figures::publish;
use crate::{
    app::App,
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::Config,
};

/// Rows of the file unless `--rows` says otherwise.
const ROWS: u32 = 1_000_000;
/// One of so many contacts is there before the import that is timed.
const KNOWN: u32 = 10;

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a row was rejected.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let config = Config { data_dir: scratch.path().join("workspace"), ..Config::default() };
    let rows = args.rows.unwrap_or(ROWS);
    let kind = if args.duplicates { CONTACTS } else { LEADS };
    let objects = kind.objects;
    let file = scratch.path().join(format!("{objects}.csv"));
    say(&format!("writing a file of {rows} {objects}"));
    write_rows(&file, &kind, 0..rows)?;
    let app = App::start(&config).await?;

    say("loading it with COPY into a bare table");
    let started = Instant::now();
    oltp::baseline::copy_file(&app.oltp, &file, kind.columns).await?;
    let copy_seconds = started.elapsed().as_secs_f64();

    let summary = if args.duplicates {
        say("importing a tenth, so that it is there already");
        let known = scratch.path().join("known.csv");
        write_rows(&known, &kind, (0..rows).filter(|row| row % KNOWN == 0))?;
        import(&app, (objects, &known), None).await?;
        say("importing all of it: compared by e-mail address, checks, audit entries and capture included");
        let summary = import(&app, (objects, &file), Some("email")).await?;
        let expected = u64::from(rows.div_ceil(KNOWN));
        anyhow::ensure!(summary.skipped == expected, "{} rows were there, not {expected}", summary.skipped);
        summary
    } else {
        say("importing it: checks, audit entries and capture included");
        import(&app, (objects, &file), None).await?
    };
    app.shutdown().await?;

    let peak = peak_memory_mib()?;
    let rate = |seconds: f64| f64::from(rows) / seconds;
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row([
        &format!("import of {objects}"),
        &format!("{:.0} rows/s ({rows} rows in {:.1} s)", rate(summary.seconds), summary.seconds),
        ">= 20,000",
    ]);
    shown.add_row(["created / there already", &format!("{} / {}", summary.created, summary.skipped), ""]);
    shown.add_row(["COPY into a bare table", &format!("{:.0} rows/s", rate(copy_seconds)), ""]);
    shown.add_row(["peak memory of the process", &format!("{peak} MiB"), ""]);
    let figures = json!({
        "objects": objects, "rows": rows, "import_seconds": summary.seconds, "created": summary.created,
        "skipped": summary.skipped, "copy_seconds": copy_seconds, "peak_memory_mib": peak,
    });
    publish(args, "import", &shown, &figures)?;
    Ok(Outcome::Done)
}

/// Imports a file; rows that match a record by this field are skipped.
async fn import(app: &App, (object, path): (&str, &Path), by: Option<&str>) -> anyhow::Result<ImportSummary> {
    let request = ImportRequest {
        object: object.to_owned(),
        path: PathBuf::from(path),
        match_field: by.map(str::to_owned),
        policy: by.map(|_field| MatchPolicy::Skip),
        ..ImportRequest::default()
    };
    let summary = import::run(&app.oltp, &Principal::system(), request, Arc::new(|_| {})).await?;
    anyhow::ensure!(summary.rejected == 0, "{} rows were rejected", summary.rejected);
    Ok(summary)
}

/// What is imported: its columns with their types in Postgres, and a row of them.
#[derive(Debug, Clone, Copy)]
struct Kind {
    objects: &'static str,
    columns: &'static [(&'static str, &'static str)],
    row: fn(u32) -> String,
}

const LEADS: Kind = Kind {
    objects: "leads",
    columns: &[
        ("name", "text"),
        ("email", "text"),
        ("phone", "text"),
        ("company_name", "text"),
        ("source", "text"),
        ("status", "text"),
        ("estimated_value", "numeric(18,2)"),
        ("external_id", "text"),
    ],
    row: |row| {
        let (company, whole, cents) = (row / 7, row % 90_000, row % 100);
        format!(
            "Lead {row},lead{row}@example.com,+1 555 {row:07},Company {company},website,new,{whole}.{cents:02},L-{row}"
        )
    },
};

const CONTACTS: Kind = Kind {
    objects: "contacts",
    columns: &[("name", "text"), ("email", "text"), ("phone", "text"), ("job_title", "text"), ("country", "text")],
    row: |row| format!("Contact {row},contact{row}@example.com,+1 555 {row:07},Buyer,DE"),
};

fn write_rows(file: &Path, kind: &Kind, rows: impl Iterator<Item = u32>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    let header: Vec<&str> = kind.columns.iter().map(|(name, _)| *name).collect();
    writeln!(out, "{}", header.join(","))?;
    for row in rows {
        writeln!(out, "{}", (kind.row)(row))?;
    }
    out.flush()?;
    Ok(())
}

/// Greatest resident memory of this process so far (`VmHWM`, proc(5)).
fn peak_memory_mib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("no /proc on this system")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM in /proc/self/status")?;
    let kib: u64 = line.split_whitespace().nth(1).context("no number after VmHWM")?.parse()?;
    Ok(kib / 1024)
}
