//! Answers of compiled reports, remembered until their tables change.

use std::sync::Arc;

use arrow::array::RecordBatch;

use super::Rows;
use crate::{Engine, rel::Rel};

/// Rows by question, content and rules; the least used go first when the space is full.
///
/// A key names the versions of the tables and the effective policy, so an entry is never stale
/// and never somebody else's; nothing has to be invalidated.
#[derive(Debug, Clone)]
pub(super) struct Cache(moka::future::Cache<String, Arc<Rows>>);

/// The key of `rel` on `engine` over what `fingerprint` describes.
pub(super) fn key(rel: &Rel, engine: Engine, fingerprint: &str) -> String {
    format!("{}\n{fingerprint}\n{rel:?}", engine.as_str())
}

impl Cache {
    /// An empty cache of at most `bytes`; zero remembers nothing.
    pub(super) fn new(bytes: u64) -> Self {
        let weigh = |key: &String, rows: &Arc<Rows>| {
            let columns: usize = rows.batches.iter().map(RecordBatch::get_array_memory_size).sum();
            u32::try_from(columns + key.len()).unwrap_or(u32::MAX)
        };
        Self(moka::future::Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }

    /// The remembered rows.
    pub(super) async fn get(&self, key: &str) -> Option<Rows> {
        self.0.get(key).await.map(|rows| rows.as_ref().clone())
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.0.invalidate_all();
    }

    /// Remembers `rows`.
    pub(super) async fn put(&self, key: String, rows: &Rows) {
        self.0.insert(key, Arc::new(rows.clone())).await;
    }
}
