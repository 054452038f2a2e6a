//! The public leads of X Education, where the shared data folder beside the repository has them.

use std::{path::Path, time::Instant};

use scoring_model::{Split, public_leads};
use serde_json::{Value, json};

use crate::cli::say;

/// Where the file lies, seen from the repository.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/xeducation/Leads.csv");

/// Trains on the file by time and by hash; `null` without the file.
///
/// # Errors
/// The file is there but cannot be read or learned from.
pub(super) fn measure(shown: &mut comfy_table::Table) -> anyhow::Result<Value> {
    let path = Path::new(FILE);
    if !path.exists() {
        say("the public leads are not there; only the demo's were measured");
        return Ok(Value::Null);
    }
    let frame = public_leads::read(path)?;
    let by_time = Split::Time { column: "Lead Number".to_owned() };
    let by_hash = Split::Hash { column: "Prospect ID".to_owned() };
    let mut figures = Vec::new();
    for (name, split) in [("by time", by_time), ("by hash", by_hash)] {
        let started = Instant::now();
        let model = scoring_model::train(&frame, &public_leads::known_at_arrival(split))?;
        let seconds = started.elapsed().as_secs_f64();
        let evaluation = model.evaluation();
        let value = format!(
            "ROC AUC {:.4}, log loss {:.4}, calibration error {:.4}, in {seconds:.1} s",
            evaluation.roc_auc, evaluation.log_loss, evaluation.calibration_error
        );
        shown.add_row([format!("X Education {name}"), value, String::new()]);
        figures.push(json!({"split": name, "evaluation": evaluation, "seconds": seconds}));
    }
    Ok(Value::Array(figures))
}
