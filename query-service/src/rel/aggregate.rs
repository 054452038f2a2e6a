//! What can be computed over a group of rows.

use super::Expr;

/// A named aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Name of the new column.
    pub name: String,
    /// What it holds.
    pub call: AggregateCall,
}

/// An aggregate over the rows of a group for which a condition is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregateCall {
    /// What to compute.
    pub function: AggregateFunction,
    /// Only rows for which this is true count.
    pub filter: Option<Expr>,
}

/// What to compute over a group; nulls never count.
///
/// There is no average: it is `sum / count` through [`Expr::Divide`], so that both engines round
/// it the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AggregateFunction {
    /// How many rows.
    CountRows,
    /// How many values.
    Count(Expr),
    /// How many different values.
    CountDistinct(Expr),
    /// The exact sum: 38 digits, scale of the input; null when there is no value.
    Sum(Expr),
    /// The least value; null when there is none.
    Min(Expr),
    /// The greatest value; null when there is none.
    Max(Expr),
}

impl AggregateFunction {
    /// What is aggregated, if anything.
    pub fn argument(&self) -> Option<&Expr> {
        match self {
            Self::CountRows => None,
            Self::Count(expr) | Self::CountDistinct(expr) | Self::Sum(expr) | Self::Min(expr) | Self::Max(expr) => {
                Some(expr)
            }
        }
    }
}
