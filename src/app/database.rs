//! The Postgres of a workspace: an external one, or our own.

use std::path::PathBuf;

use anyhow::Context;
use oltp::embedded::{Embedded, EmbeddedConfig};

use crate::config::Config;

/// The database of a workspace.
#[derive(Debug)]
pub(crate) enum Database {
    /// `DATABASE_URL` names it; we neither start nor stop it.
    External(String),
    /// A private cluster in the data folder.
    Embedded(Box<Embedded>),
}

impl Database {
    /// Starts the embedded cluster unless an external database is configured.
    ///
    /// # Errors
    /// Postgres is not installed or does not start; the message says what to do.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        if let Some(url) = &config.database_url {
            return Ok(Self::External(url.clone()));
        }
        let data_dir: PathBuf = config.data_dir.clone();
        std::fs::create_dir_all(&data_dir)
            .with_context(|| format!("cannot create the data folder {}", data_dir.display()))?;
        let embedded = Embedded::start(EmbeddedConfig { data_dir, durable: true }).await?;
        Ok(Self::Embedded(Box::new(embedded)))
    }

    /// Where to connect.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::External(url) => url,
            Self::Embedded(embedded) => embedded.url(),
        }
    }

    /// Stops an embedded cluster.
    ///
    /// # Errors
    /// It did not stop in time.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::External(_) => Ok(()),
            Self::Embedded(embedded) => embedded.stop().await.context("the embedded Postgres did not stop cleanly"),
        }
    }
}
