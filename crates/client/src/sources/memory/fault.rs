//! What a log in memory can be made to suffer, for tests.

use crate::Error;

/// What a [`Memory`](super::Memory) suffers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault {
    /// Every call fails with this error, and every watch ends with it.
    Failing(Error),
    /// Nothing answers: calls wait, and watches say nothing.
    Silent,
    /// Calls are answered, but watches say nothing.
    WatchSilent,
    /// Writes are made, but their answers are lost: whoever writes gets this error.
    AnswersLost(Error),
}
