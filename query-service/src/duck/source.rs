//! The rows of one table of a snapshot as a `DuckDB` subquery: clean files, dirty files, tail.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Int64Array, RecordBatch},
    datatypes::{DataType, Field, Schema},
};
use warehouse::LakeFile;

use super::{bridge, instance::text, lake_rows::HeldRows};
use crate::{Error, facts::Facts};

/// What a table is made of.
pub(super) struct Source<'a> {
    /// Columns to return, with their types.
    pub(super) schema: &'a Schema,
    /// Its files.
    pub(super) files: &'a [LakeFile],
    /// Rows that are not in a file yet.
    pub(super) tail: &'a [RecordBatch],
}

impl Source<'_> {
    /// `select <columns> from ...`, and the rows in memory that it refers to.
    pub(super) fn sql(&self, facts: &Facts) -> Result<(String, Vec<HeldRows>), Error> {
        let mut held = Vec::new();
        let mut parts = Vec::new();
        let (dirty, clean): (Vec<_>, Vec<_>) =
            self.files.iter().partition(|file| file.dead.as_ref().is_some_and(|dead| !dead.is_empty()));
        if !clean.is_empty() {
            parts.push(format!("select {} from {}", self.columns(&clean, facts)?, read(&clean, facts, "")?));
        }
        if !dirty.is_empty() {
            let dead = dead_rows(&dirty)?;
            parts.push(format!(
                "select {} from {} p anti join {} d on p.file_index = d.file and p.file_row_number = d.row",
                self.columns(&dirty, facts)?,
                read(&dirty, facts, "")?,
                dead.sql()
            ));
            held.push(dead);
        }
        if self.tail.iter().any(|batch| batch.num_rows() > 0) || parts.is_empty() {
            let batches = self.tail.iter().map(bridge::to_duckdb).collect::<Result<Vec<_>, _>>()?;
            let empty = bridge::to_duckdb(&RecordBatch::new_empty(Arc::new(self.schema.clone())))?;
            let tail = HeldRows::new(empty.schema(), batches);
            parts.push(format!("select {} from {}", self.names(), tail.sql()));
            held.push(tail);
        }
        Ok((parts.join("\nunion all\n"), held))
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.schema.fields().iter().map(|field| quoted(field.name())).collect();
        names.join(", ")
    }

    /// The columns; those that no file has are null.
    fn columns(&self, files: &[&LakeFile], facts: &Facts) -> Result<String, Error> {
        let mut present = BTreeSet::new();
        for file in files {
            present.extend(facts.of(&file.path)?.columns.iter().cloned());
        }
        let columns = self.schema.fields().iter().map(|field| {
            let name = quoted(field.name());
            if present.contains(field.name()) { name } else { format!("null::{} as {name}", sql_type(field)) }
        });
        Ok(columns.collect::<Vec<_>>().join(", "))
    }
}

/// A column name as an SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The `DuckDB` type of a column of the lake.
#[expect(clippy::wildcard_enum_match_arm, reason = "the lake has no other types")]
pub(super) fn sql_type(field: &Field) -> String {
    match field.data_type() {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, _) => "timestamptz".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        _ => "varchar".to_owned(),
    }
}

fn read(files: &[&LakeFile], facts: &Facts, options: &str) -> Result<String, Error> {
    let mut paths = Vec::with_capacity(files.len());
    let mut layouts = BTreeSet::new();
    for file in files {
        paths.push(text(&file.path.display().to_string()));
        layouts.insert(facts.of(&file.path)?.columns.clone());
    }
    // Reading by name opens every footer, so it is only asked for when the files differ.
    let union = if layouts.len() > 1 { ", union_by_name = true" } else { "" };
    Ok(format!("read_parquet([{}]{union}{options})", paths.join(", ")))
}

/// One row per dead row: the index of its file in `files`, its number in the file.
fn dead_rows(files: &[&LakeFile]) -> Result<HeldRows, Error> {
    let (mut file_index, mut row) = (Vec::new(), Vec::new());
    for (index, file) in (0_i64..).zip(files) {
        for dead in file.dead.iter().flat_map(|dead| dead.iter()) {
            file_index.push(index);
            row.push(i64::from(dead));
        }
    }
    let schema =
        Schema::new(vec![Field::new("file", DataType::Int64, false), Field::new("row", DataType::Int64, false)]);
    let columns: Vec<arrow::array::ArrayRef> =
        vec![Arc::new(Int64Array::from(file_index)), Arc::new(Int64Array::from(row))];
    let batch = bridge::to_duckdb(&RecordBatch::try_new(Arc::new(schema), columns)?)?;
    Ok(HeldRows::new(batch.schema(), vec![batch]))
}
