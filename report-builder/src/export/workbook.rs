//! A list as a workbook: real numbers and dates, text that is never run.

use std::{fs::File, sync::Arc};

use catalog::FieldKind;
use chrono::{DateTime, NaiveDate};
use oltp::records::{ExportColumn, ExportRow};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::sink::{Sink, SinkError};

/// Rows of a sheet below its header.
const MAX_ROWS: usize = 1_048_575;
/// Most characters a cell can hold.
const MAX_TEXT: usize = 32_767;
/// Digits that a workbook's number holds exactly; a longer one is written as text.
const EXACT_DIGITS: usize = 15;
/// Width of the columns, in characters.
const COLUMN_WIDTH: f64 = 18.0;

/// A workbook that is being written, its rows to a scratch file.
pub(super) struct Book {
    file: File,
    workbook: Workbook,
    columns: Arc<Vec<ExportColumn>>,
    styles: Vec<Format>,
    rows: usize,
}

impl Book {
    /// Writes the header.
    pub(super) fn begin(file: File, columns: Arc<Vec<ExportColumn>>) -> Result<Self, SinkError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| broken(&error))?;
        header(sheet, &columns).map_err(|error| broken(&error))?;
        let styles = columns.iter().map(|column| style(&column.kind)).collect();
        Ok(Self { file, workbook, columns, styles, rows: 0 })
    }
}

impl Sink for Book {
    fn write(&mut self, rows: Vec<ExportRow>) -> Result<(), SinkError> {
        if self.rows + rows.len() > MAX_ROWS {
            return Err(SinkError::TooManyRows { most: MAX_ROWS });
        }
        let sheet = self.workbook.worksheet_from_index(0).map_err(|error| broken(&error))?;
        for row in rows {
            self.rows += 1;
            let at = u32::try_from(self.rows).unwrap_or(u32::MAX);
            for (column, (cell, of)) in row.iter().zip(self.columns.iter().zip(&self.styles)).enumerate() {
                if let Some(text) = cell {
                    let column = u16::try_from(column).unwrap_or(u16::MAX);
                    write(sheet, (at, column), text, (&of.0.kind, of.1)).map_err(|error| broken(&error))?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), SinkError> {
        self.workbook.save_to_writer(&self.file).map_err(|error| broken(&error))?;
        Ok(self.file.sync_all()?)
    }
}

fn header(sheet: &mut Worksheet, columns: &[ExportColumn]) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).map_err(|_too_many| XlsxError::RowColumnLimitError)?;
        sheet.set_column_width(at, COLUMN_WIDTH)?;
        sheet.write_string_with_format(0, at, &column.label, &bold)?;
    }
    Ok(())
}

fn style(kind: &FieldKind) -> Format {
    match kind {
        FieldKind::Date => Format::new().set_num_format("yyyy-mm-dd"),
        FieldKind::DateTime => Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        FieldKind::Money => Format::new().set_num_format("#,##0.00"),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. }
        | FieldKind::Json => Format::new(),
    }
}

/// Writes a cell as what it is; what does not fit its kind is written as text.
fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    (kind, style): (&FieldKind, &Format),
) -> Result<(), XlsxError> {
    match kind {
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Money => {
            if let (true, Ok(number)) = (text.len() <= EXACT_DIGITS, text.parse::<f64>()) {
                sheet.write_number_with_format(row, column, number, style)?;
                return Ok(());
            }
        }
        FieldKind::Bool => {
            sheet.write_boolean(row, column, text == "true")?;
            return Ok(());
        }
        FieldKind::Date => {
            if let Ok(day) = text.parse::<NaiveDate>() {
                sheet.write_datetime_with_format(row, column, day, style)?;
                return Ok(());
            }
        }
        FieldKind::DateTime => {
            if let Ok(at) = DateTime::parse_from_rfc3339(text) {
                sheet.write_datetime_with_format(row, column, at.naive_utc(), style)?;
                return Ok(());
            }
        }
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. }
        | FieldKind::Json => {}
    }
    let shown: String = text.chars().take(MAX_TEXT).collect();
    sheet.write_string(row, column, shown)?;
    Ok(())
}

fn broken(error: &XlsxError) -> SinkError {
    SinkError::Defect(format!("the workbook cannot be written: {error}"))
}
