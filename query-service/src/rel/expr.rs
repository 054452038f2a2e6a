//! Expressions: one value per row.

use super::{Literal, ValueType, Zone};

/// Computes one value from the columns of a row.
///
/// Comparisons, `and`, `or` and `not` have SQL's three values; a null operand makes arithmetic null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// The value of a column.
    Column(String),
    /// A value written in the plan.
    Literal(Literal),
    /// Compares two values of the same kind; numbers of different width are widened exactly.
    Compare {
        /// How.
        op: Comparison,
        /// The left value.
        left: Box<Expr>,
        /// The right value.
        right: Box<Expr>,
    },
    /// True when all are true; true for an empty list.
    And(Vec<Expr>),
    /// True when one is true; false for an empty list.
    Or(Vec<Expr>),
    /// True for false, false for true, null for null.
    Not(Box<Expr>),
    /// Whether there is no value; never null itself.
    IsNull(Box<Expr>),
    /// Whether the value is one of these, all of the value's type; false for an empty list.
    InList {
        /// The value.
        expr: Box<Expr>,
        /// The list, without nulls.
        list: Vec<Literal>,
    },
    /// The value of the first branch whose condition is true, else `otherwise`, else null.
    Case {
        /// Conditions and values; never empty; all values have one type.
        branches: Vec<(Expr, Expr)>,
        /// The value when no condition is true.
        otherwise: Option<Box<Expr>>,
    },
    /// The first value that is not null; all have one type; never empty.
    Coalesce(Vec<Expr>),
    /// Adds, subtracts or multiplies two numbers exactly.
    ///
    /// The result has 38 digits; the scale of a sum is the larger one, of a product the sum of
    /// both. More digits than that are an error of the engine, never a wrong number.
    Arithmetic {
        /// Which operation.
        op: Arithmetic,
        /// The left number.
        left: Box<Expr>,
        /// The right number.
        right: Box<Expr>,
    },
    /// `numerator / denominator` to six digits after the point, half to even; null for zero.
    Divide {
        /// The number that is divided.
        numerator: Box<Expr>,
        /// The number it is divided by.
        denominator: Box<Expr>,
    },
    /// The number with fewer digits after the point, half to even; more digits are zeros.
    Round {
        /// The number.
        expr: Box<Expr>,
        /// Digits after the point.
        scale: u8,
    },
    /// The same number in a type that holds it exactly.
    Widen {
        /// A whole or exact number.
        expr: Box<Expr>,
        /// A decimal type with at least as many digits before and after the point.
        to: ValueType,
    },
    /// Finds a piece of text without regard to case (see [`fold_case`](super::fold_case)).
    Match {
        /// Where the piece must be.
        kind: TextMatch,
        /// The text.
        expr: Box<Expr>,
        /// The piece as the person wrote it.
        piece: String,
    },
    /// The first day of the period that a day is in.
    DateTrunc {
        /// The period.
        grain: Grain,
        /// A date.
        expr: Box<Expr>,
    },
    /// The calendar day of a moment in a time zone.
    LocalDate {
        /// A timestamp.
        expr: Box<Expr>,
        /// The zone.
        zone: Zone,
    },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal; null when one is null.
    Equal,
    /// Not equal; null when one is null.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
    /// Different, where null equals null and differs from everything else; never null.
    DistinctFrom,
    /// The opposite of [`Comparison::DistinctFrom`].
    NotDistinctFrom,
}

/// Exact operations on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Left plus right.
    Add,
    /// Left minus right.
    Subtract,
    /// Left times right.
    Multiply,
}

/// Where a piece of text must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// Periods of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// One day.
    Day,
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// January, April, July or October and the two months after it.
    Quarter,
    /// A calendar year.
    Year,
}

impl Expr {
    /// The value of a column.
    pub fn column(name: &str) -> Self {
        Self::Column(name.to_owned())
    }

    /// Compares two values.
    #[must_use]
    pub fn compare(self, op: Comparison, right: Self) -> Self {
        Self::Compare { op, left: Box::new(self), right: Box::new(right) }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull(Box::new(self))
    }

    /// The opposite truth value.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "an expression builder, not an operation on values")]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Adds, subtracts or multiplies.
    #[must_use]
    pub fn arithmetic(self, op: Arithmetic, right: Self) -> Self {
        Self::Arithmetic { op, left: Box::new(self), right: Box::new(right) }
    }

    /// Divides to six digits after the point; null for zero.
    #[must_use]
    pub fn divide(self, denominator: Self) -> Self {
        Self::Divide { numerator: Box::new(self), denominator: Box::new(denominator) }
    }
}
