//! The threads that draw: started with the first drawing, one engine each.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
};

use tokio::sync::{mpsc, oneshot};

use super::{Drawing, RenderLimits, bundle, engine::Engine};
use crate::Error;

/// Drawings that may wait; more wait where they are asked for.
const QUEUE: usize = 64;
/// Stack of a thread beside that of its engine: for Rust's own calls.
const RUST_STACK_BYTES: usize = 2 << 20;

/// A drawing and where its picture goes.
pub(super) struct Job {
    pub(super) drawing: Box<Drawing>,
    pub(super) answer: oneshot::Sender<Result<String, Error>>,
}

/// The threads of one renderer.
pub(super) struct Threads {
    limits: RenderLimits,
    queue: OnceLock<Result<mpsc::Sender<Job>, String>>,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Threads {
    pub(super) fn new(limits: RenderLimits) -> Self {
        Self { limits, queue: OnceLock::new() }
    }

    /// Where drawings are asked for; starts the threads at first.
    pub(super) fn queue(&self) -> Result<mpsc::Sender<Job>, Error> {
        let started = self.queue.get_or_init(|| start(self.limits).map_err(|error| error.to_string()));
        started.clone().map_err(|reason| Error::Renderer { reason })
    }
}

fn start(limits: RenderLimits) -> std::io::Result<mpsc::Sender<Job>> {
    let (queue, jobs) = mpsc::channel(QUEUE);
    let jobs = Arc::new(Mutex::new(jobs));
    for number in 0..limits.threads.max(1) {
        let jobs = Arc::clone(&jobs);
        thread::Builder::new()
            .name(format!("draw-{number}"))
            .stack_size(limits.stack_bytes + RUST_STACK_BYTES)
            .spawn(move || work(limits, &jobs))?;
    }
    Ok(queue)
}

/// Draws until nobody can ask any more.
fn work(limits: RenderLimits, jobs: &Mutex<mpsc::Receiver<Job>>) {
    let mut engine = None;
    loop {
        // One thread waits in the queue, the others wait for their turn to do so.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(Job { drawing, answer }) = job else { return };
        if answer.is_closed() {
            continue;
        }
        let drawn = catch_unwind(AssertUnwindSafe(|| draw(limits, &mut engine, &drawing)));
        let result = drawn.unwrap_or_else(|_panic| Err(Error::Renderer { reason: "drawing panicked".to_owned() }));
        if result.is_err() {
            // An engine that ran out of time or memory may hold anything; a new one costs little.
            engine = None;
        }
        // Whoever asked may have gone.
        drop(answer.send(result));
    }
}

fn draw(limits: RenderLimits, engine: &mut Option<Engine>, drawing: &Drawing) -> Result<String, Error> {
    let ready = match engine.take() {
        Some(engine) => engine,
        None => Engine::start(bundle::bytecode()?, limits)?,
    };
    engine.insert(ready).draw(drawing)
}
