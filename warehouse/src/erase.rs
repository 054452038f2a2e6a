//! Erasing people from the stored past.
//!
//! What Postgres deletes or changes leaves the current rows by itself, but history keeps every
//! version, and files keep dead rows. An erasure looks through the files of every table, one table
//! after the other, and rewrites those that hold something of the person, one merge of one file at
//! a time, so that transactions go on being applied meanwhile. Then it removes the files that have
//! left the tables, once no snapshot holds them: only then are the bytes gone.
//!
//! Safe to be killed anywhere and to be begun again: each rewritten file is one Delta commit, what
//! was rewritten holds nothing to be found, and files that nobody knows any more are removed too.

mod edit;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use roaring::RoaringBitmap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Error, Lake, LakeFile, LakeSnapshot,
    background::Done,
    compact::{self, MergePlan},
    error::Result,
    flush::JobFailure,
    parquet_file::Opened,
    spec::TableShape,
    table::Table,
};

pub(crate) use edit::{Edit, Edited};

/// What is to be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Records of which every version goes, by table. Of each, history keeps the row that says that it
    /// was deleted, which holds nothing but the id.
    pub gone: BTreeMap<String, BTreeSet<Uuid>>,
    /// Records that stay, by table, and what some of their columns say from the beginning instead.
    pub emptied: BTreeMap<String, Emptied>,
    /// Links to these records are cut, in every table.
    pub unlinked: BTreeSet<Uuid>,
    /// Taken out of every text.
    pub words: catalog::Words,
}

/// Records of a table that stay without what they said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emptied {
    /// The records.
    pub ids: BTreeSet<Uuid>,
    /// Columns of text, and what they say in every version that said something.
    pub columns: BTreeMap<String, Option<String>>,
}

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Versions of records that went.
    pub removed: u64,
    /// Versions that stayed without what they said of the person.
    pub changed: u64,
    /// Files that were rewritten.
    pub files: u64,
    /// SHA-256 over the versions that went and, of those that stayed, the texts that went.
    pub sha256: [u8; 32],
}

/// An erasure under way.
#[derive(Debug)]
pub(crate) struct Erasing {
    erasure: Arc<Erasure>,
    waiting: Vec<String>,
    found: Option<Found>,
    /// Files that must be gone before it is over; none until every table is clean.
    leaving: Option<BTreeSet<PathBuf>>,
    erased: Erased,
}

/// The files of a table that hold something of the person.
#[derive(Debug)]
pub(crate) struct Found {
    table: String,
    current: Vec<String>,
    history: Vec<String>,
}

impl Erasing {
    fn new(erasure: Erasure, tables: &BTreeMap<String, Table>) -> Self {
        let waiting = tables.keys().rev().cloned().collect();
        Self { erasure: Arc::new(erasure), waiting, found: None, leaving: None, erased: Erased::default() }
    }

    /// Remembers what a look through a table found.
    pub(crate) fn take_found(&mut self, found: Found) {
        self.found = Some(found);
    }

    /// Counts what a rewritten file lost.
    pub(crate) fn count(&mut self, edited: Edited) {
        self.erased.files += 1;
        self.erased.removed += edited.removed;
        self.erased.changed += edited.changed;
        let mut hash = Sha256::new();
        hash.update(self.erased.sha256);
        hash.update(edited.sha256);
        self.erased.sha256 = hash.finalize().into();
    }
}

impl Lake {
    /// Begins an erasure; what was flushed by now is erased by it. One that is under way is given up
    /// where it is.
    pub fn begin_erasure(&mut self, erasure: Erasure) {
        self.erasing = Some(Erasing::new(erasure, &self.tables));
    }

    /// Forgets the erasure that is under way; what was erased stays erased.
    pub fn give_up_erasure(&mut self) {
        self.erasing = None;
    }

    /// Goes on with the erasure, in the background. Call it often; answers once what it did.
    ///
    /// # Errors
    /// [`Error::Io`] when files that have left the tables cannot be removed; the erasure goes on with
    /// the next call. What a rewrite could not do is told by [`poll_flush`](Self::poll_flush).
    pub fn go_on_erasing(&mut self) -> Result<Option<Erased>> {
        let busy = self.job.is_some() || self.broken || self.copy.is_some() || self.open.is_some();
        let Some(mut erasing) = self.erasing.take_if(|_| !busy) else { return Ok(None) };
        let started = self.next_erasing_job(&mut erasing);
        let over = if started { Ok(false) } else { self.remove_left(&mut erasing) };
        if matches!(over, Ok(true)) {
            return Ok(Some(erasing.erased));
        }
        self.erasing = Some(erasing);
        over.map(|_going_on| None)
    }

    /// Starts the next piece of work; `false` when every table is clean.
    fn next_erasing_job(&mut self, erasing: &mut Erasing) -> bool {
        while let Some(found) = &mut erasing.found {
            let next = found.current.pop().map(|name| (name, false)).or_else(|| found.history.pop().map(|n| (n, true)));
            let Some((name, history)) = next else {
                erasing.found = None;
                break;
            };
            // A file that a merge or a flush has taken out of the table meanwhile is looked for again.
            let Some(table) = self.tables.get(&found.table) else { continue };
            let edit = Edit::new(Arc::clone(&erasing.erasure), &found.table);
            let plan = if history {
                MergePlan::rewrite_history(table, &name, edit, &self.epoch)
            } else {
                MergePlan::rewrite_current(table, &name, edit, &self.epoch)
            };
            let Some(plan) = plan else {
                erasing.waiting.push(found.table.clone());
                continue;
            };
            let place = self.workplace();
            self.spawn(move || compact::run(plan, &place).map(|(merged, epoch)| Done::Merged(Box::new(merged), epoch)));
            return true;
        }
        let Some(table) = erasing.waiting.pop().and_then(|name| self.tables.get(&name)) else { return false };
        let look = Look::new(table, &erasing.erasure);
        self.spawn(move || look.run().map(Done::Looked).map_err(|error| JobFailure { error, committed: false }));
        true
    }

    /// Removes files that have left the tables; `true` when none is left that left before the tables
    /// were clean.
    fn remove_left(&mut self, erasing: &mut Erasing) -> Result<bool> {
        let held = self.garbage.remove_unused(&self.tables)?;
        let leaving = erasing.leaving.get_or_insert_with(|| held.clone());
        leaving.retain(|path| held.contains(path));
        Ok(leaving.is_empty())
    }
}

/// A look through the files of one table.
struct Look {
    shape: Arc<TableShape>,
    edit: Edit,
    /// Name, path and stored dead rows of each file of current rows.
    current: Vec<(String, PathBuf, Arc<RoaringBitmap>)>,
    history: Vec<(String, PathBuf)>,
}

impl Look {
    fn new(table: &Table, erasure: &Arc<Erasure>) -> Self {
        let current = table.files.iter().filter(|file| !file.stored_dead.is_empty());
        let history = table.hist_files.iter().filter_map(|file| {
            Some((file.path.file_name().and_then(|name| name.to_str())?.to_owned(), file.path.clone()))
        });
        Self {
            shape: Arc::clone(&table.shape),
            edit: Edit::new(Arc::clone(erasure), &table.shape.name),
            current: current
                .map(|file| (file.name.clone(), file.path.clone(), Arc::clone(&file.stored_dead)))
                .collect(),
            history: history.collect(),
        }
    }

    fn run(self) -> Result<Found> {
        let Self { shape, edit, current, history } = self;
        let mut found = Found { table: shape.name.clone(), current: Vec::new(), history: Vec::new() };
        for (name, path, dead) in current {
            // Postgres has changed what lives; only dead rows still say what they said.
            if concerned(&path, &shape.schema, &edit, |row| dead.contains(row))? {
                found.current.push(name);
            }
        }
        for (name, path) in history {
            if concerned(&path, &shape.hist_schema, &edit, |_| true)? {
                found.history.push(name);
            }
        }
        Ok(found)
    }
}

/// Whether one of the rows that count holds something of the person.
fn concerned(path: &Path, schema: &SchemaRef, edit: &Edit, counts: impl Fn(u32) -> bool) -> Result<bool> {
    let mut row = 0_u32;
    for batch in Opened::open(path)?.scan(Arc::clone(schema))? {
        for concerned in edit.concerned(&batch?).ok_or_else(|| Error::damaged(path, "its ids cannot be read"))? {
            if concerned && counts(row) {
                return Ok(true);
            }
            row = row.saturating_add(1);
        }
    }
    Ok(false)
}

impl LakeSnapshot {
    /// How many rows still hold something of the person, by table; empty when the erasure is complete.
    /// Reads every file: call it where that is allowed.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn left_of(&self, erasure: &Erasure) -> Result<BTreeMap<String, u64>> {
        let erasure = Arc::new(erasure.clone());
        let mut left = BTreeMap::new();
        for (name, table) in &self.tables {
            let edit = Edit::new(Arc::clone(&erasure), name);
            let mut rows = rows_in(&table.files, &table.schema, &edit)?;
            rows += rows_in(&table.hist_files, &table.hist_schema, &edit)?;
            rows += table.tail.iter().chain(&table.hist_tail).map(|batch| rows_of(batch, &edit)).sum::<u64>();
            if rows > 0 {
                left.insert(name.clone(), rows);
            }
        }
        Ok(left)
    }
}

/// Rows of files that hold something of the person; dead ones too, because their bytes are there.
fn rows_in(files: &[LakeFile], schema: &SchemaRef, edit: &Edit) -> Result<u64> {
    let mut rows = 0;
    for file in files {
        for batch in Opened::open(&file.path)?.scan(Arc::clone(schema))? {
            rows += rows_of(&batch?, edit);
        }
    }
    Ok(rows)
}

fn rows_of(batch: &RecordBatch, edit: &Edit) -> u64 {
    let concerned = edit.concerned(batch).unwrap_or_default();
    u64::try_from(concerned.into_iter().filter(|concerned| *concerned).count()).unwrap_or(u64::MAX)
}
