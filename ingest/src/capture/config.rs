//! Limits of the capture task.

use std::{path::PathBuf, time::Duration};

/// How the capture task behaves.
#[derive(Debug, Clone)]
pub struct CaptureConfig {
    /// The lake's folder; the lake's identity is kept there.
    pub lake_dir: PathBuf,
    /// Name of the publication.
    pub publication: String,
    /// Longest wait for the transactions that run while the slot is made.
    pub slot_patience: Duration,
    /// Wait before the first new attempt; every further one doubles it.
    pub least_pause: Duration,
    /// Longest wait between two attempts.
    pub greatest_pause: Duration,
    /// How often Postgres is asked about the slot.
    pub slot_check_every: Duration,
    /// Start with a new initial copy even if the lake could go on.
    pub rebuild: bool,
}

impl CaptureConfig {
    /// The usual limits for the lake in this folder.
    pub fn new(lake_dir: impl Into<PathBuf>) -> Self {
        Self {
            lake_dir: lake_dir.into(),
            publication: "leadhouse_lake".to_owned(),
            slot_patience: Duration::from_mins(1),
            least_pause: Duration::from_millis(100),
            greatest_pause: Duration::from_secs(10),
            slot_check_every: Duration::from_secs(5),
            rebuild: false,
        }
    }
}
