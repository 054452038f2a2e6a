//! How far the writing of scores is.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use utoipa::ToSchema;

/// Counters that a run advances and anybody may read.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) done: AtomicUsize,
    pub(crate) total: AtomicUsize,
}

/// How many of the changed scores of the latest run are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgressView {
    /// Scores written.
    pub done: usize,
    /// Scores to write.
    pub total: usize,
}

impl Progress {
    /// Starts anew.
    pub(crate) fn reset(&self) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(0, Ordering::Relaxed);
    }

    /// The counters now.
    pub(crate) fn view(&self) -> ProgressView {
        ProgressView { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}
