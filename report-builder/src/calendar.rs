//! Days and periods of the Gregorian calendar, and the time zones they are counted in.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use query_service::rel::{Grain, Transition, Zone};

use crate::spec::RelativeRange;

/// Zone rules are resolved for these years; the offset before and after stays the same.
const ZONE_YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Days from the first up to, not including, the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub until: NaiveDate,
}

/// The first day of the period that `day` is in.
pub fn period_start(grain: Grain, day: NaiveDate) -> NaiveDate {
    let first = |month: u32| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
    match grain {
        Grain::Day => day,
        Grain::Week => shift_days(day, -i64::from(day.weekday().num_days_from_monday())),
        Grain::Month => first(day.month()),
        Grain::Quarter => first(day.month0() / 3 * 3 + 1),
        Grain::Year => first(1),
    }
}

/// The first day of the period so many periods after the one that starts at `start`.
///
/// Stays at `start` when the result is beyond the calendar (about 262,000 years).
pub fn shift_periods(grain: Grain, start: NaiveDate, by: i64) -> NaiveDate {
    let months = |months: i64| {
        let step = u32::try_from(months.unsigned_abs()).map(Months::new).ok();
        let moved = step
            .and_then(|step| if months < 0 { start.checked_sub_months(step) } else { start.checked_add_months(step) });
        moved.unwrap_or(start)
    };
    match grain {
        Grain::Day => shift_days(start, by),
        Grain::Week => shift_days(start, by.saturating_mul(7)),
        Grain::Month => months(by),
        Grain::Quarter => months(by.saturating_mul(3)),
        Grain::Year => months(by.saturating_mul(12)),
    }
}

/// The days of a relative range, given the day of the run.
pub fn resolve(range: RelativeRange, today: NaiveDate) -> DayRange {
    let periods = |grain: Grain, first: i64, after_last: i64| {
        let start = period_start(grain, today);
        DayRange { from: shift_periods(grain, start, first), until: shift_periods(grain, start, after_last) }
    };
    match range {
        RelativeRange::Today => periods(Grain::Day, 0, 1),
        RelativeRange::Yesterday => periods(Grain::Day, -1, 0),
        RelativeRange::Tomorrow => periods(Grain::Day, 1, 2),
        RelativeRange::This(grain) => periods(grain, 0, 1),
        RelativeRange::Last { count, grain, current } => periods(grain, -i64::from(count), i64::from(current)),
        RelativeRange::Next { count, grain, current } => periods(grain, i64::from(!current), 1 + i64::from(count)),
    }
}

/// The day it is in a zone.
pub fn local_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The moment a day begins in a zone: midnight, or the first moment after it where clocks skip it.
pub fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let mut local = day.and_time(NaiveTime::MIN);
    // Clocks never skip more than a day (Samoa skipped one in 2011).
    for _quarter_hour in 0..=96 {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.with_timezone(&Utc),
            LocalResult::None => local += TimeDelta::minutes(15),
        }
    }
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The day after.
pub fn next_day(day: NaiveDate) -> NaiveDate {
    shift_days(day, 1)
}

/// The offsets of a zone as data for the engines; computed once per zone and process.
pub fn zone_table(zone: Tz) -> Arc<Zone> {
    static KNOWN: Mutex<BTreeMap<&'static str, Arc<Zone>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry(zone.name()).or_insert_with(|| Arc::new(tabulate(zone))))
}

fn shift_days(day: NaiveDate, by: i64) -> NaiveDate {
    let step = Days::new(by.unsigned_abs());
    let moved = if by < 0 { day.checked_sub_days(step) } else { day.checked_add_days(step) };
    moved.unwrap_or(day)
}

/// Looks at the offset once a day and searches the second it changes at.
fn tabulate(zone: Tz) -> Zone {
    const DAY_S: i64 = 86_400;
    let offset = |at_s: i64| {
        let at = DateTime::from_timestamp(at_s, 0).unwrap_or_default().naive_utc();
        zone.offset_from_utc_datetime(&at).fix().local_minus_utc()
    };
    let second = |year: i32| {
        NaiveDate::from_ymd_opt(year, 1, 1).map_or(0, |day| day.and_time(NaiveTime::MIN).and_utc().timestamp())
    };
    let (first, last) = (second(*ZONE_YEARS.start()), second(*ZONE_YEARS.end()));
    let first_offset_s = offset(first);
    let (mut transitions, mut before, mut at_s) = (Vec::new(), first_offset_s, first);
    while at_s < last {
        let after = offset(at_s + DAY_S);
        if after != before {
            let (mut low, mut high) = (at_s, at_s + DAY_S);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(middle) == before { low = middle } else { high = middle }
            }
            transitions.push(Transition { at_s: high, offset_s: after });
            before = after;
        }
        at_s += DAY_S;
    }
    Zone { name: zone.name().to_owned(), first_offset_s, transitions }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn relative_ranges_are_whole_periods() {
        let today = day("2026-03-31");
        let range = |range| {
            let DayRange { from, until } = resolve(range, today);
            format!("{from}..{until}")
        };

        assert_eq!(range(RelativeRange::Today), "2026-03-31..2026-04-01");
        assert_eq!(range(RelativeRange::This(Grain::Week)), "2026-03-30..2026-04-06");
        assert_eq!(range(RelativeRange::This(Grain::Quarter)), "2026-01-01..2026-04-01");
        let last = |count, grain, current| RelativeRange::Last { count, grain, current };
        assert_eq!(range(last(1, Grain::Month, false)), "2026-02-01..2026-03-01");
        assert_eq!(range(last(2, Grain::Quarter, true)), "2025-07-01..2026-04-01");
        let next = |count, grain, current| RelativeRange::Next { count, grain, current };
        assert_eq!(range(next(1, Grain::Year, false)), "2027-01-01..2028-01-01");
        assert_eq!(range(next(7, Grain::Day, true)), "2026-03-31..2026-04-08");
    }

    #[test]
    fn a_day_without_midnight_begins_when_the_clocks_say() {
        assert_eq!(day_start(day("2026-03-29"), Tz::Europe__Berlin).to_rfc3339(), "2026-03-28T23:00:00+00:00");
        assert_eq!(day_start(day("2018-11-04"), Tz::America__Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn the_zone_table_agrees_with_the_zone() {
        let zone = zone_table(Tz::Europe__Berlin);
        let at = |at_s: i64| {
            let last = zone.transitions.iter().take_while(|transition| transition.at_s <= at_s).last();
            last.map_or(zone.first_offset_s, |transition| transition.offset_s)
        };

        for at_s in (-2_000_000_000_i64..4_000_000_000).step_by(1_234_567) {
            let moment = DateTime::from_timestamp(at_s, 0).expect("in range").naive_utc();
            let expected = Tz::Europe__Berlin.offset_from_utc_datetime(&moment).fix().local_minus_utc();
            assert_eq!(at(at_s), expected, "{moment}");
        }
        assert!(zone_table(Tz::UTC).transitions.is_empty());
    }
}
