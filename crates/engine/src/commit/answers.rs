//! Tells the callers how their batches went.
//!
//! To wake a task from a thread that is none of the runtime's takes a lock and perhaps a system call, each time. So the
//! committer hands over a whole group, and a task of the runtime wakes the callers.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::{Committed, Job};
use crate::error::EngineError;

/// A batch and how it went.
pub(super) type Answer = (Job, Result<Committed, EngineError>);

/// Where the committer leaves answers. What waits there is bounded by the queue: a job gives its room back when it is told.
pub(crate) struct Answers {
    groups: UnboundedSender<Vec<Answer>>,
}

impl Answers {
    /// Starts the task; it ends when the committer has ended and everybody is told. Has to be called inside a runtime.
    pub(crate) fn start() -> (Self, JoinHandle<()>) {
        let (groups, receiver) = unbounded_channel();
        (Self { groups }, tokio::spawn(tell(receiver)))
    }

    pub(super) fn send(&self, group: Vec<Answer>) {
        // Without a runtime there is nobody to tell.
        let _ = self.groups.send(group);
    }
}

async fn tell(mut groups: UnboundedReceiver<Vec<Answer>>) {
    while let Some(group) = groups.recv().await {
        for (job, result) in group {
            // Whoever does not wait any more has lost only the answer.
            let _ = job.answer.send(result);
        }
    }
}
