//! Why a row scores as it does: exact additive contributions of the features.

use crate::calibrate::{Platt, probability};
use crate::encoding::{Encoded, Encoding};
use crate::exact::float;
use crate::logistic::Weights;

/// The chance of the outcome for one row, and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The calibrated chance of the outcome, 0 to 1: 1 / (1 + e^−margin).
    pub probability: f64,
    /// The calibrated log-odds of the outcome; equals `base` plus all contributions.
    pub margin: f64,
    /// Log-odds of the average training row; the same for all rows of a model.
    pub base: f64,
    /// One per feature, the largest absolute value first.
    pub contributions: Vec<Contribution>,
}

/// What one feature adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Name of the feature.
    pub feature: String,
    /// The row's value as the model sees it: `Google`, `over 3 to 5`, `other`, `missing`.
    pub value: String,
    /// Log-odds added compared with the average training row; negative when it lowers the chance.
    pub log_odds: f64,
}

/// Mean weight of each feature's active slot over the given rows: what an average row gets from it.
///
/// **Shape**: one entry per feature, in the order of the encoding.
pub(crate) fn mean_weights(weights: &Weights, encoded: &Encoded, rows: &[usize], features: usize) -> Vec<f64> {
    let mut sums = vec![0.0; features];
    for row in rows {
        for (sum, slot) in sums.iter_mut().zip(&encoded.rows[*row]) {
            *sum += weights.slots[*slot];
        }
    }
    sums.iter().map(|sum| sum / float(rows.len())).collect()
}

/// The fitted parts that a score is explained from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Explainer<'a> {
    pub(crate) encoding: &'a Encoding,
    pub(crate) weights: &'a Weights,
    pub(crate) mean_weights: &'a [f64],
    pub(crate) calibration: Platt,
}

impl Explainer<'_> {
    /// Scores a row given by its active slots, one per feature.
    ///
    /// **Formula**: contribution of feature f = slope · (weight of its active slot − mean weight of
    /// f); base = slope · (intercept + Σ mean weights) + calibration intercept.
    pub(crate) fn explain(&self, slots: &[usize]) -> Score {
        let base = self.calibration.apply(self.weights.intercept + self.mean_weights.iter().sum::<f64>());
        let mut contributions: Vec<Contribution> = Vec::with_capacity(slots.len());
        for (feature, ((name, first_slot), slot)) in self.encoding.first_slots().into_iter().zip(slots).enumerate() {
            let above_mean = self.weights.slots[*slot] - self.mean_weights[feature];
            contributions.push(Contribution {
                feature: name.to_owned(),
                value: self.encoding.describe(feature, slot - first_slot),
                log_odds: self.calibration.slope * above_mean,
            });
        }
        // Stable, so features of equal weight keep the order of the spec.
        contributions.sort_by(|one, other| other.log_odds.abs().total_cmp(&one.log_odds.abs()));
        let margin = self.calibration.apply(self.weights.margin(slots));
        Score { probability: probability(margin), margin, base, contributions }
    }
}
