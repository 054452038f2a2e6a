//! One hash per row of a table, from one canonical text per cell.
//!
//! **Shape of a cell:** whole numbers, decimals and text as Postgres prints them, moments as
//! microseconds and days as days since 1970, truth as 1 and 0. Each cell is preceded by its length,
//! so that no two rows have the same text by accident; null has a mark of its own.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Date32Type, Decimal128Type, DecimalType, Int64Type, TimestampMicrosecondType},
};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use crate::Error;

/// **Units:** 32 bytes per row are kept in memory.
#[derive(Debug, Default)]
pub(super) struct Digest(Vec<RowDigest>);

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowDigest {
    pub(super) id: u128,
    pub(super) hash: u128,
}

/// The canonical text of one row, cell by cell.
#[derive(Debug, Default)]
pub(super) struct RowText {
    text: Vec<u8>,
}

impl RowText {
    /// Forgets the cells.
    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    /// Appends a null.
    pub(super) fn null(&mut self) {
        self.text.push(0);
    }

    /// Appends a value.
    pub(super) fn cell(&mut self, value: &[u8]) {
        self.text.push(1);
        self.text.extend_from_slice(&value.len().to_le_bytes());
        self.text.extend_from_slice(value);
    }

    /// Appends a value of the lake; `value` is room for its text.
    fn append(&mut self, column: &dyn Array, row: usize, value: &mut Vec<u8>) -> Result<(), Error> {
        if column.is_null(row) {
            self.null();
            return Ok(());
        }
        value.clear();
        write_cell(column, row, value)?;
        self.cell(value);
        Ok(())
    }

    fn hash(&self) -> u128 {
        xxh3_128(&self.text)
    }
}

impl Digest {
    /// Takes one row whose first cell is `id`.
    pub(super) fn push(&mut self, id: &[u8], row: &RowText) -> Result<(), Error> {
        let id = Uuid::try_parse_ascii(id).map_err(|error| Error::Defect(format!("a row without an id: {error}")))?;
        self.0.push(RowDigest { id: id.as_u128(), hash: row.hash() });
        Ok(())
    }

    /// Takes the rows of a batch; its first column is the id.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let mut row_text = RowText::default();
        let mut value = Vec::new();
        for row in 0..batch.num_rows() {
            row_text.clear();
            for column in batch.columns() {
                row_text.append(column.as_ref(), row, &mut value)?;
            }
            let mut id = Vec::new();
            write_cell(batch.column(0).as_ref(), row, &mut id)?;
            self.push(&id, &row_text)?;
        }
        Ok(())
    }

    /// The digest in order of ids, as comparing needs it.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_unstable();
        self
    }

    /// The rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = &RowDigest> {
        self.0.iter()
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the lake has no other types")]
fn write_cell(column: &dyn Array, row: usize, value: &mut Vec<u8>) -> Result<(), Error> {
    match column.data_type() {
        DataType::Utf8 => value.extend_from_slice(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Utf8View => value.extend_from_slice(column.as_string_view().value(row).as_bytes()),
        DataType::Int64 => number(value, column.as_primitive::<Int64Type>().value(row)),
        DataType::Date32 => number(value, i64::from(column.as_primitive::<Date32Type>().value(row))),
        DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, _) => {
            number(value, column.as_primitive::<TimestampMicrosecondType>().value(row));
        }
        DataType::Boolean => value.push(if column.as_boolean().value(row) { b'1' } else { b'0' }),
        DataType::Decimal128(precision, scale) => {
            let decimal = column.as_primitive::<Decimal128Type>().value(row);
            value.extend_from_slice(Decimal128Type::format_decimal(decimal, *precision, *scale).as_bytes());
        }
        other => return Err(Error::Defect(format!("a lake column of type {other} cannot be verified"))),
    }
    Ok(())
}

fn number(value: &mut Vec<u8>, number: i64) {
    value.extend_from_slice(number.to_string().as_bytes());
}
