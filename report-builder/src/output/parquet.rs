//! A typed columnar file.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{Date32Type, Field, Schema},
};
use query_service::{Answer, answer};

use super::{FlatTable, RowKind, failed, flatten};
use crate::{Cell, Error, ReportResult};

/// The result as Parquet: the rows with exact types, without the totals row, columns named by ids.
///
/// # Errors
/// The rows cannot be encoded.
pub fn to_parquet(result: &ReportResult) -> Result<Vec<u8>, Error> {
    let batch = to_batch(&flatten(result))?;
    let run = &result.run;
    let answer = Answer {
        schema: batch.schema(),
        batches: vec![batch],
        engine: run.engine,
        lsn: run.lsn,
        as_of: run.as_of,
        lag_ms: run.lag_ms,
        elapsed_ms: run.elapsed_ms,
        truncated: result.truncated,
        cached: false,
    };
    Ok(answer::to_parquet(&answer)?)
}

fn to_batch(table: &FlatTable) -> Result<RecordBatch, Error> {
    let rows: Vec<&[Cell]> =
        table.rows.iter().filter(|row| row.kind != RowKind::Total).map(|row| row.cells.as_slice()).collect();
    let mut fields = Vec::with_capacity(table.columns.len());
    let mut arrays = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let cells: Vec<&Cell> = rows.iter().filter_map(|row| row.get(at)).collect();
        let array = array(&cells).map_err(|error| failed("Parquet", error))?;
        fields.push(Field::new(&column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| failed("Parquet", error))
}

/// The cells of a column, all of one kind; a column without any value becomes text.
fn array(cells: &[&Cell]) -> Result<ArrayRef, arrow::error::ArrowError> {
    let kind = cells.iter().find(|cell| !matches!(cell, Cell::Null)).copied().unwrap_or(&Cell::Null);
    Ok(match kind {
        Cell::Bool(_) => Arc::new(
            cells
                .iter()
                .map(|cell| if let Cell::Bool(value) = cell { Some(*value) } else { None })
                .collect::<BooleanArray>(),
        ),
        Cell::Int(_) => Arc::new(
            cells
                .iter()
                .map(|cell| if let Cell::Int(value) = cell { Some(*value) } else { None })
                .collect::<Int64Array>(),
        ),
        Cell::Decimal { scale, .. } => {
            let unscaled =
                cells.iter().map(|cell| if let Cell::Decimal { unscaled, .. } = cell { Some(*unscaled) } else { None });
            let scale = i8::try_from(*scale).unwrap_or(i8::MAX);
            Arc::new(unscaled.collect::<Decimal128Array>().with_precision_and_scale(38, scale)?)
        }
        Cell::Date(_) => Arc::new(
            cells
                .iter()
                .map(|cell| if let Cell::Date(day) = cell { Some(Date32Type::from_naive_date(*day)) } else { None })
                .collect::<Date32Array>(),
        ),
        Cell::Moment(_) => {
            let micros =
                cells.iter().map(|cell| if let Cell::Moment(at) = cell { Some(at.timestamp_micros()) } else { None });
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Cell::Text(_) | Cell::Null => Arc::new(cells.iter().map(|cell| cell.exact()).collect::<StringArray>()),
    })
}
