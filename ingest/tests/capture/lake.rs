//! A lake in a temporary folder with capture running into it.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Lsn, SystemClock};
use ingest::{Capture, CaptureConfig, CaptureHandle, CaptureState, CaptureStatus, Origin};
use warehouse::{Lake, LakeConfig, LakeReader, LakeSnapshot};

use super::{schema::specs, server::Server};

/// No condition of these tests takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Running {
    pub(crate) capture: Capture,
    pub(crate) reader: LakeReader,
}

/// A folder for a lake.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("lake").tempdir_in("/tmp").unwrap()
}

/// A lake that flushes often.
pub(crate) fn lake_config(folder: impl Into<PathBuf>) -> LakeConfig {
    LakeConfig {
        flush_age: Duration::from_millis(300),
        flush_rows: 2_000,
        sync_files: false,
        ..LakeConfig::new(folder)
    }
}

pub(crate) fn capture_config(folder: impl Into<PathBuf>) -> CaptureConfig {
    CaptureConfig {
        slot_check_every: Duration::from_millis(200),
        greatest_pause: Duration::from_millis(500),
        ..CaptureConfig::new(folder)
    }
}

pub(crate) async fn start(url: &str, folder: &std::path::Path) -> Running {
    start_with(url, lake_config(folder), capture_config(folder)).await
}

pub(crate) async fn start_with(url: &str, lake: LakeConfig, config: CaptureConfig) -> Running {
    let clock = Arc::new(SystemClock);
    let (lake, reader) = open(lake).await;
    let origin = Origin { url: url.to_owned(), tables: specs(), clock };
    Running { capture: Capture::start_tables(origin, lake, config).unwrap(), reader }
}

/// Opens a lake. A process that another test is just starting shares the folder's lock with the
/// lake before, from its fork until its exec, so the lock can be taken a moment longer.
async fn open(config: LakeConfig) -> (Lake, LakeReader) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match Lake::open(config.clone(), specs(), Arc::new(SystemClock)).await {
            Err(warehouse::Error::InUse { .. }) if Instant::now() < deadline => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
}

impl Running {
    pub(crate) fn handle(&self) -> CaptureHandle {
        self.capture.handle()
    }

    /// Waits until the status is as wanted.
    pub(crate) async fn wait(&self, wanted: impl FnMut(&CaptureStatus) -> bool) -> CaptureStatus {
        wait(&self.handle(), wanted).await
    }

    pub(crate) async fn streaming(&self) -> CaptureStatus {
        self.wait(|status| status.state == CaptureState::Streaming).await
    }

    /// The lake with everything that Postgres has flushed by now.
    pub(crate) async fn caught_up(&self, server: &Server) -> Arc<LakeSnapshot> {
        let lsn: Lsn = server.text("select pg_current_wal_flush_lsn()::text").await.unwrap().parse().unwrap();
        let reached = self.reader.wait_for(lsn, PATIENCE).await;
        reached.unwrap_or_else(|error| panic!("{error}: {:?}", self.handle().status()))
    }

    pub(crate) async fn stop(self) {
        self.capture.stop().await.unwrap();
    }
}

pub(crate) async fn wait(handle: &CaptureHandle, wanted: impl FnMut(&CaptureStatus) -> bool) -> CaptureStatus {
    let mut statuses = handle.watch();
    let outcome =
        tokio::time::timeout(PATIENCE, statuses.wait_for(wanted)).await.map(|status| status.map(|s| s.clone()));
    match outcome {
        Ok(Ok(status)) => status,
        Ok(Err(_)) | Err(_) => panic!("capture did not get there: {:?}", handle.status()),
    }
}
