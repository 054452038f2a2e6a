//! Compares the lake with Postgres, row for row.

use std::{collections::BTreeSet, fs::File};

use arrow::{
    array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch},
    datatypes::DataType,
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sqlx::Row;
use warehouse::{LakeFile, LakeSnapshot, TableSnapshot, TableSpec};

use super::{schema::specs, server::Server};

type Rows = Vec<Vec<Option<String>>>;

/// Asserts that every table of the lake has the rows of Postgres, and a history without doubles.
pub(crate) async fn assert_same(server: &Server, lake: &LakeSnapshot) {
    for spec in specs() {
        let table = lake.tables.get(&spec.name).unwrap();
        let stored = current(table, &spec);
        let wanted = postgres(server, &spec).await;
        assert_eq!(stored.len(), wanted.len(), "rows of {}", spec.name);
        for (stored, wanted) in stored.iter().zip(&wanted) {
            assert_eq!(stored, wanted, "{}", spec.name);
        }
        assert_eq!(table.live_rows(), u64::try_from(wanted.len()).unwrap());
        assert_history_is_single(table);
    }
}

/// The current rows of a table as text, in order of id.
pub(crate) fn current(table: &TableSnapshot, spec: &TableSpec) -> Rows {
    let mut rows = Vec::new();
    for file in &table.files {
        let mut number = 0;
        for batch in read(file) {
            let dead =
                |row: usize| file.dead.as_ref().is_some_and(|dead| dead.contains(number + u32::try_from(row).unwrap()));
            rows.extend(texts(&batch, spec).into_iter().enumerate().filter(|(row, _)| !dead(*row)).map(|(_, row)| row));
            number += u32::try_from(batch.num_rows()).unwrap();
        }
    }
    rows.extend(table.tail.iter().flat_map(|batch| texts(batch, spec)));
    rows.sort();
    rows
}

/// The ids and versions that the history has, with their operations, in order.
pub(crate) fn versions(table: &TableSnapshot) -> Vec<(String, i64, String)> {
    let mut versions = Vec::new();
    for batch in history(table) {
        let ids = strings(&batch, "id");
        let operations = strings(&batch, "_op");
        let numbers = batch.column_by_name("version").unwrap();
        let numbers = numbers.as_any().downcast_ref::<Int64Array>().unwrap();
        for (row, (id, operation)) in ids.into_iter().zip(operations).enumerate() {
            let version = if numbers.is_null(row) { 0 } else { numbers.value(row) };
            versions.push((id.unwrap_or_default(), version, operation.unwrap()));
        }
    }
    versions.sort();
    versions
}

fn assert_history_is_single(table: &TableSnapshot) {
    let mut seen = BTreeSet::new();
    for batch in history(table) {
        let lsn = batch.column_by_name("_lsn").unwrap();
        let lsn = lsn.as_any().downcast_ref::<Int64Array>().unwrap();
        let seq = batch.column_by_name("_seq").unwrap();
        let seq = seq.as_any().downcast_ref::<Int32Array>().unwrap();
        for (row, id) in strings(&batch, "id").into_iter().enumerate() {
            let version = (lsn.value(row), seq.value(row), id);
            assert!(seen.insert(version.clone()), "{version:?} twice in the history of {}", table.name);
        }
    }
}

fn history(table: &TableSnapshot) -> Vec<RecordBatch> {
    table.hist_files.iter().flat_map(read).chain(table.hist_tail.iter().cloned()).collect()
}

fn read(file: &LakeFile) -> Vec<RecordBatch> {
    let open = File::open(&file.path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(open).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn texts(batch: &RecordBatch, spec: &TableSpec) -> Rows {
    let columns: Vec<_> = spec.columns.iter().map(|column| strings(batch, &column.name)).collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

/// A column as text; moments and days as numbers.
#[expect(clippy::wildcard_enum_match_arm, reason = "the lake has few of the types of Arrow")]
fn strings(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap();
    let number = match column.data_type() {
        DataType::Timestamp(..) => Some(DataType::Int64),
        kind => (*kind == DataType::Date32).then_some(DataType::Int32),
    };
    let cast = |kind: DataType| arrow::compute::cast(column, &kind).unwrap();
    let column: ArrayRef = number.map_or_else(|| std::sync::Arc::clone(column), cast);
    let format = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &format).unwrap();
    (0..column.len()).map(|row| (!column.is_null(row)).then(|| formatter.value(row).to_string())).collect()
}

async fn postgres(server: &Server, spec: &TableSpec) -> Rows {
    let columns: Vec<String> = spec
        .columns
        .iter()
        .map(|column| match column.pg_type.as_str() {
            "timestamp with time zone" => format!("(extract(epoch from {}) * 1000000)::bigint::text", column.name),
            "date" => format!("({} - date '1970-01-01')::text", column.name),
            _ => format!("{}::text", column.name),
        })
        .collect();
    let statement = format!("select {} from {}", columns.join(", "), spec.name);
    let mut connection = server.connect().await;
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(&mut connection).await.unwrap();
    let mut rows: Rows = rows.iter().map(|row| (0..columns.len()).map(|index| row.get(index)).collect()).collect();
    rows.sort();
    rows
}
