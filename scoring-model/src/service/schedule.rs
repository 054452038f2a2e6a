//! Keeps scores fresh while the server runs.

use std::{pin::pin, time::Duration};

use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use query_service::{EngineChoice, ReadAt};

use super::{Scoring, Which};
use crate::{Error, dataset::Rows};

/// Longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// How often new leads are looked for: a new lead has a score within two of these.
const TICK: Duration = Duration::from_mins(1);
/// How often all open leads are scored again: their activities go on.
const APPLY_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often a model is trained.
const TRAIN_EVERY: TimeDelta = TimeDelta::days(1);

/// When things were last done by this server.
#[derive(Debug, Default)]
struct Done {
    trained_at: Option<DateTime<Utc>>,
    applied_at: Option<DateTime<Utc>>,
}

impl Scoring {
    /// Trains daily, scores all open leads hourly and new ones within minutes, until `stop` resolves.
    pub async fn keep_fresh(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut done = Done::default();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ticks.tick().await; // the first one comes at once; a server that starts has other work
        let mut failures = 0;
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = ticks.tick() => {}
            }
            let worked = tokio::select! {
                () = &mut stop => return,
                worked = self.refresh(&mut done) => worked,
            };
            match worked {
                Ok(()) => failures = 0,
                // Somebody asked for the same by hand; the next tick looks again.
                Err(Error::AlreadyRunning { .. }) => tracing::debug!("scoring is already under way"),
                // Tried again, later each time: a store that is away comes back, and what takes too
                // long shall not take all of the time.
                Err(error) => {
                    let pause = pause_after(failures);
                    failures += 1;
                    tracing::error!(error = %chain(&error), ?pause, "scores could not be refreshed");
                    ticks.reset_after(pause);
                }
            }
        }
    }

    async fn refresh(&self, done: &mut Done) -> Result<(), Error> {
        let now = self.0.oltp.clock().now();
        if due(self.trained_at(done).await?, now, TRAIN_EVERY) {
            if !self.any_lead("true").await? {
                return Ok(());
            }
            self.train().await?;
            done.trained_at = Some(now);
            done.applied_at = None;
        }
        if due(done.applied_at, now, APPLY_EVERY) {
            self.apply(Which::Open).await?;
            done.applied_at = Some(now);
            return Ok(());
        }
        if self.any_lead("score is null and status not in ('converted', 'lost', 'closed')").await? {
            self.apply(Which::Unscored).await?;
        }
        Ok(())
    }

    async fn trained_at(&self, done: &Done) -> Result<Option<DateTime<Utc>>, Error> {
        let latest = self.0.registry.latest().await?;
        Ok(latest.map(|version| version.view.trained_at).max(done.trained_at))
    }

    async fn any_lead(&self, condition: &'static str) -> Result<bool, Error> {
        let sql = format!("select count(*) as leads from leads where {condition}");
        let system = Principal::system();
        let answer = self.0.query.run_trusted_sql(&system, EngineChoice::DuckDb, &sql, &ReadAt::default()).await?;
        Ok(Rows(&answer).required_integers("leads")?.first().is_some_and(|leads| *leads > 0))
    }
}

/// The pause after one more failure than `before`: a minute, doubled with each.
fn pause_after(before: u32) -> Duration {
    TICK.saturating_mul(1_u32.checked_shl(before).unwrap_or(u32::MAX)).min(LONGEST_PAUSE)
}

fn due(last: Option<DateTime<Utc>>, now: DateTime<Utc>, every: TimeDelta) -> bool {
    last.is_none_or(|last| now - last >= every)
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_done_is_due_and_what_was_just_done_is_not() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(10);

        assert_eq!([0, 1, 5, 6, 40].map(pause_after).map(|pause| pause.as_secs() / 60), [1, 2, 32, 60, 60]);
        assert!(due(None, now, TRAIN_EVERY));
        assert!(due(Some(now - TRAIN_EVERY), now, TRAIN_EVERY));
        assert!(!due(Some(now - TimeDelta::hours(1)), now, TRAIN_EVERY));
    }
}
