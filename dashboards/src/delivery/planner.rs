//! The loop that turns due schedules into deliveries.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Deliveries;

/// Longest time between two looks: a schedule that was saved for the next minute is not missed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

impl Deliveries {
    /// Plans until it is told to stop.
    ///
    /// Wakes when the next schedule is due; a database that is away is asked again.
    pub async fn plan(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.parts.oltp.plan_deliveries().await {
                Ok(planned) if planned.deliveries > 0 => self.parts.something_to_send.notify_one(),
                Ok(_) => {}
                // Nothing is lost: what is due stays due.
                Err(error) => tracing::warn!("schedules cannot be planned right now: {error}"),
            }
            let wait = self.time_until_due().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn time_until_due(&self) -> Duration {
        let due = self.parts.oltp.next_planning_at().await.ok().flatten();
        let wait = due.map(|at| at - self.parts.oltp.clock().now());
        wait.and_then(|wait| wait.to_std().ok()).map_or(LOOK_AGAIN, |wait| wait.min(LOOK_AGAIN))
    }
}
