//! Schedules: when a report or dashboard goes out next, and what a schedule must say.
//!
//! [`Timing`] answers when; the check finds what is wrong with the other fields. Both are used
//! by the rule that every write of a schedule passes, so `next_run_at` is part of the same
//! transaction, and by the preview of a schedule that is not saved yet.

mod check;
mod fields;
mod timing;

pub(crate) use check::wrong_content;
pub use fields::{FORMATS, MAX_RECIPIENTS, recipients, texts};
pub(crate) use timing::first_moment;
pub use timing::{Cadence, TIMING_FIELDS, Timing};

use catalog::{Changes, Invalid, Principal};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Oltp, Result};

/// How many runs a preview shows.
const PREVIEWED_RUNS: usize = 3;

impl Oltp {
    /// The next three runs of a schedule with these fields, saved or not.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) with everything that saving it would refuse.
    pub async fn preview_schedule(&self, caller: &Principal, fields: &Changes) -> Result<Vec<DateTime<Utc>>> {
        let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let timing = Timing::of(field);
        let mut connection = self.pool().acquire().await?;
        let mut refused = wrong_content(&mut connection, self.catalog(), caller, field).await?;
        drop(connection);
        let timing = match timing {
            Ok(timing) if refused.is_empty() => timing,
            Ok(_) => return Err(Invalid(refused).into()),
            Err(Invalid(fields)) => {
                refused.extend(fields);
                return Err(Invalid(refused).into());
            }
        };
        let next = |after: &DateTime<Utc>| timing.next_after(*after);
        let first = timing.next_after(self.clock().now());
        Ok(std::iter::successors(first, next).take(PREVIEWED_RUNS).collect())
    }
}
