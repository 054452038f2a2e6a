//! A trained model: everything that scoring needs, in one value that is stored as JSON.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::calibrate::Platt;
use crate::encoding::Encoding;
use crate::explain::Explainer;
use crate::logistic::Weights;
use crate::{Error, Evaluation, Score, TrainingSpec, exact};

/// Changes whenever an older program could misread the stored form.
const FORMAT: u32 = 1;

/// A logistic regression on binned features, calibrated and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    format: u32,
    spec: TrainingSpec,
    encoding: Encoding,
    #[serde(with = "exact::number")]
    alpha: f64,
    weights: Weights,
    #[serde(with = "exact::numbers")]
    mean_weights: Vec<f64>,
    calibration: Platt,
    evaluation: Evaluation,
}

/// What training fits, before it is measured.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) encoding: Encoding,
    pub(crate) alpha: f64,
    pub(crate) weights: Weights,
    pub(crate) mean_weights: Vec<f64>,
    pub(crate) calibration: Platt,
}

impl Model {
    pub(crate) fn new(spec: TrainingSpec, fitted: Fitted, evaluation: Evaluation) -> Self {
        let Fitted { encoding, alpha, weights, mean_weights, calibration } = fitted;
        Self { format: FORMAT, spec, encoding, alpha, weights, mean_weights, calibration, evaluation }
    }

    /// Scores every row of a frame, which needs the feature columns only.
    ///
    /// **Shape**: one score per row, in the order of the frame.
    ///
    /// # Errors
    ///
    /// [`Error::MissingColumn`] or [`Error::WrongColumnKind`] naming the feature.
    pub fn score(&self, frame: &DataFrame) -> Result<Vec<Score>, Error> {
        let explainer = Explainer {
            encoding: &self.encoding,
            weights: &self.weights,
            mean_weights: &self.mean_weights,
            calibration: self.calibration,
        };
        let encoded = self.encoding.encode(frame)?;
        Ok(encoded.rows.iter().map(|slots| explainer.explain(slots)).collect())
    }

    /// What it was trained on.
    pub fn spec(&self) -> &TrainingSpec {
        &self.spec
    }

    /// Strength of the penalty that was best on the validation rows.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// How good it is on its test rows.
    pub fn evaluation(&self) -> &Evaluation {
        &self.evaluation
    }

    /// Writes the stored form.
    ///
    /// # Panics
    ///
    /// Never: all parts of a model have a JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, lists and structs have a JSON form")
    }

    /// Reads the stored form and checks that its parts fit together.
    ///
    /// # Errors
    ///
    /// [`Error::UnreadableModel`], [`Error::DamagedModel`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let model: Self = serde_json::from_str(text).map_err(|source| Error::UnreadableModel { source })?;
        let damaged = |problem: String| Err(Error::DamagedModel { problem });
        if model.format != FORMAT {
            return damaged(format!("its format is {}, this program reads {FORMAT}", model.format));
        }
        let (slots, weights) = (model.encoding.width(), model.weights.slots.len());
        if slots != weights {
            return damaged(format!("it has {slots} slots but {weights} weights"));
        }
        let (features, means) = (model.encoding.first_slots().len(), model.mean_weights.len());
        if features != means {
            return damaged(format!("it has {features} features but {means} mean weights"));
        }
        Ok(model)
    }
}
