//! Clients that ask as fast as they are answered.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{app, bench::figures::quantile};

/// What came of asking for a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Load {
    /// Milliseconds of each answer.
    pub(super) answers_ms: Vec<f64>,
    /// How many questions failed, and the first reason.
    pub(super) failures: usize,
    /// Why the first one failed.
    pub(super) first_failure: Option<String>,
    /// How long it went on.
    pub(super) seconds: f64,
}

impl Load {
    /// Answers per second.
    pub(super) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.answers_ms.len()).unwrap_or(u32::MAX)) / self.seconds.max(f64::EPSILON)
    }

    /// The time below which this share of the answers came, per mille.
    pub(super) fn at(&self, per_mille: usize) -> f64 {
        quantile(&self.answers_ms, per_mille).unwrap_or_default()
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.answers_ms.extend(other.answers_ms);
        self.failures += other.failures;
        self.first_failure = self.first_failure.or(other.first_failure);
        self.seconds += other.seconds;
        self
    }
}

/// Lets so many clients ask one question after the other for a while; `ask` gets the number of the
/// client and that of its question.
pub(super) async fn ask<F, Fut>(clients: usize, how_long: Duration, ask: F) -> anyhow::Result<Load>
where
    F: Fn(usize, usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let ask = Arc::new(ask);
    let started = Instant::now();
    let client = |client: usize| {
        let ask = Arc::clone(&ask);
        async move {
            let mut load = Load::default();
            let mut question = 0;
            while started.elapsed() < how_long {
                let asked = Instant::now();
                match ask(client, question).await {
                    Ok(()) => load.answers_ms.push(asked.elapsed().as_secs_f64() * 1000.0),
                    Err(error) => {
                        load.failures += 1;
                        load.first_failure.get_or_insert_with(|| format!("{error:#}"));
                    }
                }
                question += 1;
            }
            load
        }
    };
    let tasks: Vec<_> = (0..clients).map(|number| app::spawn_named("bench client", client(number))).collect();
    let mut all = Load::default();
    for task in tasks {
        all = all.and(task.await?);
    }
    Ok(Load { seconds: started.elapsed().as_secs_f64(), ..all })
}
