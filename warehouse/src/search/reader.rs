//! The reading end of the index.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use catalog::{Clock, Lsn, Principal, policy};
use chrono::{DateTime, Utc};
use tantivy::IndexReader;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    collect::{BestPerObject, Scope},
    plan::{Hidden, Spelling, plan},
    schema::SearchSchema,
    sought::Sought,
};
use crate::{Error, error::Result};

/// Fewer exact matches than this, and misspelt words count too.
const FEW: u64 = 3;

/// Objects that people rarely look for by themselves; there are many, and they would hide the rest.
const BACKGROUND: [&str; 6] = ["activity", "note", "saved_view", "saved_report", "dashboard", "schedule"];
/// How well a match among them counts beside the others.
const BACKGROUND_WEIGHT: f32 = 0.5;

/// How far the index is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchState {
    /// Everything committed in Postgres up to here can be found.
    pub lsn: Lsn,
    /// When the lake published that state; none before the index is ready.
    pub published_at: Option<DateTime<Utc>>,
    /// Why the index falls behind, if it does.
    pub last_error: Option<String>,
    /// Number of the last purge that is done.
    pub purged: u64,
}

/// What the task shares with its readers.
pub(crate) struct Shared {
    schema: ArcSwap<SearchSchema>,
    clock: Arc<dyn Clock>,
    index: ArcSwapOption<IndexReader>,
}

impl Shared {
    pub(crate) fn new(schema: Arc<SearchSchema>, clock: Arc<dyn Clock>) -> Self {
        Self { schema: ArcSwap::new(schema), clock, index: ArcSwapOption::empty() }
    }

    /// Other fields were added; the index is the same.
    pub(crate) fn describe(&self, schema: Arc<SearchSchema>) {
        self.schema.store(schema);
    }

    pub(crate) fn publish(&self, reader: IndexReader) {
        self.index.store(Some(Arc::new(reader)));
    }
}

/// Answers searches; cheap to clone, and never waits for the writer.
#[derive(Clone)]
pub struct SearchReader {
    shared: Arc<Shared>,
    state: watch::Receiver<SearchState>,
}

impl fmt::Debug for SearchReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchReader").field("state", &*self.state.borrow()).finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How far the index was.
    pub state: SearchState,
    /// The objects of which something was found, the best match first.
    pub groups: Vec<FoundGroup>,
}

/// The records of one object that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGroup {
    /// Name of the object.
    pub object: String,
    /// How many records match, more than are listed perhaps.
    pub matched: u64,
    /// Ids of the best, in order.
    pub ids: Vec<Uuid>,
}

impl SearchReader {
    pub(crate) fn new(shared: Arc<Shared>, state: watch::Receiver<SearchState>) -> Self {
        Self { shared, state }
    }

    /// How far the index is.
    pub fn state(&self) -> SearchState {
        self.state.borrow().clone()
    }

    /// Waits until everything up to a position can be found: read your writes.
    ///
    /// # Errors
    /// [`Error::NotYetVisible`] after `timeout`; [`Error::Stopped`] when the task has gone.
    pub async fn wait_for(&self, lsn: Lsn, timeout: Duration) -> Result<()> {
        let mut state = self.state.clone();
        let reached = |state: &SearchState| state.published_at.is_some() && state.lsn >= lsn;
        match tokio::time::timeout(timeout, state.wait_for(reached)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(Error::Stopped),
            Err(_) => Err(Error::NotYetVisible { wanted: lsn, reached: self.state().lsn }),
        }
    }

    /// The best `limit` records of every object that is meant and visible to the caller.
    ///
    /// Takes milliseconds of a processor: call it where that is allowed.
    ///
    /// # Errors
    /// [`Error::SearchNotReady`] until the index is built; [`Error::Search`] when it cannot be read.
    pub fn search(&self, caller: &Principal, sought: &Sought, limit: usize) -> Result<Found> {
        let index = self.shared.index.load_full().ok_or(Error::SearchNotReady)?;
        let state = self.state();
        if sought.blank() || limit == 0 {
            return Ok(Found { state, groups: Vec::new() });
        }
        let schema = self.shared.schema.load_full();
        let (scope, hidden) = self.permitted(&schema, (caller, sought, limit));
        let searcher = index.searcher();
        let collector = BestPerObject(Arc::new(scope));
        let mut groups = Vec::new();
        for spelling in [Spelling::Exact, Spelling::Forgiving] {
            let query = plan(&schema, sought, &hidden, spelling);
            let best = searcher.search(&*query, &collector).map_err(Error::search("read"))?;
            let matched: u64 = best.iter().map(|best| best.matched).sum();
            groups = grouped(&schema, best);
            if matched >= FEW {
                break;
            }
        }
        Ok(Found { state, groups })
    }

    /// Which rows and fields count for the caller.
    fn permitted(
        &self,
        schema: &SearchSchema,
        (caller, sought, limit): (&Principal, &Sought, usize),
    ) -> (Scope, Hidden) {
        let mut hidden = vec![BTreeSet::new(); schema.fields.len()];
        let mut rows = Vec::new();
        for (place, kind) in schema.kinds.iter().enumerate() {
            let policy = policy(caller, &kind.object);
            for field in &kind.fields {
                let masked = schema.fields.get(*field).is_some_and(|field| policy.masked.contains(&field.name));
                if masked && let Some(hidden) = hidden.get_mut(*field) {
                    hidden.insert(place);
                }
            }
            // The words of all added fields lie together: who may not see one of them finds by none.
            if kind.added.iter().any(|name| policy.masked.contains(name))
                && let Some(hidden) = hidden.get_mut(schema.added)
            {
                hidden.insert(place);
            }
            rows.push((policy.read && sought.means(&kind.object)).then_some(policy.rows));
        }
        let now = self.shared.clock.now().timestamp_micros();
        (Scope { rows, me: caller.user_id, limit, now }, Hidden(hidden))
    }
}

fn grouped(schema: &SearchSchema, best: Vec<super::collect::Best>) -> Vec<FoundGroup> {
    let named = schema.kinds.iter().zip(best).filter(|(_, best)| best.matched > 0);
    let mut groups: Vec<(f32, FoundGroup)> = named
        .map(|(kind, best)| {
            let matched = best.matched;
            let hits = best.into_hits();
            let weight = if BACKGROUND.contains(&kind.object.name.as_str()) { BACKGROUND_WEIGHT } else { 1.0 };
            let top = hits.first().map_or(0.0, |hit| hit.score * weight);
            let ids = hits.iter().map(|hit| hit.id).collect();
            (top, FoundGroup { object: kind.object.name.clone(), matched, ids })
        })
        .collect();
    // Stable: equal groups stay in the order of the catalogue.
    groups.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    groups.into_iter().map(|(_, group)| group).collect()
}
