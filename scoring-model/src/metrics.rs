//! How good probabilities are: ranking, loss, calibration and lift.
//!
//! All four are own code because the library's ROC area is wrong with tied scores. None of them
//! depends on the order of the rows: rows with equal scores are always treated alike.

use crate::exact::float;

/// Number of bins of the calibration error that models are compared by.
pub const CALIBRATION_BINS: usize = 10;

/// Probabilities are kept this far from 0 and 1 in the log loss, so that one certain and wrong
/// answer does not make it infinite.
const LEAST_PROBABILITY: f64 = 1e-15;

/// One row whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The predicted chance of the outcome, 0 to 1.
    pub probability: f64,
    /// What came about.
    pub outcome: bool,
}

/// Computes the share of rows with the outcome.
///
/// **Formula**: n⁺ / n. `None` without rows.
pub fn base_rate(rows: &[Scored]) -> Option<f64> {
    let positives = float(rows.iter().filter(|row| row.outcome).count());
    (!rows.is_empty()).then(|| positives / float(rows.len()))
}

/// Computes the area under the ROC curve: the chance that a random row with the outcome scores
/// higher than a random row without, ties counting one half.
///
/// **Formula**: (R⁺ − n⁺ (n⁺ + 1) / 2) / (n⁺ n⁻), where R⁺ is the sum of the ranks (1 = lowest
/// score) of the rows with the outcome, and rows with equal scores share the mean of their ranks.
/// `None` unless both outcomes occur.
///
/// **Source**: Mann and Whitney, 1947.
pub fn roc_auc(rows: &[Scored]) -> Option<f64> {
    let positives = float(rows.iter().filter(|row| row.outcome).count());
    let negatives = float(rows.len()) - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let mut rank_sum = 0.0;
    let mut ranked = 0;
    for run in runs_of_equals(&ascending(rows)) {
        let mean_rank = float(2 * ranked + run.len() + 1) / 2.0;
        rank_sum += mean_rank * float(run.iter().filter(|row| row.outcome).count());
        ranked += run.len();
    }
    Some((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// Computes the log loss of one row: the surprise at its outcome.
///
/// **Formula**: −ln p with the outcome, −ln(1 − p) without. **Units**: nats.
pub fn surprise(row: &Scored) -> f64 {
    let probability = row.probability.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY);
    if row.outcome { -probability.ln() } else { -(1.0 - probability).ln() }
}

/// Computes the log loss.
///
/// **Formula**: the mean of [`surprise`] over the rows. **Units**: nats. `None` without rows.
pub fn log_loss(rows: &[Scored]) -> Option<f64> {
    (!rows.is_empty()).then(|| rows.iter().map(surprise).sum::<f64>() / float(rows.len()))
}

/// Computes the expected calibration error with bins of equal size.
///
/// **Formula**: Σ over bins of (rows of the bin / n) · |mean probability − share of the outcome|.
/// The rows are sorted by probability and cut at every n / `bins` rows; a cut inside a run of equal
/// probabilities moves to the end of the run. `None` without rows or without bins.
pub fn expected_calibration_error(rows: &[Scored], bins: usize) -> Option<f64> {
    if rows.is_empty() || bins == 0 {
        return None;
    }
    let sorted = ascending(rows);
    let mut weighted_gaps = 0.0;
    let mut start = 0;
    for bin in 1..=bins {
        let end = end_of_run(&sorted, (sorted.len() * bin).div_ceil(bins).max(start));
        let predicted: f64 = sorted[start..end].iter().map(|row| row.probability).sum();
        let happened = float(sorted[start..end].iter().filter(|row| row.outcome).count());
        // |mean − share| times the bin's rows is |sum − count|.
        weighted_gaps += (predicted - happened).abs();
        start = end;
    }
    Some(weighted_gaps / float(sorted.len()))
}

/// Computes the lift of the top decile: how many times as often the outcome occurs among the tenth
/// of the rows with the highest scores as among all.
///
/// **Formula**: (expected n⁺ among the top k / k) / (n⁺ / n), k = n / 10 rounded up. Rows with the
/// same score as the last of the top k enter with the share that has room. `None` unless the
/// outcome occurs.
pub fn lift_at_top_decile(rows: &[Scored]) -> Option<f64> {
    let base_rate = base_rate(rows).filter(|rate| *rate > 0.0)?;
    let size = rows.len().div_ceil(10);
    let mut room = size;
    let mut positives = 0.0;
    for run in runs_of_equals(&ascending(rows)).into_iter().rev() {
        let taken = run.len().min(room);
        let run_positives = float(run.iter().filter(|row| row.outcome).count());
        positives += run_positives * float(taken) / float(run.len());
        room -= taken;
    }
    Some(positives / float(size) / base_rate)
}

fn ascending(rows: &[Scored]) -> Vec<Scored> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|one, other| one.probability.total_cmp(&other.probability));
    sorted
}

fn runs_of_equals(sorted: &[Scored]) -> Vec<&[Scored]> {
    sorted.chunk_by(equal_scores).collect()
}

/// The least index at or after `end` where two neighbours differ.
fn end_of_run(sorted: &[Scored], end: usize) -> usize {
    if end == 0 || end >= sorted.len() {
        return end.min(sorted.len());
    }
    end + sorted[end..].iter().take_while(|row| equal_scores(&sorted[end - 1], row)).count()
}

fn equal_scores(one: &Scored, other: &Scored) -> bool {
    one.probability.total_cmp(&other.probability).is_eq()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(probabilities: &[f64], outcomes: &[u8]) -> Vec<Scored> {
        let scored = |(probability, outcome): (&f64, &u8)| Scored { probability: *probability, outcome: *outcome == 1 };
        probabilities.iter().zip(outcomes).map(scored).collect()
    }

    fn assert_close(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("the measure is defined");
        assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
    }

    #[test]
    fn tied_scores_count_one_half_in_the_area() {
        // Ranks 1.5, 1.5, 3.5, 3.5; R+ = 5; (5 - 3) / 4. The library says 0.375.
        assert_close(roc_auc(&rows(&[0.0, 0.0, 1.0, 1.0], &[0, 1, 0, 1])), 0.5);
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        // Pairs (0.35, 0.1) right, (0.35, 0.4) wrong, (0.8, 0.1) right, (0.8, 0.4) right.
        assert_close(roc_auc(&rows(&[0.1, 0.4, 0.35, 0.8], &[0, 0, 1, 1])), 0.75);
    }

    #[test]
    fn the_area_is_undefined_when_all_outcomes_are_alike() {
        assert_eq!(roc_auc(&rows(&[0.1, 0.2], &[1, 1])), None);
        assert_eq!(roc_auc(&[]), None);
    }

    #[test]
    fn the_log_loss_is_the_mean_surprise() {
        // -(ln 0.8 + ln 0.75) / 2
        assert_close(log_loss(&rows(&[0.8, 0.25], &[1, 0])), 0.255_412_811_882_995_34);
        assert_close(log_loss(&rows(&[0.5], &[0])), std::f64::consts::LN_2);
    }

    #[test]
    fn one_certain_and_wrong_answer_keeps_the_log_loss_finite() {
        assert!(log_loss(&rows(&[0.0], &[1])).unwrap() < 35.0);
    }

    #[test]
    fn the_calibration_error_weighs_the_gap_of_each_bin() {
        // Bins (0.1, 0.3 | 0, 1) gap 0.3 and (0.6, 0.8 | 0, 1) gap 0.2; mean 0.25.
        assert_close(expected_calibration_error(&rows(&[0.8, 0.1, 0.6, 0.3], &[1, 0, 0, 1]), 2), 0.25);
    }

    #[test]
    fn equal_probabilities_share_a_calibration_bin() {
        // Whatever the order of the rows, one bin: mean 0.5, share 0.5.
        assert_close(expected_calibration_error(&rows(&[0.5; 4], &[0, 0, 1, 1]), 2), 0.0);
    }

    #[test]
    fn the_lift_compares_the_top_decile_with_all() {
        // 20 rows, 4 conversions, the two best rows both convert: 1.0 / 0.2.
        let probabilities: Vec<f64> = (0..20).map(f64::from).map(|index| index / 20.0).collect();
        let outcomes = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1];

        assert_close(lift_at_top_decile(&rows(&probabilities, &outcomes)), 5.0);
    }

    #[test]
    fn without_any_ranking_the_lift_is_one() {
        assert_close(lift_at_top_decile(&rows(&[0.3; 30], &[1, 0, 0].repeat(10))), 1.0);
    }
}
