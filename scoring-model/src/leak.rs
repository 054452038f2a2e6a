//! Finds features that know too much: what explains the outcome alone was probably written with it.

use polars::prelude::DataFrame;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Model, Score, columns, exact,
    metrics::{Scored, roc_auc},
    words,
};

/// A feature with more than this share of all importance is suspicious.
const GREATEST_SHARE: f64 = 0.5;
/// A feature without which the area under the curve falls by more than this is suspicious.
const GREATEST_JUMP: f64 = 0.1;

/// How much a model relies on one feature.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Importance {
    /// Name of the feature.
    pub feature: String,
    /// Its label.
    pub label: String,
    /// Mean absolute contribution, as a share of that of all features together, 0 to 1.
    pub share: f64,
    /// How much the area under the curve on the test rows falls when every row gets the average
    /// contribution of this feature instead of its own.
    pub auc_drop: f64,
    /// Whether it probably knows the outcome.
    pub suspicious: bool,
}

/// Measures every feature on the test rows, the most important first.
///
/// # Errors
/// As [`Model::score`].
pub fn importance(model: &Model, frame: &DataFrame) -> Result<Vec<Importance>, Error> {
    let spec = model.spec();
    let outcomes = columns::outcomes(frame, &spec.outcome)?;
    let test = spec.split.divide(frame)?.test;
    let scores = model.score(frame)?;
    let rows: Vec<(&Score, bool)> = test.iter().map(|row| (&scores[*row], outcomes[*row])).collect();
    let full = area(&rows, |_| 0.0);
    let contribution = |score: &Score, name: &str| {
        score.contributions.iter().find(|part| part.feature == name).map_or(0.0, |part| part.log_odds)
    };
    let sizes: Vec<f64> = spec
        .features
        .iter()
        .map(|feature| {
            rows.iter().map(|(score, _)| contribution(score, &feature.name).abs()).sum::<f64>()
                / exact::float(rows.len().max(1))
        })
        .collect();
    let total: f64 = sizes.iter().sum();
    let mut found: Vec<Importance> = Vec::with_capacity(sizes.len());
    for (feature, size) in spec.features.iter().zip(sizes) {
        let share = if total > 0.0 { size / total } else { 0.0 };
        let auc_drop = full - area(&rows, |score| contribution(score, &feature.name));
        found.push(Importance {
            feature: feature.name.clone(),
            label: words::label(&feature.name),
            share,
            auc_drop,
            suspicious: share > GREATEST_SHARE || auc_drop > GREATEST_JUMP,
        });
    }
    found.sort_by(|one, other| other.share.total_cmp(&one.share));
    Ok(found)
}

/// Area under the curve of margins less a part of them.
fn area(rows: &[(&Score, bool)], less: impl Fn(&Score) -> f64) -> f64 {
    let scored =
        |(score, outcome): &(&Score, bool)| Scored { probability: score.margin - less(score), outcome: *outcome };
    roc_auc(&rows.iter().map(scored).collect::<Vec<_>>()).unwrap_or(0.5)
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;
    use crate::{Feature, FeatureKind, Split, TrainingSpec, train};

    #[test]
    fn a_feature_filled_in_with_the_outcome_is_found() {
        let won: Vec<bool> = (0..1_000_u32).map(|row| (row * 37) % 100 < 20).collect();
        let tag: Vec<&str> = won.iter().map(|won| if *won { "closed by sale" } else { "ringing" }).collect();
        let visits: Vec<u32> = (0..1_000).map(|row| row % 7).collect();
        let frame =
            df!("id" => (0..1_000).collect::<Vec<u32>>(), "tag" => tag, "visits" => visits, "won" => won).unwrap();
        let spec = TrainingSpec {
            outcome: "won".to_owned(),
            features: vec![
                Feature { name: "visits".to_owned(), kind: FeatureKind::Numeric },
                Feature { name: "tag".to_owned(), kind: FeatureKind::Category },
            ],
            missing_words: Vec::new(),
            split: Split::Hash { column: "id".to_owned(), salt: String::new() },
        };

        let found = importance(&train(&frame, &spec).unwrap(), &frame).unwrap();

        assert_eq!((found[0].feature.as_str(), found[0].suspicious), ("tag", true), "{found:?}");
        assert_eq!((found[1].feature.as_str(), found[1].suspicious), ("visits", false), "{found:?}");
    }
}
