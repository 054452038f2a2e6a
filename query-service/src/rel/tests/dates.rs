//! Periods and local days over the whole calendar.

use chrono::{DateTime, Datelike, Days, NaiveDate};

use super::{computed, int};
use crate::rel::{Column, Expr, Grain, Literal, Transition, ValueType, Zone};

fn trunc(grain: Grain) -> Expr {
    Expr::DateTrunc { grain, expr: Box::new(Expr::column("d")) }
}

fn start(grain: Grain, day: NaiveDate) -> NaiveDate {
    let first = |month| NaiveDate::from_ymd_opt(day.year(), month, 1).expect("a day");
    match grain {
        Grain::Day => day,
        Grain::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
        Grain::Month => first(day.month()),
        Grain::Quarter => first(day.month0() / 3 * 3 + 1),
        Grain::Year => first(1),
    }
}

#[test]
fn periods_start_on_the_same_day_in_both_engines_for_all_years() {
    let columns = [Column::new("d", ValueType::Date)];
    let first = NaiveDate::from_ymd_opt(1, 1, 8).expect("a day");
    // Every day around the epoch and the nanosecond limits, every 97th day otherwise.
    let dense = |year: i32| matches!(year, 1 | 1600 | 1677 | 1969..=1972 | 2000 | 2024..=2026 | 2262 | 9999);
    let days: Vec<NaiveDate> = first
        .iter_days()
        .take_while(|day| day.year() <= 9999)
        .filter(|day| dense(day.year()) || day.num_days_from_ce() % 97 == 0)
        .collect();
    let grains = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year];

    let found = computed(&columns, days.iter().map(|day| vec![Literal::Date(*day)]).collect(), &grains.map(trunc));

    let mut expected: Vec<Vec<Option<String>>> = days
        .iter()
        .map(|day| {
            grains.iter().map(|grain| Some(start(*grain, *day).to_string())).chain([Some(day.to_string())]).collect()
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn the_local_day_follows_the_zone_and_not_the_engine() {
    let zone = Zone {
        name: "Test/Moving".to_owned(),
        first_offset_s: -17_762,
        transitions: (0..300)
            .map(|at: i32| Transition {
                at_s: i64::from(at) * 15_768_000 - 2_000_000_000,
                offset_s: (at % 27 - 12) * 1_800,
            })
            .collect(),
    };
    let columns = [Column::new("at", ValueType::Int), Column::new("t", ValueType::Timestamp)];
    let moments: Vec<i64> = (-3_000_000_000_i64..4_000_000_000).step_by(7_654_321).chain([-1, 0, 1]).collect();
    let moment = |s: i64| DateTime::from_timestamp_micros(s * 1_000_000 - 1).expect("in range");
    let given = moments.iter().map(|s| vec![int(*s), Literal::Timestamp(moment(*s))]).collect();
    let local = |zone: &Zone| Expr::LocalDate { expr: Box::new(Expr::column("t")), zone: zone.clone() };

    let found = computed(&columns, given, &[local(&zone), local(&Zone::utc())]);

    let offset = |at: DateTime<chrono::Utc>| {
        let before = |transition: &&Transition| transition.at_s * 1_000_000 <= at.timestamp_micros();
        zone.transitions.iter().take_while(before).last().map_or(zone.first_offset_s, |last| last.offset_s)
    };
    let mut expected: Vec<Vec<Option<String>>> = moments
        .iter()
        .map(|s| {
            let at = moment(*s);
            let local = at + chrono::TimeDelta::seconds(i64::from(offset(at)));
            vec![Some(local.date_naive().to_string()), Some(at.date_naive().to_string()), Some(s.to_string())]
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);
}
