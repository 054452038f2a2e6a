//! The score of one lead, explained to whoever may see the lead.

use catalog::{Principal, policy};
use chrono::{DateTime, Utc};
use query_service::{EngineChoice, ReadAt};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Scoring;
use crate::{
    Error,
    dataset::Rows,
    lead_score::{Reason, Tier},
};

/// Versions of a lead that are searched for past scores; more would be years of daily changes.
const PAST_VERSIONS: usize = 500;

/// The score of a lead with its reasons: `base` plus the points of all reasons is `score`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadScoreView {
    /// Chance to convert within 90 days in percent, or points of the rules, 0 to 100.
    pub score: Option<i64>,
    /// How urgent the lead is.
    pub tier: Option<Tier>,
    /// When the score was last written.
    pub scored_at: Option<String>,
    /// The version that gave it.
    pub model: Option<String>,
    /// The score of an average lead.
    pub base: Option<i64>,
    /// What raised and lowered it, the strongest first.
    pub reasons: Vec<Reason>,
    /// Scores over time, the latest last.
    pub history: Vec<PastScore>,
    /// What is worth knowing about the score, such as that rules gave it.
    pub message: Option<String>,
}

/// A score that a lead had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastScore {
    /// From when on.
    pub at: DateTime<Utc>,
    /// The score.
    pub score: i64,
}

impl LeadScoreView {
    /// The answer to whoever may see the lead and not its score.
    fn withheld() -> Self {
        let message = Some("Your role may not see scores.".to_owned());
        let (reasons, history) = (Vec::new(), Vec::new());
        Self { score: None, tier: None, scored_at: None, model: None, base: None, reasons, history, message }
    }
}

impl Scoring {
    /// Explains the score of a lead that `caller` may see.
    ///
    /// # Errors
    /// [`Error::Records`] with the fault of the record when there is none that the caller may see.
    pub async fn explain(&self, caller: &Principal, id: Uuid) -> Result<LeadScoreView, Error> {
        let object = self.0.oltp.catalog().object("lead").ok_or_else(|| Error::defect("the catalogue has no leads"))?;
        let record = self.0.oltp.read(caller, object, id).await?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let score = record.get("score").and_then(Value::as_i64);
        let reasons: Vec<Reason> = record
            .get("score_reasons")
            .filter(|reasons| !reasons.is_null())
            .map(|reasons| serde_json::from_value(reasons.clone()))
            .transpose()
            .map_err(|source| Error::UnreadableModel { source })?
            .unwrap_or_default();
        let masked = policy(caller, object).masked;
        if masked.contains("score") {
            return Ok(LeadScoreView::withheld());
        }
        let status = text("status").unwrap_or_default();
        let model = text("score_model");
        Ok(LeadScoreView {
            score,
            tier: Tier::ALL.into_iter().find(|tier| Some(tier.as_str()) == text("score_tier").as_deref()),
            scored_at: text("scored_at"),
            // Without the reasons the sum says nothing.
            base: score
                .filter(|_| !masked.contains("score_reasons"))
                .map(|score| score - reasons.iter().map(|reason| reason.points).sum::<i64>()),
            history: self.past(caller, id).await?,
            message: self.message(score, &status, model.as_deref()).await?,
            reasons,
            model,
        })
    }

    async fn message(&self, score: Option<i64>, status: &str, model: Option<&str>) -> Result<Option<String>, Error> {
        let closed = matches!(status, "converted" | "lost" | "closed");
        if score.is_none() {
            let message = if closed {
                "This lead was closed before it was scored."
            } else {
                "This lead has no score yet; new leads are scored within minutes."
            };
            return Ok(Some(message.to_owned()));
        }
        if closed {
            return Ok(Some("This lead is closed; its score is the last one from before.".to_owned()));
        }
        let Some(model) = model else { return Ok(None) };
        let version = self.0.registry.named(model).await?;
        let message = version.as_ref().and_then(|version| version.view.metrics.get("message")?.as_str());
        Ok(message.map(str::to_owned))
    }

    async fn past(&self, caller: &Principal, id: Uuid) -> Result<Vec<PastScore>, Error> {
        // Only an id is filled in; the caller's own policy decides which versions they see.
        let sql = format!(
            "select epoch_us(updated_at) as at_us, score
             from leads_history
             where id = '{id}' and score is not null and updated_at is not null
             order by updated_at desc, _lsn desc, _seq desc
             limit {PAST_VERSIONS}"
        );
        let answer = self.0.query.run_trusted_sql(caller, EngineChoice::DuckDb, &sql, &ReadAt::default()).await?;
        let rows = Rows(&answer);
        let (moments, scores) = (rows.required_integers("at_us")?, rows.required_integers("score")?);
        let mut past: Vec<PastScore> = Vec::new();
        for (at_us, score) in moments.into_iter().zip(scores).rev() {
            let at = DateTime::from_timestamp_micros(at_us).ok_or_else(|| Error::defect("a moment out of range"))?;
            if past.last().is_none_or(|last| last.score != score) {
                past.push(PastScore { at, score });
            }
        }
        Ok(past)
    }
}
