//! Everything a reader can see, as plain text.

use std::fs::File;

use arrow::{array::RecordBatch, util::display::array_value_to_string};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use warehouse::{LakeFile, TableSnapshot};

/// One row: its cells as text.
pub(crate) type Row = Vec<Option<String>>;

/// The current rows of a table, in order.
pub(crate) fn current(table: &TableSnapshot) -> Vec<Row> {
    let names: Vec<&str> = table.schema.fields().iter().map(|field| field.name().as_str()).collect();
    rows(&names, &table.files, &table.tail)
}

/// Every version of every row: `_lsn`, `_seq`, `_op`, then the columns; in order.
pub(crate) fn history(table: &TableSnapshot) -> Vec<Row> {
    let mut names = vec!["_lsn", "_seq", "_op"];
    names.extend(table.schema.fields().iter().map(|field| field.name().as_str()));
    rows(&names, &table.hist_files, &table.hist_tail)
}

fn rows(names: &[&str], files: &[LakeFile], tail: &[RecordBatch]) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in files {
        let mut number = 0_u32;
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(File::open(&file.path).unwrap()).unwrap().build().unwrap();
        for batch in reader.map(Result::unwrap) {
            let numbers = (number..).zip(0..batch.num_rows());
            let live = numbers.filter(|(number, _)| !file.dead.as_ref().is_some_and(|dead| dead.contains(*number)));
            rows.extend(live.map(|(_, at)| row(&batch, names, at)));
            number += u32::try_from(batch.num_rows()).unwrap();
        }
        assert_eq!(u64::from(number), file.rows);
        assert_eq!(std::fs::metadata(&file.path).unwrap().len(), file.size);
    }
    for batch in tail {
        rows.extend((0..batch.num_rows()).map(|at| row(batch, names, at)));
    }
    rows.sort();
    rows
}

fn row(batch: &RecordBatch, names: &[&str], at: usize) -> Row {
    let cell = |name: &&str| {
        let column = batch.column_by_name(name)?;
        (!column.is_null(at)).then(|| array_value_to_string(column, at).unwrap())
    };
    names.iter().map(cell).collect()
}
