//! `bench import`: rows per second of a file of a million leads, beside Postgres's own COPY.

use std::{
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Instant,
};

use anyhow::Context;
use catalog::Principal;
use ingest::import::{self, ImportRequest};
use serde_json::json;

use super::figures::publish;
use crate::{
    app::App,
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::Config,
};

/// Rows of the file unless `--repeat` says how many thousands.
const THOUSANDS: u32 = 1_000;

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a row was rejected.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let config = Config { data_dir: scratch.path().join("workspace"), ..Config::default() };
    let rows = args.repeat.unwrap_or(THOUSANDS) * 1000;
    let file = scratch.path().join("leads.csv");
    say(&format!("writing a file of {rows} leads"));
    write_leads(&file, rows)?;
    let app = App::start(&config).await?;

    say("loading it with COPY into a bare table");
    let started = Instant::now();
    oltp::baseline::copy_file(&app.oltp, &file).await?;
    let copy_seconds = started.elapsed().as_secs_f64();

    say("importing it: checks, audit entries and capture included");
    let request = ImportRequest { object: "lead".to_owned(), path: file.clone(), ..ImportRequest::default() };
    let summary = import::run(&app.oltp, &Principal::system(), request, Arc::new(|_| {})).await?;
    app.shutdown().await?;

    anyhow::ensure!(summary.rejected == 0, "{} rows were rejected", summary.rejected);
    let peak = peak_memory_mib()?;
    let rate = |seconds: f64| f64::from(rows) / seconds;
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row([
        "import",
        &format!("{:.0} rows/s ({rows} rows in {:.1} s)", rate(summary.seconds), summary.seconds),
        ">= 20,000",
    ]);
    shown.add_row(["COPY into a bare table", &format!("{:.0} rows/s", rate(copy_seconds)), ""]);
    shown.add_row(["peak memory of the process", &format!("{peak} MiB"), ""]);
    let figures =
        json!({"rows": rows, "import_seconds": summary.seconds, "copy_seconds": copy_seconds, "peak_memory_mib": peak});
    publish(args, "import", &shown, &figures)?;
    Ok(Outcome::Done)
}

fn write_leads(file: &Path, rows: u32) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "name,email,phone,company_name,source,status,estimated_value,external_id")?;
    for row in 0..rows {
        writeln!(
            out,
            "Lead {row},lead{row}@example.com,+1 555 {row:07},Company {},website,new,{}.{:02},L-{row}",
            row / 7,
            row % 90_000,
            row % 100
        )?;
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
