//! Batches between `DuckDB`'s Arrow (58) and ours (59), through the Arrow C Data Interface.
//!
//! Both versions declare the two C structs with `#[repr(C)]` and the layout of the specification
//! (<https://arrow.apache.org/docs/format/CDataInterface.html>), so moving the bytes of one into
//! the other hands over the data without copying it: the release callback inside belongs to the
//! version that made it. This is the only module with unsafe code.

use std::sync::Arc;

use arrow::{
    array::{Array, RecordBatch, RecordBatchOptions, StructArray},
    datatypes::{Schema, SchemaRef},
};

use crate::Error;

/// One of our batches as `DuckDB`'s crate takes it.
pub(super) fn to_duckdb(batch: &RecordBatch) -> Result<arrow58::array::RecordBatch, Error> {
    let rows = StructArray::from(batch.clone());
    let (array, schema) = arrow::ffi::to_ffi(&rows.to_data())?;
    #[expect(unsafe_code, reason = "the C structs of both Arrow versions have the layout of the specification")]
    // SAFETY: see the module; ownership moves with the bytes, the originals are not dropped.
    let data = unsafe {
        let array = std::mem::transmute::<arrow::ffi::FFI_ArrowArray, arrow58::ffi::FFI_ArrowArray>(array);
        let schema = std::mem::transmute::<arrow::ffi::FFI_ArrowSchema, arrow58::ffi::FFI_ArrowSchema>(schema);
        arrow58::ffi::from_ffi(array, &schema)
    };
    let data = data.map_err(|error| Error::Defect(format!("a batch cannot be handed to DuckDB: {error}")))?;
    Ok(arrow58::array::RecordBatch::from(arrow58::array::StructArray::from(data)))
}

/// A batch of a `DuckDB` result as one of ours.
pub(crate) fn from_duckdb(rows: &arrow58::array::StructArray) -> Result<RecordBatch, Error> {
    use arrow58::array::Array as _;
    let (array, schema) = arrow58::ffi::to_ffi(&rows.to_data())
        .map_err(|error| Error::Defect(format!("a batch cannot be taken from DuckDB: {error}")))?;
    #[expect(unsafe_code, reason = "the C structs of both Arrow versions have the layout of the specification")]
    // SAFETY: see the module; ownership moves with the bytes, the originals are not dropped.
    let data = unsafe {
        let array = std::mem::transmute::<arrow58::ffi::FFI_ArrowArray, arrow::ffi::FFI_ArrowArray>(array);
        let schema = std::mem::transmute::<arrow58::ffi::FFI_ArrowSchema, arrow::ffi::FFI_ArrowSchema>(schema);
        arrow::ffi::from_ffi(array, &schema)
    }?;
    let rows = StructArray::from(data);
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let (fields, columns, _) = rows.into_parts();
    Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
}

/// The schema of a `DuckDB` result.
pub(crate) fn schema_from_duckdb(schema: &arrow58::datatypes::Schema) -> Result<SchemaRef, Error> {
    let schema = Arc::new(schema.clone());
    let empty = arrow58::array::StructArray::from(arrow58::array::RecordBatch::new_empty(schema));
    Ok(from_duckdb(&empty)?.schema())
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{
            ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, NullArray,
            StringArray, StringViewArray, TimestampMicrosecondArray,
        },
        datatypes::Field,
    };

    use super::*;

    #[test]
    fn every_type_of_the_lake_survives_both_ways() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("a"), None, Some(""), Some("Ünïcödé 漢字 of some length")])),
            Arc::new(StringViewArray::from(vec![Some("a"), None, Some(""), Some("Ünïcödé 漢字 of some length")])),
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(i64::MAX)])),
            Arc::new(Int32Array::from(vec![Some(i32::MIN), None, Some(0), Some(i32::MAX)])),
            Arc::new(Float64Array::from(vec![Some(f64::MIN), None, Some(-0.0), Some(f64::INFINITY)])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true)])),
            Arc::new(Date32Array::from(vec![Some(-719_162), None, Some(0), Some(2_932_896)])),
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(-62_135_596_800_000_000), None, Some(0), Some(1)])
                    .with_timezone("UTC"),
            ),
            Arc::new(
                Decimal128Array::from(vec![Some(-999_999_999_999_999_999), None, Some(0), Some(1)])
                    .with_precision_and_scale(18, 2)
                    .unwrap(),
            ),
            Arc::new(
                Decimal128Array::from(vec![Some(i128::from(i64::MAX) * 1000), None, Some(0), Some(-1)])
                    .with_precision_and_scale(38, 6)
                    .unwrap(),
            ),
            Arc::new(NullArray::new(4)),
        ];
        let fields: Vec<Field> = (0..)
            .zip(&columns)
            .map(|(index, column)| Field::new(format!("c{index}"), column.data_type().clone(), true))
            .collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();

        for batch in [batch.clone(), batch.slice(1, 2), batch.slice(0, 0)] {
            let there = arrow58::array::StructArray::from(to_duckdb(&batch).unwrap());
            let back = from_duckdb(&there).unwrap();

            assert_eq!(back, batch);
        }
    }
}
