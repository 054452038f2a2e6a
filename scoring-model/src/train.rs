//! Training: split, encode, fit, choose, calibrate, measure.

use polars::prelude::DataFrame;

use crate::calibrate::{Platt, probability};
use crate::encoding::{Encoded, Encoding};
use crate::explain::mean_weights;
use crate::logistic::{TrainingSet, Weights};
use crate::metrics::{Scored, log_loss};
use crate::model::Fitted;
use crate::split::Parts;
use crate::{Error, Evaluation, Model, TrainingSpec, columns, exact};

/// Fewer conversions than this are left to rules; also the least number of rows without conversion.
///
/// The number that Salesforce Einstein asks for; learning curves on public sets flatten from there.
pub const MIN_CONVERSIONS: usize = 120;

/// The optimiser holds the training part as a matrix of floats: 1.3 GB at this many rows and 250
/// slots.
pub(crate) const MAX_ROWS: usize = 1_000_000;

/// Penalties that are tried, the strongest last.
const ALPHAS: [f64; 3] = [1.0, 10.0, 100.0];

/// Weights and how well they do on the validation rows.
struct Candidate {
    alpha: f64,
    weights: Weights,
    loss: f64,
}

/// Trains a model on a frame with one row per lead whose outcome is known.
///
/// The encoding and the weights are fitted on the training part; alpha (the penalty) is the one
/// with the least log loss on the validation part, where the calibration is fitted too; the test
/// part is used for the [`Evaluation`] only. The same frame and spec give the same model bit for bit.
///
/// # Errors
///
/// [`Error::BadSpec`]; [`Error::MissingColumn`], [`Error::WrongColumnKind`],
/// [`Error::MissingValue`], [`Error::NotAnOutcome`] naming the column;
/// [`Error::TooFewOutcomes`] with the counts; [`Error::OneSidedPart`]; [`Error::TooManyRows`];
/// [`Error::FitFailed`].
pub fn train(frame: &DataFrame, spec: &TrainingSpec) -> Result<Model, Error> {
    spec.check()?;
    let outcomes = known_outcomes(frame, spec)?;
    let parts = spec.split.divide(frame)?;
    check_parts(&parts, &outcomes)?;

    let encoding = Encoding::fit(frame, spec, &parts.training)?;
    let encoded = encoding.encode(frame)?;
    let Candidate { alpha, weights, .. } = best_weights(&encoded, &outcomes, &parts)?;
    let mean_weights = mean_weights(&weights, &encoded, &parts.training, spec.features.len());
    let calibration = calibrate(&weights, &encoded, &outcomes, &parts.validation);

    let scored = |row: &usize| Scored {
        probability: probability(calibration.apply(weights.margin(&encoded.rows[*row]))),
        outcome: outcomes[*row],
    };
    let test: Vec<Scored> = parts.test.iter().map(scored).collect();
    let baseline = share(&outcomes, &parts.validation);
    let evaluation = Evaluation::of(&test, baseline).ok_or(Error::OneSidedPart { part: "test" })?;
    let fitted = Fitted { encoding, alpha, weights, mean_weights, calibration };
    Ok(Model::new(spec.clone(), fitted, evaluation))
}

fn known_outcomes(frame: &DataFrame, spec: &TrainingSpec) -> Result<Vec<bool>, Error> {
    if frame.height() > MAX_ROWS {
        return Err(Error::TooManyRows { rows: frame.height(), limit: MAX_ROWS });
    }
    let outcomes = columns::outcomes(frame, &spec.outcome)?;
    let conversions = outcomes.iter().filter(|outcome| **outcome).count();
    for (found, outcome) in [(conversions, "conversions"), (outcomes.len() - conversions, "rows without conversion")] {
        if found < MIN_CONVERSIONS {
            return Err(Error::TooFewOutcomes { found, needed: MIN_CONVERSIONS, outcome });
        }
    }
    Ok(outcomes)
}

fn check_parts(parts: &Parts, outcomes: &[bool]) -> Result<(), Error> {
    let named = [("training", &parts.training), ("validation", &parts.validation), ("test", &parts.test)];
    for (part, rows) in named {
        let conversions = rows.iter().filter(|row| outcomes[**row]).count();
        if conversions == 0 || conversions == rows.len() {
            return Err(Error::OneSidedPart { part });
        }
    }
    Ok(())
}

/// The weights whose penalty gives the least log loss on the validation rows.
fn best_weights(encoded: &Encoded, outcomes: &[bool], parts: &Parts) -> Result<Candidate, Error> {
    let training = TrainingSet::new(encoded, outcomes, &parts.training);
    let candidate = |alpha: f64| -> Result<Candidate, Error> {
        let weights = training.fit(alpha)?;
        let scored = |row: &usize| Scored {
            probability: probability(weights.margin(&encoded.rows[*row])),
            outcome: outcomes[*row],
        };
        let validation: Vec<Scored> = parts.validation.iter().map(scored).collect();
        let loss = log_loss(&validation).ok_or(Error::OneSidedPart { part: "validation" })?;
        Ok(Candidate { alpha, weights, loss })
    };
    let [first, rest @ ..] = ALPHAS;
    let mut best = candidate(first)?;
    for alpha in rest {
        let next = candidate(alpha)?;
        if next.loss < best.loss {
            best = next;
        }
    }
    Ok(best)
}

fn calibrate(weights: &Weights, encoded: &Encoded, outcomes: &[bool], validation: &[usize]) -> Platt {
    let margins: Vec<f64> = validation.iter().map(|row| weights.margin(&encoded.rows[*row])).collect();
    let known: Vec<bool> = validation.iter().map(|row| outcomes[*row]).collect();
    Platt::fit(&margins, &known)
}

fn share(outcomes: &[bool], rows: &[usize]) -> f64 {
    exact::float(rows.iter().filter(|row| outcomes[**row]).count()) / exact::float(rows.len())
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;
    use crate::{Feature, FeatureKind, Score, Split, Verdict};

    const ROWS: u32 = 1_200;

    /// Leads from two sources: the more visits the likelier, referrals twice as likely.
    fn leads() -> DataFrame {
        let visits: Vec<Option<u32>> = (0..ROWS).map(|row| (row % 7 != 0).then_some(row % 10)).collect();
        let sources: Vec<&str> = (0..ROWS).map(|row| if row % 3 == 0 { "Referral" } else { "Website" }).collect();
        let won: Vec<bool> =
            (0..ROWS).map(|row| (row * 37) % 100 < (row % 10) * if row % 3 == 0 { 8 } else { 4 }).collect();
        df!("id" => (0..ROWS).collect::<Vec<_>>(), "visits" => visits, "source" => sources, "won" => won).unwrap()
    }

    fn spec() -> TrainingSpec {
        TrainingSpec {
            outcome: "won".to_owned(),
            features: vec![
                Feature { name: "visits".to_owned(), kind: FeatureKind::Numeric },
                Feature { name: "source".to_owned(), kind: FeatureKind::Category },
            ],
            missing_words: Vec::new(),
            split: Split::Hash { column: "id".to_owned(), salt: String::new() },
        }
    }

    fn scores(model: &Model, visits: u32, source: &str) -> Score {
        let lead = df!("visits" => [visits], "source" => [source]).unwrap();
        model.score(&lead).unwrap().remove(0)
    }

    #[test]
    fn more_visits_and_a_referral_raise_the_score_and_say_so() {
        let model = train(&leads(), &spec()).unwrap();

        let (best, worst) = (scores(&model, 9, "Referral"), scores(&model, 0, "Website"));

        assert_eq!(model.evaluation().verdict(), Verdict::BetterThanBaseRate, "{:?}", model.evaluation());
        assert!(best.probability > 0.5 && worst.probability < 0.1, "{best:?} {worst:?}");
        assert!(best.contributions.iter().all(|part| part.log_odds > 0.0), "{best:?}");
        assert_eq!(best.contributions.iter().find(|part| part.feature == "source").unwrap().value, "Referral");
        assert!((best.base - worst.base).abs() < f64::EPSILON);
    }

    #[test]
    fn contributions_and_base_add_up_to_the_margin() {
        let model = train(&leads(), &spec()).unwrap();

        for score in model.score(&leads()).unwrap() {
            let sum = score.base + score.contributions.iter().map(|part| part.log_odds).sum::<f64>();
            assert!((sum - score.margin).abs() < 1e-12, "{score:?}");
        }
    }

    #[test]
    fn training_again_and_reading_back_give_the_same_model_bit_for_bit() {
        let stored = train(&leads(), &spec()).unwrap().to_json();

        let again = train(&leads(), &spec()).unwrap();
        let read_back = Model::from_json(&stored).unwrap();

        assert_eq!(again.to_json(), stored);
        assert_eq!(read_back, again);
        assert_eq!(read_back.score(&leads()).unwrap(), again.score(&leads()).unwrap());
    }

    #[test]
    fn a_word_never_seen_scores_as_other() {
        let model = train(&leads(), &spec()).unwrap();

        let score = scores(&model, 3, "Billboard");

        assert_eq!(score.contributions.iter().find(|part| part.feature == "source").unwrap().value, "other");
    }

    #[test]
    fn a_damaged_model_is_refused() {
        let stored = train(&leads(), &spec()).unwrap().to_json();

        let older = stored.replacen("\"format\":1", "\"format\":0", 1);
        let shorter = stored.replacen("\"words\":[\"Referral\",", "\"words\":[", 1);

        assert_eq!(
            Model::from_json(&older).unwrap_err().to_string(),
            "the stored model is damaged: its format is 0, this program reads 1"
        );
        let message = Model::from_json(&shorter).unwrap_err().to_string();
        assert!(message.starts_with("the stored model is damaged: it has"), "{message}");
        assert_eq!(Model::from_json("{}").unwrap_err().to_string(), "the stored model cannot be read");
    }

    #[test]
    fn too_few_conversions_say_how_many_are_missing() {
        let mut frame = leads();
        let won: Vec<bool> = (0..ROWS).map(|row| row < 31).collect();
        frame.with_column(polars::prelude::Column::new("won".into(), won)).unwrap();

        let error = train(&frame, &spec()).unwrap_err();

        assert_eq!(error.to_string(), "31 of 120 conversions: too few to learn from");
    }

    #[test]
    fn a_part_with_one_outcome_only_is_named() {
        let mut frame = leads();
        let won: Vec<bool> = (0..ROWS).map(|row| row < 500).collect();
        frame.with_column(polars::prelude::Column::new("won".into(), won)).unwrap();
        let by_time = TrainingSpec { split: Split::Time { column: "id".to_owned() }, ..spec() };

        let error = train(&frame, &by_time).unwrap_err();

        assert_eq!(error.to_string(), "all outcomes in the validation part are alike; choose another split");
    }

    #[test]
    fn a_spec_that_names_the_outcome_as_a_feature_is_refused() {
        let mut spec = spec();
        spec.features.push(Feature { name: "won".to_owned(), kind: FeatureKind::Category });

        let error = train(&leads(), &spec).unwrap_err();

        assert_eq!(error.to_string(), "the training spec is wrong: the outcome `won` is also a feature");
    }
}
