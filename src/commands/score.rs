//! `score`: train, apply, versions, explanations.

use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{ScoreCommand, print, say, table},
    client::Client,
    config::Config,
};

/// Runs one score command.
///
/// # Errors
/// The server is away or refuses.
pub(super) async fn run(config: &Config, command: &ScoreCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        ScoreCommand::Train => {
            say("learning from all leads whose outcome is known");
            let trained = client.post("/api/scoring/train", &json!({})).await?;
            print(&models_table(std::slice::from_ref(&trained["model"])))?;
            tell(&trained);
        }
        ScoreCommand::Apply => {
            let applied = client.post("/api/scoring/apply", &json!({})).await?;
            let mut shown = table(["tier", "open leads"]);
            for tier in ["hot", "warm", "cool", "cold"] {
                shown.add_row([tier.to_owned(), text(&applied["tiers"][tier])]);
            }
            print(&shown.to_string())?;
            say(&format!(
                "{} open leads scored by {}, {} of them with a new score",
                text(&applied["scored"]),
                text(&applied["model"]),
                text(&applied["changed"])
            ));
        }
        ScoreCommand::Models => {
            let page = client.get("/api/score_models?sort=-trained_at&limit=50").await?;
            print(&models_table(page["items"].as_array().map(Vec::as_slice).unwrap_or_default()))?;
            tell(&client.get("/api/scoring/status").await?);
        }
        ScoreCommand::Explain { lead, as_user } => {
            let client = client.acting_as(as_user.as_deref());
            let score = client.get(&format!("/api/leads/{lead}/score")).await?;
            print(&explanation(&score))?;
            tell(&score);
        }
    }
    Ok(Outcome::Done)
}

fn tell(answer: &Value) {
    if let Some(message) = answer["message"].as_str() {
        say(message);
    }
}

/// One row per version.
fn models_table(models: &[Value]) -> String {
    let mut shown =
        table(["model", "algorithm", "status", "trained at", "leads", "conversions", "ROC AUC", "log loss", "verdict"]);
    for model in models {
        let metric =
            |name: &str| model["metrics"][name].as_f64().map(|value| format!("{value:.4}")).unwrap_or_default();
        shown.add_row([
            text(&model["name"]),
            text(&model["algorithm"]),
            text(&model["status"]),
            text(&model["trained_at"]),
            text(&model["leads"]),
            text(&model["conversions"]),
            metric("roc_auc"),
            metric("log_loss"),
            text(&model["metrics"]["verdict"]),
        ]);
    }
    shown.to_string()
}

/// The way from the base to the score.
fn explanation(score: &Value) -> String {
    let mut shown = table(["points", "reason"]);
    shown.add_row([text(&score["base"]), "an average lead".to_owned()]);
    for reason in score["reasons"].as_array().into_iter().flatten() {
        let points = reason["points"].as_i64().unwrap_or_default();
        shown.add_row([format!("{points:+}"), text(&reason["text"])]);
    }
    let tier = score["tier"].as_str().map(|tier| format!("score: {tier}"));
    shown.add_row([text(&score["score"]), tier.unwrap_or_else(|| "no score".to_owned())]);
    shown.to_string()
}

/// A value without quotes; empty for null.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_goes_from_the_base_to_the_score() {
        let score = json!({"score": 72, "tier": "hot", "base": 31, "reasons": [
            {"points": 41, "text": "Source: referral"}
        ]});

        let shown = explanation(&score);

        assert!(shown.contains("31") && shown.contains("+41") && shown.contains("score: hot"), "{shown}");
    }
}
