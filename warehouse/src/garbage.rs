//! Removing files that no table refers to any more.
//!
//! Never with a vacuum of another Delta implementation: those delete deletion vectors that live
//! files still need.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Weak,
    time::{Duration, Instant},
};

use crate::{Error, TableSnapshot, error::Result, table::Table};

/// Snapshots remembered before those that are gone are dropped from the list.
const REMEMBERED: usize = 256;

/// Files on their way out.
#[derive(Debug)]
pub(crate) struct Garbage {
    /// Since when a file has been seen without anybody referring to it.
    unused_since: BTreeMap<PathBuf, Instant>,
    /// Snapshots that somebody may still read.
    snapshots: Vec<Weak<TableSnapshot>>,
    looked_at: Instant,
}

impl Garbage {
    pub(crate) fn new() -> Self {
        Self { unused_since: BTreeMap::new(), snapshots: Vec::new(), looked_at: Instant::now() }
    }

    /// Remembers a snapshot that was published.
    pub(crate) fn remember(&mut self, snapshot: Weak<TableSnapshot>) {
        if self.snapshots.len() >= REMEMBERED && self.snapshots.len().is_power_of_two() {
            self.snapshots.retain(|snapshot| snapshot.strong_count() > 0);
        }
        self.snapshots.push(snapshot);
    }

    /// Whether it is time to look again.
    pub(crate) fn due(&self, age: Duration) -> bool {
        self.looked_at.elapsed() >= age / 4
    }

    /// Removes the files that have not been used for `age` and that no snapshot holds.
    pub(crate) fn collect(&mut self, tables: &BTreeMap<String, Table>, age: Duration) -> Result<usize> {
        self.looked_at = Instant::now();
        let held = self.held();
        let mut unused = BTreeMap::new();
        for path in unreferred(tables)?.into_iter().filter(|path| !held.contains(path)) {
            let since = self.unused_since.get(&path).copied().unwrap_or(self.looked_at);
            unused.insert(path, since);
        }
        let old: Vec<PathBuf> =
            unused.iter().filter(|(_, since)| since.elapsed() >= age).map(|(path, _)| path.clone()).collect();
        for path in &old {
            fs::remove_file(path).map_err(Error::io("remove", path))?;
            unused.remove(path);
        }
        self.unused_since = unused;
        Ok(old.len())
    }

    /// Removes at once every file that no table refers to and no snapshot holds, and answers those that
    /// one still holds. Other programs that read the lake find its newest version complete.
    pub(crate) fn remove_unused(&mut self, tables: &BTreeMap<String, Table>) -> Result<BTreeSet<PathBuf>> {
        let held = self.held();
        let (held, free): (BTreeSet<_>, BTreeSet<_>) =
            unreferred(tables)?.into_iter().partition(|path| held.contains(path));
        for path in &free {
            fs::remove_file(path).map_err(Error::io("remove", path))?;
            self.unused_since.remove(path);
        }
        Ok(held)
    }

    /// The files that snapshots hold.
    fn held(&mut self) -> BTreeSet<PathBuf> {
        self.snapshots.retain(|snapshot| snapshot.strong_count() > 0);
        self.snapshots.iter().filter_map(Weak::upgrade).flat_map(|table| paths(&table)).collect()
    }
}

/// The files in the folders of tables that no table refers to.
fn unreferred(tables: &BTreeMap<String, Table>) -> Result<Vec<PathBuf>> {
    let mut unreferred = Vec::new();
    for table in tables.values() {
        let used = used_names(table);
        let named =
            |path: &Path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| used.contains(name));
        let stored = files_in(&table.stores.cur.dir)?.into_iter().chain(files_in(&table.stores.hist.dir)?);
        unreferred.extend(stored.filter(|path| !named(path)));
    }
    Ok(unreferred)
}

fn paths(table: &TableSnapshot) -> Vec<PathBuf> {
    table.files.iter().chain(&table.hist_files).map(|file| file.path.clone()).collect()
}

fn used_names(table: &Table) -> BTreeSet<String> {
    let data = table.files.iter().map(|file| file.name.clone());
    let vectors = table.files.iter().filter_map(|file| file.vector.as_ref()?.file_name());
    let hist = table.hist_files.iter().filter_map(|file| Some(file.path.file_name()?.to_str()?.to_owned()));
    data.chain(vectors).chain(hist).collect()
}

fn files_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(Error::io("list", dir))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
}
