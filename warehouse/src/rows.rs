//! Growing rows in the shape of history: the table's columns and where each change stood in the log.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int32Array, Int64Array, RecordBatch},
    buffer::ScalarBuffer,
};

use crate::{
    Cell, Error, Op,
    columns::{ColumnBuffer, moments, text_array},
    error::Result,
    postgres_text::Refusal,
    spec::TableShape,
};

/// Longest piece of a refused value that is repeated in an error.
const SHOWN_CHARS: usize = 60;

/// Where a change stood in the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) lsn: i64,
    pub(crate) seq: i32,
    pub(crate) xid: i64,
    /// Microseconds since 1970.
    pub(crate) commit_ts: i64,
    pub(crate) op: Op,
}

/// Where the cells that an update did not touch are found.
pub(crate) enum Before<'a> {
    /// Nowhere: there must be no such cell.
    Nothing,
    /// In an earlier row of the same buffer.
    Own(usize),
    /// In one row of these arrays, one per column of the table; a column that has none is null.
    Arrays(&'a [Option<ArrayRef>], usize),
}

/// Rows that still grow.
#[derive(Debug)]
pub(crate) struct RowBuffer {
    shape: Arc<TableShape>,
    columns: Vec<ColumnBuffer>,
    lsn: Vec<i64>,
    seq: Vec<i32>,
    xid: Vec<i64>,
    commit_ts: Vec<i64>,
    op: Vec<u8>,
}

impl RowBuffer {
    pub(crate) fn new(shape: Arc<TableShape>) -> Self {
        let columns = shape.types.iter().map(|kind| ColumnBuffer::new(*kind)).collect();
        let (lsn, seq, xid, commit_ts, op) = Default::default();
        Self { shape, columns, lsn, seq, xid, commit_ts, op }
    }

    pub(crate) fn len(&self) -> usize {
        self.op.len()
    }

    pub(crate) fn text_bytes(&self) -> usize {
        self.columns.iter().map(ColumnBuffer::text_bytes).sum()
    }

    /// Appends a row; a refused row leaves no trace.
    pub(crate) fn push(&mut self, stamp: Stamp, cells: &[Cell<'_>], before: &Before<'_>) -> Result<()> {
        if cells.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), cells.len());
            return Err(Error::CellCount { table: self.shape.name.clone(), expected, found });
        }
        for (at, cell) in cells.iter().enumerate() {
            let column = &mut self.columns[at];
            let pushed = match (cell, before) {
                (Cell::Null, _) => {
                    column.push_null();
                    Ok(())
                }
                (Cell::Text(text), _) => column.push_text(text),
                (Cell::Unchanged, Before::Nothing) => Err(Refusal::Bad("present in a new row")),
                (Cell::Unchanged, Before::Own(row)) => {
                    column.push_own(*row);
                    Ok(())
                }
                (Cell::Unchanged, Before::Arrays(arrays, row)) => {
                    match arrays.get(at).and_then(Option::as_ref) {
                        Some(array) => column.push_array_value(array, *row),
                        None => column.push_null(),
                    }
                    Ok(())
                }
            };
            if let Err(refusal) = pushed {
                let error = self.refused(at, *cell, refusal);
                self.truncate(self.len());
                return Err(error);
            }
        }
        self.push_stamp(stamp);
        Ok(())
    }

    /// Appends a row that has only its id, or not even that.
    pub(crate) fn push_bare(&mut self, stamp: Stamp, id: Option<&str>) -> Result<()> {
        if let Err(refusal) = id.map_or(Ok(()), |id| self.columns[0].push_text(id)) {
            return Err(self.refused(0, id.map_or(Cell::Null, Cell::Text), refusal));
        }
        for column in self.columns.iter_mut().skip(usize::from(id.is_some())) {
            column.push_null();
        }
        self.push_stamp(stamp);
        Ok(())
    }

    fn push_stamp(&mut self, stamp: Stamp) {
        self.lsn.push(stamp.lsn);
        self.seq.push(stamp.seq);
        self.xid.push(stamp.xid);
        self.commit_ts.push(stamp.commit_ts);
        self.op.push(stamp.op.byte());
    }

    fn refused(&self, at: usize, cell: Cell<'_>, refusal: Refusal) -> Error {
        let value = match cell {
            Cell::Null => "null".to_owned(),
            Cell::Unchanged => "(unchanged)".to_owned(),
            Cell::Text(text) => text.chars().take(SHOWN_CHARS).collect(),
        };
        let (table, column) = (self.shape.name.clone(), self.shape.columns[at].name.clone());
        match refusal {
            Refusal::Bad(expected) => Error::BadValue { table, column, value, expected },
            Refusal::Unrepresentable(reason) => Error::Unrepresentable { table, column, value, reason },
        }
    }

    /// Forgets every row from `len` on, also half-appended ones.
    pub(crate) fn truncate(&mut self, len: usize) {
        for column in &mut self.columns {
            column.truncate(len);
        }
        self.lsn.truncate(len);
        self.seq.truncate(len);
        self.xid.truncate(len);
        self.commit_ts.truncate(len);
        self.op.truncate(len);
    }

    /// The first `len` rows.
    pub(crate) fn to_batch(&self, len: usize) -> Result<RecordBatch> {
        let mut arrays = Vec::with_capacity(self.columns.len() + 5);
        for column in &self.columns {
            arrays.push(column.to_array(len).map_err(Error::arrow(&self.shape.name))?);
        }
        arrays.push(Arc::new(Int64Array::from(self.lsn[..len].to_vec())));
        arrays.push(Arc::new(Int32Array::from(self.seq[..len].to_vec())));
        arrays.push(Arc::new(Int64Array::from(self.xid[..len].to_vec())));
        arrays.push(moments(self.commit_ts[..len].to_vec(), None));
        arrays.push(letters(self.op[..len].to_vec()).map_err(Error::arrow(&self.shape.name))?);
        self.assemble(arrays)
    }

    /// All rows; the buffer is empty afterwards.
    pub(crate) fn take_batch(&mut self) -> Result<RecordBatch> {
        let mut arrays = Vec::with_capacity(self.columns.len() + 5);
        for column in &mut self.columns {
            arrays.push(column.take_array().map_err(Error::arrow(&self.shape.name))?);
        }
        arrays.push(Arc::new(Int64Array::new(ScalarBuffer::from(std::mem::take(&mut self.lsn)), None)));
        arrays.push(Arc::new(Int32Array::new(ScalarBuffer::from(std::mem::take(&mut self.seq)), None)));
        arrays.push(Arc::new(Int64Array::new(ScalarBuffer::from(std::mem::take(&mut self.xid)), None)));
        arrays.push(moments(std::mem::take(&mut self.commit_ts), None));
        arrays.push(letters(std::mem::take(&mut self.op)).map_err(Error::arrow(&self.shape.name))?);
        self.assemble(arrays)
    }

    fn assemble(&self, arrays: Vec<ArrayRef>) -> Result<RecordBatch> {
        let schema = Arc::clone(&self.shape.hist_schema);
        RecordBatch::try_new(schema, arrays).map_err(Error::arrow(&self.shape.name))
    }
}

/// One-letter texts.
fn letters(bytes: Vec<u8>) -> Result<ArrayRef, arrow::error::ArrowError> {
    let ends = (0..).take(bytes.len() + 1).collect();
    text_array(ends, bytes, None)
}
