//! Why data cannot be drawn.

use catalog::{Fault, FaultKind};

use crate::{ChartKind, ColumnKind};

/// Why a chart could not be made.
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
    /// A funnel cannot be drawn below zero.
    #[error("row {row}, column `{column}`: the funnel cannot show {value}, which is below zero")]
    NegativeInFunnel {
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
    /// The finished specification has no JSON form.
    #[error("the chart cannot be written as JSON")]
    Unwritable {
        /// What the JSON writer says.
        #[from]
        source: serde_json::Error,
    },
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
            | Self::NegativeInFunnel { .. }
            | Self::SeveralFigures { .. }
            | Self::TooManyRows { .. } => FaultKind::Invalid,
            Self::Unwritable { .. } => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ColumnsDoNotFit { .. } => "columns_do_not_fit",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::RaggedRow { .. } => "ragged_row",
            Self::WrongCell { .. } => "wrong_cell",
            Self::EmptyCell { .. } => "empty_cell",
            Self::NegativeInFunnel { .. } => "negative_in_funnel",
            Self::SeveralFigures { .. } => "several_figures",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::Unwritable { .. } => "unwritable",
        }
    }
}
