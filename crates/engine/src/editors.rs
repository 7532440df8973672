//! Turns: callers who change one key of what it was, and were in each other's way, go one behind the other.

use std::hash::{BuildHasher, RandomState};

use holdfast_model::EntryKey;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::EngineError;

/// Keys that share a line wait for each other without need; few are contended at one time.
const LINES: usize = 64;

/// The lines in which editors wait. It is no lock: who does not wait may write all the same, and the judge sees to it that nothing is
/// lost. A turn ends when its permit is dropped.
pub(crate) struct Editors {
    lines: Vec<Semaphore>,
    hasher: RandomState,
}

impl Default for Editors {
    fn default() -> Self {
        let lines = (0..LINES).map(|_| Semaphore::new(1)).collect();
        Self { lines, hasher: RandomState::new() }
    }
}

impl Editors {
    /// Waits until those who came before are done with the key.
    pub(crate) async fn turn(&self, at: &EntryKey) -> Result<SemaphorePermit<'_>, EngineError> {
        let hash = usize::try_from(self.hasher.hash_one(at) % LINES as u64).unwrap_or(0);
        self.lines[hash].acquire().await.map_err(|_| EngineError::Stopping)
    }
}
