//! Days relative to today: `{"rel": "last", "n": 30, "unit": "day", "current": true}`.
//!
//! The words are those of conditions in reports. `last` and `next` leave out the period that
//! today is in unless `current` says otherwise; weeks begin on Monday.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

use super::Refusal;
use crate::schedules::first_moment;

/// Most periods a range can span: a thousand days, weeks, months, quarters or years.
const MAX_PERIODS: i64 = 1_000;

/// What time it is where the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Today {
    /// The moment.
    pub(crate) now: DateTime<Utc>,
    /// Where they are.
    pub(crate) zone: Tz,
}

impl Today {
    /// The moment a day begins there.
    pub(crate) fn start(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        first_moment(self.zone, midnight).unwrap_or_else(|| midnight.and_utc())
    }

    fn day(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }
}

/// A range of days that moves with today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    unit: Unit,
    /// Units between the one of today and the first.
    first: i64,
    /// Units between the one of today and the one after the last.
    after_last: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A period as it is written.
#[derive(Debug, Deserialize)]
#[serde(tag = "rel", rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Today {},
    Yesterday {},
    Tomorrow {},
    This { unit: Unit },
    Last(Many),
    Next(Many),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    #[serde(default = "one")]
    n: i64,
    unit: Unit,
    #[serde(default)]
    current: bool,
}

fn one() -> i64 {
    1
}

impl Many {
    fn count(&self) -> Result<i64, Refusal> {
        let fits = (1..=MAX_PERIODS).contains(&self.n);
        fits.then_some(self.n).ok_or_else(|| ("invalid_period", format!("n must be between 1 and {MAX_PERIODS}")))
    }
}

impl Period {
    /// Reads a period as it is written in JSON.
    pub(crate) fn parse(value: &Value) -> Result<Self, Refusal> {
        let written = Written::deserialize(value).map_err(|error| {
            let example = r#"{"rel": "last", "n": 30, "unit": "day"}"#;
            ("invalid_period", format!("write a period such as {example}: {error}"))
        })?;
        let (unit, first, after_last) = match written {
            Written::Today {} => (Unit::Day, 0, 1),
            Written::Yesterday {} => (Unit::Day, -1, 0),
            Written::Tomorrow {} => (Unit::Day, 1, 2),
            Written::This { unit } => (unit, 0, 1),
            Written::Last(many) => (many.unit, -many.count()?, i64::from(many.current)),
            Written::Next(many) => (many.unit, i64::from(!many.current), many.count()? + 1),
        };
        Ok(Self { unit, first, after_last })
    }

    /// Its first day and the day after its last.
    pub(crate) fn days(self, today: &Today) -> (NaiveDate, NaiveDate) {
        let start = self.unit.start(today.day());
        (self.unit.shifted(start, self.first), self.unit.shifted(start, self.after_last))
    }
}

impl Unit {
    fn start(self, day: NaiveDate) -> NaiveDate {
        let first = |month: u32| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        match self {
            Self::Day => day,
            Self::Week => shift_days(day, -i64::from(day.weekday().num_days_from_monday())),
            Self::Month => first(day.month()),
            Self::Quarter => first(day.month0() / 3 * 3 + 1),
            Self::Year => first(1),
        }
    }

    fn shifted(self, start: NaiveDate, by: i64) -> NaiveDate {
        match self {
            Self::Day => shift_days(start, by),
            Self::Week => shift_days(start, by * 7),
            Self::Month => shift_months(start, by),
            Self::Quarter => shift_months(start, by * 3),
            Self::Year => shift_months(start, by * 12),
        }
    }
}

/// Stays where it is beyond the calendar, which [`MAX_PERIODS`] does not reach.
fn shift_days(day: NaiveDate, by: i64) -> NaiveDate {
    let step = Days::new(by.unsigned_abs());
    let moved = if by < 0 { day.checked_sub_days(step) } else { day.checked_add_days(step) };
    moved.unwrap_or(day)
}

fn shift_months(day: NaiveDate, by: i64) -> NaiveDate {
    let step = Months::new(u32::try_from(by.unsigned_abs()).unwrap_or_default());
    let moved = if by < 0 { day.checked_sub_months(step) } else { day.checked_add_months(step) };
    moved.unwrap_or(day)
}
