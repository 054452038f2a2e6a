//! Answers as CSV.

use arrow::{array::Array, datatypes::DataType};
use catalog::spreadsheet::harmless;

use super::{Answer, cell::cell_text};
use crate::Error;

/// The rows as CSV (RFC 4180) with a header line; null is an empty cell.
///
/// A text cell that a spreadsheet would run as a formula gets an apostrophe in front (see
/// [`harmless`]); numbers keep their sign.
///
/// # Errors
/// When a row cannot be written to memory, which is a defect.
pub fn to_csv(answer: &Answer) -> Result<Vec<u8>, Error> {
    let failed = |error: csv::Error| Error::Defect(format!("the answer cannot be written as CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(answer.schema.fields().iter().map(|field| harmless(field.name()))).map_err(failed)?;
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| cell(column.as_ref(), row));
            writer.write_record(cells).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|error| Error::Defect(format!("the answer cannot be written as CSV: {error}")))
}

fn cell(column: &dyn Array, row: usize) -> String {
    let text = cell_text(column, row).unwrap_or_default();
    if column.data_type() == &DataType::Utf8 { harmless(&text) } else { text }
}
