//! Scores by plain points, until there are enough conversions to learn from.

use polars::prelude::DataFrame;
use serde_json::{Value, json};

use crate::{
    Error, columns,
    lead_score::{LeadScore, Reason, TierLimits},
    words::{self, Words},
};

/// What every lead starts with. **Units**: points.
pub(crate) const BASE: i64 = 30;
/// Tiers of scores that are points and no chances.
pub(crate) const LIMITS: TierLimits = TierLimits { hot: 60, warm: 40, cool: 20 };

/// When a rule gives its points.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Condition {
    Word(&'static [&'static str]),
    AtLeast(f64),
    AtMost(f64),
}

/// One rule; of several for one feature, the first that holds counts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    feature: &'static str,
    condition: Condition,
    points: i64,
}

const RULES: &[Rule] = &[
    rule("source", Condition::Word(&["referral", "partner", "reference"]), 20),
    rule("source", Condition::Word(&["webinar", "trade_show", "event"]), 5),
    rule("source", Condition::Word(&["cold_list", "purchased list"]), -15),
    rule("priority", Condition::Word(&["high"]), 5),
    rule("has_email", Condition::Word(&["no"]), -10),
    rule("has_phone", Condition::Word(&["yes"]), 3),
    rule("has_company", Condition::Word(&["yes"]), 5),
    rule("visits", Condition::AtLeast(10.0), 10),
    rule("visits", Condition::AtLeast(5.0), 5),
    rule("seconds_on_site", Condition::AtLeast(600.0), 5),
    rule("meetings_30", Condition::AtLeast(1.0), 15),
    rule("inbound_30", Condition::AtLeast(2.0), 10),
    rule("inbound_30", Condition::AtLeast(1.0), 5),
    rule("days_since_touch", Condition::AtLeast(60.0), -20),
    rule("days_since_touch", Condition::AtLeast(30.0), -10),
    rule("response_hours", Condition::AtMost(24.0), 5),
    rule("rating", Condition::AtLeast(4.0), 20),
    rule("rating", Condition::AtMost(2.0), -20),
];

const fn rule(feature: &'static str, condition: Condition, points: i64) -> Rule {
    Rule { feature, condition, points }
}

/// The rules as they are shown and stored with a model.
pub(crate) fn as_json() -> Value {
    let rule = |rule: &Rule| {
        let when = match rule.condition {
            Condition::Word(words) => format!("is {}", words.join(" or ")),
            Condition::AtLeast(limit) => format!("is at least {limit}"),
            Condition::AtMost(limit) => format!("is at most {limit}"),
        };
        json!({"feature": rule.feature, "label": words::label(rule.feature), "when": when, "points": rule.points})
    };
    Value::Array(RULES.iter().map(rule).collect())
}

/// Scores every row of a frame by the rules.
///
/// # Errors
/// [`Error::MissingColumn`], which is a defect.
pub(crate) fn score(frame: &DataFrame) -> Result<Vec<LeadScore>, Error> {
    let words = Words::of(frame)?;
    let mut reasons: Vec<Vec<Reason>> = vec![Vec::new(); frame.height()];
    for rule in RULES {
        for (row, holds) in rule.holds(frame)?.into_iter().enumerate() {
            if holds && reasons[row].iter().all(|reason| reason.feature != rule.feature) {
                reasons[row].push(Reason {
                    feature: rule.feature.to_owned(),
                    label: words::label(rule.feature),
                    points: rule.points,
                    text: words.at(rule.feature, row),
                });
            }
        }
    }
    let score = |reasons: Vec<Reason>| {
        let sum: i64 = reasons.iter().map(|reason| reason.points).sum();
        LeadScore::new((BASE + sum).clamp(0, 100), BASE, LIMITS, reasons)
    };
    Ok(reasons.into_iter().map(score).collect())
}

impl Rule {
    fn holds(&self, frame: &DataFrame) -> Result<Vec<bool>, Error> {
        Ok(match self.condition {
            Condition::Word(words) => {
                let given = columns::texts(frame, self.feature, &[])?;
                given.iter().map(|word| word.as_deref().is_some_and(|word| words.contains(&word))).collect()
            }
            Condition::AtLeast(limit) => self.compare(frame, |number| number >= limit)?,
            Condition::AtMost(limit) => self.compare(frame, |number| number <= limit)?,
        })
    }

    fn compare(&self, frame: &DataFrame, holds: impl Fn(f64) -> bool) -> Result<Vec<bool>, Error> {
        Ok(columns::numbers(frame, self.feature)?.into_iter().map(|number| number.is_some_and(&holds)).collect())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::Column;

    use super::*;
    use crate::{FeatureKind, feature::FEATURES, lead_score::Tier};

    fn frame(words: &[(&str, &str)], numbers: &[(&str, f64)]) -> DataFrame {
        let column = |feature: &crate::feature::FeatureDef| match feature.kind {
            FeatureKind::Category => {
                let given = words.iter().find(|(name, _)| *name == feature.name).map(|(_, word)| (*word).to_owned());
                Column::new(feature.name.into(), vec![given])
            }
            FeatureKind::Numeric => {
                let given = numbers.iter().find(|(name, _)| *name == feature.name).map(|(_, number)| *number);
                Column::new(feature.name.into(), vec![given])
            }
        };
        DataFrame::new(1, FEATURES.iter().map(column).collect()).unwrap()
    }

    #[test]
    fn a_referral_that_meets_us_is_hot_and_says_why() {
        let score = score(&frame(&[("source", "referral")], &[("meetings_30", 1.0)])).unwrap().remove(0);

        assert_eq!((score.score, score.tier), (65, Tier::Hot));
        assert_eq!(score.reasons[0].text, "Source: referral");
        assert_eq!(score.reasons.iter().map(|reason| reason.points).collect::<Vec<_>>(), [20, 15]);
    }

    #[test]
    fn of_the_rules_for_one_feature_only_the_first_that_holds_counts() {
        let score = score(&frame(&[], &[("visits", 12.0)])).unwrap().remove(0);

        assert_eq!(score.score, BASE + 10);
    }

    #[test]
    fn a_score_never_leaves_the_scale_and_its_points_still_add_up() {
        let bad = [("source", "cold_list"), ("has_email", "no")];

        let score = score(&frame(&bad, &[("days_since_touch", 90.0), ("rating", 1.0)])).unwrap().remove(0);

        assert_eq!(score.score, 0);
        assert_eq!(score.base + score.reasons.iter().map(|reason| reason.points).sum::<i64>(), 0);
    }

    #[test]
    fn every_rule_is_about_a_feature() {
        assert!(RULES.iter().all(|rule| FEATURES.iter().any(|feature| feature.name == rule.feature)));
    }
}
