//! One tile with its numbers: a figure, a chart or a table, and the state they are of.

mod figure;
mod table;

use catalog::Lsn;
use chrono::{DateTime, Utc};
use report_builder::ReportResult;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use figure::{Change, Figure, Target};
pub use table::{TableColumn, TableRow, TableView};

use crate::{ChartKind, Drawable, Error, TileDefinition, definition::TileKind, vega_lite};

/// A tile as browsers get it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tile {
    /// Its id in the dashboard.
    pub id: String,
    /// What stands above it.
    pub title: String,
    /// Which of `kpi`, `vega` and `table` is there: `kpi` and `progress` have a figure.
    pub kind: ShownAs,
    /// The figure.
    pub kpi: Option<Figure>,
    /// The Vega-Lite specification, data inline.
    #[schema(value_type = Option<Object>)]
    pub vega: Option<Value>,
    /// The table.
    pub table: Option<TableView>,
    /// What is not shown, in words.
    pub notes: Vec<String>,
    /// The state the numbers are of.
    pub freshness: Freshness,
}

/// How a tile is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownAs {
    /// A figure.
    Kpi,
    /// A figure on its way to a target.
    Progress,
    /// A chart.
    Chart,
    /// A table.
    Table,
}

/// The state of the warehouse that numbers are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Freshness {
    /// The moment the numbers are of.
    pub as_of: DateTime<Utc>,
    /// Everything committed up to this log position is in them.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub lsn: Lsn,
    /// Age of the warehouse's state when the query began, in milliseconds.
    pub lag_ms: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
fn as_text<S: serde::Serializer>(lsn: &Lsn, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(lsn)
}

impl From<&ReportResult> for Freshness {
    fn from(result: &ReportResult) -> Self {
        Self { as_of: result.run.as_of, lsn: result.run.lsn, lag_ms: result.run.lag_ms }
    }
}

impl Tile {
    /// Shows a result as its tile says.
    ///
    /// # Errors
    /// The result is not what the tile shows: [`Error::NoFigure`], [`Error::UnknownMeasure`], or
    /// why a chart of this kind cannot be made of it.
    pub fn of(tile: &TileDefinition, result: &ReportResult) -> Result<Self, Error> {
        let empty = Self {
            id: tile.id.clone(),
            title: tile.title.clone(),
            kind: ShownAs::Chart,
            kpi: None,
            vega: None,
            table: None,
            notes: Vec::new(),
            freshness: Freshness::from(result),
        };
        let chart = match tile.kind {
            TileKind::Kpi => {
                return Ok(Self { kind: ShownAs::Kpi, kpi: Some(Figure::of(tile, result)?), ..empty });
            }
            TileKind::Progress => {
                return Ok(Self { kind: ShownAs::Progress, kpi: Some(Figure::of(tile, result)?), ..empty });
            }
            TileKind::Table => {
                let (table, notes) = TableView::of(result);
                return Ok(Self { kind: ShownAs::Table, table: Some(table), notes, ..empty });
            }
            TileKind::Auto => None,
            TileKind::Bar => Some(ChartKind::Bar),
            TileKind::Line => Some(ChartKind::Line),
            TileKind::Area => Some(ChartKind::Area),
            TileKind::Stacked => Some(ChartKind::Stacked),
            TileKind::Donut => Some(ChartKind::Donut),
            TileKind::Funnel => Some(ChartKind::Funnel),
            TileKind::Heatmap => Some(ChartKind::Heatmap),
        };
        let mut chart = Chart::of(result, chart, tile.measure.as_deref(), "")?;
        chart.leave_titles_to_the_tile();
        Ok(Self { vega: Some(chart.vega), notes: chart.notes, ..empty })
    }
}

/// A chart of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// The Vega-Lite specification, data inline.
    pub vega: Value,
    /// What is not drawn, in words.
    pub notes: Vec<String>,
}

impl Chart {
    /// Specifies a chart of a result; without a kind, the one that suits it.
    ///
    /// # Errors
    /// The result does not fit the kind, or no chart shows all of it.
    pub fn of(
        result: &ReportResult,
        kind: Option<ChartKind>,
        measure: Option<&str>,
        title: &str,
    ) -> Result<Self, Error> {
        let Drawable { data, notes } = Drawable::of(result, measure)?;
        let kind = kind.or_else(|| ChartKind::suiting(&data)).unwrap_or(ChartKind::Bar);
        Ok(Self { kind, vega: vega_lite(kind, title, &data)?, notes })
    }

    /// The title of a tile says what its axes and colours are; saying it again takes their room.
    fn leave_titles_to_the_tile(&mut self) {
        for channel in ["x", "y", "color"] {
            if let Some(Value::Object(channel)) = self.vega.pointer_mut(&format!("/encoding/{channel}")) {
                channel.insert("title".to_owned(), Value::Null);
            }
        }
    }
}
