//! What an erasure does to the rows of one table.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray},
    compute::filter_record_batch,
    error::ArrowError,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Erasure;
use crate::postgres_text;

/// An erasure as it concerns one table, and what it has done to a file so far.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    erasure: Arc<Erasure>,
    table: String,
    removed: u64,
    changed: u64,
    hash: Sha256,
}

/// What stands in a cell of an erased person.
#[derive(Debug, PartialEq, Eq)]
enum Instead {
    AsBefore,
    Nothing,
    Text(String),
}

/// What a file lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edited {
    pub(crate) removed: u64,
    pub(crate) changed: u64,
    pub(crate) sha256: [u8; 32],
}

impl Edit {
    pub(crate) fn new(erasure: Arc<Erasure>, table: &str) -> Self {
        Self { erasure, table: table.to_owned(), removed: 0, changed: 0, hash: Sha256::new() }
    }

    pub(crate) fn edited(self) -> Edited {
        Edited { removed: self.removed, changed: self.changed, sha256: self.hash.finalize().into() }
    }

    /// Which rows of a batch say something of the person; none if its ids cannot be read.
    pub(crate) fn concerned(&self, batch: &RecordBatch) -> Option<Vec<bool>> {
        let ids = ids(batch)?;
        let mut concerned: Vec<bool> = self.gone(batch, &ids);
        for (_, name, column) in texts(batch) {
            for (row, value) in column.iter().enumerate() {
                let Some(value) = value else { continue };
                concerned[row] |= self.instead(&name, ids[row], value) != Instead::AsBefore;
            }
        }
        Some(concerned)
    }

    /// The batch without the person.
    pub(crate) fn apply(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let unreadable = || ArrowError::InvalidArgumentError("the ids of history cannot be read".to_owned());
        let ids = ids(batch).ok_or_else(unreadable)?;
        let gone = self.gone(batch, &ids);
        let (cleaned, ids) = if gone.contains(&true) {
            for row in gone.iter().enumerate().filter_map(|(row, gone)| gone.then_some(row)) {
                self.digest_row(batch, row);
                self.removed += 1;
            }
            let kept: BooleanArray = gone.iter().map(|gone| Some(!gone)).collect();
            let ids = ids.into_iter().zip(&gone).filter(|(_, gone)| !**gone).map(|(id, _)| id).collect();
            (filter_record_batch(batch, &kept)?, ids)
        } else {
            (batch.clone(), ids)
        };
        self.rewrite(&cleaned, &ids)
    }

    /// Replaces what texts and links say of the person.
    fn rewrite(&mut self, batch: &RecordBatch, ids: &[Option<Uuid>]) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        let mut changed = vec![false; batch.num_rows()];
        let mut said = Vec::new();
        for (at, name, column) in texts(batch) {
            let cells = column.iter().enumerate().map(|(row, value)| {
                let value = value?;
                let instead = match self.instead(&name, ids[row], value) {
                    Instead::AsBefore => return Some(Cow::Borrowed(value)),
                    Instead::Nothing => None,
                    Instead::Text(text) => Some(Cow::Owned(text)),
                };
                changed[row] = true;
                said.push((ids[row], name.clone(), value.to_owned()));
                instead
            });
            let cells: Vec<Option<Cow<'_, str>>> = cells.collect();
            columns[at] = Arc::new(cells.iter().map(Option::as_deref).collect::<StringArray>());
        }
        if said.is_empty() {
            return Ok(batch.clone());
        }
        for (id, name, value) in said {
            self.hash.update(format!("{} {name}={value}\n", id.unwrap_or_default()));
        }
        self.changed += u64::try_from(changed.iter().filter(|changed| **changed).count()).unwrap_or(u64::MAX);
        RecordBatch::try_new(batch.schema(), columns)
    }

    /// Which rows go: versions of records that are gone, but not the word that they were deleted.
    fn gone(&self, batch: &RecordBatch, ids: &[Option<Uuid>]) -> Vec<bool> {
        let Some(gone) = self.erasure.gone.get(&self.table) else { return vec![false; ids.len()] };
        let ops = batch.column_by_name("_op").and_then(|ops| ops.as_string_opt::<i32>());
        let ended = |row: usize| ops.is_some_and(|ops| ops.value(row) == "D");
        ids.iter().enumerate().map(|(row, id)| id.is_some_and(|id| gone.contains(&id)) && !ended(row)).collect()
    }

    /// What stands in a cell from now on.
    fn instead(&self, column: &str, id: Option<Uuid>, value: &str) -> Instead {
        // Lower-case text of this length and form is an id, and hardly anything else.
        if let Ok(target) = postgres_text::uuid(value) {
            let cut = self.erasure.unlinked.contains(&Uuid::from_u128(target));
            return if cut { Instead::Nothing } else { Instead::AsBefore };
        }
        let emptied = self.erasure.emptied.get(&self.table);
        let emptied = emptied.filter(|emptied| id.is_some_and(|id| emptied.ids.contains(&id)));
        match emptied.and_then(|emptied| emptied.columns.get(column)) {
            Some(None) => Instead::Nothing,
            Some(Some(text)) if text == value => Instead::AsBefore,
            Some(Some(text)) => Instead::Text(text.clone()),
            None => self.erasure.words.taken_out(value).map_or(Instead::AsBefore, Instead::Text),
        }
    }

    fn digest_row(&mut self, batch: &RecordBatch, row: usize) {
        let cells = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(field, column)| {
            let value = arrow::util::display::array_value_to_string(column, row).unwrap_or_default();
            format!("{}={value}\n", field.name())
        });
        self.hash.update(cells.collect::<String>());
    }
}

/// The columns of text and of links with their places and names, without the record's own id.
fn texts(batch: &RecordBatch) -> Vec<(usize, String, &StringArray)> {
    let fields = batch.schema_ref().fields().iter().zip(batch.columns()).enumerate();
    let texts = fields.filter(|(_, (field, _))| !["id", "_op"].contains(&field.name().as_str()));
    texts.filter_map(|(at, (field, column))| Some((at, field.name().clone(), column.as_string_opt::<i32>()?))).collect()
}

/// The ids in the first column; a truncation has none.
fn ids(batch: &RecordBatch) -> Option<Vec<Option<Uuid>>> {
    let column = batch.column_by_name("id")?.as_string_opt::<i32>()?;
    column
        .iter()
        .map(|id| id.map_or(Some(None), |id| postgres_text::uuid(id).ok().map(Uuid::from_u128).map(Some)))
        .collect()
}
