//! The one shape that every kind of file is read into.

use std::ops::ControlFlow;

use polars::prelude::{Column, DataFrame, StringChunked};

use crate::import::Error;

/// Rows per chunk: one transaction and one publication in the lake each.
pub(crate) const CHUNK_ROWS: usize = 5_000;

/// Bytes of cells per chunk, so that rows with huge cells cannot fill the memory.
pub(crate) const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// Most columns a file may have; a spreadsheet program stops at the same number.
pub(crate) const MAX_COLUMNS: usize = 16_384;

/// Some rows of a file.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// All columns as text, in the order of the file, named by the header; null where empty.
    pub frame: DataFrame,
    /// Line (or sheet row) of every row of the frame, counted from 1.
    pub lines: Vec<u64>,
    /// Rows that could not be read at all.
    pub broken: Vec<BrokenRow>,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrokenRow {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
    /// What could be read of it, at most as many cells as there are columns.
    pub cells: Vec<String>,
}

/// Takes chunks; breaks when no more are wanted.
pub(crate) type Sink<'s> = dyn FnMut(Chunk) -> ControlFlow<()> + 's;

/// Checks the names of the columns.
///
/// # Errors
/// No name at all, too many, or two columns of one name.
pub(crate) fn check_header(file: &str, mut header: Vec<String>) -> Result<Vec<String>, Error> {
    while header.last().is_some_and(|name| name.trim().is_empty()) && header.len() > 1 {
        header.pop();
    }
    if header.iter().all(|name| name.trim().is_empty()) {
        return Err(Error::file(file, "the file is empty: it has no header line that names the columns"));
    }
    if header.len() > MAX_COLUMNS {
        return Err(Error::file(file, format!("it has {} columns; at most {MAX_COLUMNS} are allowed", header.len())));
    }
    let mut names = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let name = name.trim();
        let name = if name.is_empty() { format!("column {}", index + 1) } else { name.to_owned() };
        if let Some(first) = names.iter().position(|other| *other == name) {
            let places = (first + 1, index + 1);
            let reason = format!("columns {} and {} are both called `{name}`; rename one", places.0, places.1);
            return Err(Error::file(file, reason));
        }
        names.push(name);
    }
    Ok(names)
}

/// Puts cells that are already text into a frame, one vector per column.
pub(crate) fn frame(header: &[String], columns: Vec<Vec<Option<String>>>, rows: usize) -> Result<DataFrame, Error> {
    let columns = header.iter().zip(columns).map(|(name, cells)| {
        let mut column: StringChunked = cells.into_iter().collect();
        column.rename(name.as_str().into());
        Column::from(polars::prelude::IntoSeries::into_series(column))
    });
    DataFrame::new(rows, columns.collect()).map_err(Error::frame)
}
