//! Draws charts: a small neutral table in, a Vega-Lite specification out.
//!
//! Reading order: [`ChartData`] is what is drawn, [`ChartKind`] how; [`vega_lite`] checks that the
//! one fits the other and writes the specification. A `ReportResult` becomes [`ChartData`] by `From`.
//!
//! Invariants: a specification holds all of its data and names no remote address, so it draws the
//! same anywhere, also without a network; the crate `vega_lite_4` is spoken to in one module only;
//! a date is drawn as the date it is, whatever the time zone of the one who looks.

mod chart;
mod error;
mod report;

pub use chart::{ChartColumn, ChartData, ChartKind, ColumnKind, vega_lite};
pub use error::Error;
