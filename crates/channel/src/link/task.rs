//! A task that ends with its owner.

use tokio::task::AbortHandle;

/// A task of a connection; dropping it ends it.
#[derive(Debug)]
pub struct Task(AbortHandle);

impl Task {
    /// Starts it in the current runtime.
    pub fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work).abort_handle())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
