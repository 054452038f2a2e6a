//! A training that stores nothing: for benchmarks.

use std::{sync::Arc, time::Instant};

use uuid::Uuid;

use crate::{
    Error, Evaluation, Importance, Scoring, columns,
    dataset::{Moments, training_spec},
    importance, train,
};

/// What a training would come to.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Leads with a known outcome.
    pub leads: usize,
    /// How many of them converted.
    pub conversions: usize,
    /// Time to read the leads as of their moments from the history. **Units**: seconds.
    pub read_seconds: f64,
    /// Time to fit and measure the model. **Units**: seconds.
    pub fit_seconds: f64,
    /// Quality on the test rows.
    pub evaluation: Evaluation,
    /// Every feature, the most important first.
    pub importance: Vec<Importance>,
    /// Each test row's lead and whether it converted.
    pub test: Vec<(Uuid, bool)>,
}

impl Scoring {
    /// Trains on the leads of the workspace and tells what came of it, without storing anything.
    ///
    /// # Errors
    /// As [`train`]; [`Error::History`].
    pub async fn rehearse(&self) -> Result<Rehearsal, Error> {
        let started = Instant::now();
        let now = self.oltp().clock().now();
        let dataset = Arc::new(self.read(Moments::Training, now).await?);
        let read_seconds = started.elapsed().as_secs_f64();
        let shared = Arc::clone(&dataset);
        let work = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let model = train(&shared.frame, &training_spec())?;
            let importance = importance(&model, &shared.frame)?;
            let outcomes = columns::outcomes(&shared.frame, &model.spec().outcome)?;
            let rows = model.spec().split.divide(&shared.frame)?.test;
            let test = rows.iter().filter_map(|row| Some((shared.lead_ids[*row].parse().ok()?, outcomes[*row])));
            let test: Vec<(Uuid, bool)> = test.collect();
            Ok((*model.evaluation(), importance, test, started.elapsed().as_secs_f64()))
        });
        let done: Result<_, Error> = work.await.map_err(|failure| Error::defect(failure.to_string()))?;
        let (evaluation, importance, test, fit_seconds) = done?;
        Ok(Rehearsal {
            leads: dataset.lead_ids.len(),
            conversions: dataset.conversions()?,
            read_seconds,
            fit_seconds,
            evaluation,
            importance,
            test,
        })
    }
}
