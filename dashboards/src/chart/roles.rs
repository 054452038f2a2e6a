//! Which column plays which part in a chart.

use std::collections::BTreeSet;

use super::{ChartColumn, ChartKind, ColumnKind};
use crate::Error;

/// A column and its place in the rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) position: usize,
    pub(super) column: &'a ChartColumn,
}

/// The columns of a chart by the part they play.
#[derive(Debug, Clone, Copy)]
pub(super) struct Roles<'a> {
    /// The amount that is drawn.
    pub(super) measure: Placed<'a>,
    /// What it is drawn per: the dates if there are any, otherwise the first names; only a figure
    /// has none.
    pub(super) dimension: Option<Placed<'a>>,
    /// What tells colours apart.
    pub(super) series: Option<Placed<'a>>,
}

/// Gives each column its part; every column must have one.
///
/// # Errors
///
/// [`Error::DuplicateColumn`], [`Error::ColumnsDoNotFit`].
pub(super) fn assign(kind: ChartKind, columns: &[ChartColumn]) -> Result<Roles<'_>, Error> {
    let mut names = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|column| !names.insert(&column.name)) {
        return Err(Error::DuplicateColumn { column: twice.name.clone() });
    }
    let of_kind = |kind: ColumnKind| -> Vec<Placed<'_>> {
        let placed = columns.iter().enumerate().map(|(position, column)| Placed { position, column });
        placed.filter(|placed| placed.column.kind == kind).collect()
    };
    let (measures, times, names) =
        (of_kind(ColumnKind::Quantitative), of_kind(ColumnKind::Temporal), of_kind(ColumnKind::Nominal));
    let fitting = match kind {
        ChartKind::Bar | ChartKind::Line | ChartKind::Area => match (&*measures, &*times, &*names) {
            ([measure], [time], []) => Some((*measure, Some(*time), None)),
            ([measure], [time], [series]) => Some((*measure, Some(*time), Some(*series))),
            ([measure], [], [name]) => Some((*measure, Some(*name), None)),
            ([measure], [], [name, series]) => Some((*measure, Some(*name), Some(*series))),
            _ => None,
        },
        ChartKind::Stacked | ChartKind::Heatmap => match (&*measures, &*times, &*names) {
            ([measure], [time], [series]) => Some((*measure, Some(*time), Some(*series))),
            ([measure], [], [name, series]) => Some((*measure, Some(*name), Some(*series))),
            _ => None,
        },
        ChartKind::Funnel | ChartKind::Donut => match (&*measures, &*times, &*names) {
            ([measure], [], [stage]) => Some((*measure, Some(*stage), None)),
            _ => None,
        },
        ChartKind::Kpi => match (&*measures, columns.len()) {
            ([measure], 1) => Some((*measure, None, None)),
            _ => None,
        },
    };
    let (measure, dimension, series) = fitting.ok_or_else(|| Error::ColumnsDoNotFit {
        kind,
        needed: needed(kind),
        found: format!("{} of numbers, {} of dates and {} of names", measures.len(), times.len(), names.len()),
    })?;
    Ok(Roles { measure, dimension, series })
}

fn needed(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Bar | ChartKind::Line | ChartKind::Area => {
            "one column of numbers, one of dates or names, and at most one more of names"
        }
        ChartKind::Stacked | ChartKind::Heatmap => {
            "one column of numbers, and two of dates or names, at most one of dates"
        }
        ChartKind::Funnel | ChartKind::Donut => "one column of names and one of numbers",
        ChartKind::Kpi => "one column of numbers and nothing else",
    }
}
