//! The kind of chart that suits a table when nobody said.

use std::collections::BTreeSet;

use super::{ChartData, ChartKind, ColumnKind, NumberFormat};

/// Up to this many dates are compared better as bars than followed as a line.
const FEW_DATES: usize = 4;
/// More values of the second names make a stack that nobody can read.
const MOST_LAYERS: usize = 8;

impl ChartKind {
    /// The kind that suits the data: lines along time, bars of names, stacks where a second name
    /// adds up, a field of colours where it does not; `None` when no chart shows all of it.
    ///
    /// Ratios never add up, so they are not stacked.
    pub fn suiting(data: &ChartData) -> Option<Self> {
        let of = |kind: ColumnKind| {
            let columns = data.columns.iter().enumerate();
            columns.filter(|(_, column)| column.kind == kind).map(|(at, _)| at).collect::<Vec<_>>()
        };
        let (measures, times, names) =
            (of(ColumnKind::Quantitative), of(ColumnKind::Temporal), of(ColumnKind::Nominal));
        let [measure] = *measures else { return None };
        let adds_up = data.columns.get(measure).is_some_and(|column| column.format != NumberFormat::Percent);
        match (&*times, &*names) {
            ([], []) => Some(Self::Kpi),
            ([time], []) if different(data, *time) <= FEW_DATES => Some(Self::Bar),
            ([_], []) => Some(Self::Line),
            ([_], [series]) if different(data, *series) <= MOST_LAYERS => {
                Some(if adds_up { Self::Stacked } else { Self::Line })
            }
            ([], [_]) => Some(Self::Bar),
            ([], [_, series]) if adds_up && different(data, *series) <= MOST_LAYERS => Some(Self::Stacked),
            ([_], [_]) | ([], [_, _]) => Some(Self::Heatmap),
            _ => None,
        }
    }
}

fn different(data: &ChartData, column: usize) -> usize {
    let cells = data.rows.iter().filter_map(|row| row.get(column));
    cells.map(ToString::to_string).collect::<BTreeSet<_>>().len()
}
