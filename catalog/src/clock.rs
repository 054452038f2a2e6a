//! Time and ids are passed in, so that tests can fix both.

use std::{fmt::Debug, sync::Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Where the program takes the present moment from.
pub trait Clock: Debug + Send + Sync {
    /// The present moment, to the microsecond (the resolution of Postgres).
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        truncate_to_micros(Utc::now())
    }
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock standing at `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self(Mutex::new(truncate_to_micros(start)))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn truncate_to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Where new record ids come from: version 7 UUIDs, ordered by the time they were made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ids;

impl Ids {
    /// A fresh id.
    #[expect(clippy::disallowed_methods, reason = "the one home of fresh ids")]
    pub fn fresh(self) -> Uuid {
        Uuid::now_v7()
    }
}
