//! One value of a result.

use arrow::{
    array::{Array, AsArray},
    datatypes::{DataType, Date32Type, Decimal128Type, Int64Type, TimeUnit, TimestampMicrosecondType},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use crate::Error;

/// One value of a result; ordered within its kind, missing values last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact number: `unscaled / 10^scale`.
    Decimal {
        /// All digits.
        unscaled: i128,
        /// Digits after the point.
        scale: u8,
    },
    /// Text.
    Text(String),
    /// A calendar day, or the first day of a period.
    Date(NaiveDate),
    /// A moment.
    Moment(DateTime<Utc>),
    /// No value.
    Null,
}

impl Cell {
    /// Reads one cell of an answer.
    ///
    /// # Errors
    /// The array has a type that no plan has: a defect.
    #[expect(clippy::wildcard_enum_match_arm, reason = "answers have seven of the types of Arrow")]
    pub fn read(array: &dyn Array, at: usize) -> Result<Self, Error> {
        if array.is_null(at) {
            return Ok(Self::Null);
        }
        let defect = || Error::Defect(format!("the answer holds {}", array.data_type()));
        match array.data_type() {
            DataType::Boolean => Ok(Self::Bool(array.as_boolean().value(at))),
            DataType::Int64 => Ok(Self::Int(array.as_primitive::<Int64Type>().value(at))),
            DataType::Decimal128(_, scale) => Ok(Self::Decimal {
                unscaled: array.as_primitive::<Decimal128Type>().value(at),
                scale: u8::try_from(*scale).map_err(|_negative| defect())?,
            }),
            DataType::Utf8 => Ok(Self::Text(array.as_string::<i32>().value(at).to_owned())),
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>().value(at);
                Date32Type::to_naive_date_opt(days).map(Self::Date).ok_or_else(defect)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let micros = array.as_primitive::<TimestampMicrosecondType>().value(at);
                DateTime::from_timestamp_micros(micros).map(Self::Moment).ok_or_else(defect)
            }
            _ => Err(defect()),
        }
    }

    /// The exact value as text, without thousands separators; `None` for no value.
    pub fn exact(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Decimal { unscaled, scale } => Some(decimal_text(*unscaled, *scale)),
            Self::Text(value) => Some(value.clone()),
            Self::Date(value) => Some(value.to_string()),
            Self::Moment(value) => Some(value.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

impl utoipa::PartialSchema for Cell {
    /// Null, a truth value, a whole number, or text.
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
            .description(Some("null, true or false, a whole number, or an exact number, day or moment as text"))
            .into()
    }
}

impl utoipa::ToSchema for Cell {}

impl Serialize for Cell {
    /// Whole numbers and truth values as JSON's own, exact numbers as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Decimal { .. } | Self::Text(_) | Self::Date(_) | Self::Moment(_) => {
                serializer.serialize_str(&self.exact().unwrap_or_default())
            }
        }
    }
}

/// An exact number with its point.
pub(crate) fn decimal_text(unscaled: i128, scale: u8) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}
