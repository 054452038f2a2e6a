//! The lake-wide commit point: one small record per flush that names a consistent cut.
//!
//! `_epochs/last.json` is replaced in one step; that is the moment a flush counts. Every epoch is
//! also appended to `_epochs/epochs-<day>.jsonl`, so that other engines can read all tables as of
//! the same moment (Delta versions per table).

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use catalog::Lsn;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Error, disk::Disk, error::Result};

/// A consistent cut through all tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Epoch {
    /// Counts from 1; 0 is the lake before its initial copy.
    pub(crate) number: u64,
    /// Everything before this is in the tables.
    pub(crate) durable_lsn: Lsn,
    pub(crate) system_id: Option<String>,
    pub(crate) slot: Option<String>,
    /// When the last transaction in it was committed.
    pub(crate) committed_at: Option<DateTime<Utc>>,
    pub(crate) written_at: DateTime<Utc>,
    pub(crate) tables: BTreeMap<String, EpochTable>,
}

/// The versions of one table's Delta logs in an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EpochTable {
    pub(crate) cur_version: u64,
    pub(crate) hist_version: u64,
    /// Position of the last transaction that changed the table.
    pub(crate) changed_at: Lsn,
}

impl Epoch {
    /// The last epoch of the lake in `dir`; none before the initial copy is complete.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>> {
        let path = epochs_dir(dir).join("last.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::damaged(&path, error.to_string()))
    }

    /// Makes this the last epoch.
    pub(crate) fn write(&self, dir: &Path, disk: Disk) -> Result<()> {
        let dir = epochs_dir(dir);
        let day = self.written_at.format("%Y-%m-%d");
        let path = dir.join(format!("epochs-{day}.jsonl"));
        let text = serde_json::to_string(self).map_err(|error| Error::damaged(&path, error.to_string()))?;
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io("open", &path))?;
        // A crash can leave half a line; the next one begins on a line of its own.
        let torn = fs::read(&path).is_ok_and(|bytes| bytes.last().is_some_and(|last| *last != b'\n'));
        let line = if torn { format!("\n{text}\n") } else { format!("{text}\n") };
        file.write_all(line.as_bytes()).map_err(Error::io("write", &path))?;
        disk.sync_file(&file, &path)?;
        disk.replace(&dir.join("last.json"), text.as_bytes())
    }
}

/// Where the epochs of the lake in `dir` are.
pub(crate) fn epochs_dir(dir: &Path) -> PathBuf {
    dir.join("_epochs")
}

/// The file that says that an initial copy was begun and nothing counts yet.
pub(crate) fn copy_marker(dir: &Path) -> PathBuf {
    epochs_dir(dir).join("copying")
}
