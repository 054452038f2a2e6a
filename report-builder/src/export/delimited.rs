//! A list as comma-separated values (RFC 4180): UTF-8, exact numbers, nothing that a spreadsheet runs.

use std::{fs::File, io::BufWriter, sync::Arc};

use catalog::{FieldKind, spreadsheet::harmless};
use oltp::records::{ExportColumn, ExportRow};

use super::sink::{Sink, SinkError};

/// A CSV file that is being written.
pub(super) struct Delimited {
    writer: csv::Writer<BufWriter<File>>,
    columns: Arc<Vec<ExportColumn>>,
}

impl Delimited {
    /// Writes the header.
    pub(super) fn begin(file: File, columns: Arc<Vec<ExportColumn>>) -> Result<Self, SinkError> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BufWriter::new(file));
        writer.write_record(columns.iter().map(|column| harmless(&column.label))).map_err(broken)?;
        Ok(Self { writer, columns })
    }
}

impl Sink for Delimited {
    fn write(&mut self, rows: Vec<ExportRow>) -> Result<(), SinkError> {
        for row in rows {
            let cells = row.into_iter().zip(self.columns.iter()).map(|(cell, column)| {
                let text = cell.unwrap_or_default();
                if numeric(&column.kind) { text } else { harmless(&text) }
            });
            self.writer.write_record(cells).map_err(broken)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), SinkError> {
        let buffer = self.writer.into_inner().map_err(|error| SinkError::Disk(error.into_error()))?;
        let file = buffer.into_inner().map_err(|error| SinkError::Disk(error.into_error()))?;
        Ok(file.sync_all()?)
    }
}

/// Whether the sign of a cell is that of a number.
fn numeric(kind: &FieldKind) -> bool {
    kind.is_decimal() || matches!(kind, FieldKind::Integer { .. })
}

fn broken(error: csv::Error) -> SinkError {
    let words = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { SinkError::Disk(error) } else { SinkError::Defect(words) }
}
