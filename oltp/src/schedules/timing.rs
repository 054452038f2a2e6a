//! When a schedule runs: days by the calendar of its time zone, the time by the clock on the wall.
//!
//! Two hours a year need a decision. A time that the clocks skip in spring (02:30) is made up for
//! at the moment they have moved on (03:00 there), so no day goes without its run. A time that
//! comes twice in autumn runs the first time only, so no day has two.

use catalog::{Invalid, InvalidField};
use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
    Weekday,
};
use chrono_tz::Tz;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The fields that decide when a schedule runs.
pub const TIMING_FIELDS: [&str; 5] = ["cadence", "weekday", "day_of_month", "time_of_day", "time_zone"];

/// Clocks skip an hour, or a day where an island changes sides of the date line (Samoa in 2011).
const LONGEST_GAP_MINUTES: u32 = 26 * 60;
/// One run of every cadence lies within these days; older missed runs are not looked for.
const LONGEST_PERIOD: TimeDelta = TimeDelta::days(40);
/// A run is among the first few days looked at; the limit keeps the search finite.
const DAYS_LOOKED_AT: usize = 64;

/// How often a schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Every day.
    Daily,
    /// On this day of every week.
    Weekly(Weekday),
    /// On this day of every month, 1 to 31; the last day of a month that is shorter.
    Monthly(u32),
}

/// When a schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// On which days.
    pub cadence: Cadence,
    /// At which time of those days.
    pub time: NaiveTime,
    /// Where.
    pub zone: Tz,
}

impl Timing {
    /// Reads the timing out of the fields of a schedule.
    ///
    /// # Errors
    /// Every field that is wrong or missing, at once.
    pub fn of<'v>(field: impl Fn(&str) -> &'v Value) -> Result<Self, Invalid> {
        let cadence = cadence(&field);
        let time = time(field("time_of_day"));
        let zone = zone(field("time_zone"));
        match (cadence, time, zone) {
            (Ok(cadence), Ok(time), Ok(zone)) => Ok(Self { cadence, time, zone }),
            (cadence, time, zone) => {
                Err(Invalid([cadence.err(), time.err(), zone.err()].into_iter().flatten().collect()))
            }
        }
    }

    /// The first run after a moment; `None` only at the end of the calendar.
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // One day earlier, because a run may slip into the next day where a whole day was skipped.
        let day = moment.with_timezone(&self.zone).date_naive().checked_sub_days(Days::new(1))?;
        let days = std::iter::successors(self.first_day(day), |day| self.following(*day));
        days.take(DAYS_LOOKED_AT).filter_map(|day| self.moment_on(day)).find(|at| *at > moment)
    }

    /// The last run that is due by `now` when the run at `first` is due: runs that were missed in
    /// between are made up for by this one.
    pub fn latest_due(&self, first: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let recent = now.checked_sub_signed(LONGEST_PERIOD).unwrap_or(first);
        let start = if recent > first { self.next_after(recent).unwrap_or(first) } else { first };
        let runs = std::iter::successors(Some(start), |at| self.next_after(*at));
        runs.take_while(|at| *at <= now).last().unwrap_or(first)
    }

    /// The moment of the run on a day.
    fn moment_on(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        first_moment(self.zone, day.and_time(self.time))
    }

    /// The run's day in the period of a day; for a month it may be before that day.
    fn first_day(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self.cadence {
            Cadence::Daily => Some(day),
            Cadence::Weekly(weekday) => day.checked_add_days(Days::new(u64::from(weekday.days_since(day.weekday())))),
            Cadence::Monthly(wanted) => in_month(day, wanted),
        }
    }

    /// The run's day after a run's day.
    fn following(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self.cadence {
            Cadence::Daily => day.succ_opt(),
            Cadence::Weekly(_) => day.checked_add_days(Days::new(7)),
            Cadence::Monthly(wanted) => in_month(day.with_day(1)?.checked_add_months(Months::new(1))?, wanted),
        }
    }
}

/// The moment at which clocks in a zone first show this time, or the first one after it where they
/// skip it; `None` only at the end of the calendar.
pub(crate) fn first_moment(zone: Tz, mut local: NaiveDateTime) -> Option<DateTime<Utc>> {
    for _minute in 0..=LONGEST_GAP_MINUTES {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return Some(at.with_timezone(&Utc)),
            LocalResult::None => local = local.checked_add_signed(TimeDelta::minutes(1))?,
        }
    }
    None
}

/// The wanted day in the month of a day, or the last one if the month is shorter.
fn in_month(day: NaiveDate, wanted: u32) -> Option<NaiveDate> {
    (28..=wanted).rev().chain([wanted]).find_map(|wanted| day.with_day(wanted))
}

fn cadence<'v>(field: impl Fn(&str) -> &'v Value) -> Result<Cadence, InvalidField> {
    match field("cadence").as_str() {
        Some("daily") => Ok(Cadence::Daily),
        Some("weekly") => {
            let number = day(field("weekday")).and_then(|day| u8::try_from(day.checked_sub(1)?).ok());
            let weekday = number.and_then(|number| Weekday::try_from(number).ok());
            let message = "Day of the week must be a number from 1 for Monday to 7 for Sunday";
            weekday.map(Cadence::Weekly).ok_or_else(|| refusal("weekday", "out_of_range", message))
        }
        Some("monthly") => {
            let day = day(field("day_of_month")).filter(|day| (1..=31).contains(day));
            let message = "Day of the month must be a number from 1 to 31";
            day.map(Cadence::Monthly).ok_or_else(|| refusal("day_of_month", "out_of_range", message))
        }
        Some(_) | None => Err(refusal("cadence", "unknown_choice", "How often must be daily, weekly or monthly")),
    }
}

/// The day of a period: the first, Monday or the first of the month, unless it is given.
fn day(value: &Value) -> Option<u32> {
    if value.is_null() {
        return Some(1);
    }
    value.as_u64().and_then(|day| u32::try_from(day).ok())
}

/// Hours and minutes with two digits each; other forms would compare and sort differently.
fn time(value: &Value) -> Result<NaiveTime, InvalidField> {
    let text = value.as_str().filter(|text| text.len() == 5);
    let time = text.and_then(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
    time.ok_or_else(|| {
        refusal("time_of_day", "invalid_time", "Time must be hours and minutes from 00:00 to 23:59, such as 08:00")
    })
}

fn zone(value: &Value) -> Result<Tz, InvalidField> {
    let name = value.as_str().unwrap_or_default();
    name.parse().map_err(|_unknown| {
        refusal("time_zone", "unknown_time_zone", format!("`{name}` is not a time zone such as Europe/Berlin"))
    })
}

pub(super) fn refusal(field: &str, code: &'static str, message: impl Into<String>) -> InvalidField {
    InvalidField { pointer: format!("/{field}"), code, message: message.into() }
}
