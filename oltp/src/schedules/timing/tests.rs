//! When schedules run, by worked examples and over generated years.

use std::collections::BTreeMap;

use proptest::{prelude::*, sample};
use serde_json::json;

use super::*;

fn fields(value: &Value) -> Result<Timing, Invalid> {
    Timing::of(|name| value.get(name).unwrap_or(&Value::Null))
}

fn timing(cadence: Cadence, time: &str, zone: &str) -> Timing {
    let time = NaiveTime::parse_from_str(time, "%H:%M").expect("a time");
    Timing { cadence, time, zone: zone.parse().expect("a zone") }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// The first runs after a moment, as the wall clock of the zone shows them.
fn runs(timing: Timing, after: &str, count: usize) -> Vec<String> {
    let runs = std::iter::successors(timing.next_after(at(after)), |at| timing.next_after(*at));
    runs.take(count).map(|at| at.with_timezone(&timing.zone).format("%F %H:%M %:z").to_string()).collect()
}

#[test]
fn a_month_that_is_too_short_runs_on_its_last_day() {
    let monthly = timing(Cadence::Monthly(31), "08:00", "Europe/Berlin");

    let found = runs(monthly, "2028-01-31T12:00:00Z", 4);

    let wanted =
        ["2028-02-29 08:00 +01:00", "2028-03-31 08:00 +02:00", "2028-04-30 08:00 +02:00", "2028-05-31 08:00 +02:00"];
    assert_eq!(found, wanted);
}

#[test]
fn a_time_that_the_clocks_skip_runs_when_they_have_moved_on() {
    let daily = timing(Cadence::Daily, "02:30", "Europe/Berlin");

    let found = runs(daily, "2026-03-27T12:00:00Z", 3);

    assert_eq!(found, ["2026-03-28 02:30 +01:00", "2026-03-29 03:00 +02:00", "2026-03-30 02:30 +02:00"]);
}

#[test]
fn a_time_that_comes_twice_runs_once_at_the_first() {
    let daily = timing(Cadence::Daily, "01:30", "America/New_York");

    let found = runs(daily, "2026-10-31T12:00:00Z", 2);

    assert_eq!(found, ["2026-11-01 01:30 -04:00", "2026-11-02 01:30 -05:00"]);
}

#[test]
fn a_day_that_a_country_skipped_is_made_up_for_at_the_start_of_the_next() {
    let daily = timing(Cadence::Daily, "08:00", "Pacific/Apia");

    let found = runs(daily, "2011-12-29T19:00:00Z", 2);

    assert_eq!(found, ["2011-12-31 00:00 +14:00", "2011-12-31 08:00 +14:00"]);
}

#[test]
fn a_run_that_is_due_right_now_is_not_the_next_one() {
    let weekly = timing(Cadence::Weekly(Weekday::Mon), "08:00", "UTC");

    assert_eq!(weekly.next_after(at("2026-11-23T08:00:00Z")), Some(at("2026-11-30T08:00:00Z")));
    assert_eq!(weekly.next_after(at("2026-11-23T07:59:59Z")), Some(at("2026-11-23T08:00:00Z")));
}

#[test]
fn of_all_missed_runs_the_latest_is_due() {
    let daily = timing(Cadence::Daily, "08:00", "UTC");
    let monthly = timing(Cadence::Monthly(1), "08:00", "UTC");
    let now = at("2026-11-21T12:00:00Z");

    assert_eq!(daily.latest_due(at("2020-01-01T08:00:00Z"), now), at("2026-11-21T08:00:00Z"));
    assert_eq!(daily.latest_due(at("2026-11-21T08:00:00Z"), now), at("2026-11-21T08:00:00Z"));
    assert_eq!(monthly.latest_due(at("2020-01-01T08:00:00Z"), now), at("2026-11-01T08:00:00Z"));
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = json!({"cadence": "weekly", "weekday": 8, "time_of_day": "8:00", "time_zone": "Berlin"});

    let Invalid(refused) = fields(&wrong).expect_err("three fields are wrong");

    let codes: Vec<(&str, &str)> = refused.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
    let wanted = [("/weekday", "out_of_range"), ("/time_of_day", "invalid_time"), ("/time_zone", "unknown_time_zone")];
    assert_eq!(codes, wanted);
}

#[test]
fn a_period_runs_on_its_first_day_unless_another_is_chosen() {
    let monthly = json!({"cadence": "monthly", "time_of_day": "08:00", "time_zone": "UTC"});

    assert_eq!(fields(&monthly).expect("valid").cadence, Cadence::Monthly(1));
}

#[test]
fn weekdays_count_from_monday() {
    let sunday = json!({"cadence": "weekly", "weekday": 7, "time_of_day": "23:59", "time_zone": "Asia/Kolkata"});

    let read = fields(&sunday).expect("valid");

    assert_eq!(read, timing(Cadence::Weekly(Weekday::Sun), "23:59", "Asia/Kolkata"));
}

fn any_timing() -> impl Strategy<Value = Timing> {
    let cadence = prop_oneof![
        Just(Cadence::Daily),
        (0_u8..7).prop_map(|day| Cadence::Weekly(Weekday::try_from(day).expect("a weekday"))),
        (1_u32..=31).prop_map(Cadence::Monthly),
    ];
    let zone = sample::select(chrono_tz::TZ_VARIANTS.to_vec());
    let time = (0_u32..24 * 60)
        .prop_map(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a time of day"));
    (cadence, time, zone).prop_map(|(cadence, time, zone)| Timing { cadence, time, zone })
}

/// Seconds from 2012 to 2060: after the last time that a country skipped a whole day.
const SECONDS: std::ops::Range<i64> = 1_325_376_000..2_840_140_800;

proptest! {
    #[test]
    fn the_next_run_is_later_and_nothing_lies_between(timing in any_timing(), from in SECONDS) {
        let from = DateTime::from_timestamp(from, 0).expect("a moment");

        let next = timing.next_after(from).expect("a run");

        prop_assert!(next > from);
        prop_assert_eq!(timing.next_after(next - TimeDelta::seconds(1)), Some(next));
        let longest = match timing.cadence { Cadence::Daily => 26, Cadence::Weekly(_) => 170, Cadence::Monthly(_) => 31 * 24 + 2 };
        prop_assert!(next - from <= TimeDelta::hours(longest), "{} hours", (next - from).num_hours());
    }

    #[test]
    fn a_run_keeps_to_its_day_and_is_never_before_its_time(timing in any_timing(), from in SECONDS) {
        let next = timing.next_after(DateTime::from_timestamp(from, 0).expect("a moment")).expect("a run");

        let local = next.with_timezone(&timing.zone).naive_local();
        let late = local.time().signed_duration_since(timing.time);
        prop_assert!(late >= TimeDelta::zero() && late <= TimeDelta::hours(2), "{} for {}", local, timing.time);
        match timing.cadence {
            Cadence::Daily => {}
            Cadence::Weekly(weekday) => prop_assert_eq!(local.weekday(), weekday),
            Cadence::Monthly(wanted) => {
                let last = local.date().succ_opt().is_some_and(|next| next.day() == 1);
                prop_assert!(local.day() == wanted || (last && local.day() < wanted), "{}", local);
            }
        }
    }

    #[test]
    fn every_period_has_exactly_one_run(timing in any_timing(), from in SECONDS) {
        let from = DateTime::from_timestamp(from, 0).expect("a moment");
        let runs = std::iter::successors(timing.next_after(from), |at| timing.next_after(*at));

        let mut runs_of_period: BTreeMap<(i32, u32), u32> = BTreeMap::new();
        for day in runs.take(60).map(|at| at.with_timezone(&timing.zone).date_naive()) {
            let period = match timing.cadence {
                Cadence::Daily => (day.year(), day.ordinal()),
                Cadence::Weekly(_) => (day.iso_week().year(), day.iso_week().week()),
                Cadence::Monthly(_) => (day.year(), day.month()),
            };
            *runs_of_period.entry(period).or_default() += 1;
        }

        prop_assert_eq!(runs_of_period.len(), 60);
    }
}
