//! A result as one flat table.

use crate::{Cell, Format, ReportResult, ResultField};

use super::shown;

/// A result as one flat table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatTable {
    /// The columns.
    pub columns: Vec<FlatColumn>,
    /// The rows, each with one cell per column.
    pub rows: Vec<FlatRow>,
}

/// A column of a flat table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatColumn {
    /// Unique name for files that need one: ids joined by `|`.
    pub name: String,
    /// What stands above it.
    pub label: String,
    /// How its values are shown.
    pub format: Format,
    /// Whether it is a row field.
    pub key: bool,
}

/// A row of a flat table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatRow {
    /// What it is.
    pub kind: RowKind,
    /// One cell per column.
    pub cells: Vec<Cell>,
}

/// What a row of a flat table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A row group.
    Group,
    /// Everything outside the top.
    Others,
    /// The totals over all rows.
    Total,
}

/// Lays a result out as one flat table.
pub fn flatten(result: &ReportResult) -> FlatTable {
    let width = result.values.len();
    let row_totals = result.rows.iter().any(|row| row.total.is_some());
    let mut rows = Vec::with_capacity(result.rows.len() + 1);
    for row in &result.rows {
        let mut cells = row.keys.clone();
        cells.extend(row.cells.iter().flat_map(|values| padded(values.as_ref(), width)));
        if row_totals {
            cells.extend(padded(row.total.as_ref(), width));
        }
        rows.push(FlatRow { kind: if row.others { RowKind::Others } else { RowKind::Group }, cells });
    }
    if let Some(total) = total_row(result, width, row_totals) {
        rows.push(total);
    }
    FlatTable { columns: columns(result, row_totals), rows }
}

fn total_row(result: &ReportResult, width: usize, row_totals: bool) -> Option<FlatRow> {
    let pivot = !result.column_fields.is_empty();
    let present = result.grand_total.is_some() || result.column_totals.is_some();
    if !present || result.row_fields.is_empty() {
        return None;
    }
    let mut cells = vec![Cell::Null; result.row_fields.len()];
    if pivot {
        let none = vec![None; result.columns.len()];
        let sums = result.column_totals.as_ref().unwrap_or(&none);
        cells.extend(sums.iter().flat_map(|values| padded(values.as_ref(), width)));
        if row_totals {
            cells.extend(padded(result.grand_total.as_ref(), width));
        }
    } else {
        cells.extend(padded(result.grand_total.as_ref(), width));
    }
    Some(FlatRow { kind: RowKind::Total, cells })
}

fn columns(result: &ReportResult, row_totals: bool) -> Vec<FlatColumn> {
    let key = |field: &ResultField| FlatColumn {
        name: field.id.clone(),
        label: field.label.clone(),
        format: field.format,
        key: true,
    };
    let mut columns: Vec<FlatColumn> = result.row_fields.iter().map(key).collect();
    for group in &result.columns {
        let above: Vec<String> =
            group.keys.iter().zip(&result.column_fields).map(|(key, field)| label_of(key, field.format)).collect();
        columns.extend(result.values.iter().map(|value| under(&above, value, result.values.len())));
    }
    if row_totals {
        let above = ["Total".to_owned()];
        columns.extend(result.values.iter().map(|value| under(&above, value, result.values.len())));
    }
    columns
}

fn under(above: &[String], value: &ResultField, values: usize) -> FlatColumn {
    let name = above.iter().chain([&value.id]).cloned().collect::<Vec<_>>().join("|");
    // With one value, the group's own name says enough.
    let parts = if above.is_empty() || values > 1 {
        [above, std::slice::from_ref(&value.label)].concat()
    } else {
        above.to_vec()
    };
    FlatColumn { name, label: parts.join(" · "), format: value.format, key: false }
}

fn label_of(key: &Cell, format: Format) -> String {
    match key {
        Cell::Null => "(none)".to_owned(),
        Cell::Bool(_) | Cell::Int(_) | Cell::Decimal { .. } | Cell::Text(_) | Cell::Date(_) | Cell::Moment(_) => {
            shown(key, format)
        }
    }
}

fn padded(values: Option<&Vec<Cell>>, width: usize) -> Vec<Cell> {
    values.cloned().unwrap_or_else(|| vec![Cell::Null; width])
}
