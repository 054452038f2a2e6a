//! Training on real data, where it is there: a set with signal and a set without.

use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::{
    Feature, FeatureKind, Split, TrainingSpec, Verdict,
    public_leads::{known_at_arrival, read},
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

fn x_education() -> TrainingSpec {
    known_at_arrival(Split::Time { column: "Lead Number".to_owned() })
}

#[test]
fn x_education_leads_of_a_later_time_are_ranked_and_calibrated() {
    let Some(path) = shared("xeducation/Leads.csv") else { return };
    let frame = read(&path).unwrap();

    let model = train(&frame, &x_education()).unwrap();

    let evaluation = model.evaluation();
    println!("alpha {}, {evaluation:?}", model.alpha());
    assert_eq!(frame.height(), 9_240);
    assert_eq!(evaluation.rows, 1_848);
    assert!(evaluation.roc_auc >= 0.84, "{evaluation:?}");
    assert!(evaluation.log_loss <= 0.47, "{evaluation:?}");
    assert!(evaluation.top_decile_lift >= 2.3, "{evaluation:?}");
    assert_eq!(evaluation.verdict(), Verdict::BetterThanBaseRate);
}

#[test]
fn every_x_education_score_is_the_sum_of_its_contributions() {
    let Some(path) = shared("xeducation/Leads.csv") else { return };
    let frame = read(&path).unwrap();
    let model = train(&frame, &x_education()).unwrap();

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
