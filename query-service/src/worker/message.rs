//! What server and worker tell each other.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use catalog::{Additions, Catalog, Principal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::sandbox::Confinement;
use crate::{Error, QueryConfig};

/// Memory besides the engine's: code, stacks, footers, the answer on its way out.
const OVERHEAD_BYTES: u64 = 512 << 20;
/// Processor time beyond what the time limit allows to all threads: starting and warming up.
const START_SECONDS: u64 = 20;

/// What a worker is told before it knows any statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The only folder it may read.
    pub(crate) lake_dir: PathBuf,
    /// The only folder it may write; its own, and removed after it.
    pub(crate) spill_dir: PathBuf,
    /// What the engine may use before it spills.
    pub(crate) engine_bytes: u64,
    /// What the whole process may use.
    pub(crate) memory_bytes: u64,
    /// Disk for spilled data.
    pub(crate) spill_bytes: u64,
    /// Processor time of all threads together.
    pub(crate) processor_seconds: u64,
    /// Threads of the engine.
    pub(crate) threads: usize,
    /// What administrators added to the standard catalogue.
    pub(crate) additions: Additions,
}

impl Setup {
    /// The setup of every worker of a service; each gets a folder of its own.
    pub(crate) fn of(config: &QueryConfig) -> Self {
        let engine_bytes = u64::try_from(config.sql_memory_bytes).unwrap_or(u64::MAX);
        let threads = u64::try_from(config.threads.max(1)).unwrap_or(1);
        Self {
            lake_dir: config.lake_dir.clone(),
            spill_dir: config.scratch_dir.join("sql"),
            engine_bytes,
            memory_bytes: engine_bytes.saturating_add(OVERHEAD_BYTES),
            spill_bytes: config.spill_bytes,
            processor_seconds: config.statement_timeout.as_secs().saturating_add(1) * threads + START_SECONDS,
            threads: config.threads,
            additions: Additions::default(),
        }
    }

    /// A worker that will get no statement.
    pub(super) fn for_probe(scratch_dir: &Path) -> Self {
        Self::of(&QueryConfig::new(scratch_dir.to_owned(), scratch_dir.to_owned()))
    }

    /// The engine's part of it.
    pub(super) fn query_config(&self) -> QueryConfig {
        QueryConfig {
            datafusion_memory_bytes: usize::try_from(self.engine_bytes).unwrap_or(usize::MAX),
            spill_bytes: self.spill_bytes,
            threads: self.threads,
            ..QueryConfig::new(self.lake_dir.clone(), self.spill_dir.clone())
        }
    }
}

/// The worker is waiting for a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    pub(super) confinement: Confinement,
}

/// One statement; the rows and row numbers of the snapshot follow as attachments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) caller: Principal,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) catalog: String,
    pub(super) max_rows: usize,
    pub(super) max_bytes: usize,
    pub(super) snapshot: super::pinned::PinnedSnapshot,
}

/// Every row was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Finished {
    pub(super) truncated: bool,
}

/// What tells one catalogue from another: both sides must decide by the same rules.
pub(super) fn digest(catalog: &Catalog) -> Result<String, Error> {
    let text = serde_json::to_vec(catalog)
        .map_err(|error| Error::Defect(format!("the catalogue cannot be written: {error}")))?;
    Ok(format!("{:016x}", xxh3_64(&text)))
}

/// `bytes` for people.
pub(super) fn size(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// Longest wait for a worker to start; a machine that is busy compiling needs some seconds.
pub(super) const START_TIMEOUT: Duration = Duration::from_secs(30);
