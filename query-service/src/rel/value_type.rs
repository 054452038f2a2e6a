//! What a value is, in both engines.

use arrow::datatypes::{DataType, TimeUnit};

/// Most digits an exact number can have.
pub(crate) const MAX_PRECISION: u8 = 38;

/// The type of a value; every value can also be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// Yes or no.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// An exact number.
    Decimal {
        /// Total digits, at most 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Text; ids are text too.
    Text,
    /// A calendar day.
    Date,
    /// A moment in UTC, to the microsecond.
    Timestamp,
}

impl ValueType {
    /// The widest exact number with this many digits after the point.
    pub fn decimal(scale: u8) -> Self {
        Self::Decimal { precision: MAX_PRECISION, scale }
    }

    /// The type of a Postgres column as the catalogue names it; `None` for a type that the
    /// catalogue never uses.
    pub fn from_postgres(pg_type: &str) -> Option<Self> {
        if let Some(digits) = pg_type.strip_prefix("numeric(").and_then(|rest| rest.strip_suffix(')')) {
            let (precision, scale) = digits.split_once(',')?;
            return Some(Self::Decimal {
                precision: precision.trim().parse().ok()?,
                scale: scale.trim().parse().ok()?,
            });
        }
        match pg_type {
            "text" | "uuid" | "jsonb" => Some(Self::Text),
            "bigint" => Some(Self::Int),
            "boolean" => Some(Self::Bool),
            "date" => Some(Self::Date),
            "timestamp with time zone" => Some(Self::Timestamp),
            _ => None,
        }
    }

    /// The Arrow type of a column of the answer.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int64,
            Self::Decimal { precision, scale } => {
                DataType::Decimal128(precision, i8::try_from(scale).unwrap_or(i8::MAX))
            }
            Self::Text => DataType::Utf8,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// Whether it can be added, multiplied and divided.
    pub fn is_number(self) -> bool {
        self.scale().is_some()
    }

    /// Digits after the point of a number; `None` for what is not a number.
    pub fn scale(self) -> Option<u8> {
        match self {
            Self::Int => Some(0),
            Self::Decimal { scale, .. } => Some(scale),
            Self::Bool | Self::Text | Self::Date | Self::Timestamp => None,
        }
    }
}

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique in the relation without regard to case.
    pub name: String,
    /// What it holds.
    pub ty: ValueType,
}

impl Column {
    /// A column of this name and type.
    pub fn new(name: impl Into<String>, ty: ValueType) -> Self {
        Self { name: name.into(), ty }
    }
}
