//! Where batches wait for the committer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use holdfast_model::Batch;
use holdfast_store::SideWrite;
use parking_lot::RwLock;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::Committed;
use crate::error::EngineError;

/// Permits are of this many bytes, so that the semaphore's counter fits any budget.
const PERMIT_BYTES: usize = 1 << 10;

/// A batch that waits, and who waits for it.
pub(crate) struct Job {
    pub(super) batch: Batch,
    /// Rows of the engine's own, written with the batch.
    pub(super) side: Vec<SideWrite>,
    pub(super) deadline: Option<Instant>,
    pub(super) answer: oneshot::Sender<Result<Committed, EngineError>>,
    pub(super) weight: usize,
    /// Gives its bytes back when the job is done.
    _room: OwnedSemaphorePermit,
}

pub(crate) struct Queue {
    jobs: RwLock<Option<UnboundedSender<Job>>>,
    room: Arc<Semaphore>,
    permits: usize,
    /// Jobs that the committer has not taken.
    waiting: AtomicUsize,
}

/// What comes back to the caller of a job.
pub(super) type Answered = oneshot::Receiver<Result<Committed, EngineError>>;

impl Queue {
    pub(crate) fn new(bytes: usize) -> (Self, UnboundedReceiver<Job>) {
        let (sender, receiver) = unbounded_channel();
        let permits = (bytes / PERMIT_BYTES).clamp(1, Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(permits));
        let jobs = RwLock::new(Some(sender));
        (Self { jobs, room, permits, waiting: AtomicUsize::new(0) }, receiver)
    }

    /// Waits for room. Dropped before the job is pushed, nothing happens.
    pub(super) async fn job(
        &self,
        batch: Batch,
        side: Vec<SideWrite>,
        deadline: Option<Instant>,
    ) -> Result<(Job, Answered), EngineError> {
        let weight = batch.weight();
        // At most `permits`, which fits.
        let wanted = weight.div_ceil(PERMIT_BYTES).clamp(1, self.permits) as u32;
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await;
        let _room = room.map_err(|_| EngineError::Stopping)?;
        let (answer, answered) = oneshot::channel();
        Ok((Job { batch, side, deadline, answer, weight, _room }, answered))
    }

    /// Hands a job to the committer.
    pub(super) fn push(&self, job: Job) -> Result<(), EngineError> {
        self.waiting.fetch_add(1, Relaxed);
        let taken = self.jobs.read().as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if taken { Ok(()) } else { Err(EngineError::Stopping) }
    }

    /// The committer took so many jobs.
    pub(super) fn taken(&self, jobs: usize) {
        self.waiting.fetch_sub(jobs, Relaxed);
    }

    /// Jobs that wait for the committer.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Relaxed)
    }

    /// False once it takes no more.
    pub(super) fn is_open(&self) -> bool {
        !self.room.is_closed()
    }

    /// Bytes that wait or are being committed.
    pub(crate) fn bytes(&self) -> usize {
        (self.permits - self.room.available_permits()) * PERMIT_BYTES
    }

    /// Takes no more; what is queued is still committed.
    pub(crate) fn close(&self) {
        self.jobs.write().take();
        self.room.close();
    }
}
