//! `warehouse`: state, comparison with Postgres, flush.

use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{WarehouseCommand, print, say},
    client::Client,
    config::Config,
};

/// Runs one warehouse command.
///
/// # Errors
/// The server is away or refuses.
pub(super) async fn run(config: &Config, command: &WarehouseCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        WarehouseCommand::Status => {
            let status = client.get("/api/warehouse/status").await?;
            print(&serde_json::to_string_pretty(&status)?)?;
            Ok(Outcome::Done)
        }
        WarehouseCommand::Flush => {
            let answer = client.post("/api/warehouse/flush", &json!({})).await?;
            say(&format!("durable up to LSN {}", answer.get("durable_lsn").and_then(Value::as_str).unwrap_or("?")));
            Ok(Outcome::Done)
        }
        WarehouseCommand::Verify => {
            say("comparing every table with Postgres, row for row, through both engines");
            let report = client.post("/api/warehouse/verify", &json!({})).await?;
            print(&verify_table(&report))?;
            let equal = report.get("equal").and_then(Value::as_bool).unwrap_or(false);
            say(if equal { "equal" } else { "the warehouse differs from Postgres" });
            Ok(if equal { Outcome::Done } else { Outcome::No })
        }
    }
}

fn verify_table(report: &Value) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default()
}
