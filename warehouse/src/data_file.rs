//! One Parquet file of current rows, as the writer knows it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use roaring::RoaringBitmap;

use crate::{LakeFile, deletion_vector::VectorRef, error::Result, keys::KeyIndex, parquet_file::Opened};

/// A file of current rows with everything needed to find and hide rows in it.
#[derive(Debug)]
pub(crate) struct DataFile {
    /// Name within the table's folder.
    pub(crate) name: String,
    /// Full path.
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) rows: u64,
    /// Least and greatest id; none if not known.
    pub(crate) id_range: Option<(u128, u128)>,
    /// Rows to hide: those of the stored vector and those that died since.
    pub(crate) dead: Arc<RoaringBitmap>,
    /// The stored part of `dead`.
    pub(crate) stored_dead: Arc<RoaringBitmap>,
    /// Where `stored_dead` is stored; none while it is empty.
    pub(crate) vector: Option<VectorRef>,
    /// Made when the file is written, or when it is first needed.
    index: Option<Arc<KeyIndex>>,
    index_used_at: Instant,
    opened: Option<Opened>,
}

/// Time after which an index that was not needed makes room; it can be made again from the file.
const INDEX_KEPT: Duration = Duration::from_mins(10);

impl DataFile {
    pub(crate) fn new(dir: &Path, name: String, size: u64, rows: u64) -> Self {
        Self {
            path: dir.join(&name),
            name,
            size,
            rows,
            id_range: None,
            dead: Arc::default(),
            stored_dead: Arc::default(),
            vector: None,
            index: None,
            index_used_at: Instant::now(),
            opened: None,
        }
    }

    pub(crate) fn set_index(&mut self, index: Arc<KeyIndex>) {
        self.id_range = index.range();
        self.index = Some(index);
        self.index_used_at = Instant::now();
    }

    /// Makes room if the index has not been needed for a while.
    pub(crate) fn forget_unused_index(&mut self) {
        if self.index.is_some() && self.index_used_at.elapsed() > INDEX_KEPT {
            self.index = None;
            self.opened = None;
        }
    }

    pub(crate) fn set_stored_dead(&mut self, dead: Arc<RoaringBitmap>, vector: Option<VectorRef>) {
        self.dead = Arc::clone(&dead);
        self.stored_dead = dead;
        self.vector = vector;
    }

    /// Whether rows died that the stored vector does not hide.
    pub(crate) fn has_fresh_dead(&self) -> bool {
        self.dead.len() != self.stored_dead.len()
    }

    pub(crate) fn all_dead(&self) -> bool {
        self.dead.len() >= self.rows
    }

    /// The row of this id, unless it is not here or dead.
    pub(crate) fn find(&mut self, id: u128) -> Result<Option<u32>> {
        if self.all_dead() || self.id_range.is_some_and(|(least, greatest)| id < least || id > greatest) {
            return Ok(None);
        }
        let found = self.index()?.find(id);
        Ok(found.filter(|row| !self.dead.contains(*row)))
    }

    /// Whether the index is in memory.
    pub(crate) fn indexed(&self) -> bool {
        self.index.is_some()
    }

    fn index(&mut self) -> Result<&KeyIndex> {
        if self.index.is_none() {
            let ids = self.opened()?.read_ids()?;
            self.set_index(Arc::new(KeyIndex::new(&ids)));
        }
        self.index_used_at = Instant::now();
        Ok(self.index.get_or_insert_default())
    }

    pub(crate) fn opened(&mut self) -> Result<&Opened> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => Opened::open(&self.path)?,
        };
        Ok(self.opened.insert(opened))
    }

    pub(crate) fn kill(&mut self, row: u32) {
        Arc::make_mut(&mut self.dead).insert(row);
    }

    pub(crate) fn kill_all(&mut self) {
        let all = 0..u32::try_from(self.rows).unwrap_or(u32::MAX);
        Arc::make_mut(&mut self.dead).insert_range(all);
    }

    /// What readers see of it; none when every row is dead.
    pub(crate) fn published(&self) -> Option<LakeFile> {
        let dead = (!self.dead.is_empty()).then(|| Arc::clone(&self.dead));
        (!self.all_dead()).then(|| LakeFile { path: self.path.clone(), size: self.size, rows: self.rows, dead })
    }
}
