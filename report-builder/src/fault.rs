//! What can go wrong between a report specification and its result.

use catalog::{Fault, FaultKind, Invalid};

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The specification or the request is wrong; each problem has a JSON pointer.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no report of this name.
    #[error("no report is called `{0}`; `report list` and GET /api/reports name them all")]
    UnknownReport(String),
    /// The caller may not see a field that the report uses.
    #[error("the report uses {field}, which you may not see ({pointer})")]
    Masked {
        /// The field's path.
        field: String,
        /// JSON pointer to where the report uses it.
        pointer: String,
    },
    /// The caller may not take the records out as a file.
    #[error("your role may not export {objects}; look at the report here instead")]
    NotExported {
        /// Plural label of the object, in lower case.
        objects: String,
    },
    /// The report would have more groups than can be shown.
    #[error("the report has {found} {what}, more than {most}; filter it or choose coarser groups")]
    TooManyGroups {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many can be shown.
        most: usize,
    },
    /// The query could not be run.
    #[error("the report could not be run")]
    Query(#[source] Box<query_service::Error>),
    /// Our compiler made a plan that is not well formed.
    #[error("the report could not be planned")]
    Plan(#[from] query_service::rel::RelError),
    /// The result could not be written in the wanted format.
    #[error("the result could not be written as {format}")]
    Output {
        /// The wanted format.
        format: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer does not have the shape of the plan, or an embedded report is broken.
    #[error("defect in the report builder: {0}")]
    Defect(String),
}

impl From<query_service::Error> for Error {
    fn from(source: query_service::Error) -> Self {
        Self::Query(Box::new(source))
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid(_) | Self::TooManyGroups { .. } => FaultKind::Invalid,
            Self::UnknownReport(_) => FaultKind::NotFound,
            Self::Masked { .. } | Self::NotExported { .. } => FaultKind::Forbidden,
            Self::Query(source) => source.kind(),
            Self::Plan(_) | Self::Output { .. } | Self::Defect(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid_report",
            Self::UnknownReport(_) => "unknown_report",
            Self::Masked { .. } => "masked_field",
            Self::NotExported { .. } => "export_not_allowed",
            Self::TooManyGroups { .. } => "too_many_groups",
            Self::Query(source) => source.code(),
            Self::Plan(_) => "malformed_plan",
            Self::Output { .. } => "output_failed",
            Self::Defect(_) => "report_defect",
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            Self::Query(source) => source.invalid(),
            Self::UnknownReport(_)
            | Self::Masked { .. }
            | Self::NotExported { .. }
            | Self::TooManyGroups { .. }
            | Self::Plan(_)
            | Self::Output { .. }
            | Self::Defect(_) => None,
        }
    }
}

/// One problem of a specification, at a JSON pointer that starts with a slash (or is empty).
pub(crate) fn refused(pointer: &str, code: &'static str, message: impl Into<String>) -> Invalid {
    Invalid(vec![catalog::InvalidField { pointer: pointer.to_owned(), code, message: message.into() }])
}
