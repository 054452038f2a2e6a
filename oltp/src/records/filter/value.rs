//! Values to compare with, as texts that Postgres casts to the type of the column.

use catalog::{FieldKind, Principal};
use chrono::{DateTime, NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::Refusal;
use crate::records::draft::moment_text;

/// Values in one list; a longer list is a join, which is a report.
pub(crate) const MAX_VALUES: usize = 500;
/// Characters in one value.
const MAX_VALUE_LEN: usize = 1_000;

/// The pattern that finds `text` anywhere, with nothing in it special.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// Text in which nothing is special to `like`.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The values of a list: separated by commas, or a JSON array when a value holds a comma.
pub(crate) fn split(value: &str) -> Result<Vec<String>, Refusal> {
    let values = if value.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<String>>(value)
            .map_err(|error| ("invalid_list", format!("the list must be a JSON array of texts: {error}")))?
    } else {
        value.split(',').map(|part| part.trim().to_owned()).collect()
    };
    if values.is_empty() || values.len() > MAX_VALUES {
        return Err(("invalid_list", format!("give between 1 and {MAX_VALUES} values")));
    }
    Ok(values)
}

/// The text Postgres will read as a value of this kind.
pub(crate) fn bound_text(caller: &Principal, kind: &FieldKind, value: &str) -> Result<String, Refusal> {
    let value = plain(value)?;
    let wrong = |expected: &str| ("wrong_type", format!("`{value}` is not {expected}"));
    match kind {
        FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url => {
            Ok(value.to_owned())
        }
        FieldKind::Integer { .. } => {
            value.parse::<i64>().ok().map(|number| number.to_string()).ok_or_else(|| wrong("a whole number"))
        }
        FieldKind::Decimal { .. } | FieldKind::Money => Decimal::from_str_exact(value)
            .ok()
            .map(|number| number.to_string())
            .ok_or_else(|| wrong("a decimal number such as 1234.50")),
        FieldKind::Bool => bool_text(value),
        FieldKind::Date => day(value).map(|day| day.to_string()).ok_or_else(|| wrong("a date such as 2026-03-31")),
        FieldKind::DateTime => {
            moment(value).ok_or_else(|| wrong("a moment such as 2026-03-31T14:05:00Z or a date such as 2026-03-31"))
        }
        FieldKind::Choice { options } => {
            let known = options.iter().any(|option| option == value);
            known
                .then(|| value.to_owned())
                .ok_or_else(|| ("unknown_choice", format!("use one of {}", options.join(", "))))
        }
        FieldKind::Link { object } if object == "user" && value == "me" => Ok(caller.user_id.to_string()),
        FieldKind::Link { .. } => Uuid::parse_str(value).ok().map(|id| id.to_string()).ok_or_else(|| wrong("an id")),
        FieldKind::Json => Err(("unsuitable_operator", "this field can only be tested with is_null".to_owned())),
    }
}

/// Text that Postgres can hold, of a bounded length.
pub(crate) fn plain(value: &str) -> Result<&str, Refusal> {
    if value.contains('\0') {
        return Err(("invalid_text", "the value must not contain the zero character".to_owned()));
    }
    if value.chars().count() > MAX_VALUE_LEN {
        return Err(("too_long", format!("the value may have at most {MAX_VALUE_LEN} characters")));
    }
    Ok(value)
}

/// `true` or `false`.
pub(crate) fn bool_text(value: &str) -> Result<String, Refusal> {
    match value {
        "true" | "false" => Ok(value.to_owned()),
        _ => Err(("wrong_type", format!("`{value}` is not true or false"))),
    }
}

/// A calendar day that Postgres and JSON agree on.
pub(crate) fn day(value: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
    (1..=9999).contains(&chrono::Datelike::year(&day)).then_some(day)
}

fn moment(value: &str) -> Option<String> {
    let at = match day(value) {
        Some(day) => day.and_time(NaiveTime::MIN).and_utc(),
        None => DateTime::parse_from_rfc3339(value).ok()?.to_utc(),
    };
    (1..=9999).contains(&chrono::Datelike::year(&at)).then(|| moment_text(at))
}

/// The text of a canonical value, as a cursor carries it; `None` for null.
pub(crate) fn value_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}
