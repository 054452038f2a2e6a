//! Copies every catalogue table into the lake once, then follows the write-ahead log.
//!
//! How it works, from start to stop:
//!
//! 1. [`publication`] names the tables, [`slot`] decides whether the lake can go on from its
//!    position or has to copy, and [`columns`] compares the columns of both sides.
//! 2. [`initial_copy`] makes the slot and copies every table in the very state in which the slot's
//!    stream begins.
//! 3. [`follow`] reads the stream: [`pgoutput`] decodes a message, [`route`] orders its cells,
//!    [`apply`] hands them to the lake. Commits become visible at once; the lake is flushed in the
//!    background; only what a flush has made durable is acknowledged.
//! 4. [`rest`] lets the stream wait while a table gets other columns.
//! 5. [`task`] starts over with a growing pause whenever Postgres goes away.
//!
//! The work runs on a thread of its own with its own runtime, so that decoding and building Arrow
//! arrays never delays a request.

mod apply;
mod columns;
mod config;
pub(crate) mod copy_text;
mod follow;
mod initial_copy;
mod lake_id;
pub mod pgoutput;
mod publication;
mod rest;
mod route;
mod slot;
mod source;
mod sql;
mod status;
mod task;

use std::sync::Arc;

use catalog::{Clock, Lsn};
use oltp::Oltp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use warehouse::{Erased, Erasure, Lake, TableSpec};

pub use config::CaptureConfig;
pub use rest::Paused;
pub use status::{CaptureState, CaptureStatus};

use self::rest::Request;
use crate::{Error, Result};

/// Requests that may wait at once; a caller beyond that waits to ask.
const WAITING_REQUESTS: usize = 16;

/// The running capture task.
///
/// Dropping it asks the task to stop without waiting for it; [`Capture::stop`] waits.
#[derive(Debug)]
pub struct Capture {
    handle: CaptureHandle,
    ended: oneshot::Receiver<Result<()>>,
}

/// A way to look at the capture task and to talk to it, for any number of holders.
#[derive(Debug, Clone)]
pub struct CaptureHandle {
    publication: String,
    status: watch::Receiver<CaptureStatus>,
    requests: mpsc::Sender<Request>,
    cancel: CancellationToken,
}

impl Capture {
    /// Starts capturing the catalogue tables of this Postgres into this lake.
    ///
    /// Returns at once; [`CaptureHandle::status`] says how it goes. The tables must exist: run the
    /// migrations first.
    ///
    /// # Errors
    /// [`Error::Address`] if the database address cannot be read, [`Error::LakeId`] if the lake's
    /// folder cannot be written, [`Error::Spawn`] if there is no thread.
    pub fn start(oltp: &Oltp, lake: Lake, config: CaptureConfig) -> Result<Self> {
        let tables = oltp.catalog().objects.iter().map(TableSpec::from_object).collect();
        let clock: Arc<dyn Clock> = Arc::new(OltpClock(oltp.clone()));
        Self::start_tables(Origin { url: oltp.url().to_owned(), tables, clock }, lake, config)
    }

    /// Starts capturing these tables, whatever the catalogue says.
    ///
    /// # Errors
    /// As [`Capture::start`].
    pub fn start_tables(origin: Origin, lake: Lake, config: CaptureConfig) -> Result<Self> {
        let (status, statuses) = watch::channel(CaptureStatus::starting(lake.durable_lsn()));
        let (sender, requests) = mpsc::channel(WAITING_REQUESTS);
        let cancel = CancellationToken::new();
        let publication = config.publication.clone();
        let task = task::Task {
            source: source::Source::from_url(&origin.url)?,
            lake_id: lake_id::read_or_create(&config.lake_dir)?,
            tables: origin.tables,
            clock: origin.clock,
            lake,
            config,
            status: Arc::new(status),
            requests,
            erasing: None,
            cancel: cancel.clone(),
        };
        let ended = task::spawn(task)?;
        Ok(Self { handle: CaptureHandle { publication, status: statuses, requests: sender, cancel }, ended })
    }

    /// A handle for routes, commands and benchmarks.
    pub fn handle(&self) -> CaptureHandle {
        self.handle.clone()
    }

    /// Waits until the task ends by itself or through its cancellation token.
    ///
    /// # Errors
    /// What stopped it, if it was an error that trying again cannot mend.
    pub async fn ended(&mut self) -> Result<()> {
        (&mut self.ended).await.unwrap_or(Err(Error::NotRunning))
    }

    /// Stops: flushes what was received, acknowledges it, closes the stream.
    ///
    /// # Errors
    /// What went wrong before or while stopping; the lake is consistent in any case.
    pub async fn stop(mut self) -> Result<()> {
        self.handle.cancel.cancel();
        self.ended().await
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.handle.cancel.cancel();
    }
}

impl CaptureHandle {
    /// Name of the publication that the stream follows.
    pub fn publication(&self) -> &str {
        &self.publication
    }

    /// The status now.
    pub fn status(&self) -> CaptureStatus {
        self.status.borrow().clone()
    }

    /// The status as it changes.
    pub fn watch(&self) -> watch::Receiver<CaptureStatus> {
        self.status.clone()
    }

    /// Cancelling it stops the task, after a last flush.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Makes everything that was applied durable, acknowledges it, and says up to where.
    ///
    /// # Errors
    /// [`Error::NotRunning`] if the task has ended, [`Error::Lake`] if the lake cannot store.
    pub async fn flush(&self) -> Result<Lsn> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Flush(reply)).await.map_err(|_ended| Error::NotRunning)?;
        answer.await.unwrap_or(Err(Error::NotRunning))
    }

    /// Lets the stream wait between two transactions, with everything stored that it has brought, until
    /// it is told to go on. Postgres keeps what is written meanwhile.
    ///
    /// # Errors
    /// [`Error::NotRunning`] if the task has ended or Postgres is away, [`Error::CatchingUp`] while the
    /// lake does not stand at one position after a crash.
    pub async fn pause(&self) -> Result<Paused> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Pause(reply)).await.map_err(|_ended| Error::NotRunning)?;
        answer.await.unwrap_or(Err(Error::NotRunning))
    }

    /// Erases people from the stored past and says what that was. What Postgres changed for it must have
    /// been flushed. Takes until no query reads the files that held it.
    ///
    /// **Idempotent**: what is erased already is not found again.
    ///
    /// # Errors
    /// [`Error::NotRunning`] if the task has ended, [`Error::Lake`] if the lake cannot store; then it has
    /// to be asked for again.
    pub async fn erase(&self, erasure: Erasure) -> Result<Erased> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Request::Erase(erasure, reply)).await.map_err(|_ended| Error::NotRunning)?;
        answer.await.unwrap_or(Err(Error::NotRunning))
    }
}

/// Where changes come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Address of the database.
    pub url: String,
    /// The tables to capture, in the order of the initial copy; those of the lake.
    pub tables: Vec<TableSpec>,
    /// Tells how late a change arrives.
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct OltpClock(Oltp);

impl Clock for OltpClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.clock().now()
    }
}
