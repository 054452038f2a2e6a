//! Jobs as tasks of the program: started with it, stopped before the database.

use std::{sync::Arc, time::Duration};

use ingest::imports::Imports;
use oltp::{
    Oltp,
    correspondence::{Correspondence, MassMail},
    identity::Identity,
    jobs::{JobFiles, Runner},
    privacy::{Erasures, Privacy, SubjectExports},
};
use report_builder::export::Exports;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::spawn_named;

/// Jobs that run at the same time: a long one does not hold up a short one, and people who type
/// still find a processor.
const RUNNERS: usize = 2;
/// Longest wait for the steps that are being done; what is not done then is done again.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The tasks that run jobs, and what makes those that files belong to.
#[derive(Debug)]
pub(super) struct Jobs {
    /// The files of jobs.
    pub(super) files: JobFiles,
    /// Lists as files.
    pub(super) exports: Exports,
    /// Files as records.
    pub(super) imports: Imports,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts them.
    pub(super) fn start(
        oltp: &Oltp,
        identity: &Arc<Identity>,
        files: JobFiles,
        (privacy, correspondence): (&Privacy, &Correspondence),
    ) -> Self {
        let exports = Exports::new(oltp.clone(), files.clone());
        let imports = Imports::new(oltp.clone(), files.clone());
        let runner = Runner::new(oltp.clone(), Arc::clone(identity)).with(exports.clone()).with(imports.clone());
        let runner = runner
            .with(SubjectExports::new(privacy))
            .with(Erasures::new(privacy))
            .with(MassMail::new(correspondence.clone()));
        let (runner, stop) = (Arc::new(runner), CancellationToken::new());
        let task = |_number: usize| spawn_named("jobs", Arc::clone(&runner).work(stop.clone()));
        let tasks = (0..RUNNERS).map(task).collect();
        Self { files, exports, imports, stop, tasks }
    }

    /// Gives running jobs back after their steps.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        for mut task in self.tasks {
            match timeout(STOP_LIMIT, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!("running jobs had failed: {error}"),
                Err(_elapsed) => {
                    tracing::warn!("a job did not stop in time; its step is done again");
                    task.abort();
                }
            }
        }
    }
}
