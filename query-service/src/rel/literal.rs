//! Values written in a plan.

use chrono::{DateTime, NaiveDate, Utc};

use super::ValueType;

/// A value written in a plan; its type is part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// No value, of this type.
    Null(ValueType),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact number: `unscaled / 10^scale`.
    Decimal {
        /// All digits, without the point.
        unscaled: i128,
        /// Total digits of the type.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Text.
    Text(String),
    /// A calendar day.
    Date(NaiveDate),
    /// A moment, to the microsecond.
    Timestamp(DateTime<Utc>),
}

impl Literal {
    /// Its type.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Null(ty) => *ty,
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) => ValueType::Int,
            Self::Decimal { precision, scale, .. } => ValueType::Decimal { precision: *precision, scale: *scale },
            Self::Text(_) => ValueType::Text,
            Self::Date(_) => ValueType::Date,
            Self::Timestamp(_) => ValueType::Timestamp,
        }
    }
}
