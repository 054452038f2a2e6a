//! Training on real data, where it is there: a set with signal and a set without.

use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::{
    Feature, FeatureKind, Split, TrainingSpec, Verdict,
    public_leads::{known_at_arrival, known_before_work, read},
    train,
};

/// A file of the shared data folder beside the repository; `None`, with a message, where it is not.
fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(file);
    if !path.exists() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn words(names: &[&str]) -> Vec<Feature> {
    names.iter().map(|name| Feature { name: (*name).to_owned(), kind: FeatureKind::Category }).collect()
}

/// What logistic regression on quantile bins reaches elsewhere, on the same rows.
struct Reference {
    test_rows: usize,
    roc_auc: f64,
    log_loss: f64,
}

/// No further than this below the area of the reference.
const AREA_MARGIN: f64 = 0.005;
/// At most this many times the log loss of the reference.
const LOSS_RATIO: f64 = 1.02;

fn compare(spec: &TrainingSpec, reference: &Reference) {
    let Some(path) = shared("xeducation/Leads.csv") else { return };
    let frame = read(&path).unwrap();

    let model = train(&frame, spec).unwrap();

    let evaluation = model.evaluation();
    println!("alpha {}, {evaluation:?}", model.alpha());
    assert_eq!((frame.height(), evaluation.rows), (9_240, reference.test_rows));
    assert!(evaluation.roc_auc >= reference.roc_auc - AREA_MARGIN, "{evaluation:?}");
    assert!(evaluation.log_loss <= reference.log_loss * LOSS_RATIO, "{evaluation:?}");
    assert_eq!(evaluation.verdict(), Verdict::BetterThanBaseRate);
}

#[test]
fn x_education_leads_of_a_later_time_are_ranked_as_well_as_by_scikit_learn() {
    compare(&known_at_arrival(), &Reference { test_rows: 1_848, roc_auc: 0.8480, log_loss: 0.4598 });
}

#[test]
fn x_education_leads_held_out_by_hash_are_ranked_as_well_as_by_scikit_learn() {
    compare(&known_before_work(), &Reference { test_rows: 1_823, roc_auc: 0.8828, log_loss: 0.4125 });
}

#[test]
fn every_x_education_score_is_the_sum_of_its_contributions() {
    let Some(path) = shared("xeducation/Leads.csv") else { return };
    let frame = read(&path).unwrap();
    let model = train(&frame, &known_at_arrival()).unwrap();

    let scores = model.score(&frame).unwrap();

    assert_eq!(scores.len(), frame.height());
    for score in &scores {
        let sum = score.base + score.contributions.iter().map(|part| part.log_odds).sum::<f64>();
        assert!((sum - score.margin).abs() < 1e-9, "{score:?}");
        assert_eq!(score.contributions.len(), 15);
        assert!(score.probability > 0.0 && score.probability < 1.0);
    }
}

#[test]
fn maven_opportunities_are_no_better_than_the_base_rate() {
    let Some(path) = shared("maven_crm/sales_pipeline.csv") else { return };
    let pipeline = read(&path).unwrap();
    let stages = pipeline.column("deal_stage").unwrap().str().unwrap().clone();
    let closed: BooleanChunked = stages.iter().map(|stage| Some(matches!(stage, Some("Won" | "Lost")))).collect();
    let won: Vec<bool> = stages.iter().map(|stage| stage == Some("Won")).collect();
    let mut frame = pipeline.clone();
    frame.with_column(Column::new("won".into(), won)).unwrap();
    let frame = frame.filter(&closed).unwrap();
    let spec = TrainingSpec {
        outcome: "won".to_owned(),
        features: words(&["sales_agent", "product", "account"]),
        missing_words: Vec::new(),
        split: Split::Time { column: "engage_date".to_owned() },
    };

    let model = train(&frame, &spec).unwrap();

    println!("alpha {}, {:?}", model.alpha(), model.evaluation());
    assert_eq!(frame.height(), 6_711);
    assert_eq!(model.evaluation().verdict().to_string(), "no better than the base rate");
}
