//! A list as Parquet: typed columns, named by their fields.

use std::{fs::File, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Field, Schema, TimeUnit},
    error::ArrowError,
};
use catalog::FieldKind;
use oltp::records::{ExportColumn, ExportRow};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use super::sink::{Sink, SinkError};

/// Rows of one group: what the writer keeps in memory until they are on the disk.
const GROUP_ROWS: usize = 64 * 1024;

/// A Parquet file that is being written.
pub(super) struct Columnar {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
}

impl Columnar {
    /// Begins the file.
    pub(super) fn begin(file: File, columns: &[ExportColumn]) -> Result<Self, SinkError> {
        let fields = columns.iter().map(|column| Field::new(&column.name, data_type(&column.kind), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer =
            ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(|error| broken(&error))?;
        Ok(Self { writer, schema })
    }

    fn batch(&self, rows: &[ExportRow]) -> Result<RecordBatch, ArrowError> {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        let column = |(at, field): (usize, &Arc<Field>)| -> Result<ArrayRef, ArrowError> {
            let cells = rows.iter().map(|row| row.get(at).and_then(Option::as_deref));
            let texts: ArrayRef = Arc::new(cells.collect::<StringArray>());
            if field.data_type() == &DataType::Utf8 {
                return Ok(texts);
            }
            cast_with_options(&texts, field.data_type(), &options)
        };
        let arrays = self.schema.fields().iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

impl Sink for Columnar {
    fn write(&mut self, rows: Vec<ExportRow>) -> Result<(), SinkError> {
        let batch = self.batch(&rows).map_err(|error| SinkError::Defect(error.to_string()))?;
        self.writer.write(&batch).map_err(|error| broken(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), SinkError> {
        let file = self.writer.into_inner().map_err(|error| broken(&error))?;
        Ok(file.sync_all()?)
    }
}

fn data_type(kind: &FieldKind) -> DataType {
    match kind {
        FieldKind::Integer { .. } => DataType::Int64,
        FieldKind::Decimal { precision, scale } => {
            DataType::Decimal128(*precision, i8::try_from(*scale).unwrap_or_default())
        }
        FieldKind::Money => DataType::Decimal128(18, 2),
        FieldKind::Bool => DataType::Boolean,
        FieldKind::Date => DataType::Date32,
        FieldKind::DateTime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. }
        | FieldKind::Json => DataType::Utf8,
    }
}

fn broken(error: &ParquetError) -> SinkError {
    SinkError::Defect(format!("the Parquet file cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use arrow::util::pretty::pretty_format_batches;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    #[test]
    fn cells_become_what_their_fields_hold() {
        let column = |name: &str, kind| ExportColumn { name: name.to_owned(), label: name.to_owned(), kind };
        let columns = vec![
            column("name", FieldKind::LongText),
            column("amount", FieldKind::Money),
            column("open", FieldKind::Bool),
            column("day", FieldKind::Date),
            column("at", FieldKind::DateTime),
        ];
        let row = |cells: [Option<&str>; 5]| cells.map(|cell| cell.map(str::to_owned)).to_vec();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut sink = Box::new(Columnar::begin(file.reopen().unwrap(), &columns).unwrap());

        let at = "2026-03-31T12:00:00.000001Z";
        sink.write(vec![row([Some("=1"), Some("-12345678901234.56"), Some("true"), Some("2024-02-29"), Some(at)])])
            .unwrap();
        sink.write(vec![row([None; 5])]).unwrap();
        sink.finish().unwrap();

        let reader = ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap()).unwrap().build().unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        let shown = pretty_format_batches(&batches).unwrap().to_string();
        for exact in ["-12345678901234.56", "2024-02-29", "2026-03-31T12:00:00.000001Z", "true", "=1"] {
            assert!(shown.contains(exact), "{exact} in\n{shown}");
        }
        let types: Vec<String> =
            batches[0].schema().fields().iter().map(|field| field.data_type().to_string()).collect();
        assert_eq!(types[..4], ["Utf8", "Decimal128(18, 2)", "Boolean", "Date32"]);
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
    }
}
