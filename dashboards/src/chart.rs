//! What is drawn, and the way from a table to a specification: assign columns, draw cells, specify.

mod cells;
mod choice;
mod roles;
mod specification;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// A chart of more rows takes seconds to draw and shows nothing that fewer would not.
const MAX_ROWS: usize = 5_000;
/// A donut of more parts cannot be read.
const MAX_PARTS: usize = 12;

/// A small table to draw, already grouped and sorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartData {
    /// The columns, in the order of the cells.
    pub columns: Vec<ChartColumn>,
    /// The rows, in the order in which categories are drawn.
    ///
    /// **Shape**: one cell per column. Numbers are JSON numbers or decimal text, dates and moments
    /// are ISO 8601 text, an empty cell is null.
    pub rows: Vec<Vec<Value>>,
}

/// One column of a chart's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartColumn {
    /// Name that is unique in the table, such as `deals.amount_sum`.
    pub name: String,
    /// Title of its axis, legend and tooltip.
    pub label: String,
    /// What its cells are.
    pub kind: ColumnKind,
    /// How its numbers are written.
    #[serde(default)]
    pub format: NumberFormat,
}

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// With thousands separators, fractions only where there are any.
    #[default]
    Plain,
    /// As amounts of money.
    Money,
    /// Ratios in percent.
    Percent,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Amounts.
    Quantitative,
    /// Dates or moments.
    Temporal,
    /// Names, in the order of the rows.
    Nominal,
}

/// How data is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Bars per name or date, stacked by a second name column.
    Bar,
    /// A line over dates or names, one per value of a second name column.
    Line,
    /// Areas over dates or names, stacked by a second name column.
    Area,
    /// Bars per name or date that are made up of the values of a second name column.
    Stacked,
    /// The parts of a whole as a ring.
    Donut,
    /// A field of colours, dates or names across and names down.
    Heatmap,
    /// Centred bars per stage, in the order of the rows.
    Funnel,
    /// One figure.
    Kpi,
}

impl fmt::Display for ChartKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bar => "bar chart",
            Self::Line => "line chart",
            Self::Area => "area chart",
            Self::Stacked => "stacked bar chart",
            Self::Donut => "donut",
            Self::Heatmap => "heatmap",
            Self::Funnel => "funnel",
            Self::Kpi => "figure",
        })
    }
}

/// Writes the Vega-Lite (version 4) specification of a chart, its data included.
///
/// Bars of names lie on their side so that long names can be read; bars of dates stand. Numbers are
/// drawn as 64-bit floats, which is finer than any screen but not exact for amounts above 9
/// quadrillion. A moment with an offset is drawn in UTC. An empty name is drawn as `(none)`; an
/// empty number is a gap, and a figure without a number says `no data`.
///
/// # Errors
///
/// Any variant of [`Error`], naming the row and the column at fault.
pub fn vega_lite(kind: ChartKind, title: &str, data: &ChartData) -> Result<Value, Error> {
    if data.rows.len() > MAX_ROWS {
        return Err(Error::TooManyRows { rows: data.rows.len(), limit: MAX_ROWS });
    }
    if kind == ChartKind::Donut && data.rows.len() > MAX_PARTS {
        return Err(Error::TooManyParts { parts: data.rows.len(), limit: MAX_PARTS });
    }
    let roles = roles::assign(kind, &data.columns)?;
    let drawn = cells::draw(kind, data, &roles)?;
    Ok(serde_json::to_value(specification::specify(kind, title, &roles, drawn))?)
}
