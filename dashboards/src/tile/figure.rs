//! One figure: its value, its change since the period before, its way to a target.

use std::str::FromStr;

use report_builder::{Cell, Format, ReportResult, output::shown};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Error, TileDefinition, report::value_named};

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figure {
    /// The exact value as decimal text; null when there is none.
    pub value: Option<String>,
    /// The value for people, shortened from a million up; a dash when there is none.
    pub text: String,
    /// What it is called in the report.
    pub label: String,
    /// How it differs from the period before.
    pub change: Option<Change>,
    /// What it should reach.
    pub target: Option<Target>,
    /// One short line below it.
    pub note: Option<String>,
}

/// A difference from the period before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// The difference for people, such as `+12.4%`; ratios differ in percentage points.
    pub text: String,
    /// `up`, `down` or `flat`.
    pub direction: &'static str,
    /// Whether it is good news; null when nothing changed.
    pub good: Option<bool>,
    /// The value of the period before, for people.
    pub previous: String,
}

/// A target and the way to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Target {
    /// The exact target as decimal text.
    pub value: String,
    /// The target for people.
    pub text: String,
    /// The part that is reached, such as `63%`.
    pub share_text: String,
    /// The part that is reached, in whole percent, from 0 up; more than 100 when it is exceeded.
    pub percent: u32,
}

impl Figure {
    /// The figure of a tile.
    ///
    /// The value is the one row of a report without row fields, otherwise its grand total.
    ///
    /// # Errors
    /// [`Error::NoFigure`], [`Error::UnknownMeasure`].
    pub fn of(tile: &TileDefinition, result: &ReportResult) -> Result<Self, Error> {
        let at = tile.measure.as_deref().map_or(Ok(0), |id| value_named(result, id))?;
        let field = result.values.get(at).ok_or_else(|| Error::NoFigure { tile: tile.id.clone() })?;
        let values = only_values(result).ok_or_else(|| Error::NoFigure { tile: tile.id.clone() })?;
        let cell = values.get(at).unwrap_or(&Cell::Null);
        let value = decimal(cell);
        let previous = tile.previous.as_deref().map(|id| value_named(result, id)).transpose()?;
        let previous = previous.and_then(|at| values.get(at));
        let change = value.zip(previous).and_then(|(value, previous)| {
            let better = if tile.lower_is_better { Better::Lower } else { Better::Higher };
            change(value, previous, field.format, better)
        });
        let target = tile.target.as_deref().and_then(|target| Decimal::from_str(target).ok());
        Ok(Self {
            value: cell.exact(),
            text: short(cell, field.format),
            label: field.label.clone(),
            change,
            target: target.map(|target| progress(value, target, field.format)),
            note: tile.note.clone(),
        })
    }
}

fn only_values(result: &ReportResult) -> Option<&[Cell]> {
    if result.row_fields.is_empty() && result.column_fields.is_empty() {
        return result.rows.first()?.cells.first()?.as_deref();
    }
    result.grand_total.as_deref()
}

fn decimal(cell: &Cell) -> Option<Decimal> {
    match cell {
        Cell::Int(value) => Some(Decimal::from(*value)),
        Cell::Decimal { unscaled, scale } => Decimal::try_from_i128_with_scale(*unscaled, u32::from(*scale)).ok(),
        Cell::Bool(_) | Cell::Text(_) | Cell::Date(_) | Cell::Moment(_) | Cell::Null => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    Higher,
    Lower,
}

/// **Formula:** `(value - previous) / |previous|`; of ratios `value - previous`. Nothing can be
/// said of a change from zero.
fn change(value: Decimal, previous: &Cell, format: Format, better: Better) -> Option<Change> {
    let before = decimal(previous)?;
    let difference = value.checked_sub(before)?;
    let hundred = Decimal::ONE_HUNDRED;
    let (amount, unit) = if format == Format::Percent {
        (difference.checked_mul(hundred)?, " pp")
    } else {
        (difference.checked_mul(hundred)?.checked_div(before.abs())?, "%")
    };
    let rounded = half_even(amount, 1);
    let direction = if rounded.is_zero() {
        "flat"
    } else if rounded.is_sign_negative() {
        "down"
    } else {
        "up"
    };
    let good = (!rounded.is_zero()).then_some((better == Better::Higher) != rounded.is_sign_negative());
    let sign = match direction {
        "up" => "+",
        "down" => "−",
        _ => "±",
    };
    let text = format!("{sign}{}{unit}", grouped(rounded.abs(), 1));
    Some(Change { text, direction, good, previous: short(previous, format) })
}

fn progress(value: Option<Decimal>, target: Decimal, format: Format) -> Target {
    let share = value.and_then(|value| value.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(target));
    let percent = share.map_or(Decimal::ZERO, |share| half_even(share.max(Decimal::ZERO), 0));
    let exact = target.normalize();
    let cell = Cell::Decimal { unscaled: exact.mantissa(), scale: u8::try_from(exact.scale()).unwrap_or(0) };
    Target {
        value: exact.to_string(),
        text: short(&cell, format),
        share_text: format!("{}%", grouped(percent, 0)),
        percent: u32::try_from(percent).unwrap_or(u32::MAX),
    }
}

/// A figure that can be read from across a table: `1.24M`, `48,210`, `63.2%`.
fn short(cell: &Cell, format: Format) -> String {
    let Some(value) = decimal(cell) else {
        let text = shown(cell, format);
        return if text.is_empty() { "–".to_owned() } else { text };
    };
    if format == Format::Percent {
        return shown(cell, format);
    }
    let steps = [(1_000_000_000_000_i64, "T"), (1_000_000_000, "B"), (1_000_000, "M")];
    for (step, letter) in steps {
        let step = Decimal::from(step);
        if value.abs() >= step {
            return format!("{}{letter}", grouped(half_even(value / step, 2), 2));
        }
    }
    if format == Format::Money && value.abs() >= Decimal::ONE_THOUSAND {
        return grouped(half_even(value, 0), 0);
    }
    shown(cell, format)
}

fn half_even(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven)
}

/// With thousands separators and exactly so many digits after the point.
fn grouped(value: Decimal, digits: u8) -> String {
    let mut value = value;
    value.rescale(u32::from(digits));
    let cell = Cell::Decimal { unscaled: value.mantissa(), scale: digits };
    let format = match digits {
        0 => Format::Integer,
        2 => Format::Money,
        _ => Format::Decimal,
    };
    let text = shown(&cell, format);
    // `Decimal` shows no zeros at the end; one digit is always wanted.
    if digits == 1 && !text.contains('.') { format!("{text}.0") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(unscaled: i128) -> Cell {
        Cell::Decimal { unscaled, scale: 2 }
    }

    fn changed(value: &str, previous: &Cell, format: Format) -> Option<(String, Option<bool>)> {
        let change = change(Decimal::from_str(value).unwrap(), previous, format, Better::Higher)?;
        Some((change.text, change.good))
    }

    #[test]
    fn figures_are_short_but_not_shorter_than_needed() {
        assert_eq!(short(&cents(12_400_000_000), Format::Money), "124.00M");
        assert_eq!(short(&cents(4_821_050), Format::Money), "48,210");
        assert_eq!(short(&cents(99_950), Format::Money), "999.50");
        assert_eq!(short(&Cell::Int(4_238), Format::Integer), "4,238");
        assert_eq!(short(&Cell::Decimal { unscaled: 631_527, scale: 6 }, Format::Percent), "63.2%");
        assert_eq!(short(&Cell::Null, Format::Money), "–");
    }

    #[test]
    fn a_change_is_relative_and_of_ratios_in_points() {
        let ratio = |unscaled| Cell::Decimal { unscaled, scale: 2 };

        assert_eq!(changed("112.4", &Cell::Int(100), Format::Integer), Some(("+12.4%".to_owned(), Some(true))));
        assert_eq!(changed("90", &Cell::Int(100), Format::Integer), Some(("−10.0%".to_owned(), Some(false))));
        assert_eq!(changed("100", &Cell::Int(100), Format::Integer), Some(("±0.0%".to_owned(), None)));
        assert_eq!(changed("0.63", &ratio(60), Format::Percent), Some(("+3.0 pp".to_owned(), Some(true))));
        assert_eq!(changed("5", &Cell::Int(0), Format::Integer), None);
        assert_eq!(changed("5", &Cell::Null, Format::Integer), None);
    }

    #[test]
    fn progress_counts_whole_percent_and_never_below_nothing() {
        let half = progress(Some(Decimal::from(500)), Decimal::from(1_000), Format::Integer);
        let loss = progress(Some(Decimal::from(-5)), Decimal::from(1_000), Format::Integer);

        assert_eq!((half.share_text.as_str(), half.percent, half.text.as_str()), ("50%", 50, "1,000"));
        assert_eq!((loss.percent, progress(None, Decimal::ONE, Format::Integer).percent), (0, 0));
    }
}
