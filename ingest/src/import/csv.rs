//! Delimited text: detected, split into records with their line numbers, read by Polars.

mod dialect;
mod encoding;
mod records;

use std::{io::Cursor, ops::ControlFlow, path::Path, sync::Arc};

use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PlSmallStr, Schema, SchemaRef, SerReader,
};

use self::{
    dialect::{Dialect, detect},
    encoding::Encoding,
    records::{Record, Records, Shape},
};
use super::{
    frame::{BrokenRow, CHUNK_BYTES, CHUNK_ROWS, Chunk, Sink, check_header},
    mapping::SourceOptions,
};
use crate::import::Error;

/// Lines with a broken quote after which the file is given up: each costs a second look at up to
/// a mebibyte, and a file with more of them was written with another quote character.
const MAX_BROKEN_QUOTES: usize = 100;

/// An opened text file, just behind its header.
#[derive(Debug)]
pub(crate) struct CsvSource {
    file: String,
    records: Records,
    dialect: Dialect,
    encoding: Encoding,
    header: Vec<String>,
    schema: SchemaRef,
}

impl CsvSource {
    /// Opens a text file, finds out how it is written and reads its header.
    pub(crate) fn open(path: &Path, file: &str, options: &SourceOptions) -> Result<Self, Error> {
        let (text, encoding) = encoding::open(path, file, options.encoding.as_deref())?;
        let dialect = detect(path, encoding, options).map_err(|error| Error::read(path, error))?;
        let mut records = Records::new(text, dialect);
        let first = loop {
            match records.next().map_err(|error| Error::read(path, error))? {
                Some(record) if record.blank => {}
                Some(record) => break record,
                None => return Err(Error::file(file, "the file is empty: it has no header line")),
            }
        };
        if let Some(reason) = first.shape.reason() {
            return Err(Error::file(file, format!("the header in line {} cannot be read: {reason}", first.line)));
        }
        let header = check_header(file, records.cells(&first))?;
        let fields = (0..header.len()).map(|index| Field::new(column_name(index), DataType::String));
        let schema: Schema = fields.collect();
        Ok(Self { file: file.to_owned(), records, dialect, encoding, header, schema: Arc::new(schema) })
    }

    /// The names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// How the file is written, for the summary.
    pub(crate) fn describe(&self) -> String {
        format!("CSV, {}, {}", self.encoding, self.dialect)
    }

    /// Reads everything, chunk by chunk.
    pub(crate) fn read(mut self, path: &Path, sink: &mut Sink<'_>) -> Result<(), Error> {
        let mut pending = Pending::default();
        let mut broken_quotes = 0;
        while let Some(record) = self.records.next().map_err(|error| Error::read(path, error))? {
            if record.blank {
                continue;
            }
            match self.refusal(&record) {
                None => {
                    self.records.append_line(&record, &mut pending.text);
                    pending.lines.push(record.line);
                }
                Some(reason) => {
                    broken_quotes += usize::from(record.shape == Shape::UnclosedQuote);
                    let mut cells = self.records.cells(&record);
                    cells.truncate(self.header.len());
                    pending.broken.push(BrokenRow { line: record.line, reason, cells });
                }
            }
            if broken_quotes > MAX_BROKEN_QUOTES {
                return Err(self.too_many_broken_quotes());
            }
            if pending.full() && self.pass(&mut pending, sink)?.is_break() {
                return Ok(());
            }
        }
        let _no_more = self.pass(&mut pending, sink)?;
        Ok(())
    }

    fn refusal(&self, record: &Record) -> Option<String> {
        if let Some(reason) = record.shape.reason() {
            return Some(reason);
        }
        let columns = self.header.len();
        (record.fields != columns).then(|| {
            let fields = record.fields;
            format!("the line has {fields} cells, but the header names {columns} columns")
        })
    }

    fn too_many_broken_quotes(&self) -> Error {
        let reason = format!("more than {MAX_BROKEN_QUOTES} lines open a quote that is never closed; state `quote`");
        Error::file(&self.file, reason)
    }

    fn pass(&self, pending: &mut Pending, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, Error> {
        let full = std::mem::take(pending);
        let mut frame = self.parse(full.text, full.lines.len())?;
        frame.set_column_names(&self.header).map_err(Error::frame)?;
        let bytes_read = self.records.bytes_read();
        Ok(sink(Chunk { frame, lines: full.lines, broken: full.broken, bytes_read }))
    }

    fn parse(&self, text: Vec<u8>, rows: usize) -> Result<DataFrame, Error> {
        if rows == 0 {
            return Ok(DataFrame::empty_with_schema(&self.schema));
        }
        let parsing = CsvParseOptions::default()
            .with_separator(self.dialect.delimiter)
            .with_quote_char(Some(self.dialect.quote))
            .with_missing_is_null(true);
        let frame = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(Arc::clone(&self.schema)))
            .with_infer_schema_length(Some(0))
            .with_rechunk(true)
            .with_parse_options(parsing)
            .into_reader_with_file_handle(Cursor::new(text))
            .finish()
            .map_err(Error::frame)?;
        if frame.height() != rows {
            // Line numbers would no longer belong to their rows.
            let reason = format!("{rows} lines were read as {} rows", frame.height());
            return Err(Error::file(&self.file, reason));
        }
        Ok(frame)
    }
}

#[derive(Debug, Default)]
struct Pending {
    text: Vec<u8>,
    lines: Vec<u64>,
    broken: Vec<BrokenRow>,
}

impl Pending {
    fn full(&self) -> bool {
        self.lines.len() + self.broken.len() >= CHUNK_ROWS || self.text.len() >= CHUNK_BYTES
    }
}

fn column_name(index: usize) -> PlSmallStr {
    format!("{index}").into()
}

#[cfg(test)]
mod tests;
