//! The threads that analytical queries run on, apart from those that answer requests.

use std::{fmt, future::Future, sync::Arc};

use tokio::{
    runtime::{Builder, Runtime},
    task::{AbortHandle, JoinHandle},
};

use crate::Error;

/// Stack of a worker thread; planners recurse as deep as a statement nests.
pub(crate) const STACK_BYTES: usize = 16 << 20;

/// A runtime of its own for planning, scanning and aggregating.
///
/// A plan may keep a thread busy for long; here it delays other queries but never a request that
/// only reads or writes a record.
#[derive(Clone)]
pub(crate) struct Compute(Arc<Threads>);

struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        // Dropping a runtime waits for its threads, which is not allowed inside another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compute")
    }
}

impl Compute {
    /// Starts `threads` workers for queries.
    pub(crate) fn start(threads: usize) -> Result<Self, Error> {
        Self::named("query", threads)
    }

    /// Starts `threads` workers under a name that tools show.
    pub(crate) fn named(name: &str, threads: usize) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .thread_name(name)
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(|source| Error::File {
                path: "threads of the query runtime".to_owned(),
                source: Box::new(source),
            })?;
        Ok(Self(Arc::new(Threads(Some(runtime)))))
    }

    /// Runs `work` there; it is stopped at its next await when the returned future is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let handle = self.runtime()?.spawn(work);
        let _stop = StopOnDrop(handle.abort_handle());
        joined(handle.await)
    }

    /// Starts blocking `work` on a thread where waiting is allowed.
    pub(crate) fn block<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        Ok(self.runtime()?.spawn_blocking(work))
    }

    /// Lets `work` finish on its own.
    pub(crate) fn detach(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Ok(runtime) = self.runtime() {
            runtime.spawn(work);
        }
    }

    fn runtime(&self) -> Result<&Runtime, Error> {
        self.0.0.as_ref().ok_or(Error::Stopping)
    }
}

/// The result of a finished task; a panic inside becomes an error.
pub(crate) fn joined<T>(result: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    match result {
        Ok(result) => result,
        Err(error) if error.is_panic() => Err(Error::Defect("a query task panicked".to_owned())),
        Err(_) => Err(Error::Stopping),
    }
}

struct StopOnDrop(AbortHandle);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
