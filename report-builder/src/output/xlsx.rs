//! A workbook: one sheet that can be computed with.
//!
//! Numbers and dates are real ones with formats, text is always written as text, so nothing that a
//! record holds is ever run as a formula.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format as Style, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{FlatColumn, FlatTable, RowKind, failed, flatten, shown};
use crate::{Cell, Error, Format, ReportResult};

/// Rows a sheet can hold, header and notes left out.
const MAX_ROWS: usize = 1_048_000;
/// Most characters a cell can hold.
const MAX_TEXT: usize = 32_767;
/// Narrowest and widest column, in characters.
const WIDTHS: (usize, usize) = (8, 60);
/// Longest name of a sheet, in letters.
const MAX_SHEET_NAME: usize = 31;
/// Digits that a workbook's number holds exactly; a longer one is written as text.
const EXACT_DIGITS: u32 = 15;

/// The result as an XLSX workbook: frozen bold header, typed cells, bold totals.
///
/// # Errors
/// There are more rows or columns than a sheet can hold.
pub fn to_xlsx(result: &ReportResult) -> Result<Vec<u8>, Error> {
    to_workbook(&[("Report", result)])
}

/// Several results as one XLSX workbook, one sheet each.
///
/// A title becomes the name of its sheet as far as a sheet may be called so; titles that come to
/// the same name are numbered.
///
/// # Errors
/// There are more rows or columns than a sheet can hold.
pub fn to_workbook(sheets: &[(&str, &ReportResult)]) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    let mut taken = BTreeSet::new();
    for (title, result) in sheets {
        let table = flatten(result);
        if table.rows.len() > MAX_ROWS {
            return Err(Error::TooManyGroups { what: "rows", found: table.rows.len(), most: MAX_ROWS });
        }
        let sheet = workbook.add_worksheet();
        let named = sheet.set_name(sheet_name(title, &mut taken)).map(|_sheet| ());
        named.and_then(|()| fill(sheet, &table, result)).map_err(|error| failed("XLSX", error))?;
    }
    workbook.save_to_buffer().map_err(|error| failed("XLSX", error))
}

/// A name that a sheet may have and that no other sheet has, without regard to case.
fn sheet_name(title: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed = |letter: char| if "[]:*?/\\'".contains(letter) || letter.is_control() { ' ' } else { letter };
    let shortened = |most: usize| -> String { title.chars().map(allowed).take(most).collect() };
    let plain = shortened(MAX_SHEET_NAME).trim().to_owned();
    let plain = if plain.is_empty() { "Sheet".to_owned() } else { plain };
    let mut name = plain.clone();
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        let end = format!(" {number}");
        let kept: String = plain.chars().take(MAX_SHEET_NAME - end.len()).collect();
        name = format!("{kept}{end}");
        number += 1;
    }
    name
}

fn fill(sheet: &mut Worksheet, table: &FlatTable, result: &ReportResult) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let header = Style::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
    for (at, column) in table.columns.iter().enumerate() {
        let at = column_number(at)?;
        let header = if column.key { header.clone() } else { header.clone().set_align(FormatAlign::Right) };
        sheet.write_string_with_format(0, at, limited(&column.label), &header)?;
    }
    for (row_at, row) in table.rows.iter().enumerate() {
        let row_number = row_number(row_at + 1)?;
        for (at, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
            let place = (row_number, column_number(at)?);
            write(sheet, place, cell, (column, row.kind))?;
        }
    }
    for (at, column) in table.columns.iter().enumerate() {
        sheet.set_column_width(column_number(at)?, width(table, at, column))?;
    }
    let notes = Style::new().set_italic();
    let mut row = row_number(table.rows.len() + 2)?;
    let as_of = result.run.as_of.format("As of %Y-%m-%d %H:%M:%S UTC");
    let state = format!("{as_of}, log position {}, {}", result.run.lsn, result.run.engine.as_str());
    #[expect(clippy::explicit_counter_loop, reason = "rows of a sheet are counted in its own type")]
    for note in result.warnings.iter().chain([&state]) {
        sheet.write_string_with_format(row, 0, limited(note), &notes)?;
        row += 1;
    }
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    (column, kind): (&FlatColumn, RowKind),
) -> Result<(), XlsxError> {
    let style = style(column.format, kind);
    match (kind, cell) {
        (RowKind::Total, _) if column.key && at == 0 => sheet.write_string_with_format(row, at, "Total", &style)?,
        (RowKind::Others, Cell::Null) if column.key => sheet.write_string_with_format(row, at, "(others)", &style)?,
        (_, Cell::Null) => sheet.write_blank(row, at, &style)?,
        (_, Cell::Bool(value)) => sheet.write_boolean_with_format(row, at, *value, &style)?,
        (_, Cell::Int(value)) => number(sheet, (row, at), (i128::from(*value), 0), (&style, cell))?,
        (_, Cell::Decimal { unscaled, scale }) => number(sheet, (row, at), (*unscaled, *scale), (&style, cell))?,
        (_, Cell::Text(text)) => sheet.write_string_with_format(row, at, limited(text), &style)?,
        (_, Cell::Date(day)) => sheet.write_datetime_with_format(row, at, day, &style)?,
        (_, Cell::Moment(moment)) => sheet.write_datetime_with_format(row, at, moment.naive_utc(), &style)?,
    };
    Ok(())
}

/// A number, or its exact text where a workbook's number would lose digits.
fn number<'a>(
    sheet: &'a mut Worksheet,
    (row, at): (u32, u16),
    (unscaled, scale): (i128, u8),
    (style, cell): (&Style, &Cell),
) -> Result<&'a mut Worksheet, XlsxError> {
    let text = cell.exact().unwrap_or_default();
    let exact = unscaled.unsigned_abs() < 10_u128.pow(EXACT_DIGITS) || scale >= 6;
    match text.parse::<f64>() {
        Ok(value) if exact => sheet.write_number_with_format(row, at, value, style),
        Ok(_) | Err(_) => sheet.write_string_with_format(row, at, &text, style),
    }
}

fn style(format: Format, kind: RowKind) -> Style {
    let style = match format {
        Format::Text | Format::Bool => Style::new(),
        Format::Integer => Style::new().set_num_format("#,##0"),
        Format::Decimal => Style::new().set_num_format("#,##0.######"),
        Format::Money => Style::new().set_num_format("#,##0.00"),
        Format::Percent => Style::new().set_num_format("0.0%"),
        Format::Date => Style::new().set_num_format("yyyy-mm-dd"),
        Format::DateTime => Style::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    match kind {
        RowKind::Group | RowKind::Others => style,
        RowKind::Total => style.set_bold().set_border_top(FormatBorder::Thin),
    }
}

fn width(table: &FlatTable, at: usize, column: &FlatColumn) -> f64 {
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
    let longest = cells.map(|cell| shown(cell, column.format).chars().count()).max().unwrap_or(0);
    let longest = longest.max(column.label.chars().count()) + 2;
    let bounded = u32::try_from(longest.clamp(WIDTHS.0, WIDTHS.1)).unwrap_or(8);
    f64::from(bounded)
}

fn limited(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

fn row_number(at: usize) -> Result<u32, XlsxError> {
    u32::try_from(at).map_err(|_too_many| XlsxError::RowColumnLimitError)
}

fn column_number(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_too_many| XlsxError::RowColumnLimitError)
}
