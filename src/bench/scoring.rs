//! `bench scoring`: training on the demo's leads beside what the simulator knows, and public leads.

mod public;

use std::time::Instant;

use anyhow::Context;
use scoring_model::{
    Rehearsal, Which,
    metrics::{Scored, log_loss, roc_auc},
};
use serde_json::{Value, json};

use super::figures::publish;
use crate::{
    app::App,
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::Config,
    demo,
};

/// Seed of the demo.
const SEED: u64 = 42;
/// Longest time a training may take. **Units**: seconds.
const TRAINING_LIMIT: f64 = 10.0;

/// Measures and prints.
///
/// # Errors
/// The workspace could not be started, or there was too little to learn from.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let mut shown = table(["figure", "value", "target"]);
    let demo = demo_leads(&mut shown).await?;
    let public = public::measure(&mut shown)?;
    let ok = demo["train_seconds"].as_f64().is_some_and(|seconds| seconds <= TRAINING_LIMIT);
    publish(args, "scoring", &shown, &json!({"demo": demo, "x_education": public}))?;
    Ok(if ok { Outcome::Done } else { Outcome::No })
}

async fn demo_leads(shown: &mut comfy_table::Table) -> anyhow::Result<Value> {
    let scratch = tempfile::tempdir()?;
    let config = Config { data_dir: scratch.path().join("workspace"), ..Config::default() };
    let app = App::start(&config).await?;
    let chances = demo::fill_and_tell(&app, demo::Scale::S, SEED).await?;
    say("training on the demo's leads");
    let rehearsal = app.scoring.rehearse().await?;
    let truth: Option<Vec<Scored>> = rehearsal
        .test
        .iter()
        .map(|(lead, outcome)| Some(Scored { probability: *chances.get(lead)?, outcome: *outcome }))
        .collect();
    let truth = truth.context("a lead that the simulator does not know")?;
    let started = Instant::now();
    app.scoring.train().await?;
    let train_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let applied = app.scoring.apply(Which::Open).await?;
    let apply_seconds = started.elapsed().as_secs_f64();
    app.shutdown().await?;

    let Rehearsal { evaluation, leads, conversions, .. } = &rehearsal;
    let (true_auc, true_loss) = (roc_auc(&truth).unwrap_or_default(), log_loss(&truth).unwrap_or_default());
    let learned = format!("{leads} leads, {conversions} conversions");
    shown.add_row(["demo: learned from", &learned, ""]);
    shown.add_row(["demo: reading as of", &format!("{:.2} s", rehearsal.read_seconds), ""]);
    shown.add_row(["demo: fitting", &format!("{:.2} s", rehearsal.fit_seconds), ""]);
    shown.add_row(["demo: training, all of it", &format!("{train_seconds:.2} s"), "<= 10 s"]);
    shown.add_row(["demo: scoring open leads", &format!("{} in {apply_seconds:.2} s", applied.scored), ""]);
    shown.add_row(["demo: ROC AUC of the model", &format!("{:.4}", evaluation.roc_auc), ""]);
    shown.add_row(["demo: ROC AUC of the chance at arrival that the simulator knows", &format!("{true_auc:.4}"), ""]);
    shown.add_row(["demo: log loss of the model", &format!("{:.4}", evaluation.log_loss), ""]);
    shown.add_row(["demo: log loss of the simulator's chance", &format!("{true_loss:.4}"), ""]);
    shown.add_row(["demo: calibration error", &format!("{:.4}", evaluation.calibration_error), ""]);
    shown.add_row(["demo: lift of the top tenth", &format!("{:.2}", evaluation.top_decile_lift), ""]);
    let most: Vec<String> = rehearsal
        .importance
        .iter()
        .take(5)
        .map(|feature| format!("{} {:.0} %", feature.feature, 100.0 * feature.share))
        .collect();
    shown.add_row(["demo: most important features", &most.join(", "), ""]);
    Ok(json!({
        "leads": leads, "conversions": conversions, "read_seconds": rehearsal.read_seconds,
        "fit_seconds": rehearsal.fit_seconds, "train_seconds": train_seconds,
        "apply_seconds": apply_seconds, "applied": applied.scored, "evaluation": evaluation,
        "true_roc_auc": true_auc, "true_log_loss": true_loss, "features": rehearsal.importance,
    }))
}
