//! Charts and dashboards: a report's result in; a specification, a picture or a file out.
//!
//! Reading order: [`ChartData`] is what is drawn, [`ChartKind`] how; [`vega_lite`] checks that the
//! one fits the other and writes the specification. [`Renderer`] draws specifications without a
//! browser. [`Definition`] is what a dashboard is made of; [`Dashboards`] computes its tiles for
//! whoever asks and writes its files.
//!
//! Invariants: a specification holds all of its data and names no remote address, so it draws the
//! same anywhere, also without a network; the crate `vega_lite_4` is spoken to in one module only;
//! a date is drawn as the date it is, whatever the time zone of the one who looks; every number
//! comes from `ReportService` under the caller's own permissions; nothing in a drawing can become
//! code, take more than its time, or reach the next drawing.

pub mod api;
mod chart;
mod definition;
pub mod delivery;
mod error;
mod export;
pub mod mail;
mod ready;
mod render;
mod report;
mod service;
mod theme;
mod tile;

pub use chart::{ChartColumn, ChartData, ChartKind, ColumnKind, NumberFormat, vega_lite};
pub use definition::{COLUMNS, Definition, MAX_TILES, TileDefinition, TileKind, parse as parse_definition};
pub use error::Error;
pub use export::DashboardFormat;
pub use ready::{Dashboard, ready_dashboards};
pub use render::{Drawing, RenderLimits, Renderer};
pub use report::Drawable;
pub use report_builder::output::File;
pub use service::Dashboards;
pub use theme::Theme;
pub use tile::{Change, Chart, Figure, Freshness, ShownAs, TableColumn, TableRow, TableView, Target, Tile};
