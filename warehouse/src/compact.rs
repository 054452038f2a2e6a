//! Merging small files, and rewriting files with many dead rows.
//!
//! A merge works on what is stored: it drops the rows that the stored deletion vectors hide, and
//! nothing else. Rows that died since, or that die while it runs, are marked in the new file when
//! the result is taken in; so a merge never moves a table ahead of its position.
//!
//! An erasure is a merge of one file that also drops or changes rows of history.

use std::{path::PathBuf, sync::Arc};

use arrow::{array::BooleanArray, array::RecordBatch, compute::filter_record_batch};
use catalog::Ids;
use roaring::RoaringBitmap;
use serde_json::json;

use crate::{
    Error, LakeFile,
    deletion_vector::VectorRef,
    delta_log::{AddedFile, add, commit_info, remove},
    epoch::Epoch,
    erase::{Edit, Edited},
    error::Result,
    flush::{JobFailure, NewFile, Workplace},
    keys::KeyIndex,
    parquet_file::{self, Opened, ParquetSink, append_ids},
    spec::TableShape,
    table::{Stores, Table},
};

/// Files below this size are merged.
const SMALL_BYTES: u64 = 32 << 20;
/// A class of small files spans this factor in size; merging within a class rewrites each row only a few times.
const CLASS_FACTOR: u64 = 8;
/// The smallest class holds everything below this size.
const TINY_BYTES: u64 = 512 << 10;
/// Small files of one class that are worth a merge.
pub(crate) const WORTH_MERGING: usize = 8;
/// Input of one merge; bounds how long a flush can wait for it.
const MERGE_BYTES: u64 = 128 << 20;
/// A file with more dead rows than one in this many is rewritten.
const DEAD_ONE_IN: u64 = 10;

/// A merge to do.
#[derive(Debug)]
pub(crate) struct MergePlan {
    shape: Arc<TableShape>,
    stores: Stores,
    inputs: Vec<MergeInput>,
    target: Target,
    /// What happens to rows of history on the way, in an erasure.
    edit: Option<Edit>,
    changed_at: catalog::Lsn,
    pub(crate) epoch: Epoch,
}

/// Which of the two Delta tables is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Current { with_index: bool },
    History,
}

/// A file that goes into a merge.
#[derive(Debug)]
struct MergeInput {
    /// Its place among the table's files.
    at: usize,
    name: String,
    path: PathBuf,
    size: u64,
    stored_dead: Arc<RoaringBitmap>,
    vector: Option<VectorRef>,
    /// Number in the new file of its first row that is kept.
    base: u32,
}

/// What a merge did.
#[derive(Debug)]
pub(crate) struct Merged {
    plan: MergePlan,
    file: Option<NewFile>,
}

/// Size, dead rows and rows of a file, as far as a merge cares.
struct Candidate {
    at: usize,
    size: u64,
    worn: bool,
}

impl MergePlan {
    /// A merge that is worth doing in this table: `enough` small files of about the same size, or a
    /// file with many dead rows.
    pub(crate) fn choose(table: &Table, enough: usize, epoch: &Epoch) -> Option<Self> {
        let candidates = table.files.iter().enumerate().map(|(at, file)| {
            let worn = file.stored_dead.len() * DEAD_ONE_IN > file.rows;
            Candidate { at, size: file.size, worn }
        });
        let chosen = choose(&candidates.collect::<Vec<_>>(), enough);
        if !chosen.is_empty() {
            let with_index = chosen.iter().any(|at| table.files[*at].indexed());
            let inputs = chosen.into_iter().map(|at| current_input(table, at)).collect();
            return Some(Self::new(table, inputs, Target::Current { with_index }, epoch));
        }
        let candidates = table.hist_files.iter().enumerate();
        let candidates = candidates.map(|(at, file)| Candidate { at, size: file.size, worn: false });
        let chosen = choose(&candidates.collect::<Vec<_>>(), enough);
        let inputs: Vec<_> = chosen.into_iter().map(|at| history_input(table, at)).collect();
        (!inputs.is_empty()).then(|| Self::new(table, inputs, Target::History, epoch))
    }

    /// Drops the dead rows of one file of current rows; none when the table does not have it any more.
    pub(crate) fn rewrite_current(table: &Table, name: &str, edit: Edit, epoch: &Epoch) -> Option<Self> {
        let at = table.files.iter().position(|file| file.name == name)?;
        let target = Target::Current { with_index: table.files[at].indexed() };
        Some(Self { edit: Some(edit), ..Self::new(table, vec![current_input(table, at)], target, epoch) })
    }

    /// Edits the rows of one file of history; none when the table does not have it any more.
    pub(crate) fn rewrite_history(table: &Table, name: &str, edit: Edit, epoch: &Epoch) -> Option<Self> {
        let at = table.hist_files.iter().position(|file| file.path.ends_with(name))?;
        Some(Self { edit: Some(edit), ..Self::new(table, vec![history_input(table, at)], Target::History, epoch) })
    }

    fn new(table: &Table, inputs: Vec<MergeInput>, target: Target, epoch: &Epoch) -> Self {
        Self {
            shape: Arc::clone(&table.shape),
            stores: table.stores.clone(),
            inputs,
            target,
            edit: None,
            changed_at: epoch.tables.get(&table.shape.name).map_or(table.version, |stored| stored.changed_at),
            epoch: epoch.clone(),
        }
    }

    pub(crate) fn table(&self) -> &str {
        &self.shape.name
    }
}

/// The largest class of small files that has enough of them, with all smaller ones; otherwise worn files.
fn choose(candidates: &[Candidate], enough: usize) -> Vec<usize> {
    let mut limit = SMALL_BYTES;
    while limit >= TINY_BYTES {
        let whole = limit == TINY_BYTES || enough < WORTH_MERGING;
        let least = if whole { 0 } else { limit / CLASS_FACTOR };
        let class: Vec<_> = candidates.iter().filter(|file| file.size < limit).collect();
        if class.iter().filter(|file| file.size >= least).count() >= enough {
            return bounded(&class);
        }
        limit /= CLASS_FACTOR;
    }
    bounded(&candidates.iter().filter(|file| file.worn).collect::<Vec<_>>())
}

/// As many files as fit one merge, and at least one.
fn bounded(files: &[&Candidate]) -> Vec<usize> {
    let mut total = 0;
    let mut chosen = Vec::new();
    for file in files {
        total += file.size;
        if total > MERGE_BYTES && !chosen.is_empty() {
            break;
        }
        chosen.push(file.at);
    }
    chosen
}

fn current_input(table: &Table, at: usize) -> MergeInput {
    let file = &table.files[at];
    MergeInput {
        at,
        name: file.name.clone(),
        path: file.path.clone(),
        size: file.size,
        stored_dead: Arc::clone(&file.stored_dead),
        vector: file.vector.clone(),
        base: 0,
    }
}

fn history_input(table: &Table, at: usize) -> MergeInput {
    let file = &table.hist_files[at];
    let name = file.path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let path = file.path.clone();
    MergeInput { at, name, path, size: file.size, stored_dead: Arc::default(), vector: None, base: 0 }
}

/// Runs a merge on a blocking thread.
pub(crate) fn run(mut plan: MergePlan, place: &Workplace) -> Result<(Merged, Epoch), JobFailure> {
    let file = write_merged(&mut plan, place).map_err(|error| JobFailure { error, committed: false })?;
    let mut epoch = plan.epoch.clone();
    epoch.written_at = place.clock.now();
    epoch.number += 1;
    commit(&mut plan, file.as_ref(), &epoch, place).map_err(|error| JobFailure { error, committed: true })?;
    place.failpoint.reach("compact.after_commit");
    let versions = crate::epoch::EpochTable {
        cur_version: plan.stores.cur.version,
        hist_version: plan.stores.hist.version,
        changed_at: plan.changed_at,
    };
    epoch.tables.insert(plan.shape.name.clone(), versions);
    epoch.write(&place.dir, place.disk).map_err(|error| JobFailure { error, committed: true })?;
    Ok((Merged { plan, file }, epoch))
}

fn write_merged(plan: &mut MergePlan, place: &Workplace) -> Result<Option<NewFile>> {
    let (dir, schema, letter) = match plan.target {
        Target::Current { .. } => (&plan.stores.cur.dir, &plan.shape.schema, 'p'),
        Target::History => (&plan.stores.hist.dir, &plan.shape.hist_schema, 'h'),
    };
    let name = format!("{letter}-{}.parquet", Ids.fresh());
    let path = dir.join(&name);
    let mut sink = ParquetSink::create(path.clone(), Arc::clone(schema))?;
    let mut ids = Vec::new();
    for input in &mut plan.inputs {
        let too_many = |_| Error::damaged(&path, "a merge would have more than four billion rows");
        input.base = u32::try_from(sink.rows()).map_err(too_many)?;
        let mut row = 0_u32;
        for batch in Opened::open(&input.path)?.scan(Arc::clone(schema))? {
            let kept = without_dead(&batch?, &input.stored_dead, &mut row).map_err(Error::arrow(&plan.shape.name))?;
            let kept = match &mut plan.edit {
                Some(edit) if plan.target == Target::History => {
                    edit.apply(&kept).map_err(Error::arrow(&plan.shape.name))?
                }
                Some(_) | None => kept,
            };
            if plan.target == (Target::Current { with_index: true }) {
                append_ids(&kept, &mut ids).ok_or_else(|| Error::damaged(&input.path, "its ids cannot be read"))?;
            }
            sink.write(&kept)?;
        }
    }
    let written = sink.finish(place.disk)?;
    if written.rows == 0 {
        std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        return Ok(None);
    }
    place.disk.sync_dir(dir)?;
    let id_range = match plan.target {
        Target::Current { .. } => parquet_file::id_range(&path)?,
        Target::History => None,
    };
    let index = (!ids.is_empty()).then(|| Arc::new(KeyIndex::new(&ids)));
    Ok(Some(NewFile { name, written, id_range, index }))
}

fn without_dead(
    batch: &RecordBatch,
    dead: &RoaringBitmap,
    row: &mut u32,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let start = *row;
    let end = start + u32::try_from(batch.num_rows()).unwrap_or(0);
    *row = end;
    if dead.range_cardinality(start..end) == 0 {
        return Ok(batch.clone());
    }
    let mask: BooleanArray = (start..end).map(|row| Some(!dead.contains(row))).collect();
    filter_record_batch(batch, &mask)
}

fn commit(plan: &mut MergePlan, file: Option<&NewFile>, epoch: &Epoch, place: &Workplace) -> Result<()> {
    let at = epoch.written_at;
    let erasing = plan.edit.is_some() && plan.target == Target::History;
    let operation = if erasing { "ERASE" } else { "OPTIMIZE" };
    let mut actions = vec![commit_info(operation, at, &json!({"files": plan.inputs.len()}))];
    let removed = |input: &MergeInput| remove(&input.name, input.size, input.vector.as_ref(), (erasing, at));
    actions.extend(plan.inputs.iter().map(removed));
    if let Some(file) = file {
        let (size, rows, id_range) = (file.written.size, file.written.rows, file.id_range);
        actions.push(add(&AddedFile { name: &file.name, size, rows, id_range, vector: None }, erasing, at));
    }
    match plan.target {
        Target::Current { .. } => plan.stores.cur.commit(&actions, place.disk),
        Target::History => plan.stores.hist.commit(&actions, place.disk),
    }
}

impl Merged {
    pub(crate) fn table(&self) -> &str {
        self.plan.table()
    }

    /// What an erasure did to the file.
    pub(crate) fn take_edited(&mut self) -> Option<Edited> {
        self.plan.edit.take().map(Edit::edited)
    }

    /// Puts the new file in the place of its inputs.
    pub(crate) fn take_into(self, table: &mut Table) {
        let Self { plan, file } = self;
        table.stores = plan.stores;
        table.changed = true;
        match plan.target {
            Target::Current { .. } => {
                let mut died = Vec::new();
                for input in &plan.inputs {
                    let fresh = &*table.files[input.at].dead - &*input.stored_dead;
                    died.extend(fresh.iter().map(|row| input.row_in_merged(row)));
                }
                for input in plan.inputs.iter().rev() {
                    table.files.remove(input.at);
                }
                if let Some(new) = file {
                    table.files.push(new.into_data_file(&table.stores.cur.dir, died));
                }
            }
            Target::History => {
                for input in plan.inputs.iter().rev() {
                    table.hist_files.remove(input.at);
                }
                if let Some(new) = file {
                    let path = table.stores.hist.dir.join(&new.name);
                    table.hist_files.push(LakeFile {
                        path,
                        size: new.written.size,
                        rows: new.written.rows,
                        dead: None,
                    });
                }
            }
        }
    }
}

impl MergeInput {
    /// Where a row of this file, which was kept, is in the new file.
    fn row_in_merged(&self, row: u32) -> u32 {
        let dropped = u32::try_from(self.stored_dead.rank(row)).unwrap_or(u32::MAX);
        self.base + row - dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sizes: &[u64]) -> Vec<Candidate> {
        sizes.iter().enumerate().map(|(at, size)| Candidate { at, size: *size, worn: false }).collect()
    }

    #[test]
    fn files_are_merged_with_those_of_their_size() {
        let small = 100 << 10;
        let mut sizes = vec![small; 8];
        assert_eq!(choose(&files(&sizes), 8), (0..8).collect::<Vec<_>>());

        sizes[0] = 20 << 20;
        assert_eq!(choose(&files(&sizes), 8), Vec::<usize>::new());

        sizes.push(small);
        assert_eq!(choose(&files(&sizes), 8), (1..9).collect::<Vec<_>>());
        assert_eq!(choose(&files(&[small, 20 << 20]), 2), [0, 1]);
        assert_eq!(choose(&files(&[small, 40 << 20]), 2), Vec::<usize>::new());
    }

    #[test]
    fn a_merge_is_bounded() {
        assert_eq!(choose(&files(&[30 << 20; 9]), 8).len(), 4);
    }

    #[test]
    fn worn_files_are_rewritten() {
        let mut candidates = files(&[200 << 20, 300 << 20]);
        candidates[1].worn = true;

        assert_eq!(choose(&candidates, 8), [1]);
    }
}
