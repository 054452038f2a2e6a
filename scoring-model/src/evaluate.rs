//! Measures a model on rows it has never seen, and says whether it is worth anything.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::exact::{self, float};
use crate::metrics::{
    CALIBRATION_BINS, Scored, base_rate, expected_calibration_error, lift_at_top_decile, log_loss, roc_auc, surprise,
};

/// The gain over the base rate must exceed this many of its standard errors to count.
///
/// Two: a set without any signal then passes about once in forty times.
const STANDARD_ERRORS: f64 = 2.0;

/// How good a model is on its test rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Number of test rows.
    pub rows: usize,
    /// Share of the test rows with the outcome.
    #[serde(with = "exact::number")]
    pub base_rate: f64,
    /// See [`crate::metrics::roc_auc`].
    #[serde(with = "exact::number")]
    pub roc_auc: f64,
    /// See [`crate::metrics::log_loss`]. **Units**: nats.
    #[serde(with = "exact::number")]
    pub log_loss: f64,
    /// See [`crate::metrics::expected_calibration_error`], ten bins.
    #[serde(with = "exact::number")]
    pub calibration_error: f64,
    /// See [`crate::metrics::lift_at_top_decile`].
    #[serde(with = "exact::number")]
    pub top_decile_lift: f64,
    /// How much lower the log loss is than that of one chance for all rows, the share of the
    /// outcome among the validation rows. **Units**: nats per row; negative when the model is worse.
    #[serde(with = "exact::number")]
    pub gain: f64,
    /// Standard error of `gain` over the test rows.
    #[serde(with = "exact::number")]
    pub gain_standard_error: f64,
}

/// Whether a model may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its gain over the base rate is more than chance explains.
    BetterThanBaseRate,
    /// It says no more than the share of conversions does; showing its scores would invent
    /// confidence.
    NoBetterThanBaseRate,
}

impl Evaluation {
    /// Measures scored rows against the single chance `baseline`; `None` unless both outcomes occur.
    pub(crate) fn of(test: &[Scored], baseline: f64) -> Option<Self> {
        let gain_of = |row: &Scored| surprise(&Scored { probability: baseline, ..*row }) - surprise(row);
        let gains: Vec<f64> = test.iter().map(gain_of).collect();
        let gain = gains.iter().sum::<f64>() / float(test.len());
        let squares: f64 = gains.iter().map(|row| (row - gain).powi(2)).sum();
        Some(Self {
            rows: test.len(),
            base_rate: base_rate(test)?,
            roc_auc: roc_auc(test)?,
            log_loss: log_loss(test)?,
            calibration_error: expected_calibration_error(test, CALIBRATION_BINS)?,
            top_decile_lift: lift_at_top_decile(test)?,
            gain,
            gain_standard_error: squares.sqrt() / float(test.len()),
        })
    }

    /// Judges the gain over the base rate.
    pub fn verdict(&self) -> Verdict {
        if self.gain > STANDARD_ERRORS * self.gain_standard_error {
            return Verdict::BetterThanBaseRate;
        }
        Verdict::NoBetterThanBaseRate
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BetterThanBaseRate => "better than the base rate",
            Self::NoBetterThanBaseRate => "no better than the base rate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_rows(chances: [f64; 2]) -> Vec<Scored> {
        // Of 50 rows of each kind, 10 and 40 convert.
        (0..100)
            .map(|row| Scored { probability: chances[row / 50], outcome: row % 50 < if row < 50 { 10 } else { 40 } })
            .collect()
    }

    #[test]
    fn a_model_that_knows_the_two_rates_is_better_than_the_base_rate() {
        let evaluation = Evaluation::of(&test_rows([0.2, 0.8]), 0.5).unwrap();

        assert_eq!(evaluation.verdict(), Verdict::BetterThanBaseRate);
        // ln 2 - (-0.2 ln 0.2 - 0.8 ln 0.8)
        assert!((evaluation.gain - 0.192_744_757_021_757_4).abs() < 1e-12, "{evaluation:?}");
    }

    #[test]
    fn a_model_that_gives_all_rows_the_base_rate_is_no_better_than_it() {
        let evaluation = Evaluation::of(&test_rows([0.5, 0.5]), 0.5).unwrap();

        assert_eq!(evaluation.verdict().to_string(), "no better than the base rate");
        assert!(evaluation.gain.abs() < 1e-15, "{evaluation:?}");
    }

    #[test]
    fn a_model_that_is_wrong_has_a_negative_gain() {
        let evaluation = Evaluation::of(&test_rows([0.8, 0.2]), 0.5).unwrap();

        assert!(evaluation.gain < 0.0);
        assert_eq!(evaluation.verdict(), Verdict::NoBetterThanBaseRate);
    }

    #[test]
    fn without_both_outcomes_there_is_no_evaluation() {
        assert_eq!(Evaluation::of(&[Scored { probability: 0.5, outcome: true }], 0.5), None);
    }
}
