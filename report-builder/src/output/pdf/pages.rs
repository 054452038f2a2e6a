//! A result as the rows of a printed table: headings, rows, subtotals, totals.

use serde::Serialize;

use crate::{
    Cell, Format, ReportResult,
    output::{FlatRow, FlatTable, RowKind, flatten, shown},
};

/// A printed table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PrintedTable {
    pub(super) columns: Vec<PrintedColumn>,
    pub(super) rows: Vec<PrintedRow>,
}

/// A column of a printed table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PrintedColumn {
    label: String,
    /// Numbers stand at the right.
    number: bool,
    /// Takes the width that the others leave.
    pub(super) wide: bool,
}

impl PrintedColumn {
    /// What stands above the column.
    pub(super) fn label(&self) -> &str {
        &self.label
    }
}

/// A row of a printed table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PrintedRow {
    kind: PrintedKind,
    pub(super) cells: Vec<String>,
}

/// What a printed row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum PrintedKind {
    /// The name of the rows below it, over all columns.
    Heading,
    Row,
    Subtotal,
    Total,
}

/// Lays a result out for printing.
///
/// With two row fields or more, rows stand under the value of the first one, followed by that
/// group's line of `subtotals`: the same report by the first field alone, so that a subtotal is
/// computed from the records and not from the rows above it.
pub(super) fn printed(result: &ReportResult, subtotals: Option<&ReportResult>) -> PrintedTable {
    let table = flatten(result);
    let grouped = result.row_fields.len() > 1;
    let hidden = usize::from(grouped);
    let shown_columns = table.columns.iter().skip(hidden).enumerate();
    let columns = shown_columns.map(|(at, column)| PrintedColumn {
        label: column.label.clone(),
        number: is_number(column.format),
        wide: at == 0 && column.key && !is_number(column.format),
    });
    let columns = columns.collect();
    if !grouped {
        return PrintedTable { columns, rows: table.rows.iter().map(|row| line(&table, row, 0)).collect() };
    }
    let subtotals = subtotals.map(flatten).filter(|sums| fits(&table, sums, result.row_fields.len()));
    let mut rows = Vec::new();
    for (name, members) in groups(&table) {
        let heading = key_text(&table, 0, name, members.first().map_or(RowKind::Group, |row| row.kind));
        let subtotal = subtotals.as_ref().and_then(|sums| subtotal(&table, sums, (name, &heading)));
        rows.push(PrintedRow { kind: PrintedKind::Heading, cells: vec![heading] });
        rows.extend(members.iter().map(|row| line(&table, row, hidden)));
        rows.extend(subtotal);
    }
    rows.extend(table.rows.iter().filter(|row| row.kind == RowKind::Total).map(|row| line(&table, row, hidden)));
    PrintedTable { columns, rows }
}

/// The rows by their first key, in the order in which the keys first appear.
fn groups(table: &FlatTable) -> Vec<(&Cell, Vec<&FlatRow>)> {
    let mut groups: Vec<(&Cell, Vec<&FlatRow>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for row in table.rows.iter().filter(|row| row.kind != RowKind::Total) {
        let Some(key) = row.cells.first() else { continue };
        let place = *places.entry((key, row.kind == RowKind::Others)).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, members)) = groups.get_mut(place) {
            members.push(row);
        }
    }
    groups
}

/// Whether the subtotals have the same value columns as the table.
fn fits(table: &FlatTable, sums: &FlatTable, keys: usize) -> bool {
    let values = table.columns.iter().skip(keys).map(|column| &column.name);
    values.eq(sums.columns.iter().skip(1).map(|column| &column.name))
}

fn subtotal(table: &FlatTable, sums: &FlatTable, (name, heading): (&Cell, &str)) -> Option<PrintedRow> {
    let sum = sums.rows.iter().find(|row| row.kind == RowKind::Group && row.cells.first() == Some(name))?;
    let keys = table.columns.iter().filter(|column| column.key).count();
    let label = [format!("Total {heading}")].into_iter();
    let empty = std::iter::repeat_n(String::new(), keys.saturating_sub(2));
    let values = sum.cells.iter().zip(&sums.columns).skip(1).map(|(cell, column)| shown(cell, column.format));
    Some(PrintedRow { kind: PrintedKind::Subtotal, cells: label.chain(empty).chain(values).collect() })
}

fn line(table: &FlatTable, row: &FlatRow, hidden: usize) -> PrintedRow {
    let cells = row.cells.iter().enumerate().skip(hidden).map(|(at, cell)| {
        if row.kind == RowKind::Total && at == hidden && table.columns.first().is_some_and(|column| column.key) {
            return "Total".to_owned();
        }
        key_text(table, at, cell, row.kind)
    });
    let kind = match row.kind {
        RowKind::Group | RowKind::Others => PrintedKind::Row,
        RowKind::Total => PrintedKind::Total,
    };
    PrintedRow { kind, cells: cells.collect() }
}

fn key_text(table: &FlatTable, at: usize, cell: &Cell, kind: RowKind) -> String {
    let column = table.columns.get(at);
    let text = match (kind, column.is_some_and(|column| column.key), cell) {
        (RowKind::Others, true, Cell::Null) => "(others)".to_owned(),
        (RowKind::Group, true, Cell::Null) => "(none)".to_owned(),
        (RowKind::Group | RowKind::Others | RowKind::Total, _, cell) => {
            shown(cell, column.map_or(Format::Text, |column| column.format))
        }
    };
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

pub(super) fn is_number(format: Format) -> bool {
    match format {
        Format::Integer | Format::Decimal | Format::Money | Format::Percent => true,
        Format::Text | Format::Bool | Format::Date | Format::DateTime => false,
    }
}
