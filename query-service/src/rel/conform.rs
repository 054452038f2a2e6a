//! Gives an engine's answer the exact types of the plan.

use arrow::{
    array::RecordBatch,
    compute::cast,
    datatypes::{Field, Schema},
    error::ArrowError,
};

use super::Column;

/// The Arrow schema of an answer with these columns; every column is nullable.
pub fn arrow_schema(columns: &[Column]) -> Schema {
    Schema::new(columns.iter().map(|column| Field::new(&column.name, column.ty.arrow(), true)).collect::<Vec<_>>())
}

/// Casts a batch of an engine to the plan's types: `Utf8View` to `Utf8`, narrower integers and
/// decimals to the declared ones, any zone's label to UTC.
///
/// # Errors
/// The batch has another number of columns, or a value does not fit: a defect of a printer.
pub fn conform(batch: &RecordBatch, columns: &[Column]) -> Result<RecordBatch, ArrowError> {
    if batch.num_columns() != columns.len() {
        let (found, expected) = (batch.num_columns(), columns.len());
        return Err(ArrowError::SchemaError(format!("the engine answered {found} columns instead of {expected}")));
    }
    let arrays = batch.columns().iter().zip(columns).map(|(array, column)| cast(array, &column.ty.arrow()));
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(arrow_schema(columns).into(), arrays.collect::<Result<_, _>>()?, &options)
}
