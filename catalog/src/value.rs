//! A field value checked against its kind and brought into its one JSON form.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::{FieldDef, FieldKind};

/// Greatest number of digits a JSON number may have where an exact value is meant.
///
/// A JSON number passes through a 64-bit float, which keeps 15 significant digits; longer values
/// must come as text.
pub const MAX_EXACT_JSON_DIGITS: usize = 15;

const LONG_TEXT_MAX_LEN: usize = 100_000;
const EMAIL_MAX_LEN: usize = 254; // RFC 5321, section 4.5.3.1
const PHONE_MAX_LEN: usize = 50;
const URL_MAX_LEN: usize = 2_000;
const JSON_MAX_BYTES: usize = 64 * 1024;

/// Checks `value` against `field` and returns its canonical form: decimals, dates, moments and
/// ids as text, the rest as JSON has it. `null` stays `null`.
///
/// # Errors
/// A stable code and a sentence that says what would be right.
pub fn canonical_value(field: &FieldDef, value: &Value) -> Result<Value, (&'static str, String)> {
    if value.is_null() {
        return if field.required {
            Err(("required", format!("{} must have a value", field.label)))
        } else {
            Ok(Value::Null)
        };
    }
    match &field.kind {
        FieldKind::Text { max_len } => text(field, value, usize::try_from(*max_len).unwrap_or(usize::MAX)),
        FieldKind::LongText => text(field, value, LONG_TEXT_MAX_LEN),
        FieldKind::Phone => text(field, value, PHONE_MAX_LEN),
        FieldKind::Email => email(field, value),
        FieldKind::Url => url(field, value),
        FieldKind::Integer { min, max } => integer(field, value, *min, *max),
        FieldKind::Decimal { precision, scale } => decimal(field, value, *precision, *scale),
        FieldKind::Money => decimal(field, value, 18, 2),
        FieldKind::Bool if value.is_boolean() => Ok(value.clone()),
        FieldKind::Bool => Err(("wrong_type", format!("{} must be true or false", field.label))),
        FieldKind::Date => date(field, value),
        FieldKind::DateTime => moment(field, value),
        FieldKind::Choice { options } => choice(field, value, options),
        FieldKind::Link { object } => link(field, value, object),
        FieldKind::Json => json(field, value),
    }
}

type Checked = Result<Value, (&'static str, String)>;

fn plain_text<'v>(field: &FieldDef, value: &'v Value) -> Result<&'v str, (&'static str, String)> {
    let text = value.as_str().ok_or_else(|| ("wrong_type", format!("{} must be text", field.label)))?;
    if text.contains('\0') {
        return Err(("invalid_text", format!("{} must not contain the zero character", field.label)));
    }
    Ok(text)
}

fn text(field: &FieldDef, value: &Value, max_len: usize) -> Checked {
    let text = plain_text(field, value)?;
    if field.required && text.trim().is_empty() {
        return Err(("required", format!("{} must not be empty", field.label)));
    }
    let len = text.chars().count();
    if len > max_len {
        return Err(("too_long", format!("{} has {len} characters; at most {max_len} are allowed", field.label)));
    }
    Ok(value.clone())
}

fn email(field: &FieldDef, value: &Value) -> Checked {
    let text = plain_text(field, value)?.trim();
    let shaped = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    });
    if !shaped || text.len() > EMAIL_MAX_LEN || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(("invalid_email", format!("{} must be an e-mail address such as ada@example.com", field.label)));
    }
    Ok(Value::String(text.to_owned()))
}

fn url(field: &FieldDef, value: &Value) -> Checked {
    let text = plain_text(field, value)?;
    let shaped = ["http://", "https://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    if !shaped || text.len() > URL_MAX_LEN || text.chars().any(char::is_whitespace) {
        return Err((
            "invalid_url",
            format!("{} must be an address that starts with http:// or https://", field.label),
        ));
    }
    Ok(value.clone())
}

fn integer(field: &FieldDef, value: &Value, min: i64, max: i64) -> Checked {
    let number = value.as_i64().ok_or_else(|| ("wrong_type", format!("{} must be a whole number", field.label)))?;
    if number < min || number > max {
        return Err(("out_of_range", format!("{} must be between {min} and {max}", field.label)));
    }
    Ok(value.clone())
}

fn decimal(field: &FieldDef, value: &Value, precision: u8, scale: u8) -> Checked {
    let wrong = || ("wrong_type", format!("{} must be a decimal number such as \"1234.50\"", field.label));
    let written = value.as_number().map(ToString::to_string);
    if written.as_ref().is_some_and(|text| text.chars().filter(char::is_ascii_digit).count() > MAX_EXACT_JSON_DIGITS) {
        return Err(("inexact", format!("{} has too many digits for a JSON number; send it as text", field.label)));
    }
    let written = written.as_deref().or_else(|| value.as_str()).unwrap_or_default();
    let number = Decimal::from_str(written).or_else(|_plain| Decimal::from_scientific(written));
    let number = number.map_err(|_neither| wrong())?.normalize();
    if number.scale() > u32::from(scale) {
        return Err(("too_precise", format!("{} can have at most {scale} digits after the point", field.label)));
    }
    let integer_digits = u32::from(precision.saturating_sub(scale));
    let limit = Decimal::from_i128_with_scale(10_i128.pow(integer_digits), 0);
    if number.abs() >= limit {
        return Err(("out_of_range", format!("{} must be smaller than {limit}", field.label)));
    }
    let mut fixed = number;
    fixed.rescale(u32::from(scale));
    Ok(Value::String(fixed.to_string()))
}

fn date(field: &FieldDef, value: &Value) -> Checked {
    let day = value.as_str().and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    let in_range = day.filter(|day| (1..=9999).contains(&chrono::Datelike::year(day)));
    in_range
        .map(|day| Value::String(day.to_string()))
        .ok_or_else(|| ("invalid_date", format!("{} must be a date such as 2026-03-31", field.label)))
}

fn moment(field: &FieldDef, value: &Value) -> Checked {
    let at = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let in_range = at.filter(|at| (1..=9999).contains(&chrono::Datelike::year(at)));
    in_range.map(|at| Value::String(at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Micros, true))).ok_or_else(
        || {
            (
                "invalid_moment",
                format!("{} must be a moment with its offset, such as 2026-03-31T14:05:00Z", field.label),
            )
        },
    )
}

fn choice(field: &FieldDef, value: &Value, options: &[String]) -> Checked {
    let known = value.as_str().is_some_and(|word| options.iter().any(|option| option == word));
    if known {
        return Ok(value.clone());
    }
    Err(("unknown_choice", format!("{} must be one of {}", field.label, options.join(", "))))
}

fn link(field: &FieldDef, value: &Value, object: &str) -> Checked {
    value
        .as_str()
        .and_then(|text| Uuid::parse_str(text).ok())
        .map(|id| Value::String(id.to_string()))
        .ok_or_else(|| ("invalid_id", format!("{} must be the id of a {object}", field.label)))
}

fn json(field: &FieldDef, value: &Value) -> Checked {
    let text = value.to_string();
    if text.len() > JSON_MAX_BYTES {
        return Err(("too_long", format!("{} must be smaller than {JSON_MAX_BYTES} bytes", field.label)));
    }
    if text.contains("\\u0000") {
        return Err(("invalid_text", format!("{} must not contain the zero character", field.label)));
    }
    Ok(value.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(kind: FieldKind, value: &Value) -> Result<Value, &'static str> {
        canonical_value(&FieldDef::new("x", "X", kind), value).map_err(|(code, _)| code)
    }

    #[test]
    fn money_keeps_its_digits() {
        assert_eq!(check(FieldKind::Money, &json!("1234.5")), Ok(json!("1234.50")));
        assert_eq!(check(FieldKind::Money, &json!(0.1)), Ok(json!("0.10")));
        assert_eq!(check(FieldKind::Money, &json!("9999999999999999.99")), Ok(json!("9999999999999999.99")));
        assert_eq!(check(FieldKind::Money, &json!("10000000000000000")), Err("out_of_range"));
        assert_eq!(check(FieldKind::Money, &json!("1.005")), Err("too_precise"));
        assert_eq!(check(FieldKind::Money, &json!(1_234_567_890_123.451)), Err("inexact"));
        assert_eq!(check(FieldKind::Money, &json!("twelve")), Err("wrong_type"));
        assert_eq!(check(FieldKind::Money, &json!("NaN")), Err("wrong_type"));
    }

    #[test]
    fn moments_are_brought_to_utc_micros() {
        let given = json!("2026-03-31T14:05:00.123456+02:00");

        assert_eq!(check(FieldKind::DateTime, &given), Ok(json!("2026-03-31T12:05:00.123456Z")));
        assert_eq!(check(FieldKind::DateTime, &json!("2026-03-31")), Err("invalid_moment"));
        assert_eq!(check(FieldKind::Date, &json!("2026-02-30")), Err("invalid_date"));
    }

    #[test]
    fn text_is_bounded_and_has_no_zero_character() {
        assert_eq!(check(FieldKind::Text { max_len: 3 }, &json!("äöü")), Ok(json!("äöü")));
        assert_eq!(check(FieldKind::Text { max_len: 2 }, &json!("äöü")), Err("too_long"));
        assert_eq!(check(FieldKind::Text { max_len: 9 }, &json!("a\u{0}b")), Err("invalid_text"));
        assert_eq!(check(FieldKind::Email, &json!("ada@example.com")), Ok(json!("ada@example.com")));
        assert_eq!(check(FieldKind::Email, &json!("ada@@example.com")), Err("invalid_email"));
    }
}
