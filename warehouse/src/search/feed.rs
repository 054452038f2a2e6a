//! What the index has to take in: all current rows, or what history has beyond a position.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{AsArray, BooleanArray, RecordBatch},
    compute::filter_record_batch,
    datatypes::{Int32Type, Int64Type},
};
use catalog::Lsn;
use roaring::RoaringBitmap;

use super::{document::columns, schema::SearchSchema};
use crate::{
    Error, LakeFile, LakeSnapshot, TableSnapshot,
    error::Result,
    parquet_file::{Opened, greatest_lsn},
};

const HISTORY: [&str; 3] = ["_lsn", "_seq", "_op"];

/// What a row of history says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The record is as in the row.
    Write,
    /// The record is gone.
    Delete,
    /// All records of the table are gone.
    Truncate,
    /// The table was copied anew, so that history does not tell what went before.
    Copied,
}

/// Tells which files are worth opening; remembers the greatest position in each.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    greatest: BTreeMap<PathBuf, u64>,
}

impl Feed {
    /// Hands over every current row, in batches.
    pub(crate) fn current(
        schema: &SearchSchema,
        kind: usize,
        table: &TableSnapshot,
        take: &mut impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let wanted = columns(schema, kind, &table.schema, &[]);
        for file in &table.files {
            let mut first = 0_u32;
            for batch in Opened::open(&file.path)?.scan(Arc::clone(&wanted))? {
                let batch = batch?;
                let rows = u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
                let live = match &file.dead {
                    Some(dead) => alive(&batch, dead, first)?,
                    None => batch,
                };
                take(&live)?;
                first = first.saturating_add(rows);
            }
        }
        table.tail.iter().try_for_each(take)
    }

    /// Hands over every change from a position on, in batches, in the order of the log.
    ///
    /// # Errors
    /// [`Error::SearchSource`] when the files overlap in a way that hides the order.
    pub(crate) fn changes(
        &mut self,
        (schema, kind): (&SearchSchema, usize),
        table: &TableSnapshot,
        from: Lsn,
        take: &mut impl FnMut(&RecordBatch, &[(usize, Change)]) -> Result<()>,
    ) -> Result<()> {
        let wanted = columns(schema, kind, &table.hist_schema, &HISTORY);
        let mut newest = (from.to_delta_version(), -1);
        for file in self.newer_files(table, from)? {
            for batch in Opened::open(&file.path)?.scan(Arc::clone(&wanted))? {
                changes_in(&batch?, from, &mut newest, take)?;
            }
        }
        table.hist_tail.iter().try_for_each(|batch| changes_in(batch, from, &mut newest, take))
    }

    /// Files with something from a position on, in the order of the log.
    fn newer_files<'t>(&mut self, table: &'t TableSnapshot, from: Lsn) -> Result<Vec<&'t LakeFile>> {
        let mut newer = Vec::new();
        for file in &table.hist_files {
            let greatest = self.greatest_in(&file.path)?;
            if greatest >= from.0 {
                newer.push((greatest, file));
            }
        }
        // A merge of older files stands behind newer ones.
        newer.sort_by_key(|(greatest, _)| *greatest);
        Ok(newer.into_iter().map(|(_, file)| file).collect())
    }

    fn greatest_in(&mut self, path: &Path) -> Result<u64> {
        if let Some(known) = self.greatest.get(path) {
            return Ok(*known);
        }
        let greatest = greatest_lsn(path)?;
        self.greatest.insert(path.to_owned(), greatest);
        Ok(greatest)
    }

    /// Forgets files that no table has any more.
    pub(crate) fn forget(&mut self, snapshot: &LakeSnapshot) {
        let files: BTreeSet<&PathBuf> =
            snapshot.tables.values().flat_map(|table| &table.hist_files).map(|file| &file.path).collect();
        self.greatest.retain(|path, _| files.contains(path));
    }
}

fn alive(batch: &RecordBatch, dead: &RoaringBitmap, first: u32) -> Result<RecordBatch> {
    let rows = (first..).take(batch.num_rows());
    let keep: BooleanArray = rows.map(|row| Some(!dead.contains(row))).collect();
    filter_record_batch(batch, &keep).map_err(Error::arrow("the search index"))
}

fn changes_in(
    batch: &RecordBatch,
    from: Lsn,
    newest: &mut (i64, i32),
    take: &mut impl FnMut(&RecordBatch, &[(usize, Change)]) -> Result<()>,
) -> Result<()> {
    let broken = || Error::SearchSource { reason: "history without positions" };
    let column = |name: &str| batch.column_by_name(name).ok_or_else(broken);
    let lsn = column("_lsn")?.as_primitive_opt::<Int64Type>().ok_or_else(broken)?;
    let seq = column("_seq")?.as_primitive_opt::<Int32Type>().ok_or_else(broken)?;
    let op = column("_op")?.as_string_opt::<i32>().ok_or_else(broken)?;
    let mut changes = Vec::new();
    for row in 0..batch.num_rows() {
        let at = (lsn.value(row), seq.value(row));
        // Having reached a position is having what was committed before it: the next transaction can
        // commit right there.
        if at.0 < from.to_delta_version() {
            continue;
        }
        let change = match op.value(row) {
            "D" => Change::Delete,
            "T" => Change::Truncate,
            "S" => Change::Copied,
            _ => Change::Write,
        };
        if at <= *newest && change != Change::Copied {
            return Err(Error::SearchSource { reason: "history that is not in order" });
        }
        *newest = at;
        changes.push((row, change));
    }
    if changes.is_empty() { Ok(()) } else { take(batch, &changes) }
}
