//! Threads of a store's own.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

/// Runs a store's work on threads of its own: whoever asks may wait for the answer on any executor, or block on it, and the
/// work goes on when nobody waits any more. Clones share the threads; the last one to go stops them.
#[derive(Debug, Clone)]
pub struct Background(Arc<Threads>);

#[derive(Debug)]
struct Threads(Option<Runtime>);

/// Connections wait more than they work.
const THREADS: usize = 2;

impl Background {
    /// Starts the threads, which bear this name.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn start(name: &str) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name(name)
            .enable_all()
            .build()?;
        Ok(Self(Arc::new(Threads(Some(runtime)))))
    }

    /// Runs it to its end, whether somebody waits or not; `None` when the threads are gone or it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let runtime = self.0.0.as_ref()?;
        runtime.spawn(work).await.ok()
    }

    /// Starts it and does not wait.
    pub fn start_task(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0.0 {
            runtime.spawn(work);
        }
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
