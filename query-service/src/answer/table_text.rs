//! Answers as a table for a terminal.

use arrow::{array::Array, datatypes::DataType};
use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use super::{Answer, cell::cell_text};

/// The rows as a table drawn with lines, numbers to the right, followed by a line on the source.
pub fn to_table_text(answer: &Answer) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(answer.schema.fields().iter().map(|field| Cell::new(printable(field.name()))));
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            table.add_row(batch.columns().iter().map(|column| cell(column.as_ref(), row)));
        }
    }
    let rows = answer.row_count();
    let noun = if rows == 1 { "row" } else { "rows" };
    let cut = if answer.truncated { ", cut at the limit: there are more" } else { "" };
    format!(
        "{table}\n{rows} {noun}{cut} · as of {} · LSN {} · {} · {} ms\n",
        answer.as_of.format("%Y-%m-%d %H:%M:%S UTC"),
        answer.lsn,
        answer.engine.as_str(),
        answer.elapsed_ms
    )
}

fn cell(column: &dyn Array, row: usize) -> Cell {
    let text = printable(&cell_text(column, row).unwrap_or_default());
    let number = matches!(column.data_type(), DataType::Int64 | DataType::Float64 | DataType::Decimal128(_, _));
    Cell::new(text).set_alignment(if number { CellAlignment::Right } else { CellAlignment::Left })
}

/// The text without control characters, which could drive a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
