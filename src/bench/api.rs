//! `bench api`: single leads and lists of leads over HTTP, beside the same statements sent straight to
//! Postgres.

mod clients;
mod lists;
mod records;

use serde_json::json;

use super::{figures::publish, workspace::Workspace};
use crate::{
    cli::{BenchArgs, table},
    commands::Outcome,
};

/// Leads unless `--rows` says otherwise.
const ROWS: u32 = 1_000_000;

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a request failed.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let workspace = Workspace::with_leads(args.rows.unwrap_or(ROWS)).await?;
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row(["leads", &workspace.rows.to_string(), "1,000,000"]);
    let lists = lists::measure(&workspace, args, &mut shown).await?;
    let records = records::measure(&workspace, args, &mut shown).await?;
    let figures = json!({"leads": workspace.rows, "lists": lists, "records": records});
    workspace.close().await?;
    publish(args, "api", &shown, &figures)?;
    Ok(Outcome::Done)
}
