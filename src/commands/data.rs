//! `sql` and `report`: questions to the warehouse.

use std::{io::Read, path::Path};

use anyhow::Context;
use serde_json::{Value, json};

use super::{Outcome, time::moment};
use crate::{
    cli::{ReportCommand, ReportRunArgs, SqlArgs, say, write_answer},
    client::Client,
    config::Config,
};

/// Asks in SQL.
///
/// # Errors
/// The query is refused or fails; the server's sentence says why.
pub(super) async fn sql(config: &Config, args: &SqlArgs) -> anyhow::Result<Outcome> {
    let text = if args.query == "-" { standard_input()? } else { args.query.clone() };
    let client = Client::find(&config.data_dir)?.acting_as(args.as_user.as_deref());
    let mut body = json!({"sql": text, "format": args.format});
    add_moment(&mut body, args.as_of.as_deref())?;
    let answer = client.post_for_data("/api/sql", &body).await?;
    write_answer(&answer.body, args.output.as_deref())?;
    say(&answer.about);
    Ok(Outcome::Done)
}

/// Lists or runs reports.
///
/// # Errors
/// There is no such report, or it fails.
pub(super) async fn report(config: &Config, command: ReportCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        ReportCommand::List => list(&client).await,
        ReportCommand::Run(args) => run(client, &args).await,
    }
}

async fn list(client: &Client) -> anyhow::Result<Outcome> {
    let answer = client.get("/api/reports").await?;
    let mut table = crate::cli::table(["name", "title", "what it shows"]);
    for report in answer.get("items").and_then(Value::as_array).into_iter().flatten() {
        table
            .add_row(["name", "title", "description"].map(|key| report.get(key).and_then(Value::as_str).unwrap_or("")));
    }
    crate::cli::print(&table.to_string())?;
    Ok(Outcome::Done)
}

async fn run(client: Client, args: &ReportRunArgs) -> anyhow::Result<Outcome> {
    let body = report_body(&args.report, &args.engine, &args.format, args.as_of.as_deref())?;
    let answer = client.acting_as(args.as_user.as_deref()).post_for_data("/api/reports/run", &body).await?;
    write_answer(&answer.body, args.output.as_deref())?;
    say(&answer.about);
    Ok(Outcome::Done)
}

/// The request that runs a report by name or from a specification file.
pub(super) fn report_body(report: &str, engine: &str, format: &str, as_of: Option<&str>) -> anyhow::Result<Value> {
    let mut body = json!({"engine": engine, "format": format});
    let is_file = Path::new(report).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_file {
        let text = std::fs::read_to_string(report).with_context(|| format!("cannot read {report}"))?;
        let spec: Value = serde_json::from_str(&text).with_context(|| format!("{report} is not JSON"))?;
        insert(&mut body, "spec", spec);
    } else {
        insert(&mut body, "name", Value::from(report));
    }
    add_moment(&mut body, as_of)?;
    Ok(body)
}

fn add_moment(body: &mut Value, as_of: Option<&str>) -> anyhow::Result<()> {
    if let Some(text) = as_of {
        insert(body, "as_of", Value::from(moment(text)?));
    }
    Ok(())
}

fn insert(body: &mut Value, key: &str, value: Value) {
    if let Some(object) = body.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn standard_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read the query from standard input")?;
    Ok(text)
}
