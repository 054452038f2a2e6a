//! A text table for a terminal.

use super::{FlatTable, RowKind, flatten, shown};
use crate::{Cell, Format, ReportResult};

/// Widest column; longer text is cut with an ellipsis.
const MAX_WIDTH: usize = 40;

/// The result as a text table with title, totals and the state it is of.
pub fn to_table_text(result: &ReportResult) -> String {
    let table = flatten(result);
    let lines: Vec<Vec<String>> = table.rows.iter().map(|row| line(&table, row.kind, &row.cells)).collect();
    let header: Vec<String> = table.columns.iter().map(|column| cut(&column.label)).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|at| {
            let cells = lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count());
            cells.chain(header.get(at).map(|cell| cell.chars().count())).max().unwrap_or(0)
        })
        .collect();
    let right = |at: usize| table.columns.get(at).is_some_and(|column| number(column.format));
    let print = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            let space = " ".repeat(width.saturating_sub(cell.chars().count()));
            if right(at) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  ");
    let mut out = Vec::new();
    if !result.title.is_empty() {
        out.extend([printable(&result.title), String::new()]);
    }
    out.extend([print(&header), rule.clone()]);
    for (line, row) in lines.iter().zip(&table.rows) {
        if row.kind == RowKind::Total {
            out.push(rule.clone());
        }
        out.push(print(line));
    }
    out.push(String::new());
    out.extend(result.warnings.iter().map(|warning| format!("! {warning}")));
    if result.totals_cover_all && table.rows.last().is_some_and(|row| row.kind == RowKind::Total) {
        out.push("Totals also cover rows that are not shown.".to_owned());
    }
    let run = &result.run;
    let rows = if result.row_count == 1 { "row" } else { "rows" };
    out.push(format!(
        "{} {rows} · as of {} · log position {} · {} · {} ms",
        result.row_count,
        run.as_of.format("%Y-%m-%d %H:%M:%S UTC"),
        run.lsn,
        run.engine.as_str(),
        run.elapsed_ms
    ));
    out.push(String::new());
    out.join("\n")
}

fn line(table: &FlatTable, kind: RowKind, cells: &[Cell]) -> Vec<String> {
    let cell = |(at, (cell, column)): (usize, (&Cell, &super::FlatColumn))| match (kind, column.key, cell) {
        (RowKind::Total, true, _) => {
            if at == 0 {
                "Total".to_owned()
            } else {
                String::new()
            }
        }
        (RowKind::Others, true, Cell::Null) => "(others)".to_owned(),
        (RowKind::Group, true, Cell::Null) => "(none)".to_owned(),
        (RowKind::Group | RowKind::Others | RowKind::Total, _, cell) => cut(&shown(cell, column.format)),
    };
    cells.iter().zip(&table.columns).enumerate().map(cell).collect()
}

fn number(format: Format) -> bool {
    match format {
        Format::Integer | Format::Decimal | Format::Money | Format::Percent => true,
        Format::Text | Format::Bool | Format::Date | Format::DateTime => false,
    }
}

fn cut(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= MAX_WIDTH {
        return text;
    }
    text.chars().take(MAX_WIDTH - 1).chain(['…']).collect()
}

/// Control characters could move the terminal's cursor or hide text.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '␣' } else { letter }).collect()
}
