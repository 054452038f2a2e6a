//! A stream that waits while a table gets other columns.
//!
//! The log tells of a new column only with the first row that has it, and the lake must know the
//! column by then. So the stream ends between two transactions, the table is changed, the lake takes
//! up the columns, and a new stream goes on from where the lake stands.

use std::collections::VecDeque;

use catalog::Lsn;
use pgwire_replication::ReplicationClient;
use tokio::{sync::oneshot, time::timeout};
use warehouse::{Erased, Erasure, TableSpec};

use crate::{
    Error, Result,
    capture::{CaptureState, follow::LAST_ACKNOWLEDGEMENT, task::Task},
};

/// What the running task is asked for.
#[derive(Debug)]
pub(crate) enum Request {
    /// Make everything that was applied durable.
    Flush(oneshot::Sender<Result<Lsn>>),
    /// Wait until told to go on.
    Pause(oneshot::Sender<Result<Paused>>),
    /// Erase people from the stored past.
    Erase(Erasure, oneshot::Sender<Result<Erased>>),
}

/// How a session ended that did not fail.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The task was asked to stop.
    Stopped,
    /// The stream was asked to wait.
    Paused(oneshot::Sender<Result<Paused>>),
}

/// A stream that waits. Dropped, it goes on as before.
#[derive(Debug)]
pub struct Paused {
    resume: oneshot::Sender<Resume>,
}

#[derive(Debug)]
struct Resume {
    tables: Vec<TableSpec>,
    done: oneshot::Sender<Result<()>>,
}

impl Paused {
    /// Goes on with these tables, as soon as the lake has taken up their columns.
    ///
    /// # Errors
    /// [`Error::Lake`] if the lake cannot take them up, [`Error::NotRunning`] if the task has ended.
    pub async fn resume(self, tables: Vec<TableSpec>) -> Result<()> {
        let (done, taken_up) = oneshot::channel();
        self.resume.send(Resume { tables, done }).map_err(|_ended| Error::NotRunning)?;
        taken_up.await.unwrap_or(Err(Error::NotRunning))
    }
}

/// Ends a stream that will go on in a moment. What is not acknowledged is sent again, and skipped.
pub(super) async fn leave(task: &mut Task, client: &mut ReplicationClient) -> Result<()> {
    task.lake.abort();
    task.flush().await?;
    if timeout(LAST_ACKNOWLEDGEMENT, client.shutdown()).await.is_err() {
        tracing::warn!("Postgres did not close the replication connection in time");
    }
    Ok(())
}

impl Task {
    /// Waits until told to go on; `true` means stop.
    pub(super) async fn rest(&mut self, reply: oneshot::Sender<Result<Paused>>) -> bool {
        if !self.lake.settled() {
            let _unheard = reply.send(Err(Error::CatchingUp));
            return false;
        }
        self.status.send_modify(|status| status.state = CaptureState::Waiting);
        let (resume, mut resumed) = oneshot::channel();
        if reply.send(Ok(Paused { resume })).is_err() {
            return false;
        }
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return true,
                Some(request) = self.requests.recv() => self.answer_resting(request).await,
                resumed = &mut resumed => {
                    if let Ok(Resume { tables, done }) = resumed {
                        let taken_up = self.take_up(tables).await;
                        let _unheard = done.send(taken_up);
                    }
                    return false;
                }
            }
        }
    }

    /// Answers somebody while there is no stream.
    pub(super) async fn answer_resting(&mut self, request: Request) {
        match request {
            Request::Flush(reply) => {
                let _unheard = reply.send(self.flush().await);
            }
            Request::Pause(reply) => {
                let _unheard = reply.send(Err(Error::NotRunning));
            }
            Request::Erase(_, reply) => {
                let _unheard = reply.send(Err(Error::NotRunning));
            }
        }
    }

    async fn take_up(&mut self, tables: Vec<TableSpec>) -> Result<()> {
        let described = self.lake.describe(&tables).await;
        described.map_err(|source| Error::Lake { doing: "take up other columns in the lake", source })?;
        self.tables = tables;
        Ok(())
    }
}

/// Requests that came in while a stream runs.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pub(super) flushes: Vec<oneshot::Sender<Result<Lsn>>>,
    pub(super) pause: Option<oneshot::Sender<Result<Paused>>>,
    pub(super) erasures: VecDeque<(Erasure, oneshot::Sender<Result<Erased>>)>,
}

impl Requests {
    /// Keeps a request until it can be answered.
    pub(super) fn keep(&mut self, request: Request) {
        match request {
            Request::Flush(reply) => self.flushes.push(reply),
            Request::Erase(erasure, reply) => self.erasures.push_back((erasure, reply)),
            Request::Pause(reply) => {
                if let Some(other) = self.pause.replace(reply) {
                    let _unheard = other.send(Err(Error::NotRunning)); // one at a time
                }
            }
        }
    }
}
