//! Growing columns: cells go in as text, Arrow arrays come out.
//!
//! Unlike Arrow's own builders these can be cut back to an earlier length (a dropped transaction)
//! and read while they grow (an unchanged cell is copied from the row before).

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Decimal128Array, PrimitiveArray, StringArray,
        TimestampMicrosecondArray,
    },
    buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer},
    datatypes::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType},
    error::ArrowError,
};

use crate::{
    postgres_text::{self, Refusal},
    spec::ColumnType,
};

/// The values of a column; null rows hold a zero or an empty text.
#[derive(Debug)]
enum Values {
    /// Ends of the texts in `bytes`, preceded by a zero.
    Text {
        ends: Vec<i32>,
        bytes: Vec<u8>,
    },
    Uuid {
        bytes: Vec<u8>,
        ends: Vec<i32>,
    },
    Int(Vec<i64>),
    Decimal {
        values: Vec<i128>,
        precision: u8,
        scale: u8,
    },
    Float(Vec<f64>),
    Bool(Vec<bool>),
    Date(Vec<i32>),
    Moment(Vec<i64>),
}

/// One growing column.
#[derive(Debug)]
pub(crate) struct ColumnBuffer {
    values: Values,
    valid: Vec<bool>,
}

impl ColumnBuffer {
    pub(crate) fn new(kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::Text => Values::Text { ends: vec![0], bytes: Vec::new() },
            ColumnType::Uuid => Values::Uuid { ends: vec![0], bytes: Vec::new() },
            ColumnType::Int => Values::Int(Vec::new()),
            ColumnType::Decimal { precision, scale } => Values::Decimal { values: Vec::new(), precision, scale },
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Bool => Values::Bool(Vec::new()),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Moment => Values::Moment(Vec::new()),
        };
        Self { values, valid: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.valid.len()
    }

    /// Appends a cell. Nothing is appended when it is refused.
    pub(crate) fn push_text(&mut self, text: &str) -> Result<(), Refusal> {
        match &mut self.values {
            Values::Text { ends, bytes } => {
                let end = i32::try_from(bytes.len() + text.len());
                ends.push(end.map_err(|_source| Refusal::Unrepresentable("it is too long"))?);
                bytes.extend_from_slice(text.as_bytes());
            }
            Values::Uuid { ends, bytes } => {
                postgres_text::uuid(text)?;
                ends.push(
                    i32::try_from(bytes.len() + text.len())
                        .map_err(|_source| Refusal::Unrepresentable("it is too long"))?,
                );
                bytes.extend_from_slice(text.as_bytes());
            }
            Values::Int(values) => values.push(postgres_text::integer(text)?),
            Values::Decimal { values, precision, scale } => {
                values.push(postgres_text::decimal(text, *precision, *scale)?);
            }
            Values::Float(values) => values.push(postgres_text::float(text)?),
            Values::Bool(values) => values.push(postgres_text::boolean(text)?),
            Values::Date(values) => values.push(postgres_text::date(text)?),
            Values::Moment(values) => values.push(postgres_text::moment(text)?),
        }
        self.valid.push(true);
        Ok(())
    }

    pub(crate) fn push_null(&mut self) {
        match &mut self.values {
            Values::Text { ends, .. } | Values::Uuid { ends, .. } => ends.push(ends.last().copied().unwrap_or(0)),
            Values::Int(values) | Values::Moment(values) => values.push(0),
            Values::Decimal { values, .. } => values.push(0),
            Values::Float(values) => values.push(0.0),
            Values::Bool(values) => values.push(false),
            Values::Date(values) => values.push(0),
        }
        self.valid.push(false);
    }

    /// Appends the value of an earlier row of this column.
    pub(crate) fn push_own(&mut self, row: usize) {
        if !self.valid[row] {
            return self.push_null();
        }
        match &mut self.values {
            Values::Text { ends, bytes } | Values::Uuid { ends, bytes } => {
                let range = text_range(ends, row);
                let end = ends.last().copied().unwrap_or(0) + (ends[row + 1] - ends[row]);
                bytes.extend_from_within(range);
                ends.push(end);
            }
            Values::Int(values) | Values::Moment(values) => values.push(values[row]),
            Values::Decimal { values, .. } => values.push(values[row]),
            Values::Float(values) => values.push(values[row]),
            Values::Bool(values) => values.push(values[row]),
            Values::Date(values) => values.push(values[row]),
        }
        self.valid.push(true);
    }

    /// Appends a value of an array that this kind of column made; another kind of array is a null.
    pub(crate) fn push_array_value(&mut self, array: &dyn Array, row: usize) {
        if array.is_null(row) {
            return self.push_null();
        }
        let pushed = match &mut self.values {
            Values::Text { ends, bytes } | Values::Uuid { ends, bytes } => {
                array.as_string_opt::<i32>().is_some_and(|texts| {
                    bytes.extend_from_slice(texts.value(row).as_bytes());
                    ends.push(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
                    true
                })
            }
            Values::Int(values) => push_primitive::<Int64Type>(values, array, row),
            Values::Moment(values) => push_primitive::<TimestampMicrosecondType>(values, array, row),
            Values::Decimal { values, .. } => push_primitive::<Decimal128Type>(values, array, row),
            Values::Float(values) => push_primitive::<Float64Type>(values, array, row),
            Values::Date(values) => push_primitive::<Date32Type>(values, array, row),
            Values::Bool(values) => array.as_boolean_opt().is_some_and(|flags| {
                values.push(flags.value(row));
                true
            }),
        };
        if pushed { self.valid.push(true) } else { self.push_null() }
    }

    /// Forgets every row from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len() {
            return;
        }
        match &mut self.values {
            Values::Text { ends, bytes } | Values::Uuid { ends, bytes } => {
                bytes.truncate(text_range(ends, len).start);
                ends.truncate(len + 1);
            }
            Values::Int(values) | Values::Moment(values) => values.truncate(len),
            Values::Decimal { values, .. } => values.truncate(len),
            Values::Float(values) => values.truncate(len),
            Values::Bool(values) => values.truncate(len),
            Values::Date(values) => values.truncate(len),
        }
        self.valid.truncate(len);
    }

    /// Bytes of text held; what makes a buffer large.
    pub(crate) fn text_bytes(&self) -> usize {
        match &self.values {
            Values::Text { bytes, .. } | Values::Uuid { bytes, .. } => bytes.len(),
            Values::Int(_)
            | Values::Moment(_)
            | Values::Decimal { .. }
            | Values::Float(_)
            | Values::Bool(_)
            | Values::Date(_) => 0,
        }
    }

    /// The first `len` rows as an Arrow array.
    pub(crate) fn to_array(&self, len: usize) -> Result<ArrayRef, ArrowError> {
        let nulls = nulls(&self.valid[..len]);
        Ok(match &self.values {
            Values::Text { ends, bytes } | Values::Uuid { ends, bytes } => {
                text_array(ends[..=len].to_vec(), bytes[..text_range(ends, len).start].to_vec(), nulls)?
            }
            Values::Int(values) => primitive::<Int64Type>(values[..len].to_vec(), nulls),
            Values::Moment(values) => moments(values[..len].to_vec(), nulls),
            Values::Decimal { values, precision, scale } => {
                decimals(values[..len].to_vec(), nulls, (*precision, *scale))?
            }
            Values::Float(values) => primitive::<Float64Type>(values[..len].to_vec(), nulls),
            Values::Bool(values) => Arc::new(BooleanArray::new(BooleanBuffer::from(&values[..len]), nulls)),
            Values::Date(values) => primitive::<Date32Type>(values[..len].to_vec(), nulls),
        })
    }

    /// All rows as an Arrow array without copying; the buffer is empty afterwards.
    pub(crate) fn take_array(&mut self) -> Result<ArrayRef, ArrowError> {
        let nulls = nulls(&std::mem::take(&mut self.valid));
        Ok(match &mut self.values {
            Values::Text { ends, bytes } | Values::Uuid { ends, bytes } => {
                text_array(std::mem::replace(ends, vec![0]), std::mem::take(bytes), nulls)?
            }
            Values::Int(values) => primitive::<Int64Type>(std::mem::take(values), nulls),
            Values::Moment(values) => moments(std::mem::take(values), nulls),
            Values::Decimal { values, precision, scale } => {
                decimals(std::mem::take(values), nulls, (*precision, *scale))?
            }
            Values::Float(values) => primitive::<Float64Type>(std::mem::take(values), nulls),
            Values::Bool(values) => Arc::new(BooleanArray::new(BooleanBuffer::from(std::mem::take(values)), nulls)),
            Values::Date(values) => primitive::<Date32Type>(std::mem::take(values), nulls),
        })
    }
}

/// Where the text of a row lies; for the row after the last, an empty range at the end.
fn text_range(ends: &[i32], row: usize) -> std::ops::Range<usize> {
    let at = |index: usize| usize::try_from(ends[index.min(ends.len() - 1)]).unwrap_or(0);
    at(row)..at(row + 1)
}

fn nulls(valid: &[bool]) -> Option<NullBuffer> {
    if valid.iter().all(|valid| *valid) { None } else { Some(NullBuffer::from(valid)) }
}

pub(crate) fn text_array(ends: Vec<i32>, bytes: Vec<u8>, nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?))
}

fn primitive<T: ArrowPrimitiveType>(values: Vec<T::Native>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls))
}

pub(crate) fn moments(values: Vec<i64>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::new(ScalarBuffer::from(values), nulls).with_timezone("UTC"))
}

fn decimals(values: Vec<i128>, nulls: Option<NullBuffer>, digits: (u8, u8)) -> Result<ArrayRef, ArrowError> {
    let array = Decimal128Array::new(ScalarBuffer::from(values), nulls);
    Ok(Arc::new(array.with_precision_and_scale(digits.0, i8::try_from(digits.1).unwrap_or(0))?))
}

fn push_primitive<T: ArrowPrimitiveType>(values: &mut Vec<T::Native>, array: &dyn Array, row: usize) -> bool {
    array.as_primitive_opt::<T>().is_some_and(|found| {
        values.push(found.value(row));
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_can_be_cut_back_and_read_while_it_grows() {
        let mut column = ColumnBuffer::new(ColumnType::Text);
        column.push_text("one").unwrap();
        column.push_null();
        column.push_text("three").unwrap();

        column.truncate(2);
        column.push_own(0);
        column.push_own(1);

        let array = column.to_array(4).unwrap();
        assert_eq!(array.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("one"), None, Some("one"), None]);
        assert_eq!(&column.take_array().unwrap(), &array);
        assert_eq!(column.len(), 0);
    }

    #[test]
    fn a_refused_cell_leaves_no_trace() {
        for kind in [ColumnType::Int, ColumnType::Uuid, ColumnType::Moment, ColumnType::Bool, ColumnType::Date] {
            let mut column = ColumnBuffer::new(kind);

            assert!(column.push_text("nonsense").is_err());
            assert_eq!(column.to_array(0).unwrap().len(), 0);
            column.push_null();
            assert_eq!(column.to_array(1).unwrap().null_count(), 1);
        }
    }
}
