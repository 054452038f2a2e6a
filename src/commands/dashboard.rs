//! `dashboard`: lists dashboards and writes them to files.

use serde_json::Value;

use super::Outcome;
use crate::{
    cli::{DashboardCommand, DashboardExportArgs, write_answer},
    client::Client,
    config::Config,
};

/// Lists or exports dashboards.
///
/// # Errors
/// There is no such dashboard, or it cannot be written.
pub(super) async fn run(config: &Config, command: DashboardCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        DashboardCommand::List => list(&client).await,
        DashboardCommand::Export(args) => export(client, &args).await,
    }
}

async fn list(client: &Client) -> anyhow::Result<Outcome> {
    let mut table = crate::cli::table(["name or id", "title", "what it shows"]);
    for (path, keys) in [
        ("/api/dashboards/ready", ["name", "title", "description"]),
        ("/api/dashboards", ["id", "name", "description"]),
    ] {
        let answer = client.get(path).await?;
        for dashboard in answer.get("items").and_then(Value::as_array).into_iter().flatten() {
            table.add_row(keys.map(|key| dashboard.get(key).and_then(Value::as_str).unwrap_or("")));
        }
    }
    crate::cli::print(&table.to_string())?;
    Ok(Outcome::Done)
}

async fn export(client: Client, args: &DashboardExportArgs) -> anyhow::Result<Outcome> {
    let client = client.acting_as(args.as_user.as_deref());
    let path = format!("/api/dashboards/{}/export", args.name);
    let request = client.request(reqwest::Method::GET, &path).query(&[("format", &args.format)]);
    let file = client.send(request).await?.bytes().await?;
    write_answer(&file, Some(&args.output))?;
    Ok(Outcome::Done)
}
