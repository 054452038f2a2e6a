//! Which version scores, and how far the workspace is from a better one.

use std::sync::PoisonError;

use catalog::Principal;
use chrono::{DateTime, Utc};
use query_service::{EngineChoice, ReadAt};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Scoring;
use crate::{Error, MIN_CONVERSIONS, dataset::Rows, fit, progress::ProgressView, registry::ModelView};

/// The state of scoring in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoringStatus {
    /// The version that scores, if there is one.
    pub model: Option<ModelView>,
    /// Conversions that could be learned from at the last training.
    pub conversions: i64,
    /// Conversions that a model needs.
    pub needed: usize,
    /// What is worth knowing, in a sentence.
    pub message: Option<String>,
    /// When this server last scored all it was asked to.
    pub last_applied_at: Option<DateTime<Utc>>,
    /// Whether a training is under way.
    pub training: bool,
    /// Whether scores are being written.
    pub applying: bool,
    /// How far the latest application is or was.
    pub progress: ProgressView,
    /// Words that many of the latest leads have and the leads before them had not, or the reverse.
    pub drift: Vec<Drift>,
}

/// A change in what leads are like.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Drift {
    /// Name of the feature.
    pub feature: String,
    /// Its label.
    pub label: String,
    /// Population stability index of the leads of the last 30 days against those of the year before;
    /// above 0.25 the leads are other ones than the model knows.
    pub index: f64,
}

/// A population stability index from here on is worth telling.
const TOLD_INDEX: f64 = 0.25;
/// Fewer new leads than this say nothing about a change.
const LEAST_LEADS: i64 = 100;

impl Scoring {
    /// The state of scoring.
    ///
    /// # Errors
    /// [`Error::Records`], [`Error::History`]: a store is away.
    pub async fn status(&self) -> Result<ScoringStatus, Error> {
        let champion = self.0.registry.champion().await?;
        let model = champion.map(|version| version.view);
        let conversions = match &model {
            Some(model) => model.conversions,
            None => self.converted_leads().await?,
        };
        let message = match &model {
            Some(model) => model.metrics.get("message").and_then(Value::as_str).map(str::to_owned),
            None => Some(fit::too_few_conversions(usize::try_from(conversions).unwrap_or_default()))
                .filter(|_| usize::try_from(conversions).unwrap_or_default() < MIN_CONVERSIONS)
                .or_else(|| Some("No model was trained yet; train one to score leads.".to_owned())),
        };
        let drift = self.drift().await?;
        let last_applied_at = *self.0.last_applied_at.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(ScoringStatus {
            model,
            conversions,
            needed: MIN_CONVERSIONS,
            message,
            last_applied_at,
            training: self.0.training.try_lock().is_err(),
            applying: self.0.applying.try_lock().is_err(),
            progress: self.0.progress.view(),
            drift,
        })
    }

    async fn converted_leads(&self) -> Result<i64, Error> {
        let sql = "select count(*) as leads from leads where status = 'converted'";
        let answer = self.ask(sql).await?;
        Ok(Rows(&answer).required_integers("leads")?.first().copied().unwrap_or_default())
    }

    /// Features whose words are distributed differently among the latest leads.
    async fn drift(&self) -> Result<Vec<Drift>, Error> {
        let now = self.0.oltp.clock().now().timestamp_micros().to_string();
        let answer = self.ask(&include_str!("../sql/drift.sql").replace("{now}", &now)).await?;
        let rows = Rows(&answer);
        let (features, indexes) = (rows.required_texts("feature")?, rows.floats("stability_index")?);
        let latest = rows.required_integers("latest_leads")?;
        let columns = features.into_iter().zip(indexes).zip(latest);
        let told = columns.filter(|((_, index), latest)| *latest >= LEAST_LEADS && index.unwrap_or(0.0) >= TOLD_INDEX);
        Ok(told
            .map(|((feature, index), _)| Drift {
                label: crate::words::label(&feature),
                index: index.unwrap_or_default(),
                feature,
            })
            .collect())
    }

    async fn ask(&self, sql: &str) -> Result<query_service::Answer, Error> {
        let system = Principal::system();
        Ok(self.0.query.run_trusted_sql(&system, EngineChoice::DuckDb, sql, &ReadAt::default()).await?)
    }
}
