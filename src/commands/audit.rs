//! `audit`: is the audit log what it was, and a checkpoint to keep elsewhere.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::Outcome;
use crate::{
    cli::{AuditCommand, print, say, table},
    client::Client,
    config::Config,
};

/// Runs one audit command.
///
/// # Errors
/// The server is away or refuses, or the file of the checkpoint cannot be read.
pub(super) async fn run(config: &Config, command: &AuditCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        AuditCommand::Checkpoint => {
            let report = client.get("/api/audit/verification").await?;
            if !intact(&report) {
                return found(&report);
            }
            let checkpoint = report.get("checkpoint").and_then(Value::as_str);
            print(checkpoint.context("nothing is sealed yet; try again in a few seconds")?)?;
            Ok(Outcome::Done)
        }
        AuditCommand::Verify { checkpoint } => {
            let path = match checkpoint {
                None => "/api/audit/verification".to_owned(),
                Some(given) => format!("/api/audit/verification?checkpoint={}", known(given)?),
            };
            let report = client.get(&path).await?;
            if !intact(&report) {
                return found(&report);
            }
            let sealed = report.get("sealed").map(Value::to_string).unwrap_or_default();
            let erased = report.get("erased").and_then(Value::as_i64).unwrap_or_default();
            let told = if erased > 0 {
                format!("; {erased} of them were emptied because somebody asked to be forgotten")
            } else {
                String::new()
            };
            say(&format!("intact: {sealed} sealed entries are what they were{told}"));
            Ok(Outcome::Done)
        }
    }
}

/// A checkpoint as text, or out of a file.
fn known(given: &str) -> anyhow::Result<String> {
    let text = if Path::new(given).is_file() {
        std::fs::read_to_string(given).with_context(|| format!("cannot read {given}"))?
    } else {
        given.to_owned()
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == ':';
    anyhow::ensure!(text.trim().chars().all(plain), "a checkpoint is a position and a SHA-256, such as 42:9f86…");
    Ok(text.trim().to_owned())
}

fn intact(report: &Value) -> bool {
    report.get("intact").and_then(Value::as_bool).unwrap_or(false)
}

fn found(report: &Value) -> anyhow::Result<Outcome> {
    let mut shown = table(["what", "position", "entry"]);
    let text = |finding: &Value, name: &str| match finding.get(name) {
        Some(Value::String(text)) => text.replace('_', " "),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    for finding in report.get("findings").and_then(Value::as_array).into_iter().flatten() {
        shown.add_row([text(finding, "kind"), text(finding, "position"), text(finding, "entry_id")]);
    }
    print(&shown.to_string())?;
    let count = report.get("finding_count").map(Value::to_string).unwrap_or_default();
    say(&format!("the audit log is not what it was: {count} findings"));
    Ok(Outcome::No)
}
