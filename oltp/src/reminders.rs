//! Reminders of tasks, fired when they are due: once each, whatever stops and starts in between.
//!
//! Triggers keep one row per reminder beside the tasks, so that no way of writing tasks forgets them.
//! A fired reminder becomes an outbox message in the statement that marks it; the relay tells the
//! task's owner. What came due while no server ran is made up for at the next start.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Oltp, Result};

/// Reminders fired by one statement; more wait for the next, a moment later.
const AT_ONCE: i64 = 500;
/// What came due earlier than this reminds nobody any more: imported history, or a long rest.
const LATEST: TimeDelta = TimeDelta::days(7);
/// How late a reminder may be; looking costs one indexed read.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

impl Oltp {
    /// Fires every reminder that is due and answers how many they were.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); what was not fired is due still.
    pub async fn fire_reminders(&self) -> Result<usize> {
        let mut total = 0;
        loop {
            let now = self.clock().now();
            let fired = sqlx::query_scalar(include_str!("../sql/fire_reminders.sql"));
            let fired: i64 = fired.bind(now).bind(now - LATEST).bind(AT_ONCE).fetch_one(self.pool()).await?;
            total += usize::try_from(fired).unwrap_or_default();
            if fired < AT_ONCE {
                return Ok(total);
            }
        }
    }

    /// Fires reminders until it is told to stop.
    pub async fn keep_reminding(self, stop: CancellationToken) {
        loop {
            match self.fire_reminders().await {
                Ok(0) => {}
                Ok(fired) => tracing::info!(fired, "reminded people of tasks"),
                Err(error) => tracing::warn!("reminders wait: {error:?}"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }
}
