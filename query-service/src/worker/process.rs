//! One worker as the server sees it: started, asked once, and gone.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use arrow::{
    array::RecordBatch,
    buffer::Buffer,
    datatypes::{Schema, SchemaRef},
    ipc::reader::StreamDecoder,
};
use nix::sys::signal::Signal;
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
};

use super::{
    WorkerProgram,
    frame::{self, Kind},
    message::{Finished, Question, Ready, START_TIMEOUT, Setup, size},
    wire_error::WireError,
};
use crate::{
    Error,
    compute::STACK_BYTES,
    service::{Limits, Rows},
};

/// Longest message from a worker: a slice of rows, or an error that repeats the statement.
const MAX_MESSAGE_BYTES: usize = 64 << 20;
/// How much of a worker's last words is looked at.
const LAST_WORDS_BYTES: u64 = 4 << 10;
/// Longest wait for a worker that has closed its pipes to end.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// A worker process; killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    words: ChildStderr,
    setup: Setup,
    ready: Ready,
    _spill: SpillDir,
}

/// A folder that goes with its process.
#[derive(Debug)]
struct SpillDir(std::path::PathBuf);

impl Drop for SpillDir {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start of the service.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

impl Process {
    /// Starts `program` and waits until it is confined and warm.
    pub(super) async fn start(program: &WorkerProgram, setup: Setup) -> Result<Self, Error> {
        let starting = Self::launch(program, setup);
        let started = tokio::time::timeout(START_TIMEOUT, starting).await;
        started.unwrap_or_else(|_| Err(failed(io::Error::from(io::ErrorKind::TimedOut))))
    }

    async fn launch(program: &WorkerProgram, setup: Setup) -> Result<Self, Error> {
        std::fs::create_dir_all(&setup.spill_dir).map_err(failed)?;
        let spill = SpillDir(setup.spill_dir.clone());
        let mut child = Command::new(&program.program)
            .args(&program.arguments)
            .env_clear()
            .envs(program.environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C in the terminal is for the server, which then ends its workers.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (Some(mut input), Some(mut output), Some(words)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::Defect("a worker has no pipes".to_owned()));
        };
        frame::send(&mut input, Kind::Setup, &json(&setup)?).await.map_err(failed)?;
        let first = frame::receive(&mut output, MAX_MESSAGE_BYTES).await.map_err(failed)?;
        let Some(first) = first.filter(|first| first.kind == Kind::Ready) else {
            let mut dying = Dying { child, words };
            return Err(failed(io::Error::other(format!("the worker ended: {}", dying.last_words().await))));
        };
        let ready = parsed(&first.content)?;
        Ok(Self { child, input, output, words, setup, ready, _spill: spill })
    }

    /// What it said when it was ready.
    pub(super) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Whether it still waits.
    pub(super) fn alive(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|ended| ended.is_none())
    }

    /// Asks the one question; the process ends with the answer.
    pub(super) async fn answer(
        mut self,
        question: &Question,
        attachments: &[Vec<u8>],
        limits: Limits,
    ) -> Result<Rows, Error> {
        let asked = self.ask(question, attachments).await;
        let answered = match asked {
            Ok(()) => self.rows(limits).await,
            Err(error) => Err(Broken::Pipe(error)),
        };
        match answered {
            Ok(rows) => Ok(rows),
            Err(Broken::Told(error)) => Err(error),
            Err(Broken::Pipe(error)) => Err(self.verdict(&error).await),
        }
    }

    async fn ask(&mut self, question: &Question, attachments: &[Vec<u8>]) -> io::Result<()> {
        let question = serde_json::to_vec(question).map_err(io::Error::other)?;
        frame::send(&mut self.input, Kind::Question, &question).await?;
        for attachment in attachments {
            frame::send(&mut self.input, Kind::Attachment, attachment).await?;
        }
        Ok(())
    }

    async fn rows(&mut self, limits: Limits) -> Result<Rows, Broken> {
        let mut incoming = Incoming::new(limits);
        loop {
            let next = frame::receive(&mut self.output, MAX_MESSAGE_BYTES).await.map_err(Broken::Pipe)?;
            let Some(next) = next else {
                return Err(Broken::Pipe(io::ErrorKind::UnexpectedEof.into()));
            };
            match next.kind {
                Kind::Rows => incoming.take(next.content)?,
                Kind::Finished => {
                    let Finished { truncated } = parsed(&next.content)?;
                    return Ok(incoming.finish(truncated));
                }
                Kind::Failed => return Err(parsed::<WireError>(&next.content)?.error().into()),
                Kind::Setup | Kind::Question | Kind::Attachment | Kind::Ready => {
                    return Err(Error::Defect("a worker sent what only the server sends".to_owned()).into());
                }
            }
        }
    }

    /// Why a worker stopped speaking.
    async fn verdict(self, error: &io::Error) -> Error {
        let Self { child, words, setup, .. } = self;
        let mut dying = Dying { child, words };
        let words = dying.last_words().await;
        let ended = tokio::time::timeout(END_TIMEOUT, dying.child.wait()).await;
        let Ok(Ok(status)) = ended else {
            return Error::Defect(format!("a worker broke the conversation: {error}"));
        };
        tracing::warn!(status = %status, words = %words, "the process of a statement ended before its answer");
        verdict(status, &words, &setup)
    }
}

struct Dying {
    child: Child,
    words: ChildStderr,
}

impl Dying {
    async fn last_words(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut words = (&mut self.words).take(LAST_WORDS_BYTES);
        // Nothing to read is an answer too.
        let read = tokio::time::timeout(END_TIMEOUT, words.read_to_end(&mut bytes)).await;
        drop(read);
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

fn verdict(status: ExitStatus, words: &str, setup: &Setup) -> Error {
    let memory = ["memory allocation of", "Cannot allocate memory", "failed to spawn thread", "bad_alloc"];
    if memory.iter().any(|sign| words.contains(sign)) {
        return Error::OverLimit(format!("{} of memory", size(setup.memory_bytes)));
    }
    if words.contains("has overflowed its stack") {
        let stack = u64::try_from(STACK_BYTES).unwrap_or_default();
        return Error::OverLimit(format!("{} of stack for its planning", size(stack)));
    }
    match status.signal().map(Signal::try_from) {
        Some(Ok(Signal::SIGXCPU)) => Error::OverLimit(format!("{} s of processor time", setup.processor_seconds)),
        Some(Ok(Signal::SIGXFSZ)) => Error::OverLimit(format!("{} of scratch space", size(setup.spill_bytes))),
        Some(Ok(signal)) => Error::WorkerEnded(signal.as_str().to_owned()),
        Some(Err(_)) | None => Error::Defect(format!("a worker ended with {status}: {words}")),
    }
}

/// Why there are no rows: the worker said it, or it says nothing any more.
enum Broken {
    Told(Error),
    Pipe(io::Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

/// An answer on its way in; a worker cannot send more than an answer may hold.
struct Incoming {
    decoder: StreamDecoder,
    limits: Limits,
    rows: usize,
    bytes: usize,
    batches: Vec<RecordBatch>,
}

impl Incoming {
    fn new(limits: Limits) -> Self {
        Self { decoder: StreamDecoder::new(), limits, rows: 0, bytes: 0, batches: Vec::new() }
    }

    fn take(&mut self, content: Vec<u8>) -> Result<(), Error> {
        let most = self.limits.bytes.saturating_mul(2).saturating_add(MAX_MESSAGE_BYTES);
        self.bytes += content.len();
        let mut content = Buffer::from_vec(content);
        while !content.is_empty() {
            if let Some(batch) = self.decoder.decode(&mut content)? {
                self.rows += batch.num_rows();
                self.batches.push(batch);
            }
        }
        if self.bytes > most || self.rows > self.limits.rows {
            return Err(Error::Defect("a worker sent more than was asked for".to_owned()));
        }
        Ok(())
    }

    fn finish(self, truncated: bool) -> Rows {
        let schema = self.decoder.schema().unwrap_or_else(|| SchemaRef::new(Schema::empty()));
        Rows { schema, batches: self.batches, truncated }
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Defect(format!("a message cannot be written: {error}")))
}

fn parsed<T: serde::de::DeserializeOwned>(content: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(content).map_err(|error| Error::Defect(format!("a worker cannot be understood: {error}")))
}

fn failed(error: io::Error) -> Error {
    Error::Worker(Box::new(error))
}
