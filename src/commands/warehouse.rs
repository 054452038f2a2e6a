//! `warehouse`: state, comparison with Postgres, flush.

use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{WarehouseCommand, print, say, table},
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

/// One row per table and source it was compared through.
fn verify_table(report: &Value) -> String {
    let mut shown = table(["table", "through", "rows", "missing", "extra", "different", "first ids"]);
    for compared in rows(report, "tables") {
        for check in rows(compared, "checks") {
            let count = |kind: &str| check.get(kind).and_then(|kind| kind.get("count")).map(Value::to_string);
            let ids: Vec<&str> = ["missing", "extra", "different"]
                .iter()
                .flat_map(|kind| check.get(kind).map(|kind| rows(kind, "ids")).unwrap_or_default())
                .filter_map(Value::as_str)
                .collect();
            shown.add_row([
                text(compared, "table"),
                text(check, "source"),
                check.get("rows").map(Value::to_string).unwrap_or_default(),
                count("missing").unwrap_or_default(),
                count("extra").unwrap_or_default(),
                count("different").unwrap_or_default(),
                ids.join(" "),
            ]);
        }
    }
    shown.to_string()
}

fn rows<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
