//! Platt scaling: stretches and shifts margins until they mean what they say.

use serde::{Deserialize, Serialize};

use crate::exact::{self, float};

/// Newton's method needs fewer than ten steps on this convex problem; the limit is for rounding.
const MAX_STEPS: usize = 100;

/// A step smaller than this changes no probability that anybody could see.
const LEAST_STEP: f64 = 1e-10;

/// Keeps the curvature invertible when all margins are equal.
const RIDGE: f64 = 1e-9;

/// The calibrated margin is `slope` times the raw one plus `intercept`, in log-odds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platt {
    #[serde(with = "exact::number")]
    pub(crate) slope: f64,
    #[serde(with = "exact::number")]
    pub(crate) intercept: f64,
}

impl Platt {
    /// Fits slope and intercept on margins with known outcomes.
    ///
    /// **Formula**: least log loss of σ(slope · margin + intercept) against the targets
    /// (n⁺ + 1) / (n⁺ + 2) for conversions and 1 / (n⁻ + 2) for the rest, which keep a part that is
    /// separated perfectly from a slope without bound.
    ///
    /// **Source**: Platt, 1999; Lin, Lin and Weng, 2007.
    pub(crate) fn fit(margins: &[f64], outcomes: &[bool]) -> Self {
        let positives = float(outcomes.iter().filter(|outcome| **outcome).count());
        let negatives = float(outcomes.len()) - positives;
        let high = (positives + 1.0) / (positives + 2.0);
        let low = 1.0 / (negatives + 2.0);
        let rows: Vec<(f64, f64)> = margins
            .iter()
            .zip(outcomes)
            .map(|(margin, outcome)| (*margin, if *outcome { high } else { low }))
            .collect();

        let mut platt = Self { slope: 0.0, intercept: ((positives + 1.0) / (negatives + 1.0)).ln() };
        let mut loss = platt.loss(&rows);
        for _ in 0..MAX_STEPS {
            let (slope_step, intercept_step) = platt.newton_step(&rows);
            let step = |size: f64| Self {
                slope: platt.slope - size * slope_step,
                intercept: platt.intercept - size * intercept_step,
            };
            // A full step can overshoot where the curve is flat; half of it, and so on, cannot for ever.
            let mut size = 1.0;
            while step(size).loss(&rows) > loss && size > LEAST_STEP {
                size /= 2.0;
            }
            platt = step(size);
            loss = platt.loss(&rows);
            if slope_step.abs().max(intercept_step.abs()) * size < LEAST_STEP {
                break;
            }
        }
        platt
    }

    /// The calibrated margin, in log-odds.
    pub(crate) fn apply(self, margin: f64) -> f64 {
        self.slope * margin + self.intercept
    }

    fn loss(self, rows: &[(f64, f64)]) -> f64 {
        // -(t ln p + (1 - t) ln(1 - p)) = ln(1 + e^z) - t z, without overflow for large z.
        let row_loss = |(margin, target): &(f64, f64)| {
            let z = self.apply(*margin);
            z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z
        };
        rows.iter().map(row_loss).sum()
    }

    fn newton_step(self, rows: &[(f64, f64)]) -> (f64, f64) {
        let (mut gradient_slope, mut gradient_intercept) = (0.0, 0.0);
        let (mut slope_slope, mut slope_intercept, mut intercept_intercept) = (RIDGE, 0.0, RIDGE);
        for (margin, target) in rows {
            let probability = probability(self.apply(*margin));
            let error = probability - target;
            let curvature = probability * (1.0 - probability);
            gradient_slope += error * margin;
            gradient_intercept += error;
            slope_slope += curvature * margin * margin;
            slope_intercept += curvature * margin;
            intercept_intercept += curvature;
        }
        let determinant = slope_slope * intercept_intercept - slope_intercept * slope_intercept;
        (
            (gradient_slope * intercept_intercept - gradient_intercept * slope_intercept) / determinant,
            (gradient_intercept * slope_slope - gradient_slope * slope_intercept) / determinant,
        )
    }
}

/// The probability that belongs to a margin in log-odds: 1 / (1 + e^−margin).
pub(crate) fn probability(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_get_their_own_conversion_rates() {
        // 1,000 rows each at margin -3 and 3, converting 25 % and 75 %: log-odds -ln 3 and ln 3.
        let margins = [vec![-3.0; 1_000], vec![3.0; 1_000]].concat();
        let outcomes: Vec<bool> = (0..2_000).map(|row| row % 1_000 < if row < 1_000 { 250 } else { 750 }).collect();

        let platt = Platt::fit(&margins, &outcomes);

        assert!((platt.slope - 3.0_f64.ln() / 3.0).abs() < 0.01, "{platt:?}");
        assert!(platt.intercept.abs() < 0.01, "{platt:?}");
    }

    #[test]
    fn margins_without_meaning_give_the_base_rate() {
        let margins: Vec<f64> = (0..400).map(|row| if row % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let outcomes: Vec<bool> = (0..400).map(|row| row % 4 < 2).collect();

        let platt = Platt::fit(&margins, &outcomes);

        assert!((probability(platt.apply(1.0)) - 0.5).abs() < 1e-6, "{platt:?}");
        assert!(platt.slope.abs() < 1e-6, "{platt:?}");
    }

    #[test]
    fn perfectly_separated_margins_keep_a_finite_slope() {
        let margins: Vec<f64> = (0..100).map(|row| if row < 50 { -2.0 } else { 2.0 }).collect();
        let outcomes: Vec<bool> = (0..100).map(|row| row >= 50).collect();

        let platt = Platt::fit(&margins, &outcomes);

        // The targets are 51/52 and 1/52: log-odds ln 51 at margin 2.
        assert!((platt.apply(2.0) - 51.0_f64.ln()).abs() < 1e-6, "{platt:?}");
    }

    #[test]
    fn equal_margins_give_a_finite_answer() {
        let platt = Platt::fit(&[0.7; 40], &[[true; 10].as_slice(), &[false; 30]].concat());

        assert!((probability(platt.apply(0.7)) - 0.25).abs() < 0.02, "{platt:?}");
    }
}
