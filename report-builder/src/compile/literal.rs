//! Values of conditions, read by the type of the field they are compared with.

use std::str::FromStr;

use catalog::Invalid;
use chrono::{DateTime, NaiveDate, Utc};
use query_service::rel::{Literal, ValueType};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    calendar::{DayRange, next_day},
    fault::refused,
    model::ColumnDef,
};

/// Most digits of a number in a JSON document that are exact in every reader.
const MAX_EXACT_JSON_DIGITS: usize = 15;

/// A value of a date or moment field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day, or several.
    Days(DayRange),
    /// A moment.
    Moment(DateTime<Utc>),
}

/// Reads a value that is neither a date nor a moment.
pub(super) fn scalar(column: &ColumnDef, value: &Value, pointer: &str) -> Result<Literal, Invalid> {
    let wrong =
        |expected: &str| refused(pointer, "wrong_type", format!("{} is compared with {expected}", column.label));
    match column.ty {
        ValueType::Bool => value.as_bool().map(Literal::Bool).ok_or_else(|| wrong("true or false")),
        ValueType::Int => {
            let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
            number.map(Literal::Int).ok_or_else(|| wrong("a whole number"))
        }
        ValueType::Decimal { precision, scale } => {
            decimal(value, pointer)?.map(|number| fit(number, precision, scale)).ok_or_else(|| wrong("a number"))
        }
        ValueType::Text => {
            let text = value.as_str().ok_or_else(|| wrong("text"))?;
            if !column.options.is_empty() && !column.options.iter().any(|option| option == text) {
                let message = format!("{} is one of {}", column.label, column.options.join(", "));
                return Err(refused(pointer, "unknown_choice", message));
            }
            Ok(Literal::Text(text.to_owned()))
        }
        ValueType::Date | ValueType::Timestamp => Err(wrong("a date")),
    }
}

/// Reads a day or a moment.
pub(super) fn when(column: &ColumnDef, value: &Value, pointer: &str) -> Result<When, Invalid> {
    let text = value.as_str().unwrap_or_default();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        && (1..=9999).contains(&chrono::Datelike::year(&day))
    {
        return Ok(When::Days(DayRange { from: day, until: next_day(day) }));
    }
    let moment = DateTime::parse_from_rfc3339(text).ok().filter(|_| column.ty == ValueType::Timestamp);
    moment.map(|at| When::Moment(at.with_timezone(&Utc))).ok_or_else(|| {
        let moment = if column.ty == ValueType::Timestamp { ", a moment such as 2026-03-31T14:05:00Z" } else { "" };
        let message = format!(
            "{} is compared with a date such as 2026-03-31{moment}, or a relative date such as {{\"rel\": \"today\"}}",
            column.label
        );
        refused(pointer, "invalid_date", message)
    })
}

/// Reads an exact number; `None` when it is not one.
pub(super) fn decimal(value: &Value, pointer: &str) -> Result<Option<Decimal>, Invalid> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            if text.chars().filter(char::is_ascii_digit).count() > MAX_EXACT_JSON_DIGITS {
                let message = "a JSON number with so many digits is not exact; write it as text";
                return Err(refused(pointer, "inexact", message));
            }
            text
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Ok(None),
    };
    Ok(Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok())
}

/// Gives a number the type of the field it is compared with, or a wider one if it needs it.
pub(super) fn fit(number: Decimal, precision: u8, scale: u8) -> Literal {
    let number = number.normalize();
    let digits = u8::try_from(number.scale()).unwrap_or(u8::MAX);
    let kept = digits.max(scale);
    let shift = 10_i128.checked_pow(u32::from(kept - digits)).unwrap_or(1);
    let unscaled = number.mantissa().saturating_mul(shift);
    let fits = digits <= scale && unscaled.abs() < 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    Literal::Decimal { unscaled, precision: if fits { precision } else { 38 }, scale: kept }
}
