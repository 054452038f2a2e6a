//! From a dataset to a decision: a new model, and whether it may replace the one that scores.

use serde_json::{Value, json};

use crate::{
    Error, Importance, MIN_CONVERSIONS, Model, Verdict, columns,
    dataset::{Dataset, training_spec},
    definition::Definition,
    exact,
    lead_score::TierLimits,
    leak::importance,
    metrics::{Scored, log_loss},
    train,
};

/// Features that are kept with the metrics.
const SHOWN_FEATURES: usize = 12;

/// What a training came to.
#[derive(Debug)]
pub(crate) enum Fitted {
    /// A model was fitted.
    Model(Box<FittedModel>),
    /// There is too little to learn from; why, in words.
    TooLittle(String),
}

/// A fitted model, measured and compared.
#[derive(Debug)]
pub(crate) struct FittedModel {
    pub(crate) definition: Definition,
    pub(crate) metrics: Value,
    /// Whether it is better than the base rate.
    pub(crate) verdict: Verdict,
    /// Whether its log loss on the latest leads is at most that of the present champion.
    pub(crate) beats_champion: bool,
}

/// Fits and measures a model; takes seconds of computing.
///
/// # Errors
/// Those of [`train`] that more leads would not cure.
pub(crate) fn fit(dataset: &Dataset, champion: Option<&Definition>) -> Result<Fitted, Error> {
    let conversions = dataset.conversions()?;
    let model = match train(&dataset.frame, &training_spec()) {
        Ok(model) => model,
        Err(Error::TooFewOutcomes { found, needed, outcome }) => {
            return Ok(Fitted::TooLittle(too_few(found, needed, outcome)));
        }
        Err(Error::OneSidedPart { part }) => {
            let message = format!("All leads of the {part} period had the same outcome; leads are scored by rules.");
            return Ok(Fitted::TooLittle(message));
        }
        Err(error) => return Err(error),
    };
    let evaluation = *model.evaluation();
    let champion_loss = champion.map(|champion| latest_loss(champion, &model, dataset)).transpose()?.flatten();
    let found = importance(&model, &dataset.frame)?;
    let leads = dataset.lead_ids.len().max(1);
    let limits = TierLimits::around(exact::float(conversions) / exact::float(leads));
    Ok(Fitted::Model(Box::new(FittedModel {
        metrics: metrics(&model, &found, champion_loss),
        verdict: evaluation.verdict(),
        beats_champion: champion_loss.is_none_or(|loss| evaluation.log_loss <= loss),
        definition: Definition::Logistic { model: Box::new(model), limits },
    })))
}

/// The sentence for too few outcomes, such as `31 of 120 conversions`.
pub(crate) fn too_few(found: usize, needed: usize, outcome: &str) -> String {
    format!("{found} of {needed} {outcome}: leads are scored by rules until there are enough to learn from.")
}

/// The sentence when nothing could be learned from so many conversions.
pub(crate) fn too_few_conversions(found: usize) -> String {
    too_few(found, MIN_CONVERSIONS, "conversions")
}

/// Log loss of the present champion on the test rows of the new model; none for rules.
fn latest_loss(champion: &Definition, model: &Model, dataset: &Dataset) -> Result<Option<f64>, Error> {
    let Definition::Logistic { model: champion, .. } = champion else { return Ok(None) };
    let outcomes = columns::outcomes(&dataset.frame, &model.spec().outcome)?;
    let scores = match champion.score(&dataset.frame) {
        Ok(scores) => scores,
        // A champion of an older program may want a feature that is gone; it cannot score at all.
        Err(Error::MissingColumn { .. } | Error::WrongColumnKind { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let test = model.spec().split.divide(&dataset.frame)?.test;
    let judged = |row: &usize| Scored { probability: scores[*row].probability, outcome: outcomes[*row] };
    Ok(log_loss(&test.iter().map(judged).collect::<Vec<_>>()))
}

fn metrics(model: &Model, found: &[Importance], champion_loss: Option<f64>) -> Value {
    let evaluation = model.evaluation();
    let suspicious: Vec<&str> =
        found.iter().filter(|feature| feature.suspicious).map(|feature| feature.label.as_str()).collect();
    json!({
        "roc_auc": evaluation.roc_auc,
        "log_loss": evaluation.log_loss,
        "calibration_error": evaluation.calibration_error,
        "top_decile_lift": evaluation.top_decile_lift,
        "base_rate": evaluation.base_rate,
        "test_rows": evaluation.rows,
        "gain": evaluation.gain,
        "gain_standard_error": evaluation.gain_standard_error,
        "verdict": evaluation.verdict().to_string(),
        "champion_log_loss": champion_loss,
        "possible_leaks": suspicious,
        "features": found.iter().take(SHOWN_FEATURES).collect::<Vec<_>>(),
    })
}
