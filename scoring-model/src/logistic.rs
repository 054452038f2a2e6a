//! Logistic regression on encoded rows: linfa does the optimisation.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::encoding::Encoded;
use crate::{Error, exact};

/// The slowest fit on our public sets takes about 450 iterations.
///
/// Linfa stops here without a word. That can cost quality but no honesty: the penalty, the
/// calibration and the evaluation are decided on other rows.
const MAX_ITERATIONS: u64 = 500;

/// The fit ends when the length of the gradient, a sum over the rows, is below this much per row;
/// the loss is then exact to nine digits.
const GRADIENT_PER_ROW: f64 = 1e-6;

/// One weight per slot, in log-odds of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weights {
    #[serde(with = "exact::number")]
    pub(crate) intercept: f64,
    #[serde(with = "exact::numbers")]
    pub(crate) slots: Vec<f64>,
}

/// The training rows in the form that linfa wants, made once for all penalties.
#[derive(Debug)]
pub(crate) struct TrainingSet {
    matrix: Array2<f64>,
    outcomes: Array1<bool>,
}

impl TrainingSet {
    /// Takes the given rows.
    pub(crate) fn new(encoded: &Encoded, outcomes: &[bool], rows: &[usize]) -> Self {
        let mut matrix = Array2::zeros((rows.len(), encoded.width));
        for (mut line, row) in matrix.rows_mut().into_iter().zip(rows) {
            for slot in &encoded.rows[*row] {
                line[*slot] = 1.0;
            }
        }
        Self { matrix, outcomes: rows.iter().map(|row| outcomes[*row]).collect() }
    }

    /// Fits weights that minimise Σ surprise + alpha / 2 · Σ weight², the intercept left free.
    ///
    /// # Errors
    ///
    /// [`Error::FitFailed`] if the optimiser gives up.
    pub(crate) fn fit(&self, alpha: f64) -> Result<Weights, Error> {
        let dataset = DatasetBase::new(self.matrix.view(), self.outcomes.view());
        let fitted = LogisticRegression::default()
            .alpha(alpha)
            .max_iterations(MAX_ITERATIONS)
            .gradient_tolerance(GRADIENT_PER_ROW * exact::float(self.matrix.nrows()))
            .fit(&dataset)
            .map_err(|source| Error::FitFailed { alpha, source })?;
        // Linfa models the more frequent class, whichever that is.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        Ok(Weights {
            intercept: sign * fitted.intercept(),
            slots: fitted.params().iter().map(|weight| sign * weight).collect(),
        })
    }
}

impl Weights {
    /// Log-odds of the outcome for a row given by its active slots.
    pub(crate) fn margin(&self, slots: &[usize]) -> f64 {
        self.intercept + slots.iter().map(|slot| self.slots[*slot]).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slot 0 converts `often` times of 100, slot 1 `seldom` times of 100.
    fn two_groups(often: usize, seldom: usize) -> (Encoded, Vec<bool>) {
        let rows = (0..200).map(|row| vec![row / 100]).collect();
        let outcomes = (0..200).map(|row| row % 100 < if row < 100 { often } else { seldom }).collect();
        (Encoded { width: 2, rows }, outcomes)
    }

    fn fit(often: usize, seldom: usize) -> Weights {
        let (encoded, outcomes) = two_groups(often, seldom);
        TrainingSet::new(&encoded, &outcomes, &(0..200).collect::<Vec<_>>()).fit(0.001).unwrap()
    }

    #[test]
    fn the_margin_is_the_log_odds_of_the_conversion_whether_it_is_frequent_or_rare() {
        for (often, seldom) in [(80, 60), (40, 20), (60, 40)] {
            let weights = fit(often, seldom);

            for (slot, rate) in [(0, often), (1, seldom)] {
                let rate = exact::float(rate) / 100.0;
                let expected = (rate / (1.0 - rate)).ln();
                assert!((weights.margin(&[slot]) - expected).abs() < 0.01, "{often} and {seldom}: {weights:?}");
            }
        }
    }

    #[test]
    fn outcomes_that_are_all_alike_are_an_error() {
        let (encoded, _) = two_groups(0, 0);

        let error = TrainingSet::new(&encoded, &[false; 200], &(0..200).collect::<Vec<_>>()).fit(1.0).unwrap_err();

        assert_eq!(error.to_string(), "the logistic regression with alpha 1 could not be fitted");
    }
}
