//! Why there is no chart, no tile or no file.

use std::time::Duration;

use catalog::{Fault, FaultKind, Invalid};

use crate::{ChartKind, ColumnKind};

/// Why a chart, a tile or a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The columns are not what this kind of chart draws.
    #[error("the {kind} needs {needed}, but the data has {found}")]
    ColumnsDoNotFit {
        /// The kind of chart.
        kind: ChartKind,
        /// The columns it draws, in words.
        needed: &'static str,
        /// The columns there are, in words.
        found: String,
    },
    /// Two columns have the same name.
    #[error("two columns are named `{column}`")]
    DuplicateColumn {
        /// The name.
        column: String,
    },
    /// A row has more or fewer cells than there are columns.
    #[error("row {row} has {cells} cells, but there are {columns} columns")]
    RaggedRow {
        /// Number of the row, the first is 1.
        row: usize,
        /// How many cells it has.
        cells: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// A cell does not hold what its column promises.
    #[error("row {row}, column `{column}`: {value} is not {needed}")]
    WrongCell {
        /// Number of the row, the first is 1.
        row: usize,
        /// Name of the column.
        column: String,
        /// The cell as JSON.
        value: String,
        /// What the column holds, in words.
        needed: &'static str,
    },
    /// A cell that this kind of chart cannot do without is empty.
    #[error("row {row}, column `{column}`: the {kind} needs a value here")]
    EmptyCell {
        /// Number of the row, the first is 1.
        row: usize,
        /// Name of the column.
        column: String,
        /// The kind of chart.
        kind: ChartKind,
    },
    /// The parts of a whole cannot be drawn below zero.
    #[error("row {row}, column `{column}`: the {kind} cannot show {value}, which is below zero")]
    NegativePart {
        /// The kind of chart.
        kind: ChartKind,
        /// Number of the row, the first is 1.
        row: usize,
        /// Name of the column.
        column: String,
        /// The value.
        value: f64,
    },
    /// A figure stands for one row.
    #[error("the {kind} shows one row, but the data has {rows}", kind = ChartKind::Kpi)]
    SeveralFigures {
        /// How many rows there are.
        rows: usize,
    },
    /// More marks than anybody could tell apart.
    #[error("{rows} rows are more than the {limit} that one chart draws; group them first")]
    TooManyRows {
        /// How many rows there are.
        rows: usize,
        /// The limit.
        limit: usize,
    },
    /// A ring of so many parts cannot be read, and leaving some out would change the others.
    #[error("{parts} parts are more than the {limit} that a donut shows; draw bars instead")]
    TooManyParts {
        /// How many there are.
        parts: usize,
        /// The limit.
        limit: usize,
    },
    /// The report has no value of this id.
    #[error("the report has no value `{id}`; it has {known}")]
    UnknownMeasure {
        /// The id.
        id: String,
        /// The ids there are, in words.
        known: String,
    },
    /// The report of a figure has rows and no grand total, so there is no one value to show.
    #[error("the report of the tile `{tile}` has no one value; leave out its rows or ask for totals")]
    NoFigure {
        /// Id of the tile.
        tile: String,
    },
    /// The finished specification has no JSON form.
    #[error("the chart cannot be written as JSON")]
    Unwritable {
        /// What the JSON writer says.
        #[from]
        source: serde_json::Error,
    },
    /// Vega refuses the specification, or its picture cannot be read.
    #[error("the chart could not be drawn: {reason}")]
    NotDrawn {
        /// What it says.
        reason: String,
    },
    /// A drawing took longer than allowed.
    #[error("the chart was not drawn within {limit:?}")]
    DrawingTooSlow {
        /// The limit.
        limit: Duration,
    },
    /// A drawing used more memory than allowed, or its picture is too large.
    #[error("the {what} needs more than {limit_bytes} bytes")]
    DrawingTooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit_bytes: usize,
    },
    /// The threads that draw cannot do their work.
    #[error("charts cannot be drawn: {reason}")]
    Renderer {
        /// Why.
        reason: String,
    },
    /// The definition of a dashboard or a request is wrong; each problem has a JSON pointer.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such dashboard, or the caller may not see it.
    #[error("no dashboard is called `{0}`; `dashboard list` and GET /api/dashboards/ready name the ready ones")]
    UnknownDashboard(String),
    /// The dashboard has no such tile.
    #[error("the dashboard has no tile `{tile}`; it has {known}")]
    UnknownTile {
        /// The id that was asked for.
        tile: String,
        /// The ids there are, in words.
        known: String,
    },
    /// A report of a tile or a chart could not be run.
    #[error(transparent)]
    Report(#[from] report_builder::Error),
    /// A record could not be read.
    #[error(transparent)]
    Records(#[from] oltp::Error),
    /// A task of ours ended before its work was done.
    #[error("the work on a dashboard ended early")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl Error {
    /// A cell that does not hold what its column promises.
    pub(crate) fn wrong_cell(row: usize, column: &str, value: &serde_json::Value, kind: ColumnKind) -> Self {
        let needed = match kind {
            ColumnKind::Quantitative => "a number",
            ColumnKind::Temporal => "a date or a moment such as 2026-01-31 or 2026-01-31T12:00:00Z",
            ColumnKind::Nominal => "a text, a number, true or false",
        };
        Self::WrongCell { row, column: column.to_owned(), value: value.to_string(), needed }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::ColumnsDoNotFit { .. }
            | Self::DuplicateColumn { .. }
            | Self::RaggedRow { .. }
            | Self::WrongCell { .. }
            | Self::EmptyCell { .. }
            | Self::NegativePart { .. }
            | Self::SeveralFigures { .. }
            | Self::TooManyRows { .. }
            | Self::TooManyParts { .. }
            | Self::UnknownMeasure { .. }
            | Self::NoFigure { .. }
            | Self::NotDrawn { .. }
            | Self::DrawingTooLarge { .. }
            | Self::Invalid(_) => FaultKind::Invalid,
            Self::DrawingTooSlow { .. } => FaultKind::Timeout,
            Self::UnknownDashboard(_) | Self::UnknownTile { .. } => FaultKind::NotFound,
            Self::Report(source) => source.kind(),
            Self::Records(source) => source.kind(),
            Self::Unwritable { .. } | Self::Renderer { .. } | Self::Interrupted(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ColumnsDoNotFit { .. } => "columns_do_not_fit",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::RaggedRow { .. } => "ragged_row",
            Self::WrongCell { .. } => "wrong_cell",
            Self::EmptyCell { .. } => "empty_cell",
            Self::NegativePart { .. } => "negative_part",
            Self::SeveralFigures { .. } => "several_figures",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::UnknownMeasure { .. } => "unknown_measure",
            Self::NoFigure { .. } => "no_figure",
            Self::Unwritable { .. } => "unwritable",
            Self::NotDrawn { .. } => "not_drawn",
            Self::DrawingTooSlow { .. } => "drawing_too_slow",
            Self::DrawingTooLarge { .. } => "drawing_too_large",
            Self::Renderer { .. } => "renderer_failed",
            Self::Invalid(_) => "invalid_dashboard",
            Self::UnknownDashboard(_) => "unknown_dashboard",
            Self::UnknownTile { .. } => "unknown_tile",
            Self::Report(source) => source.code(),
            Self::Records(source) => source.code(),
            Self::Interrupted(_) => "interrupted",
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            Self::Report(source) => source.invalid(),
            Self::Records(source) => source.invalid(),
            Self::ColumnsDoNotFit { .. }
            | Self::DuplicateColumn { .. }
            | Self::RaggedRow { .. }
            | Self::WrongCell { .. }
            | Self::EmptyCell { .. }
            | Self::NegativePart { .. }
            | Self::SeveralFigures { .. }
            | Self::TooManyRows { .. }
            | Self::TooManyParts { .. }
            | Self::UnknownMeasure { .. }
            | Self::NoFigure { .. }
            | Self::Unwritable { .. }
            | Self::NotDrawn { .. }
            | Self::DrawingTooSlow { .. }
            | Self::DrawingTooLarge { .. }
            | Self::Renderer { .. }
            | Self::UnknownDashboard(_)
            | Self::UnknownTile { .. }
            | Self::Interrupted(_) => None,
        }
    }
}
