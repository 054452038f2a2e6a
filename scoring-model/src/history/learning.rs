//! Training on the history of a lake.

use uuid::Uuid;

use super::lake::{Version, World};
use crate::{
    Model, Verdict,
    dataset::Dataset,
    definition::Definition,
    fit::{Fitted, FittedModel, fit},
};

const LEADS: u128 = 1_500;

/// Leads that arrive one every eighty minutes; referrals convert three times as often.
async fn market(conversions_of_a_hundred: u128) -> World {
    let mut world = World::new().await;
    let start = super::lake::moment("2026-01-01");
    let at = |lead: u128, days: i64| {
        let hours = i64::try_from(lead).unwrap() * 4 / 3 + days * 24;
        (start - chrono::TimeDelta::days(100) + chrono::TimeDelta::hours(hours)).to_rfc3339()
    };
    for block in 0..LEADS / 100 {
        let leads: Vec<(u128, String, String)> =
            (block * 100..(block + 1) * 100).map(|lead| (lead, at(lead, 0), at(lead, 40))).collect();
        let arrivals: Vec<Version<'_>> = leads
            .iter()
            .map(|(lead, arrived, _)| Version {
                table: "leads",
                id: Uuid::from_u128(0x1_0000 + lead * 7),
                at: arrived,
                values: if lead % 3 == 0 {
                    &[("status", "new"), ("source", "referral")]
                } else {
                    &[("status", "new"), ("source", "website")]
                },
            })
            .collect();
        world.tell(&arrivals);
        let closings: Vec<Version<'_>> = leads
            .iter()
            .map(|(lead, _, closed)| {
                let often = if lead % 3 == 0 { conversions_of_a_hundred } else { conversions_of_a_hundred / 3 };
                let won = (lead * 37) % 100 < often;
                let values: &[(&str, &str)] = if won { &[("status", "converted")] } else { &[("status", "lost")] };
                Version { table: "leads", id: Uuid::from_u128(0x1_0000 + lead * 7), at: closed, values }
            })
            .collect();
        world.tell(&closings);
    }
    world
}

fn model(dataset: &Dataset, champion: Option<&Definition>) -> FittedModel {
    match fit(dataset, champion).unwrap() {
        Fitted::Model(fitted) => *fitted,
        Fitted::TooLittle(message) => panic!("{message}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_history_gives_the_same_model_bit_for_bit() {
    let world = market(60).await;

    let first = model(&world.training("2026-12-01").await, None);
    let again = model(&world.training("2026-12-01").await, None);

    assert_eq!(first.verdict, Verdict::BetterThanBaseRate, "{}", first.metrics);
    assert_eq!(first.definition.to_json().unwrap(), again.definition.to_json().unwrap());
    assert_eq!(Definition::from_json(&first.definition.to_json().unwrap()).unwrap(), first.definition);
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_of_every_lead_add_up_to_its_score() {
    let dataset = market(60).await.training("2026-12-01").await;

    let scores = model(&dataset, None).definition.score(&dataset.frame).unwrap();

    assert_eq!(scores.len(), dataset.lead_ids.len());
    for score in scores {
        let sum = score.base + score.reasons.iter().map(|reason| reason.points).sum::<i64>();
        assert_eq!(sum, score.score, "{score:?}");
        assert!((0..=100).contains(&score.score));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_conversions_are_counted_and_left_to_rules() {
    let dataset = market(6).await.training("2026-12-01").await;
    let conversions = dataset.conversions().unwrap();

    let fitted = fit(&dataset, None).unwrap();

    let Fitted::TooLittle(message) = fitted else { panic!("{fitted:?}") };
    assert!(message.starts_with(&format!("{conversions} of 120 conversions")), "{message}");
    assert!(conversions > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_champion_is_only_replaced_by_a_model_that_is_at_least_as_good() {
    let dataset = market(60).await.training("2026-12-01").await;
    let champion = model(&dataset, None).definition;

    // The same model again, and one from the same leads with outcomes that mean nothing.
    let same = model(&dataset, Some(&champion));
    let mut nonsense = dataset.clone();
    let won: Vec<bool> = (0..nonsense.lead_ids.len()).map(|row| row % 5 == 0).collect();
    nonsense.frame.with_column(polars::prelude::Column::new(crate::dataset::CONVERTED.into(), won)).unwrap();
    let noise = model(&nonsense, None).definition;
    let better = model(&dataset, Some(&noise));

    assert!(same.beats_champion && better.beats_champion, "{} {}", same.metrics, better.metrics);
    let Definition::Logistic { model: noise_model, .. } = &noise else { panic!("{noise:?}") };
    assert!(loss(noise_model, &dataset) > loss(logistic(&champion), &dataset));
    assert_eq!(model(&nonsense, Some(&champion)).verdict, Verdict::NoBetterThanBaseRate);
}

fn logistic(definition: &Definition) -> &Model {
    match definition {
        Definition::Logistic { model, .. } => model,
        Definition::Rules => panic!("rules"),
    }
}

fn loss(model: &Model, dataset: &Dataset) -> f64 {
    let outcomes = crate::columns::outcomes(&dataset.frame, crate::dataset::CONVERTED).unwrap();
    let scored = model.score(&dataset.frame).unwrap().into_iter().zip(outcomes);
    let rows: Vec<_> =
        scored.map(|(score, outcome)| crate::metrics::Scored { probability: score.probability, outcome }).collect();
    crate::metrics::log_loss(&rows).unwrap()
}
