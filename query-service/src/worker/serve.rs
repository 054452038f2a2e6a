//! What runs inside a worker process: confine, warm up, one statement, end.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use arrow::ipc::writer::StreamWriter;
use catalog::{Catalog, Principal};
use chrono::DateTime;
use futures::StreamExt;
use tokio::runtime::{Builder, Runtime};
use warehouse::LakeSnapshot;

use super::{
    frame::{self, Framed, Kind},
    message::{Finished, Question, Ready, Setup, digest},
    sandbox,
    wire_error::WireError,
};
use crate::{
    Error,
    compute::STACK_BYTES,
    facts::Facts,
    service::{Collector, Limits, Shape, Statement, started},
    session::{Sessions, mapped},
    sight::Sight,
};

/// Threads that wait for files; each has a stack that counts as memory.
const FILE_THREADS: usize = 4;
/// Touches what every statement touches: parser, planner, optimizer, an operator, the clock.
const WARM_UP: &str = "select count(*) from (select 1 as a union all select 2) where a > 1";

/// Serves one statement over standard input and output, with these objects and what administrators
/// added; a program that is started as a worker calls it first, before it starts a thread.
///
/// # Errors
/// When the pipes break, or the process cannot be confined.
pub fn serve(catalog: &Catalog) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let Some(setup) = frame::read(&mut input)? else { return Ok(()) };
    let setup: Setup = serde_json::from_slice(&setup.content).map_err(io::Error::other)?;
    let confinement = sandbox::enter(&sandbox::Limits {
        readable: setup.lake_dir.clone(),
        writable: setup.spill_dir.clone(),
        memory_bytes: setup.memory_bytes,
        processor_seconds: setup.processor_seconds,
        file_bytes: setup.spill_bytes,
    })?;
    let catalog = catalog.with_additions(&setup.additions).map_err(|invalid| io::Error::other(invalid.to_string()))?;
    let worker = Worker::start(&setup, Arc::new(catalog)).map_err(io::Error::other)?;
    worker.warm_up().map_err(io::Error::other)?;
    let ready = serde_json::to_vec(&Ready { confinement }).map_err(io::Error::other)?;
    frame::write(&mut output, Kind::Ready, &ready)?;
    let Some(question) = frame::read(&mut input)? else { return Ok(()) };
    let mut attachment = || match frame::read(&mut input) {
        Ok(Some(frame)) => Ok(frame.content),
        Ok(None) => Err(Error::Stopping),
        Err(error) => Err(Error::Worker(Box::new(error))),
    };
    let question: Question = serde_json::from_slice(&question.content).map_err(io::Error::other)?;
    let answered = worker.prepare(question, &mut attachment).and_then(|job| {
        drop(input);
        end_with_the_server();
        worker.answer(job, &mut output)
    });
    match answered {
        Ok(finished) => {
            let finished = serde_json::to_vec(&finished).map_err(io::Error::other)?;
            frame::write(&mut output, Kind::Finished, &finished)
        }
        Err(error) => {
            let error = serde_json::to_vec(&WireError::of(&error)).map_err(io::Error::other)?;
            frame::write(&mut output, Kind::Failed, &error)
        }
    }
}

/// Ends the process when the server closes its end: it has gone, or it does not want the answer.
#[expect(clippy::exit, reason = "nothing of this process is worth keeping when nobody reads its answer")]
fn end_with_the_server() {
    std::thread::spawn(|| {
        while frame::read(&mut io::stdin().lock()).is_ok_and(|message| message.is_some()) {}
        std::process::exit(0);
    });
}

struct Worker {
    runtime: Runtime,
    sessions: Sessions,
    catalog: Arc<Catalog>,
}

struct Job {
    sight: Sight,
    sql: String,
    limits: Limits,
}

impl Worker {
    fn start(setup: &Setup, catalog: Arc<Catalog>) -> Result<Self, Error> {
        let sessions = Sessions::new(&setup.query_config(), Arc::new(Facts::default()))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(setup.threads.max(1))
            .max_blocking_threads(FILE_THREADS)
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(|error| Error::Worker(Box::new(error)))?;
        Ok(Self { runtime, sessions, catalog })
    }

    fn warm_up(&self) -> Result<(), Error> {
        let published_at = DateTime::UNIX_EPOCH;
        let lsn = catalog::Lsn::ZERO;
        let snapshot = LakeSnapshot { lsn, committed_at: None, published_at, tables: BTreeMap::new() };
        let sight = Sight::of(&Principal::system(), &self.catalog, Arc::new(snapshot), None);
        let limits = Limits { rows: 1, bytes: usize::MAX };
        self.answer(Job { sight, sql: WARM_UP.to_owned(), limits }, &mut io::sink()).map(drop)
    }

    fn prepare(
        &self,
        question: Question,
        attachment: &mut impl FnMut() -> Result<Vec<u8>, Error>,
    ) -> Result<Job, Error> {
        let Question { sql, caller, as_of, catalog, max_rows, max_bytes, snapshot } = question;
        if catalog != digest(&self.catalog)? {
            return Err(Error::Defect("server and worker have different catalogues".to_owned()));
        }
        let snapshot = Arc::new(snapshot.unpin(attachment)?);
        let sight = Sight::of(&caller, &self.catalog, snapshot, as_of);
        Ok(Job { sight, sql, limits: Limits { rows: max_rows, bytes: max_bytes } })
    }

    /// Runs the statement on the threads of the engine and sends rows as they come.
    fn answer(&self, job: Job, output: &mut impl Write) -> Result<Finished, Error> {
        let (sender, mut rows) = tokio::sync::mpsc::channel(2);
        let sessions = self.sessions.clone();
        let running = self.runtime.spawn(run(sessions, job, sender));
        let mut framed = Framed::new(output, Kind::Rows);
        let mut writer = None;
        while let Some(part) = rows.blocking_recv() {
            match part {
                Part::Columns(schema) => writer = Some(StreamWriter::try_new(&mut framed, &schema)?),
                Part::Rows(batch) => {
                    if let Some(writer) = &mut writer {
                        writer.write(&batch)?;
                    }
                }
            }
        }
        let finished = crate::compute::joined(self.runtime.block_on(running))?;
        if let Some(mut writer) = writer {
            writer.finish()?;
        }
        framed.flush().map_err(|error| Error::Worker(Box::new(error)))?;
        Ok(finished)
    }
}

/// A part of an answer on its way from the engine to the pipe.
enum Part {
    Columns(arrow::datatypes::SchemaRef),
    Rows(arrow::array::RecordBatch),
}

async fn run(sessions: Sessions, job: Job, parts: tokio::sync::mpsc::Sender<Part>) -> Result<Finished, Error> {
    let gone = |_closed| Error::Stopping;
    let Job { sight, sql, limits } = job;
    let mut stream = started(&sessions, &sight, Statement::Sql(sql)).await?;
    let mut collector = Collector::new(&Shape::Engine, &stream.schema(), limits);
    parts.send(Part::Columns(Arc::clone(collector.schema()))).await.map_err(gone)?;
    let mut more = true;
    while more && let Some(batch) = stream.next().await {
        more = collector.push(&batch.map_err(|error| mapped(error, Some(&sight)))?)?;
        for batch in collector.take() {
            parts.send(Part::Rows(batch)).await.map_err(gone)?;
        }
    }
    Ok(Finished { truncated: collector.finish().truncated })
}
