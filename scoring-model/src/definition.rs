//! What a stored version of the scoring consists of: a fitted model, or the rules.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Error, Model,
    lead_score::{LeadScore, Reason, TierLimits, points},
    rules,
    words::{self, Words},
};

/// How leads are scored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Definition {
    /// By a fitted model.
    Logistic {
        /// The model.
        model: Box<Model>,
        /// Least scores of the tiers.
        limits: TierLimits,
    },
    /// By plain points.
    Rules,
}

/// The stored form.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "lowercase")]
enum Stored {
    Logistic { model: Value, limits: TierLimits },
    Rules { base: i64, limits: TierLimits, rules: Value },
}

impl Definition {
    /// The word for it in records.
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Logistic { .. } => "logistic",
            Self::Rules => "rules",
        }
    }

    /// The stored form.
    ///
    /// # Errors
    /// [`Error::UnreadableModel`], which is a defect.
    pub(crate) fn to_json(&self) -> Result<Value, Error> {
        let unreadable = |source| Error::UnreadableModel { source };
        let stored = match self {
            Self::Logistic { model, limits } => {
                Stored::Logistic { model: serde_json::from_str(&model.to_json()).map_err(unreadable)?, limits: *limits }
            }
            Self::Rules => Stored::Rules { base: rules::BASE, limits: rules::LIMITS, rules: rules::as_json() },
        };
        serde_json::to_value(stored).map_err(unreadable)
    }

    /// Reads the stored form; rules are always those of this program.
    ///
    /// # Errors
    /// [`Error::UnreadableModel`], [`Error::DamagedModel`].
    pub(crate) fn from_json(json: &Value) -> Result<Self, Error> {
        let stored = Stored::deserialize(json).map_err(|source| Error::UnreadableModel { source })?;
        Ok(match stored {
            Stored::Logistic { model, limits } => {
                Self::Logistic { model: Box::new(Model::from_json(&model.to_string())?), limits }
            }
            Stored::Rules { .. } => Self::Rules,
        })
    }

    /// Scores every row of a frame.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub(crate) fn score(&self, frame: &DataFrame) -> Result<Vec<LeadScore>, Error> {
        let (model, limits) = match self {
            Self::Logistic { model, limits } => (model, *limits),
            Self::Rules => return rules::score(frame),
        };
        let words = Words::of(frame)?;
        let mut scores = Vec::with_capacity(frame.height());
        for (row, score) in model.score(frame)?.iter().enumerate() {
            let (total, base, points) = points(score);
            let reason = |(part, points): (&crate::Contribution, i64)| Reason {
                feature: part.feature.clone(),
                label: words::label(&part.feature),
                points,
                text: words.at(&part.feature, row),
            };
            let reasons = score.contributions.iter().zip(points).map(reason).collect();
            scores.push(LeadScore::new(total, base, limits, reasons));
        }
        Ok(scores)
    }
}
