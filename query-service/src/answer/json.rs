//! Answers as JSON.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Float64Type, Int64Type, SchemaRef},
};
use serde_json::{Map, Value, json};

use super::{Answer, cell::cell_text};

/// Whole numbers beyond this are text, because a JSON reader may keep 53 bits only.
const MAX_EXACT_INTEGER: i64 = 1 << 53;

/// The answer as one JSON object: what it is an answer to, `columns` and `rows`.
///
/// **Shape:** one object per row; decimals, days and moments are text, as everywhere in the API.
pub fn to_json(answer: &Answer) -> Value {
    let fields = answer.schema.fields();
    let columns: Vec<Value> =
        fields.iter().map(|field| json!({"name": field.name(), "type": type_name(field.data_type())})).collect();
    let rows = rows_json(&answer.schema, &answer.batches);
    json!({
        "as_of": answer.as_of.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "lsn": answer.lsn,
        "lag_ms": answer.lag_ms,
        "elapsed_ms": answer.elapsed_ms,
        "engine": answer.engine,
        "truncated": answer.truncated,
        "cached": answer.cached,
        "row_count": rows.len(),
        "columns": columns,
        "rows": rows,
    })
}

/// One object per row.
pub(crate) fn rows_json(schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<Value> {
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cells = schema.fields().iter().zip(batch.columns());
            let cells = cells.map(|(field, column)| (field.name().clone(), cell(column.as_ref(), row)));
            rows.push(Value::Object(cells.collect::<Map<_, _>>()));
        }
    }
    rows
}

#[expect(clippy::wildcard_enum_match_arm, reason = "answers hold seven of the many Arrow types")]
fn cell(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Boolean => Value::Bool(column.as_boolean().value(row)),
        DataType::Int64 => {
            let value = column.as_primitive::<Int64Type>().value(row);
            if value.unsigned_abs() <= MAX_EXACT_INTEGER.unsigned_abs() {
                Value::from(value)
            } else {
                Value::String(value.to_string())
            }
        }
        // Infinity and not-a-number have no JSON form.
        DataType::Float64 => Value::from(column.as_primitive::<Float64Type>().value(row)),
        _ => cell_text(column, row).map_or(Value::Null, Value::String),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "answers hold seven of the many Arrow types")]
fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "boolean",
        DataType::Int64 => "integer",
        DataType::Float64 => "float",
        DataType::Decimal128(_, _) => "decimal",
        DataType::Date32 => "date",
        DataType::Timestamp(_, _) => "timestamp",
        _ => "text",
    }
}
