//! One value as text, the same for every form and engine.

use arrow::{
    array::{Array, AsArray},
    datatypes::{DataType, Date32Type, Decimal128Type, DecimalType, Float64Type, Int64Type, TimestampMicrosecondType},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta};

/// The value of a column of an [`Answer`](super::Answer) as text; `None` is null.
///
/// **Shape:** decimals with all digits of their scale, days as `2024-02-29`, moments as RFC 3339
/// in UTC with microseconds, booleans as `true` and `false`.
#[expect(clippy::wildcard_enum_match_arm, reason = "answers hold seven of the many Arrow types")]
pub fn cell_text(column: &dyn Array, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    let text = match column.data_type() {
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(precision, scale) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            Decimal128Type::format_decimal(value, *precision, *scale)
        }
        DataType::Date32 => day(column.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(_, _) => moment(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        // Answers hold no other type; `normal_batch` makes sure of it.
        _ => column.as_string_opt::<i32>().map(|text| text.value(row).to_owned()).unwrap_or_default(),
    };
    Some(text)
}

fn day(days: i32) -> String {
    let date = NaiveDate::default().checked_add_signed(TimeDelta::days(days.into()));
    date.map_or_else(|| format!("{days} days since 1970-01-01"), |date| date.to_string())
}

fn moment(micros: i64) -> String {
    let at = DateTime::from_timestamp_micros(micros);
    at.map_or_else(|| format!("{micros} us since 1970-01-01"), |at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
}
