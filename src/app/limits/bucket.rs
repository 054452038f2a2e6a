//! One quota, kept per key by the generic cell rate algorithm (ITU-T I.371, annex A).
//!
//! A key is remembered by one moment: when its bucket will be full again. A request moves it on by
//! one part of the window; what would move it past the whole window is refused.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The window of every quota.
///
/// **Units:** seconds.
pub(super) const WINDOW_S: u64 = 60;
const WINDOW: Duration = Duration::from_secs(WINDOW_S);
/// Keys that are remembered before those whose bucket is full are forgotten.
const TIDY_ABOVE: usize = 10_000;

/// A quota and what each key has used of it.
#[derive(Debug)]
pub(super) struct Bucket {
    name: &'static str,
    quota: u32,
    keys: Mutex<Keys>,
}

#[derive(Debug)]
struct Keys {
    full_at: BTreeMap<String, Instant>,
    tidy_above: usize,
}

/// What a bucket says about one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) quota: u32,
    pub(super) remaining: u32,
    /// Until the bucket is full again, or until the next request may come when it was refused.
    pub(super) reset_s: u64,
}

impl Bucket {
    /// A bucket of so many requests per window; none for a quota of 0, which means no limit.
    pub(super) fn new(name: &'static str, quota: u32) -> Option<Self> {
        let keys = Mutex::new(Keys { full_at: BTreeMap::new(), tidy_above: TIDY_ABOVE });
        (quota > 0).then_some(Self { name, quota, keys })
    }

    /// Counts a request, or refuses it.
    pub(super) fn take(&self, key: &str, now: Instant) -> Result<Told, Told> {
        let told = |remaining, reset_s| Told { name: self.name, quota: self.quota, remaining, reset_s };
        let part = WINDOW / self.quota;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = keys.full_at.get(key).copied().filter(|at| *at > now).unwrap_or(now);
        let used = full_at + part - now;
        let Some(left) = (part * self.quota).checked_sub(used) else {
            return Err(told(0, seconds(used.saturating_sub(part * self.quota))));
        };
        keys.full_at.insert(key.to_owned(), now + used);
        if keys.full_at.len() > keys.tidy_above {
            keys.full_at.retain(|_, at| *at > now);
            // Many keys in use at once must not mean looking at all of them each time.
            keys.tidy_above = (2 * keys.full_at.len()).max(TIDY_ABOVE);
        }
        let left = left.as_nanos() / part.as_nanos().max(1);
        Ok(told(u32::try_from(left).unwrap_or(self.quota), seconds(used)))
    }
}

/// Whole seconds, none too few.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_quota_may_be_used_at_once_and_comes_back_part_by_part() {
        let bucket = Bucket::new("test", 4).unwrap();
        let start = Instant::now();
        let take = |after_s| bucket.take("anna", start + Duration::from_secs(after_s));

        let left: Vec<u32> = (0..4).map(|_| take(0).unwrap().remaining).collect();
        assert_eq!(left, [3, 2, 1, 0]);
        assert_eq!(take(0).unwrap_err().reset_s, 15);
        assert_eq!(take(14).unwrap_err().reset_s, 1);
        assert_eq!(take(15).unwrap().remaining, 0);
        assert!(take(16).is_err());
        assert_eq!(take(200).unwrap().remaining, 3);
        assert!(bucket.take("ben", start).is_ok(), "another key has its own");
    }

    #[test]
    fn a_refused_request_uses_nothing_up() {
        let bucket = Bucket::new("test", 1).unwrap();
        let start = Instant::now();
        bucket.take("anna", start).unwrap();

        for second in 1..60 {
            assert!(bucket.take("anna", start + Duration::from_secs(second)).is_err());
        }

        assert!(bucket.take("anna", start + Duration::from_mins(1)).is_ok());
    }

    #[test]
    fn no_quota_is_no_limit_and_full_buckets_are_forgotten() {
        assert!(Bucket::new("test", 0).is_none());
        let bucket = Bucket::new("test", 60).unwrap();
        let start = Instant::now();

        for key in 0..=TIDY_ABOVE {
            bucket.take(&key.to_string(), start).unwrap();
        }
        bucket.take("late", start + WINDOW).unwrap();

        assert!(bucket.keys.lock().unwrap().full_at.len() <= TIDY_ABOVE + 2);
    }
}
