//! A relation that is not well formed.

use catalog::{Fault, FaultKind};

use super::ValueType;

/// Why a relation cannot be printed; always a defect of whoever built the relation, except
/// [`RelError::Plan`], which can also be a table that is not there.
#[derive(Debug, thiserror::Error)]
pub enum RelError {
    /// An expression or node names a column that its input does not have.
    #[error("no column `{name}`; there are {known}")]
    UnknownColumn {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// Two columns of one relation have the same name.
    #[error("two columns are called `{0}`")]
    DuplicateColumn(String),
    /// An operation got a value of a type it is not defined for.
    #[error("{operation} is not defined for {found:?}")]
    WrongType {
        /// What was attempted.
        operation: &'static str,
        /// The types it got.
        found: Vec<ValueType>,
    },
    /// A node breaks a rule of the algebra.
    #[error("malformed plan: {0}")]
    Malformed(&'static str),
    /// The engine refused the plan.
    #[error("the engine refused the plan")]
    Plan(#[source] Box<datafusion::error::DataFusionError>),
}

impl From<datafusion::error::DataFusionError> for RelError {
    fn from(source: datafusion::error::DataFusionError) -> Self {
        Self::Plan(Box::new(source))
    }
}

impl Fault for RelError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownColumn { .. }
            | Self::DuplicateColumn(_)
            | Self::WrongType { .. }
            | Self::Malformed(_)
            | Self::Plan(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        "malformed_plan"
    }
}
