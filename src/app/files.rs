//! Documents as part of the program: their store from the configuration; and clean-up as a task, of
//! documents, of answers kept for repetition and of the log of webhooks.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use oltp::{
    Oltp,
    documents::{Documents, DocumentsConfig, S3Config, StoreConfig},
    identity::Identity,
    webhooks::Webhooks,
    workflow::Workflows,
};
use tokio::{task::JoinHandle, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::spawn_named;
use crate::config::Config;

/// How often bytes that nothing refers to are looked for; they are kept for hours before.
const CLEAN_UP_EVERY: Duration = Duration::from_mins(5);

/// Opens the store that the configuration names.
///
/// # Errors
/// The section `[documents]` cannot be used; the message says why.
pub(super) fn open(config: &Config, oltp: &Oltp, identity: &Arc<Identity>, key: &[u8]) -> anyhow::Result<Documents> {
    let settings = DocumentsConfig {
        store: store(config)?,
        incoming: config.data_dir.join("incoming"),
        max_bytes: config.documents.max_file_mib.saturating_mul(1024 * 1024),
    };
    Documents::open(oltp.clone(), Arc::clone(identity), settings, key)
        .context("the section [documents] of the configuration cannot be used")
}

fn store(config: &Config) -> anyhow::Result<StoreConfig> {
    let section = &config.documents;
    let Some(place) = &section.store else {
        return Ok(StoreConfig::Folder(config.data_dir.join("documents")));
    };
    let Some(rest) = place.strip_prefix("s3://") else {
        anyhow::ensure!(!place.contains("://"), "documents.store must be a folder or s3://bucket/prefix, not {place}");
        return Ok(StoreConfig::Folder(PathBuf::from(place)));
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!bucket.is_empty(), "documents.store must name a bucket: s3://bucket/prefix");
    Ok(StoreConfig::S3(S3Config {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        endpoint: section.s3_endpoint.clone(),
        region: section.s3_region.clone(),
        access_key_id: section.s3_access_key_id.clone(),
        secret_access_key: section.s3_secret_access_key.clone(),
    }))
}

/// Clean-up, started with the program and stopped before the database.
#[derive(Debug)]
pub(super) struct CleanUp {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl CleanUp {
    /// Starts with a first run at once: a crash may have left something.
    pub(super) fn start(documents: &Documents, webhooks: &Webhooks, workflows: &Workflows) -> Self {
        let stop = CancellationToken::new();
        let task =
            spawn_named("document clean-up", run(documents.clone(), webhooks.clone(), workflows.clone(), stop.clone()));
        Self { stop, task }
    }

    /// Finishes the run that is going on.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!("the clean-up of documents had failed: {error}");
        }
    }
}

async fn run(documents: Documents, webhooks: Webhooks, workflows: Workflows, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(CLEAN_UP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        // What is left is found by the next run.
        if let Err(error) = documents.clean_up().await {
            tracing::warn!("documents could not be cleaned up: {error}");
        }
        if let Err(error) = documents.oltp().forget_idempotent().await {
            tracing::warn!("answers kept for repetition could not be forgotten: {error}");
        }
        if let Err(error) = webhooks.forget().await {
            tracing::warn!("old deliveries of webhooks could not be forgotten: {error}");
        }
        if let Err(error) = workflows.forget().await {
            tracing::warn!("old runs of workflow rules could not be forgotten: {error}");
        }
    }
}
