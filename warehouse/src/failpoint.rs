//! Named places where a test can make the process die.

use std::sync::atomic::{AtomicU32, Ordering};

/// The one place where this process is to die, if any.
#[derive(Debug)]
pub(crate) struct Failpoint {
    name: String,
    /// How often it must be reached; 0 never fires.
    countdown: AtomicU32,
}

impl Failpoint {
    /// From `flush.after_hist`, or `flush.after_hist:2` for the second time.
    pub(crate) fn new(fail_at: Option<&str>) -> Self {
        let text = fail_at.unwrap_or_default();
        let (name, times) = text.split_once(':').map_or((text, 1), |(name, times)| (name, times.parse().unwrap_or(1)));
        Self { name: name.to_owned(), countdown: AtomicU32::new(times) }
    }

    /// Dies here if this is the place.
    pub(crate) fn reach(&self, name: &str) {
        if self.name == name && self.countdown.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::process::abort();
        }
    }
}
