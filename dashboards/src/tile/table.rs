//! A report as a small table.

use report_builder::{
    Cell, Format, ReportResult,
    output::{FlatRow, FlatTable, RowKind, flatten, shown},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Rows of a tile; the report itself and the files hold all of them.
const MAX_ROWS: usize = 100;

/// A small table, texts ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableView {
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows, the totals last.
    pub rows: Vec<TableRow>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableColumn {
    /// Unique name.
    pub name: String,
    /// What stands above it.
    pub label: String,
    /// Whether it holds numbers, which stand at the right.
    pub number: bool,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableRow {
    /// Whether it is the total of all rows.
    pub total: bool,
    /// One text per column.
    pub cells: Vec<String>,
}

impl TableView {
    /// The first rows of a result, and what was left out in words.
    pub(crate) fn of(result: &ReportResult) -> (Self, Vec<String>) {
        let table = flatten(result);
        let columns = table.columns.iter().map(|column| TableColumn {
            name: column.name.clone(),
            label: column.label.clone(),
            number: number(column.format),
        });
        let (totals, groups): (Vec<_>, Vec<_>) = table.rows.iter().partition(|row| row.kind == RowKind::Total);
        let all = groups.len();
        let rows = groups.into_iter().take(MAX_ROWS).chain(totals).map(|row| line(&table, row)).collect();
        let mut notes = result.warnings.clone();
        if all > MAX_ROWS {
            notes.push(format!("the first {MAX_ROWS} of {all} rows"));
        }
        (Self { columns: columns.collect(), rows }, notes)
    }
}

fn line(table: &FlatTable, row: &FlatRow) -> TableRow {
    let total = row.kind == RowKind::Total;
    let cells = row.cells.iter().zip(&table.columns).enumerate().map(|(at, (cell, column))| {
        match (row.kind, column.key, cell) {
            (RowKind::Total, true, _) => if at == 0 { "Total" } else { "" }.to_owned(),
            (RowKind::Others, true, Cell::Null) => "(others)".to_owned(),
            (RowKind::Group, true, Cell::Null) => "(none)".to_owned(),
            (RowKind::Group | RowKind::Others | RowKind::Total, _, cell) => shown(cell, column.format),
        }
    });
    TableRow { total, cells: cells.collect() }
}

fn number(format: Format) -> bool {
    match format {
        Format::Integer | Format::Decimal | Format::Money | Format::Percent => true,
        Format::Text | Format::Bool | Format::Date | Format::DateTime => false,
    }
}
