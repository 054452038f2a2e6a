//! What is known at a moment does not change afterwards.

use polars::prelude::DataFrame;
use uuid::Uuid;

use super::lake::{Version, World};
use crate::{columns, dataset::Dataset, feature::FEATURES};

/// Its last digit says that it is looked at seven days after its arrival.
const LEAD: Uuid = Uuid::from_u128(0x14);
const RATING: Uuid = Uuid::from_u128(0x30);

async fn arrived() -> World {
    let mut world = World::new().await;
    world.tell(&[Version {
        table: "leads",
        id: LEAD,
        at: "2026-01-01",
        values: &[
            ("status", "new"),
            ("source", "referral"),
            ("estimated_value", "1500.00"),
            ("attributes", r#"{"visits": 7, "total_time_spent_on_website": "95"}"#),
        ],
    }]);
    touch(&mut world, 0x20, "2026-01-03", "2026-01-03", "outbound");
    touch(&mut world, 0x21, "2026-01-05", "2026-01-05", "inbound");
    rate(&mut world, "2026-01-06", "4");
    world
}

/// An activity that occurred at one moment and was written down at another.
fn touch(world: &mut World, number: u128, occurred: &str, written: &str, direction: &str) {
    let occurred = format!("{occurred} 00:00:00+00");
    let values: &[(&str, &str)] =
        &[("kind", "call"), ("direction", direction), ("occurred_at", &occurred), ("lead_id", &LEAD.to_string())];
    world.tell(&[Version { table: "activities", id: Uuid::from_u128(number), at: written, values }]);
}

fn rate(world: &mut World, at: &str, rating: &str) {
    let values: &[(&str, &str)] = &[("rating", rating), ("lead_id", &LEAD.to_string())];
    world.tell(&[Version { table: "lead_feedback", id: RATING, at, values }]);
}

fn change(world: &mut World, at: &str, values: &[(&str, &str)]) {
    world.tell(&[Version { table: "leads", id: LEAD, at, values }]);
}

fn number(dataset: &Dataset, name: &str) -> Option<f64> {
    columns::numbers(&dataset.frame, name).unwrap()[0]
}

fn features(dataset: &Dataset) -> DataFrame {
    dataset.frame.select(FEATURES.iter().map(|feature| feature.name)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_knows_fields_activities_and_ratings_of_its_time() {
    let dataset = arrived().await.training("2026-12-01").await;

    let source = columns::texts(&dataset.frame, "source", &[]).unwrap();
    assert_eq!(dataset.lead_ids, [LEAD.to_string()]);
    assert_eq!(source, [Some("referral".to_owned())]);
    let expected = [
        ("estimated_value", 1500.0),
        ("visits", 7.0),
        ("seconds_on_site", 95.0),
        ("age_days", 7.0),
        ("calls_30", 2.0),
        ("inbound_30", 1.0),
        ("outbound_90", 1.0),
        ("meetings_90", 0.0),
        ("days_since_touch", 3.0),
        ("days_since_inbound", 3.0),
        ("response_hours", 48.0),
        ("rating", 4.0),
        ("weighted_rating", 0.0),
    ];
    for (name, value) in expected {
        assert_eq!(number(&dataset, name), Some(value), "{name}");
    }
    assert_eq!(number(&dataset, "pages_per_visit"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_happens_later_changes_what_the_moment_knew() {
    let mut world = arrived().await;
    let before = world.training("2026-12-01").await;

    touch(&mut world, 0x22, "2026-01-20", "2026-01-20", "inbound");
    touch(&mut world, 0x23, "2026-01-04", "2026-02-01", "inbound");
    rate(&mut world, "2026-01-21", "1");
    change(&mut world, "2026-01-25", &[("source", "cold_list"), ("score", "99"), ("attributes", r#"{"visits": 70}"#)]);
    change(&mut world, "2026-02-02", &[("status", "converted"), ("estimated_value", "9000000.00")]);
    let deleted = [("deleted_at", "2026-02-03 00:00:00+00")];
    world.tell(&[Version { table: "activities", id: Uuid::from_u128(0x21), at: "2026-02-03", values: &deleted }]);
    let after = world.training("2026-12-01").await;

    assert!(features(&before).equals_missing(&features(&after)), "{before:?} {after:?}");
    assert_eq!((before.conversions().unwrap(), after.conversions().unwrap()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_after_the_outcome_says_nothing() {
    let mut world = arrived().await;
    change(&mut world, "2026-01-25", &[("status", "converted")]);
    let before = world.training("2026-12-01").await;

    rate(&mut world, "2026-01-26", "5");
    let after = world.training("2026-12-01").await;

    assert!(features(&before).equals_missing(&features(&after)), "{before:?} {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_without_a_known_outcome_is_left_out() {
    let world = arrived().await;

    let (young, old) = (world.training("2026-04-07").await, world.training("2026-04-08").await);

    assert_eq!((young.lead_ids.len(), old.lead_ids.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_was_closed_by_its_moment_is_left_out() {
    let mut world = arrived().await;

    change(&mut world, "2026-01-07", &[("status", "lost")]);

    assert_eq!(world.training("2026-12-01").await.lead_ids.len(), 0);
    assert_eq!(world.open("2026-12-01").await.lead_ids.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_after_ninety_days_is_none() {
    let mut world = arrived().await;

    change(&mut world, "2026-04-09", &[("status", "converted")]);

    assert_eq!(world.training("2026-12-01").await.conversions().unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_lead_is_seen_as_it_is_now() {
    let mut world = arrived().await;
    touch(&mut world, 0x22, "2026-01-20", "2026-01-20", "inbound");

    let dataset = world.open("2026-01-30").await;

    assert_eq!((number(&dataset, "age_days"), number(&dataset, "calls_30")), (Some(29.0), Some(3.0)));
}
