//! Rows inside messages.

use warehouse::Cell;

use super::{Malformed, reader::Reader};

/// Least bytes a column description takes: flags, empty name, type, modifier.
pub(super) const LEAST_COLUMN_BYTES: usize = 10;

/// The cells of a row, in the order of the table's [`Relation`](super::Relation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuple<'a> {
    /// One cell per column.
    pub cells: Vec<Cell<'a>>,
}

/// What identified a row before it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key<'a> {
    /// The columns of the replica identity; the other cells are null.
    Identity(Tuple<'a>),
    /// The whole row, from tables with `REPLICA IDENTITY FULL`.
    Row(Tuple<'a>),
}

impl<'a> Key<'a> {
    /// The cells, whichever kind it is.
    pub fn tuple(&self) -> &Tuple<'a> {
        match self {
            Self::Identity(tuple) | Self::Row(tuple) => tuple,
        }
    }
}

pub(super) fn key<'a>(reader: &mut Reader<'a>) -> Result<Key<'a>, Malformed> {
    match reader.peek() {
        Some(b'K') => {
            reader.expect(b'K', "the old key")?;
            tuple(reader).map(Key::Identity)
        }
        Some(b'O') => {
            reader.expect(b'O', "the old row")?;
            tuple(reader).map(Key::Row)
        }
        _ => Err(reader.malformed("the old key or row")),
    }
}

pub(super) fn tuple<'a>(reader: &mut Reader<'a>) -> Result<Tuple<'a>, Malformed> {
    let count = reader.u16("column count")?;
    let mut cells = Vec::with_capacity(reader.bounded(count, 1));
    for _ in 0..count {
        cells.push(cell(reader)?);
    }
    Ok(Tuple { cells })
}

fn cell<'a>(reader: &mut Reader<'a>) -> Result<Cell<'a>, Malformed> {
    match reader.peek() {
        Some(b'n') => reader.expect(b'n', "a null cell").map(|()| Cell::Null),
        Some(b'u') => reader.expect(b'u', "an unchanged cell").map(|()| Cell::Unchanged),
        Some(b't') => {
            reader.expect(b't', "a text cell")?;
            let length = reader.u32("cell length")?;
            reader.sized_text(length, "a cell of UTF-8 text").map(Cell::Text)
        }
        // `b` would be binary output, which we never ask for.
        _ => Err(reader.malformed("a null, unchanged or text cell")),
    }
}
