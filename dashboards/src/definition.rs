//! What a dashboard is made of, version 1, as it is stored and checked.

mod check;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use check::parse;

/// Columns of the grid.
pub const COLUMNS: u32 = 12;
/// Most tiles; more are not looked at, and each is a query.
pub const MAX_TILES: usize = 24;

/// The tiles of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Always 1.
    pub version: u32,
    /// The tiles, in reading order.
    pub tiles: Vec<TileDefinition>,
}

/// One tile: a report and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TileDefinition {
    /// Unique in the dashboard: letters, digits, `-` and `_`.
    pub id: String,
    /// What stands above it.
    pub title: String,
    /// How it is shown.
    pub kind: TileKind,
    /// A report specification, or the name of a ready report, or the id of a saved one.
    pub report: Value,
    /// Id of the value that is shown; charts choose one without it, tables show all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// Id of the value that a figure is compared with: the same of the period before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// What the figure should reach, as exact decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// One short line below a figure, such as the period it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether a lower figure is the better one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lower_is_better: bool,
    /// First column, from 0.
    pub x: u32,
    /// First row, from 0.
    pub y: u32,
    /// Columns that it spans.
    pub w: u32,
    /// Rows that it spans.
    pub h: u32,
}

/// How a tile shows its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TileKind {
    /// One figure with its change and its target.
    Kpi,
    /// One figure on its way to its target.
    Progress,
    /// The report as a table.
    Table,
    /// The chart that suits the report.
    Auto,
    /// Bars.
    Bar,
    /// Lines.
    Line,
    /// Areas.
    Area,
    /// Stacked bars.
    Stacked,
    /// A ring.
    Donut,
    /// A funnel.
    Funnel,
    /// A field of colours.
    Heatmap,
}
