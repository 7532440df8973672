//! Whose turn it is to commit: the committer, or a caller that is alone.
//!
//! To hand a batch to another thread and to be woken by it takes as long as a flush when the machine is idle. So a batch
//! that nobody shares a flush with is settled where it comes from. As soon as two meet, the committer gathers them.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use holdfast_model::Batch;
use holdfast_store::{SideWrite, Store};
use tokio::sync::Mutex;

use super::answers::Answer;
use super::run::Waiting;
use super::wait::block_on;
use super::{Committed, Job};
use crate::error::EngineError;
use crate::log::Log;

/// A larger batch would keep the caller's thread from its other callers for too long.
const ALONE_BYTES: usize = 64 << 10;

pub(crate) struct Turn {
    settling: Mutex<()>,
    /// The last group was a single batch, and nobody came meanwhile.
    alone: AtomicBool,
    /// Only a store of this process alone may be waited for on a thread of the runtime: it needs no runtime itself.
    allowed: bool,
}

impl Turn {
    pub(crate) fn new(store: &dyn Store) -> Self {
        let allowed = !store.capabilities().shared;
        Self { settling: Mutex::new(()), alone: AtomicBool::new(false), allowed }
    }

    /// Returns when nothing is being settled.
    pub(crate) async fn wait(&self) {
        drop(self.settling.lock().await);
    }
}

impl Log {
    /// Commits a batch. A caller that goes away before it is handed over takes it back; later, it loses only the answer.
    pub(crate) async fn settled(
        &self,
        batch: Batch,
        side: Vec<SideWrite>,
        deadline: Option<Instant>,
    ) -> Result<Committed, EngineError> {
        let (job, answered) = self.queue.job(batch, side, deadline).await?;
        match self.settle_alone(job) {
            ControlFlow::Break(answer) => answer,
            ControlFlow::Continue(job) => {
                self.queue.push(job)?;
                answered.await.unwrap_or(Err(EngineError::Stopping))
            }
        }
    }

    /// For the committer.
    pub(super) async fn settle_in_turn(
        &self,
        group: Vec<Job>,
        waiting: &mut Waiting,
    ) -> Vec<Answer> {
        let turn = self.turn.settling.lock().await;
        let single = group.len() == 1;
        let answers = self.settle(group, Some(waiting)).await;
        self.turn.alone.store(single && self.queue.waiting() == 0, Relaxed);
        drop(turn);
        answers
    }

    /// For a caller; the batch comes back when it has to go through the queue.
    fn settle_alone(&self, job: Job) -> ControlFlow<Result<Committed, EngineError>, Job> {
        let turn = &self.turn;
        let may = turn.allowed && turn.alone.load(Relaxed) && job.weight <= ALONE_BYTES;
        if !may || self.queue.waiting() > 0 {
            return ControlFlow::Continue(job);
        }
        let Ok(settling) = turn.settling.try_lock() else { return ControlFlow::Continue(job) };
        // Looked at under the lock: a stop waits for it.
        if !self.queue.is_open() {
            return ControlFlow::Continue(job);
        }
        let answer = block_on(self.settle(vec![job], None)).pop();
        turn.alone.store(self.queue.waiting() == 0, Relaxed);
        drop(settling);
        ControlFlow::Break(answer.map_or(Err(EngineError::Stopping), |(_, result)| result))
    }
}
