//! Where the lake lives and when it writes.

use std::{path::PathBuf, time::Duration};

/// Rows in the hot tail that start a flush: about a second of Parquet encoding.
const FLUSH_ROWS: usize = 50_000;
/// Age of the oldest row in the hot tail that starts a flush; bounds what a restart replays.
const FLUSH_AGE: Duration = Duration::from_secs(5);
/// Shortest time between two published snapshots under load.
const PUBLISH_EVERY: Duration = Duration::from_millis(50);
/// How long a file stays on disk after it left the lake, for readers in other processes.
const GC_AGE: Duration = Duration::from_hours(1);

/// How a lake is opened.
#[derive(Debug, Clone)]
pub struct LakeConfig {
    /// Folder of the lake; made if it is not there.
    pub dir: PathBuf,
    /// Rows in the hot tail that start a flush.
    pub flush_rows: usize,
    /// Age of the oldest row in the hot tail that starts a flush.
    pub flush_age: Duration,
    /// Shortest time between two published snapshots under load.
    pub publish_every: Duration,
    /// Whether files are forced to disk before they count; only tests that need no power failure turn it off.
    pub sync_files: bool,
    /// How long a file stays on disk after it left the lake.
    pub gc_age: Duration,
    /// Where the process aborts, for kill tests: `flush.after_hist`, or `flush.after_hist:2` for the second time it gets there.
    pub fail_at: Option<String>,
}

impl LakeConfig {
    /// The usual settings for the lake in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            flush_rows: FLUSH_ROWS,
            flush_age: FLUSH_AGE,
            publish_every: PUBLISH_EVERY,
            sync_files: true,
            gc_age: GC_AGE,
            fail_at: None,
        }
    }
}
