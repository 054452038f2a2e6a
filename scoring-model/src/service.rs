//! Trains, applies and explains scores of the leads in a workspace.

mod explain;
mod schedule;
mod status;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex as Latest, PoisonError},
};

use chrono::{DateTime, Utc};
use oltp::Oltp;
use query_service::{QueryService, ReadAt};
use serde::Serialize;
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::{
    explain::{LeadScoreView, PastScore},
    status::{Drift, ScoringStatus},
};
use crate::{
    Error, Verdict,
    dataset::{self, Dataset, Moments},
    definition::Definition,
    fit::{self, Fitted, FittedModel},
    lead_score::Tier,
    progress::Progress,
    registry::{ModelView, NewVersion, Registry, Version},
    write_back::{self, Written},
};

/// Lead scoring of one workspace; cheap to clone.
#[derive(Debug, Clone)]
pub struct Scoring(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    oltp: Oltp,
    query: QueryService,
    registry: Registry,
    training: Mutex<()>,
    applying: Mutex<()>,
    progress: Progress,
    last_applied_at: Latest<Option<DateTime<Utc>>>,
}

/// What a training came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Trained {
    /// The version that was made, or the one that stays.
    pub model: ModelView,
    /// Why it is not a new champion, when it is not.
    pub message: Option<String>,
}

/// What an application came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Applied {
    /// Open leads that were looked at.
    pub scored: usize,
    /// Of these, leads whose score, tier or reasons changed and were written.
    pub changed: u64,
    /// The version that scored.
    pub model: String,
    /// Leads per tier.
    pub tiers: BTreeMap<String, usize>,
}

/// Which open leads are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    Open,
    /// Only those without a score.
    Unscored,
}

impl Scoring {
    /// Scores leads of `oltp` by what `query` knows of their history.
    pub fn new(oltp: Oltp, query: QueryService) -> Self {
        let registry = Registry::new(oltp.clone());
        Self(Arc::new(Inner {
            oltp,
            query,
            registry,
            training: Mutex::new(()),
            applying: Mutex::new(()),
            progress: Progress::default(),
            last_applied_at: Latest::new(None),
        }))
    }

    /// Learns from all leads whose outcome is known, and decides which version scores from now on.
    ///
    /// # Errors
    /// [`Error::AlreadyRunning`]; [`Error::History`], [`Error::Records`]: a store is away.
    pub async fn train(&self) -> Result<Trained, Error> {
        let _turn = turn(&self.0.training, "trained")?;
        let now = self.0.oltp.clock().now();
        let dataset = Arc::new(self.read(Moments::Training, now).await?);
        let champion = self.0.registry.champion().await?;
        let present = champion.as_ref().map(|version| version.definition.clone());
        let shared = Arc::clone(&dataset);
        let fitted = compute(move || fit::fit(&shared, present.as_ref())).await??;
        let counts =
            Counts { leads: dataset.lead_ids.len(), conversions: dataset.conversions()?, now, dataset: &dataset };
        match fitted {
            Fitted::TooLittle(message) => self.by_rules(champion, &counts, message).await,
            Fitted::Model(fitted) => self.decide(champion, &counts, *fitted).await,
        }
    }

    /// Scores open leads with the champion, training first where there is none, and writes what changed.
    ///
    /// # Errors
    /// As [`Scoring::train`].
    pub async fn apply(&self, which: Which) -> Result<Applied, Error> {
        let _turn = turn(&self.0.applying, "applied")?;
        let champion = if let Some(champion) = self.0.registry.champion().await? {
            champion
        } else {
            self.train().await?;
            self.0.registry.champion().await?.ok_or_else(|| Error::defect("training left no champion"))?
        };
        self.0.progress.reset();
        let moments = match which {
            Which::Open => Moments::Open,
            Which::Unscored => Moments::Unscored,
        };
        let now = self.0.oltp.clock().now();
        let dataset = self.read(moments, now).await?;
        let at = ReadAt { as_of: None, min_lsn: Some(dataset.lsn) };
        let current = write_back::current(&self.0.query, &at).await?;
        let (definition, name) = (champion.definition, champion.view.name.clone());
        let (ids, tiers, changed) = compute(move || changed(&dataset, &definition, &name, &current)).await??;
        let changed = write_back::write(&self.0.oltp, &changed, &self.0.progress).await?;
        *self.0.last_applied_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        tracing::info!(leads = ids, changed, model = %champion.view.name, "leads are scored");
        Ok(Applied { scored: ids, changed, model: champion.view.name, tiers })
    }

    pub(crate) fn oltp(&self) -> &Oltp {
        &self.0.oltp
    }

    /// Reads what is committed by now: scores that were just written count as written.
    pub(crate) async fn read(&self, moments: Moments, now: DateTime<Utc>) -> Result<Dataset, Error> {
        let position = self.0.oltp.log_position().await?;
        dataset::read(&self.0.query, moments, now, position).await
    }

    async fn by_rules(
        &self,
        champion: Option<Version>,
        counts: &Counts<'_>,
        message: String,
    ) -> Result<Trained, Error> {
        let metrics = json!({"message": message});
        let model = match champion {
            // A model that once learned from enough leads knows more than the rules do.
            Some(version) if matches!(version.definition, Definition::Logistic { .. }) => version.view,
            Some(version) => {
                let (leads, conversions) = (counts.leads, counts.conversions);
                let lsn = counts.dataset.lsn.to_string();
                let fields = json!({"trained_at": counts.now, "leads": leads, "conversions": conversions,
                    "metrics": metrics, "lake_lsn": lsn});
                self.0.registry.update(version.id, &fields).await?;
                let renewed = self.0.registry.named(&version.view.name).await?;
                renewed.ok_or_else(|| Error::defect("a stored model is gone"))?.view
            }
            None => self.0.registry.add(counts.version(Definition::Rules, true, metrics)).await?.view,
        };
        Ok(Trained { model, message: Some(message) })
    }

    async fn decide(
        &self,
        champion: Option<Version>,
        counts: &Counts<'_>,
        fitted: FittedModel,
    ) -> Result<Trained, Error> {
        let FittedModel { definition, metrics, verdict, beats_champion } = fitted;
        if let Some(champion) = champion.as_ref().filter(|champion| champion.definition == definition) {
            let message = "Nothing new to learn: the model is the same as before.".to_owned();
            return Ok(Trained { model: champion.view.clone(), message: Some(message) });
        }
        let useful = verdict == Verdict::BetterThanBaseRate;
        let message = if !useful {
            Some(format!("The new model is {verdict}; it is kept as a challenger and scores no lead."))
        } else if beats_champion {
            None
        } else {
            Some("The new model is no better than the champion on the latest leads; the champion stays.".to_owned())
        };
        if !useful && champion.is_none() {
            let metrics = json!({"message": format!("A trained model was {verdict}; leads are scored by rules.")});
            self.0.registry.add(counts.version(Definition::Rules, true, metrics)).await?;
        }
        let version = counts.version(definition, useful && beats_champion, metrics);
        let model = self.0.registry.add(version).await?.view;
        tracing::info!(model = %model.name, status = %model.status, "a scoring model was trained");
        Ok(Trained { model, message })
    }
}

/// What every version says about its training.
struct Counts<'a> {
    leads: usize,
    conversions: usize,
    now: DateTime<Utc>,
    dataset: &'a Dataset,
}

impl Counts<'_> {
    fn version(&self, definition: Definition, champion: bool, metrics: serde_json::Value) -> NewVersion {
        NewVersion {
            definition,
            champion,
            trained_at: self.now,
            leads: self.leads,
            conversions: self.conversions,
            metrics,
            lake_lsn: self.dataset.lsn.to_string(),
        }
    }
}

type Changed = (usize, BTreeMap<String, usize>, Vec<(Uuid, Written)>);

/// The number of leads, how many are in each tier, and the scores that differ from the stored ones.
fn changed(
    dataset: &Dataset,
    definition: &Definition,
    model: &str,
    current: &BTreeMap<String, Written>,
) -> Result<Changed, Error> {
    let mut tiers: BTreeMap<String, usize> = Tier::ALL.map(|tier| (tier.as_str().to_owned(), 0)).into();
    let mut changed = Vec::new();
    for (id, score) in dataset.lead_ids.iter().zip(definition.score(&dataset.frame)?) {
        *tiers.entry(score.tier.as_str().to_owned()).or_default() += 1;
        let written = Written::of(&score, model);
        if current.get(id) != Some(&written) {
            let id = id.parse().ok().ok_or_else(|| Error::defect(format!("{id} is no id of a lead")))?;
            changed.push((id, written));
        }
    }
    Ok((dataset.lead_ids.len(), tiers, changed))
}

fn turn<'a>(running: &'a Mutex<()>, doing: &'static str) -> Result<MutexGuard<'a, ()>, Error> {
    running.try_lock().ok().ok_or(Error::AlreadyRunning { doing })
}

/// Runs computing work where it delays no request.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|failure| Error::defect(format!("computing scores failed: {failure}")))
}
