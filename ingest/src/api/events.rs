//! What the client hears while a file is imported.

use std::{convert::Infallible, io::Read, path::PathBuf, pin::Pin, sync::Arc};

use axum::body::{Body, Bytes};
use catalog::{Fault, FaultKind, Principal};
use futures::{Stream, StreamExt, stream};
use oltp::{Oltp, http::Problem};
use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use crate::import::{self, Error, ImportRequest, ImportSummary, Progress};

/// Bytes of the rejects per event.
const REJECTS_PIECE_BYTES: usize = 64 * 1024;

/// Progress kept for a slow client; later news replaces what does not fit.
const PENDING_EVENTS: usize = 16;

/// One line of the answer.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    Progress(Progress),
    Rejects {
        csv: String,
    },
    Done {
        summary: Box<ImportSummary>,
    },
    #[serde(untagged)]
    Failed(Failure),
}

/// The end of an import that did not finish.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    event: &'static str,
    code: &'static str,
    detail: String,
    #[serde(skip)]
    error: Option<Error>,
}

pub(super) type Events = Pin<Box<dyn Stream<Item = Event> + Send>>;

type Running = Pin<Box<dyn Future<Output = Result<ImportSummary, Error>> + Send>>;

enum State {
    Running { run: Running, progress: mpsc::Receiver<Progress>, upload: NamedTempFile },
    Rejects { file: std::fs::File, left: Vec<u8>, summary: Box<ImportSummary> },
    Done(Box<ImportSummary>),
    Ended,
}

/// Runs the import as far as the client listens.
pub(super) fn events(oltp: Oltp, caller: Principal, request: ImportRequest, upload: NamedTempFile) -> Events {
    let (send, progress) = mpsc::channel(PENDING_EVENTS);
    let rejects = upload.path().with_extension("rejects.csv");
    let request = ImportRequest { path: upload.path().to_owned(), rejects: Some(rejects), ..request };
    let run = Box::pin(async move {
        // A full channel means that the client already has newer news to read.
        let note: import::OnProgress = Arc::new(move |progress| {
            send.try_send(progress).ok();
        });
        import::run(&oltp, &caller, request, note).await
    });
    Box::pin(stream::unfold(State::Running { run, progress, upload }, next))
}

/// The body, once it is sure that the file could be opened and the mapping fits.
pub(super) async fn begin(mut events: Events) -> Result<Body, Problem> {
    let first = match events.next().await {
        Some(Event::Failed(Failure { error: Some(error), .. })) => return Err(error.into()),
        first => first,
    };
    Ok(Body::from_stream(stream::iter(first).chain(events).map(|event| Ok::<_, Infallible>(line(&event)))))
}

fn line(event: &Event) -> Bytes {
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

async fn next(state: State) -> Option<(Event, State)> {
    match state {
        State::Running { mut run, mut progress, upload } => tokio::select! {
            biased;
            Some(progress_now) = progress.recv() => {
                Some((Event::Progress(progress_now), State::Running { run, progress, upload }))
            }
            result = &mut run => match result {
                Ok(summary) => Some(finished(summary)),
                Err(error) => Some((Event::Failed(Failure::of(error)), State::Ended)),
            },
        },
        State::Rejects { file, left, summary } => Some(rejects(file, left, summary)),
        State::Done(summary) => Some((Event::Done { summary }, State::Ended)),
        State::Ended => None,
    }
}

fn finished(mut summary: ImportSummary) -> (Event, State) {
    let path: Option<PathBuf> = summary.rejects.take(); // a place on the server says nothing to the client
    let file = path.and_then(|path| {
        let file = std::fs::File::open(&path).ok();
        // The open file stays readable; its name is not needed any more.
        std::fs::remove_file(&path).ok();
        file
    });
    let summary = Box::new(summary);
    match file {
        Some(file) => rejects(file, Vec::new(), summary),
        None => (Event::Done { summary }, State::Ended),
    }
}

fn rejects(mut file: std::fs::File, mut left: Vec<u8>, summary: Box<ImportSummary>) -> (Event, State) {
    let before = left.len();
    left.resize(before + REJECTS_PIECE_BYTES, 0);
    let read = file.read(&mut left[before..]).unwrap_or(0);
    left.truncate(before + read);
    if read == 0 {
        let csv = String::from_utf8_lossy(&left).into_owned();
        return (Event::Rejects { csv }, State::Done(summary));
    }
    let whole = std::str::from_utf8(&left).map_or_else(|error| error.valid_up_to(), str::len);
    let rest = left.split_off(whole);
    let csv = String::from_utf8(left).unwrap_or_default();
    (Event::Rejects { csv }, State::Rejects { file, left: rest, summary })
}

impl Failure {
    fn of(error: Error) -> Self {
        let mut detail = error.to_string();
        if let (Error::Stopped { source, .. }, false) = (&error, error.kind() == FaultKind::Broken) {
            detail = format!("{detail}: {source}");
        }
        Self { event: "failed", code: error.code(), detail, error: Some(error) }
    }
}
