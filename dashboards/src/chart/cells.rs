//! Checks every cell and writes the rows in the form that is inlined.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::roles::{Placed, Roles};
use super::{ChartData, ChartKind, ColumnKind, NumberFormat};
use crate::Error;

/// What an empty name is drawn as.
const NO_NAME: &str = "(none)";

/// The rows as they are inlined, and how their numbers and dates are best written.
#[derive(Debug)]
pub(super) struct Drawn {
    /// One object per row, keyed as [`key`] says.
    pub(super) rows: Vec<Value>,
    /// Whether all numbers are whole.
    pub(super) whole_numbers: bool,
    /// The greatest absolute value of a number.
    pub(super) greatest: f64,
    /// The different dates, written as in the rows.
    pub(super) moments: BTreeSet<String>,
    /// The coarsest unit that tells all dates apart.
    pub(super) precision: Precision,
}

/// How much of a moment has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    /// All are the first of January.
    Year,
    /// Some dates, at least three, are all the first of a quarter.
    Quarter,
    /// All are the first of a month.
    Month,
    /// Some dates are all Mondays.
    Week,
    /// All are midnight.
    Day,
    /// Some have a time of day.
    Minute,
}

/// The key of a column's cells in the inlined rows.
///
/// Vega reads `a.b` and `a[0]` as paths into nested objects, so names are not used as they are.
pub(super) fn key(placed: Placed<'_>) -> String {
    format!("column_{}", placed.position)
}

/// Checks and writes all rows.
///
/// # Errors
///
/// [`Error::RaggedRow`], [`Error::WrongCell`], [`Error::EmptyCell`], [`Error::NegativePart`],
/// [`Error::SeveralFigures`].
pub(super) fn draw(kind: ChartKind, data: &ChartData, roles: &Roles<'_>) -> Result<Drawn, Error> {
    if kind == ChartKind::Kpi && data.rows.len() > 1 {
        return Err(Error::SeveralFigures { rows: data.rows.len() });
    }
    let mut drawn = Drawn {
        rows: Vec::with_capacity(data.rows.len()),
        whole_numbers: true,
        greatest: 0.0,
        moments: BTreeSet::new(),
        precision: Precision::Year,
    };
    for (index, cells) in data.rows.iter().enumerate() {
        let row = index + 1;
        if cells.len() != data.columns.len() {
            return Err(Error::RaggedRow { row, cells: cells.len(), columns: data.columns.len() });
        }
        let mut object = Map::new();
        for placed in [Some(roles.measure), roles.dimension, roles.series].into_iter().flatten() {
            let cell = Cell { row, column: placed, value: &cells[placed.position] };
            object.insert(key(placed), drawn.cell(kind, cell)?);
        }
        drawn.rows.push(Value::Object(object));
    }
    drawn.notice_longer_periods();
    if kind == ChartKind::Funnel {
        drawn.write_numbers_beside_names(roles);
    }
    Ok(drawn)
}

/// Fewer dates could be the first of a quarter by chance.
const LEAST_QUARTERS: usize = 3;

/// One cell with its place, for messages.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    row: usize,
    column: Placed<'a>,
    value: &'a Value,
}

impl Drawn {
    /// Weeks and quarters are told by their first days.
    fn notice_longer_periods(&mut self) {
        let dates: Vec<NaiveDateTime> = self.moments.iter().filter_map(|text| moment(text)).collect();
        if self.precision == Precision::Day
            && dates.len() > 1
            && dates.iter().all(|date| date.weekday() == Weekday::Mon)
        {
            self.precision = Precision::Week;
        }
        let quarters = dates.iter().all(|date| date.month0() % 3 == 0);
        if self.precision == Precision::Month && dates.len() >= LEAST_QUARTERS && quarters {
            self.precision = Precision::Quarter;
        }
    }

    /// A funnel has no axis to read its numbers from.
    fn write_numbers_beside_names(&mut self, roles: &Roles<'_>) {
        let Some(name) = roles.dimension.map(key) else { return };
        let measure = key(roles.measure);
        let percent = roles.measure.column.format == NumberFormat::Percent;
        for row in &mut self.rows {
            let number = row.get(&measure).and_then(Value::as_f64).unwrap_or_default();
            let written = if percent { format!("{:.1}%", number * 100.0) } else { short(number) };
            let text = row.get(&name).and_then(Value::as_str).unwrap_or_default();
            let text = format!("{text}  {written}");
            if let Some(cell) = row.get_mut(&name) {
                *cell = Value::from(text);
            }
        }
    }

    fn cell(&mut self, kind: ChartKind, cell: Cell<'_>) -> Result<Value, Error> {
        match cell.column.column.kind {
            ColumnKind::Quantitative => self.number(kind, cell),
            ColumnKind::Temporal => self.moment(kind, cell),
            ColumnKind::Nominal => cell.name(),
        }
    }

    fn number(&mut self, kind: ChartKind, cell: Cell<'_>) -> Result<Value, Error> {
        let whole = matches!(kind, ChartKind::Funnel | ChartKind::Donut);
        if cell.value.is_null() {
            return if whole { Err(cell.empty(kind)) } else { Ok(Value::Null) };
        }
        let number = number(cell.value).ok_or_else(|| cell.wrong())?;
        if whole && number < 0.0 {
            let column = cell.column.column.name.clone();
            return Err(Error::NegativePart { kind, row: cell.row, column, value: number });
        }
        self.whole_numbers &= number.fract() == 0.0;
        self.greatest = self.greatest.max(number.abs());
        Ok(Value::from(number))
    }

    fn moment(&mut self, kind: ChartKind, cell: Cell<'_>) -> Result<Value, Error> {
        if cell.value.is_null() {
            return Err(cell.empty(kind));
        }
        let moment = cell.value.as_str().and_then(moment).ok_or_else(|| cell.wrong())?;
        self.precision = self.precision.max(precision(moment));
        // Without an offset Vega takes it for local time and also writes it in local time, so the
        // date stays the date in every time zone; `2026-01-31` alone would be taken for UTC.
        let written = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
        self.moments.insert(written.clone());
        Ok(Value::from(written))
    }
}

impl Cell<'_> {
    fn name(self) -> Result<Value, Error> {
        match self.value {
            Value::Null => Ok(Value::from(NO_NAME)),
            Value::String(text) => Ok(Value::from(text.as_str())),
            Value::Bool(yes) => Ok(Value::from(if *yes { "yes" } else { "no" })),
            Value::Number(number) => Ok(Value::from(number.to_string())),
            Value::Array(_) | Value::Object(_) => Err(self.wrong()),
        }
    }

    fn wrong(self) -> Error {
        Error::wrong_cell(self.row, &self.column.column.name, self.value, self.column.column.kind)
    }

    fn empty(self, kind: ChartKind) -> Error {
        Error::EmptyCell { row: self.row, column: self.column.column.name.clone(), kind }
    }
}

/// A JSON number, or exact decimal text as money and rates travel.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Decimal::from_str(text).ok().and_then(|decimal| decimal.try_into().ok()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number that is read at a glance: `1.2M`, `48k`, `640`.
fn short(number: f64) -> String {
    if number >= 1e6 {
        return format!("{:.1}M", number / 1e6);
    }
    if number >= 1e4 {
        return format!("{:.0}k", number / 1e3);
    }
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    let date = || NaiveDate::from_str(text).ok().map(|date| date.and_time(NaiveTime::MIN));
    let local = || NaiveDateTime::from_str(text).ok();
    let instant = || DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.naive_utc());
    date().or_else(local).or_else(instant)
}

fn precision(moment: NaiveDateTime) -> Precision {
    if moment.num_seconds_from_midnight() != 0 {
        Precision::Minute
    } else if moment.day() != 1 {
        Precision::Day
    } else if moment.month() != 1 {
        Precision::Month
    } else {
        Precision::Year
    }
}
