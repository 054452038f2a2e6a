//! Comma-separated values (RFC 4180), UTF-8, exact numbers.

use catalog::spreadsheet::harmless;

use super::{FlatColumn, RowKind, failed, flatten};
use crate::{Cell, Error, ReportResult};

/// The result as CSV: one header line, the rows as on screen, totals last.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn to_csv(result: &ReportResult) -> Result<Vec<u8>, Error> {
    let table = flatten(result);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let header = table.columns.iter().map(|column| harmless(&column.label));
    writer.write_record(header).map_err(|error| failed("CSV", error))?;
    for row in &table.rows {
        let cells = row.cells.iter().zip(&table.columns).enumerate();
        let cells = cells.map(|(at, (cell, column))| text(cell, column, row.kind, at));
        writer.write_record(cells).map_err(|error| failed("CSV", error))?;
    }
    writer.into_inner().map_err(|error| failed("CSV", error.into_error()))
}

fn text(cell: &Cell, column: &FlatColumn, kind: RowKind, at: usize) -> String {
    match (kind, cell) {
        (RowKind::Total, _) if column.key => {
            if at == 0 {
                "Total".to_owned()
            } else {
                String::new()
            }
        }
        (RowKind::Others, Cell::Null) if column.key => "(others)".to_owned(),
        (_, Cell::Text(text)) => harmless(text),
        (_, cell) => cell.exact().unwrap_or_default(),
    }
}
