//! The public leads of X Education, where the shared data folder beside the repository has them.

use std::{path::Path, time::Instant};

use scoring_model::public_leads;
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
    let sets = [
        ("A by time", public_leads::known_at_arrival(), "0.8480 and 0.4598 by scikit-learn"),
        ("B by hash", public_leads::known_before_work(), "0.8828 and 0.4125 by scikit-learn"),
    ];
    let mut figures = Vec::new();
    for (name, spec, reference) in sets {
        let started = Instant::now();
        let model = scoring_model::train(&frame, &spec)?;
        let seconds = started.elapsed().as_secs_f64();
        let evaluation = model.evaluation();
        let value = format!(
            "ROC AUC {:.4}, log loss {:.4}, calibration error {:.4}, in {seconds:.1} s",
            evaluation.roc_auc, evaluation.log_loss, evaluation.calibration_error
        );
        shown.add_row([format!("X Education {name}"), value, reference.to_owned()]);
        figures.push(json!({"split": name, "evaluation": evaluation, "seconds": seconds}));
    }
    Ok(Value::Array(figures))
}
