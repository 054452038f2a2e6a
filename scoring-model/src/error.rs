//! What can go wrong when a model is trained, stored or applied.

use catalog::{Fault, FaultKind};

/// Why a model could not be trained, read or applied.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The frame lacks a column that the spec or the model names.
    #[error("there is no column `{column}`")]
    MissingColumn {
        /// The column that was asked for.
        column: String,
    },
    /// A column holds something else than its use needs.
    #[error("column `{column}` holds {found}, but it must hold {needed}")]
    WrongColumnKind {
        /// The column.
        column: String,
        /// What its use needs, in words.
        needed: &'static str,
        /// The Polars type it has.
        found: String,
    },
    /// A row lacks the value that decides its outcome or its part.
    #[error("column `{column}` has no value in row {row}")]
    MissingValue {
        /// The column.
        column: String,
        /// Number of the row in the frame, the first is 0.
        row: usize,
    },
    /// An outcome is neither yes nor no.
    #[error("column `{column}` holds {value} in row {row}; an outcome is true or false, 1 or 0")]
    NotAnOutcome {
        /// The column.
        column: String,
        /// Number of the row in the frame, the first is 0.
        row: usize,
        /// What it holds.
        value: f64,
    },
    /// The spec contradicts itself.
    #[error("the training spec is wrong: {problem}")]
    BadSpec {
        /// What is wrong, in words.
        problem: String,
    },
    /// Too few outcomes of one kind to learn from; rules must do until there are more.
    #[error("{found} of {needed} {outcome}: too few to learn from")]
    TooFewOutcomes {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
        /// Which kind of outcome: `conversions` or `rows without conversion`.
        outcome: &'static str,
    },
    /// A part of the split holds outcomes of one kind only, so nothing can be measured on it.
    #[error("all outcomes in the {part} part are alike; choose another split")]
    OneSidedPart {
        /// `training`, `validation` or `test`.
        part: &'static str,
    },
    /// More rows than one model takes.
    #[error("{rows} rows are more than the {limit} that one model takes")]
    TooManyRows {
        /// How many there are.
        rows: usize,
        /// The limit.
        limit: usize,
    },
    /// The optimiser gave up.
    #[error("the logistic regression with alpha {alpha} could not be fitted")]
    FitFailed {
        /// Strength of the penalty it was tried with.
        alpha: f64,
        /// What the optimiser says.
        #[source]
        source: linfa_logistic::error::Error,
    },
    /// A stored model cannot be read.
    #[error("the stored model cannot be read")]
    UnreadableModel {
        /// What the JSON reader says.
        #[source]
        source: serde_json::Error,
    },
    /// A stored model has another format, or its parts do not fit together.
    #[error("the stored model is damaged: {problem}")]
    DamagedModel {
        /// What does not fit, in words.
        problem: String,
    },
    /// Somebody else is training or applying at this moment.
    #[error("scores are being {doing} already; try again when that is done")]
    AlreadyRunning {
        /// What is running: `trained` or `applied`.
        doing: &'static str,
    },
    /// Only managers and administrators train and apply.
    #[error("only managers and administrators may train or apply scores")]
    ManagersOnly,
    /// There are more leads than one run takes.
    #[error("there are more than {limit} leads to look at in one run")]
    TooManyLeads {
        /// The limit.
        limit: usize,
    },
    /// Postgres refused, or is away.
    #[error("cannot read or write records for scoring")]
    Records {
        /// What it says.
        #[from]
        source: oltp::Error,
    },
    /// The warehouse has no answer.
    #[error("cannot read the history of leads")]
    History {
        /// What it says.
        #[from]
        source: query_service::Error,
    },
    /// What should be impossible by construction.
    #[error("internal defect: {problem}")]
    Defect {
        /// What happened, in words.
        problem: String,
    },
    /// Polars refused an operation.
    #[error("the frame cannot be read")]
    Frame {
        /// What Polars says.
        #[from]
        source: polars::prelude::PolarsError,
    },
}

impl Error {
    /// A defect, in words.
    pub(crate) fn defect(problem: impl Into<String>) -> Self {
        Self::Defect { problem: problem.into() }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::MissingColumn { .. }
            | Self::WrongColumnKind { .. }
            | Self::MissingValue { .. }
            | Self::NotAnOutcome { .. }
            | Self::BadSpec { .. }
            | Self::OneSidedPart { .. } => FaultKind::Invalid,
            Self::TooFewOutcomes { .. } | Self::AlreadyRunning { .. } => FaultKind::Conflict,
            Self::TooManyRows { .. } | Self::TooManyLeads { .. } => FaultKind::TooLarge,
            Self::ManagersOnly => FaultKind::Forbidden,
            Self::Records { source } => source.kind(),
            Self::History { source } => source.kind(),
            Self::Defect { .. }
            | Self::FitFailed { .. }
            | Self::UnreadableModel { .. }
            | Self::DamagedModel { .. }
            | Self::Frame { .. } => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::MissingColumn { .. } => "missing_column",
            Self::WrongColumnKind { .. } => "wrong_column_kind",
            Self::MissingValue { .. } => "missing_value",
            Self::NotAnOutcome { .. } => "not_an_outcome",
            Self::BadSpec { .. } => "bad_training_spec",
            Self::TooFewOutcomes { .. } => "too_few_outcomes",
            Self::OneSidedPart { .. } => "one_sided_part",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::FitFailed { .. } => "fit_failed",
            Self::UnreadableModel { .. } => "unreadable_model",
            Self::DamagedModel { .. } => "damaged_model",
            Self::AlreadyRunning { .. } => "already_running",
            Self::ManagersOnly => "not_allowed",
            Self::TooManyLeads { .. } => "too_many_leads",
            Self::Records { source } => source.code(),
            Self::History { source } => source.code(),
            Self::Defect { .. } => "defect",
            Self::Frame { .. } => "unreadable_frame",
        }
    }
}
