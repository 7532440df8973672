//! How records come to the thread that writes, and answers back.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use holdfast_auth::Record;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::Durability;
use super::writer::Writer;

/// So many records share a flush at most: it bounds the memory for their lines.
const TOGETHER: usize = 256;
/// And not many more bytes of values than this.
const TOGETHER_BYTES: usize = 4 << 20;

/// A record, and whoever waits for it.
struct Waiting {
    record: Record,
    answer: oneshot::Sender<Result<(), String>>,
    _place: OwnedSemaphorePermit,
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Mutex<Option<Sender<Waiting>>>,
    /// The channel has no bound of its own: who holds a permit may send.
    places: Arc<Semaphore>,
    thread: Mutex<Option<JoinHandle<()>>>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Queue {
    pub(super) fn start(writer: Writer, waiting: NonZeroUsize) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let trouble = Arc::new(Mutex::new(None));
        let task = Task { writer, receiver, trouble: trouble.clone() };
        let thread = std::thread::Builder::new().name("holdfast-audit".into());
        let thread = thread.spawn(move || task.run())?;
        Ok(Self {
            sender: Mutex::new(Some(sender)),
            places: Arc::new(Semaphore::new(waiting.get().min(Semaphore::MAX_PERMITS))),
            thread: Mutex::new(Some(thread)),
            trouble,
        })
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    pub(super) async fn keep(&self, record: Record) -> Result<(), String> {
        let closed = || "the auditor is closed".to_owned();
        let place = self.places.clone().acquire_owned().await.map_err(|_| closed())?;
        let (answer, kept) = oneshot::channel();
        let waiting = Waiting { record, answer, _place: place };
        let sent = self.sender.lock().as_ref().map(|sender| sender.send(waiting).is_ok());
        if sent != Some(true) {
            return Err(closed());
        }
        kept.await.unwrap_or_else(|_| Err("the thread that writes is gone".into()))
    }

    /// The thread ends once it has written what waits.
    fn stop(&self) -> Option<JoinHandle<()>> {
        self.sender.lock().take();
        self.thread.lock().take()
    }

    pub(super) async fn close(&self) {
        if let Some(thread) = self.stop() {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the thread that writes audit files had panicked");
            }
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if let Some(thread) = self.stop() {
            // It was told by the panic itself.
            let _ = thread.join();
        }
    }
}

/// What the thread does.
struct Task {
    writer: Writer,
    receiver: Receiver<Waiting>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Task {
    fn run(mut self) {
        let mut flush_at: Option<Instant> = None;
        loop {
            let first = match flush_at {
                None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => {
                    self.receiver.recv_timeout(at.saturating_duration_since(Instant::now()))
                }
            };
            match first {
                Ok(first) => self.group(first),
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
            // Records that keep coming do not put off a flush.
            if flush_at.is_some_and(|at| at <= Instant::now()) {
                self.flush();
            }
            flush_at = match (self.writer.durability(), self.writer.is_dirty()) {
                (Durability::Within(time), true) => flush_at.or_else(|| later(time)),
                _ => None,
            };
        }
    }

    fn group(&mut self, first: Waiting) {
        let mut bytes = weight(&first);
        let mut group = vec![first];
        while group.len() < TOGETHER && bytes < TOGETHER_BYTES {
            let Ok(next) = self.receiver.try_recv() else { break };
            bytes += weight(&next);
            group.push(next);
        }
        let records: Vec<&Record> = group.iter().map(|waiting| &waiting.record).collect();
        let kept = self.writer.keep(&records);
        *self.trouble.lock() = kept.as_ref().err().map(|error| self.tell(error));
        let mut each = kept.map_or_else(
            |error| vec![Err(error.to_string()); group.len()],
            |refused| refused.into_iter().map(|refused| refused.map_or(Ok(()), Err)).collect(),
        );
        for (waiting, kept) in group.into_iter().zip(each.drain(..)) {
            // Who went away does not want to know.
            let _ = waiting.answer.send(kept);
        }
    }

    fn flush(&mut self) {
        if let Err(error) = self.writer.flush() {
            *self.trouble.lock() = Some(self.tell(&error));
        }
    }

    fn tell(&self, error: &std::io::Error) -> String {
        tracing::error!(%error, "audit records are not kept");
        error.to_string()
    }
}

fn weight(waiting: &Waiting) -> usize {
    let value = waiting.record.value.as_ref().and_then(|value| value.bytes.as_ref());
    value.map_or(0, |bytes| bytes.len())
}

fn later(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}
