//! When a query reads.

use catalog::Lsn;
use chrono::{DateTime, Utc};

/// The moment a query reads the warehouse at; by default the newest published state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadAt {
    /// Reads the past: per record the version that was effective at this moment.
    pub as_of: Option<DateTime<Utc>>,
    /// Waits until the warehouse contains everything up to this position.
    pub min_lsn: Option<Lsn>,
}
