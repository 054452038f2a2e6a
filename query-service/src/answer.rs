//! The answer to a query and its forms: table, CSV, JSON, Parquet.

mod cell;
mod csv;
mod json;
mod normal;
mod table_text;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use catalog::Lsn;
use chrono::{DateTime, Utc};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

pub(crate) use self::json::rows_json;
pub(crate) use self::normal::{normal_batch, normal_schema};
pub use self::{cell::cell_text, csv::to_csv, json::to_json, table_text::to_table_text};
use crate::{Engine, Error};

/// Rows and what they are the answer to.
///
/// **Shape:** every column is `Boolean`, `Int64`, `Float64`, `Decimal128(38, s)`, `Utf8`, `Date32`
/// or `Timestamp(us, "UTC")`, whichever engine answered; names are unique.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// Who answered.
    pub engine: Engine,
    /// Everything committed up to this position is in the answer.
    pub lsn: Lsn,
    /// The moment the answer describes: the asked one, otherwise when the snapshot was published.
    pub as_of: DateTime<Utc>,
    /// Age of the snapshot when the query began, in milliseconds.
    pub lag_ms: i64,
    /// Time from the request to the last row, in milliseconds.
    pub elapsed_ms: u64,
    /// Whether rows are missing because the answer reached its limit.
    pub truncated: bool,
    /// Whether the rows were remembered from an earlier equal query.
    pub cached: bool,
}

impl Answer {
    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// The rows as one Parquet file.
///
/// # Errors
/// When the rows cannot be encoded, which is a defect.
pub fn to_parquet(answer: &Answer) -> Result<Vec<u8>, Error> {
    let failed = |error: parquet::errors::ParquetError| Error::Defect(format!("the answer cannot be encoded: {error}"));
    let compression = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), std::sync::Arc::clone(&answer.schema), Some(properties)).map_err(failed)?;
    for batch in &answer.batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}
