//! One set of column types for the answers of both engines.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
    error::ArrowError,
    util::display::{ArrayFormatter, FormatOptions},
};

use crate::Error;

const DECIMAL_PRECISION: u8 = 38;

/// The schema of the answer to a query with this result schema.
pub(crate) fn normal_schema(schema: &Schema) -> SchemaRef {
    let mut taken = BTreeSet::new();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| Field::new(unique(field.name(), &mut taken), normal_type(field.data_type()), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The batch with the columns of `schema`, which came from [`normal_schema`].
pub(crate) fn normal_batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Error> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns: Vec<ArrayRef> =
        columns.map(|(column, field)| normal_column(column, field.data_type())).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

/// `name`, or `name_2`, `name_3` if it was there before.
fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2_usize..).map(|number| format!("{name}_{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    // The candidates never end, so one of them is free.
    let free = candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever has no type of its own is written out")]
fn normal_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Boolean => DataType::Boolean,
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Timestamp(_, _) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => {
            DataType::Decimal128(DECIMAL_PRECISION, (*scale).max(0))
        }
        DataType::Dictionary(_, values) => normal_type(values),
        integer if integer.is_integer() => DataType::Int64,
        float if float.is_floating() => DataType::Float64,
        _ => DataType::Utf8,
    }
}

fn normal_column(column: &ArrayRef, target: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == target {
        return Ok(Arc::clone(column));
    }
    let direct = column.data_type().is_primitive()
        || matches!(
            column.data_type(),
            DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(_, _) | DataType::Null
        );
    if direct && normal_type(column.data_type()) == *target && !spelled(column.data_type()) {
        return cast_with_options(column, target, &CastOptions { safe: false, ..CastOptions::default() });
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let text = (0..column.len()).map(|row| (!column.is_null(row)).then(|| formatter.value(row).to_string()));
    Ok(Arc::new(text.collect::<StringArray>()))
}

/// Types that are written out as text: spans of time, times of day, very wide decimals.
fn spelled(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Interval(_)
            | DataType::Duration(_)
            | DataType::Time32(_)
            | DataType::Time64(_)
            | DataType::Decimal256(_, _)
    )
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        Decimal128Array, Int32Array, IntervalDayTimeArray, ListArray, NullArray, StringViewArray, TimestampSecondArray,
        UInt64Array,
        types::{Int32Type, IntervalDayTimeType},
    };

    use super::*;

    fn normal(column: ArrayRef) -> Result<RecordBatch, Error> {
        let schema = Schema::new(vec![Field::new("x", column.data_type().clone(), false)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap();
        normal_batch(&batch, &normal_schema(&batch.schema()))
    }

    #[test]
    fn every_column_ends_in_one_of_seven_types() {
        let day = IntervalDayTimeType::make_value(1, 0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(vec![1])),
            Arc::new(UInt64Array::from(vec![7])),
            Arc::new(StringViewArray::from(vec!["a long text that is not inlined"])),
            Arc::new(TimestampSecondArray::from(vec![60])),
            Arc::new(Decimal128Array::from(vec![1250]).with_precision_and_scale(18, 2).unwrap()),
            Arc::new(NullArray::new(1)),
            Arc::new(IntervalDayTimeArray::from(vec![day])),
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), None])])),
        ];

        let text: Vec<String> = columns
            .into_iter()
            .map(|column| {
                let batch = normal(column).unwrap();
                let text = super::super::cell_text(batch.column(0).as_ref(), 0);
                format!("{:?} {text:?}", batch.column(0).data_type())
            })
            .collect();

        insta::assert_debug_snapshot!(text);
    }

    #[test]
    fn numbers_out_of_range_are_an_error_and_not_null() {
        assert!(normal(Arc::new(UInt64Array::from(vec![u64::MAX]))).is_err());
    }

    #[test]
    fn equal_names_are_numbered() {
        let fields = ["id", "id", "id_2", "id"].map(|name| Field::new(name, DataType::Int64, true));

        let schema = normal_schema(&Schema::new(fields.to_vec()));

        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["id", "id_2", "id_2_2", "id_3"]);
    }
}
