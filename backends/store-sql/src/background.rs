//! Where a store's work is done.

use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// Runs a store's work on the runtime that the store was opened in, or on threads of its own where there was none that has
/// more than one: whoever asks may wait for the answer on any executor, or block on it anywhere else, and the work goes on when nobody
/// waits any more. Clones share the threads; the last one to go stops those that are the store's own.
///
/// On the runtime of those who ask, a question and its answer pass no border between threads, each of which takes longer than
/// the database needs for a small question.
#[derive(Debug, Clone)]
pub struct Background {
    runtime: Handle,
    /// Stops them at the end.
    _own: Option<Arc<Threads>>,
}

#[derive(Debug)]
struct Threads(Option<Runtime>);

/// Connections wait more than they work.
const THREADS: usize = 2;

impl Background {
    /// Threads that are needed bear this name.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn start(name: &str) -> std::io::Result<Self> {
        // One thread that is blocked by whoever asks would never bring the answer.
        let here = Handle::try_current().ok();
        if let Some(runtime) = here.filter(|h| h.runtime_flavor() == RuntimeFlavor::MultiThread) {
            return Ok(Self { runtime, _own: None });
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name(name)
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        Ok(Self { runtime: handle, _own: Some(Arc::new(Threads(Some(runtime)))) })
    }

    /// Runs it to its end, whether somebody waits or not; `None` when the threads are gone or it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.runtime.spawn(work).await.ok()
    }

    /// Starts it and does not wait.
    pub fn start_task(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }
}

impl Drop for Threads {
    /// Without waiting: whoever drops it may be a task itself.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
