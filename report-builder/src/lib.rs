//! Reports: from a specification in JSON to tables and files.
//!
//! Reading order: [`ReportSpec`] is what a person asks for; [`Model`] is what can be asked for,
//! derived from the catalogue; [`compile`](compile::compile) turns one into a plan over the other;
//! [`ReportService`] runs it; [`ReportResult`] is rows, columns and totals; [`output`] writes it.
//! [`export`] writes whole lists of records to files, as jobs.
//!
//! Invariants: a measure is aggregated at its own object before anything is combined, so no link
//! can multiply it; a total is computed from the records, never from the cells; no text of a
//! person reaches an engine except as a typed literal; a result that was cut says so.

pub mod api;
pub mod calendar;
pub mod compile;
pub mod export;
mod fault;
pub mod formula;
pub mod model;
pub mod output;
mod ready;
mod result;
mod service;
mod spec;

pub use fault::Error;
pub use model::Model;
pub use ready::{READY_REPORTS, ReadyReport};
pub use result::{Cell, ColumnGroup, ReportResult, ResultField, ResultRow, Run, assemble};
pub use service::{ReportService, RunRequest, Wanted};
pub use spec::{
    Aggregate, ConditionSpec, Format, GroupSpec, HavingSpec, Operator, Quantifier, RelativeRange, ReportSpec, SortSpec,
    TopSpec, TotalsSpec, ValueLiteral, ValueSource, ValueSpec,
};

#[cfg(test)]
mod tests;
