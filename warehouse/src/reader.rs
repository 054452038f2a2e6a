//! The reading end: the newest snapshot, and waiting for a position.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use catalog::Lsn;
use tokio::sync::watch;

use crate::{
    Error, LakeSnapshot, LakeStatus,
    error::Result,
    status::{FlushFigures, status},
};

/// Gives out the newest snapshot. Cheap to clone; never blocks the writer.
#[derive(Debug, Clone)]
pub struct LakeReader {
    pub(crate) shared: Arc<Published>,
    pub(crate) reached: watch::Receiver<Lsn>,
}

/// What the writer shares with its readers.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) snapshot: ArcSwap<LakeSnapshot>,
    pub(crate) figures: ArcSwap<FlushFigures>,
}

impl LakeReader {
    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<LakeSnapshot> {
        self.shared.snapshot.load_full()
    }

    /// The newest snapshot once it has reached `lsn`: read your writes.
    ///
    /// # Errors
    /// [`Error::NotYetVisible`] after `timeout`; [`Error::Stopped`] when the writer has gone.
    pub async fn wait_for(&self, lsn: Lsn, timeout: Duration) -> Result<Arc<LakeSnapshot>> {
        let mut reached = self.reached.clone();
        let waited = tokio::time::timeout(timeout, reached.wait_for(|reached| *reached >= lsn)).await;
        match waited {
            Ok(Ok(_)) => Ok(self.snapshot()),
            Ok(Err(_)) => {
                let snapshot = self.snapshot();
                if snapshot.lsn >= lsn { Ok(snapshot) } else { Err(Error::Stopped) }
            }
            Err(_) => Err(Error::NotYetVisible { wanted: lsn, reached: self.snapshot().lsn }),
        }
    }

    /// How the lake is doing.
    pub fn status(&self) -> LakeStatus {
        status(&self.snapshot(), &self.shared.figures.load())
    }
}
