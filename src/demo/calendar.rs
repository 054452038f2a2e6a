//! When things happen: weekdays, seasons, office hours.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};

use super::chance::Chance;

/// Length of the simulated history.
pub(super) const DAYS: u32 = 730;
/// Demand grows by half over the two years.
const GROWTH: f64 = 0.5;
/// Demand by month, January first: a slow summer, a strong autumn, a quiet December.
const SEASON: [f64; 12] = [0.95, 1.0, 1.1, 1.05, 1.0, 0.95, 0.75, 0.7, 1.1, 1.2, 1.2, 0.9];

/// The first day of a history that ends at `end`.
pub(super) fn first_day(end: DateTime<Utc>) -> NaiveDate {
    end.date_naive() - TimeDelta::days(i64::from(DAYS))
}

/// Relative demand on a day: 1 is an average day.
pub(super) fn demand(day: NaiveDate, number: u32) -> f64 {
    let weekday = match day.weekday() {
        Weekday::Mon => 1.45,
        Weekday::Tue => 1.4,
        Weekday::Wed => 1.3,
        Weekday::Thu => 1.25,
        Weekday::Fri => 1.0,
        Weekday::Sat => 0.35,
        Weekday::Sun => 0.25,
    };
    let season = SEASON[usize::try_from(day.month0()).unwrap_or_default() % SEASON.len()];
    let trend = 1.0 + GROWTH * (f64::from(number) / f64::from(DAYS) - 0.5);
    weekday * season * trend
}

const MICROSECONDS_PER_HOUR: i64 = 3_600_000_000;

/// A moment of a day, in office hours more often than not.
pub(super) fn moment(day: NaiveDate, chance: &mut Chance) -> DateTime<Utc> {
    let hour = if chance.happens(0.85) { chance.between(8, 17) } else { chance.between(6, 21) };
    let microsecond = hour * MICROSECONDS_PER_HOUR + chance.between(0, MICROSECONDS_PER_HOUR - 1);
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::microseconds(microsecond)
}

/// So many moments of a day, in order: what happens to one record happens one after the other.
pub(super) fn moments(day: NaiveDate, count: usize, chance: &mut Chance) -> Vec<DateTime<Utc>> {
    let mut moments: Vec<_> = (0..count).map(|_| moment(day, chance)).collect();
    moments.sort_unstable();
    moments
}

/// The day some days later, moved to a Monday when it falls on a weekend: work happens on workdays.
pub(super) fn workday_after(day: NaiveDate, days: i64) -> NaiveDate {
    let later = day + TimeDelta::days(days.max(1));
    match later.weekday() {
        Weekday::Sat => later + TimeDelta::days(2),
        Weekday::Sun => later + TimeDelta::days(1),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => later,
    }
}
