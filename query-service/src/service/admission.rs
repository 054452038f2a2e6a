//! How many queries run at once.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// A queue in front of the engines.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Admission {
    /// At most `concurrent` queries at once; a further one waits for `patience`.
    pub(crate) fn new(concurrent: usize, patience: Duration) -> Self {
        Self { turns: Arc::new(Semaphore::new(concurrent.max(1))), patience }
    }

    /// The right to run one query, until it is dropped.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        match turn {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::Stopping),
            Err(_) => Err(Error::Busy),
        }
    }
}
