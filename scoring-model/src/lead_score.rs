//! A score as people see it: 0 to 100, a tier, and reasons in points that add up to it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Score, feature};

/// Reasons that are told in each direction; the rest is summed up.
const REASONS_EACH_WAY: usize = 4;
/// Name of the sum of all reasons that are not told one by one.
pub(crate) const OTHER: &str = "other";

/// How urgent a lead is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// At least twice as likely to convert as an average lead.
    Hot,
    /// At least as likely as an average lead.
    Warm,
    /// At least half as likely.
    Cool,
    /// Less likely than that.
    Cold,
}

impl Tier {
    /// Every tier, the best first.
    pub const ALL: [Self; 4] = [Self::Hot, Self::Warm, Self::Cool, Self::Cold];

    /// Its word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Warm => "warm",
            Self::Cool => "cool",
            Self::Cold => "cold",
        }
    }
}

/// Least scores of the tiers.
///
/// **Units**: points, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierLimits {
    /// Least score of a hot lead.
    pub hot: i64,
    /// Least score of a warm lead.
    pub warm: i64,
    /// Least score of a cool lead.
    pub cool: i64,
}

impl TierLimits {
    /// The limits for models whose score is a chance: 2, 1 and ½ times the share of conversions.
    ///
    /// A hot lead never needs more than 80, a cool one never less than 1, so that no tier is out of
    /// reach where conversions are very frequent or very rare.
    pub(crate) fn around(base_rate: f64) -> Self {
        let hot = whole(200.0 * base_rate).clamp(3, 80);
        let warm = whole(100.0 * base_rate).clamp(2, hot - 1);
        let cool = whole(50.0 * base_rate).clamp(1, warm - 1);
        Self { hot, warm, cool }
    }

    /// The tier of a score.
    pub fn tier(self, score: i64) -> Tier {
        if score >= self.hot {
            Tier::Hot
        } else if score >= self.warm {
            Tier::Warm
        } else if score >= self.cool {
            Tier::Cool
        } else {
            Tier::Cold
        }
    }
}

/// One reason of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Name of the feature, or `other` for all that are not told one by one.
    pub feature: String,
    /// The feature's label.
    pub label: String,
    /// What it adds to the score. **Units**: points; negative when it lowers it.
    pub points: i64,
    /// The reason in words, such as `Source: referral`.
    pub text: String,
}

/// The score of one lead.
///
/// **Invariant**: `base` plus the points of all reasons is `score`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeadScore {
    pub(crate) score: i64,
    pub(crate) tier: Tier,
    pub(crate) base: i64,
    /// The strongest first, `other` last.
    pub(crate) reasons: Vec<Reason>,
}

impl LeadScore {
    /// A score from reasons whose points may add up to more than it: `other` takes the difference.
    ///
    /// Reasons of one topic become one, told in the words of the strongest.
    pub(crate) fn new(score: i64, base: i64, limits: TierLimits, reasons: Vec<Reason>) -> Self {
        let mut reasons = merged(reasons);
        reasons.retain(|reason| reason.points != 0);
        reasons.sort_by_key(|reason| -reason.points.abs());
        let mut told = Vec::new();
        let mut left = [REASONS_EACH_WAY; 2];
        for reason in reasons {
            let direction = usize::from(reason.points < 0);
            if left[direction] > 0 {
                left[direction] -= 1;
                told.push(reason);
            }
        }
        let rest = score - base - told.iter().map(|reason| reason.points).sum::<i64>();
        if rest != 0 {
            let (label, text) = ("Everything else".to_owned(), "Everything else together".to_owned());
            told.push(Reason { feature: OTHER.to_owned(), label, points: rest, text });
        }
        Self { score, tier: limits.tier(score), base, reasons: told }
    }
}

/// One reason per topic, with the sum of its points.
fn merged(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_by_key(|reason| -reason.points.abs());
    let mut topics: Vec<Reason> = Vec::new();
    for reason in reasons {
        let same = |known: &&mut Reason| feature::topic(&known.feature) == feature::topic(&reason.feature);
        match topics.iter_mut().find(same) {
            Some(known) => known.points += reason.points,
            None => topics.push(reason),
        }
    }
    topics
}

/// Points of every contribution, in the order of `score.contributions`, and the rounded score and base.
///
/// **Formula**: the exact points of a contribution are its share of the way from the base to the
/// score: contribution · (100 p − 100 p₀) / (margin − base); each is rounded down and the largest
/// remainders are rounded up until the sum is the rounded score minus the rounded base.
pub(crate) fn points(score: &Score) -> (i64, i64, Vec<i64>) {
    let chance = |margin: f64| 100.0 / (1.0 + (-margin).exp());
    let way = score.margin - score.base;
    let per_log_odds = if way.abs() > 1e-9 {
        (chance(score.margin) - chance(score.base)) / way
    } else {
        let base = chance(score.base);
        base * (100.0 - base) / 100.0
    };
    let (total, base) = (whole(chance(score.margin)), whole(chance(score.base)));
    let exact: Vec<f64> = score.contributions.iter().map(|part| part.log_odds * per_log_odds).collect();
    let mut rounded: Vec<i64> = exact.iter().map(|points| whole(points.floor())).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|one, other| fraction(exact[*other]).total_cmp(&fraction(exact[*one])));
    let missing = usize::try_from(total - base - rounded.iter().sum::<i64>()).unwrap_or_default();
    for index in order.into_iter().take(missing) {
        rounded[index] += 1;
    }
    (total, base, rounded)
}

fn fraction(value: f64) -> f64 {
    value - value.floor()
}

/// The nearest whole number; scores and points are far below 2^53.
#[expect(clippy::cast_possible_truncation, reason = "clamped to a range that an i64 holds")]
fn whole(value: f64) -> i64 {
    value.round().clamp(-1e15, 1e15) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contribution;

    fn score(base: f64, parts: &[f64]) -> Score {
        let margin = base + parts.iter().sum::<f64>();
        let contribution =
            |log_odds: &f64| Contribution { feature: "f".into(), value: "v".into(), log_odds: *log_odds };
        let contributions = parts.iter().map(contribution).collect();
        Score { probability: 1.0 / (1.0 + (-margin).exp()), margin, base, contributions }
    }

    #[test]
    fn base_and_points_add_up_to_the_score() {
        for parts in [&[1.2, -0.4, 0.03][..], &[0.5, -0.5], &[-3.0, 2.0, 0.9, -0.001], &[0.0], &[]] {
            for base in [-4.0, -0.3, 0.0, 2.5] {
                let (total, base, points) = points(&score(base, parts));

                assert_eq!(base + points.iter().sum::<i64>(), total, "{parts:?}");
            }
        }
    }

    #[test]
    fn reasons_that_cancel_out_are_still_told() {
        // From an even chance, half a log-odd is about 12 points.
        let (total, base, points) = points(&score(0.0, &[0.5, -0.5]));

        assert_eq!((total, base), (50, 50));
        assert!(points[0] == 12 || points[0] == 13, "{points:?}");
    }

    #[test]
    fn the_strongest_four_each_way_are_told_and_the_rest_is_one_sum() {
        let reason = |points| Reason { feature: points_name(points), label: "l".into(), points, text: "t".into() };
        let limits = TierLimits { hot: 60, warm: 40, cool: 20 };

        let score = LeadScore::new(50, 30, limits, [1, 9, 3, -2, 4, 5, 0].map(reason).to_vec());

        let told: Vec<i64> = score.reasons.iter().map(|reason| reason.points).collect();
        assert_eq!(told, [9, 5, 4, 3, -2, 1]);
        assert_eq!(score.reasons[5].feature, OTHER);
        assert_eq!(score.tier, Tier::Warm);
    }

    #[test]
    fn features_of_one_topic_are_one_reason_in_the_words_of_the_strongest() {
        let reason = |(feature, points): (&str, i64)| {
            let (feature, text) = (feature.to_owned(), feature.to_owned());
            Reason { feature, label: "l".into(), points, text }
        };
        let parts = [("calls_30", 2), ("country", 3), ("calls_90", 4), ("source", 5), ("source_rate", -5)];

        let score = LeadScore::new(39, 30, TierLimits { hot: 60, warm: 40, cool: 20 }, parts.map(reason).to_vec());

        let told: Vec<(&str, i64)> = score.reasons.iter().map(|reason| (reason.text.as_str(), reason.points)).collect();
        assert_eq!(told, [("calls_90", 6), ("country", 3)]);
    }

    fn points_name(points: i64) -> String {
        format!("feature {points}")
    }

    #[test]
    fn tiers_follow_the_share_of_conversions() {
        let limits = TierLimits::around(0.15);

        assert_eq!(
            [30, 29, 15, 14, 8, 7].map(|score| limits.tier(score)),
            [Tier::Hot, Tier::Warm, Tier::Warm, Tier::Cool, Tier::Cool, Tier::Cold]
        );
        assert_eq!(TierLimits::around(0.0), TierLimits { hot: 3, warm: 2, cool: 1 });
        assert_eq!(TierLimits::around(0.9).hot, 80);
    }
}
