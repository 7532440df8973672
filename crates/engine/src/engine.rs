//! The engine: the log with its threads, and the use cases that are its methods.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::Duration;

use holdfast_auth::{Action, AllowAll, Authorized, Guard, Resource, allowed, authorize};
use holdfast_model::{Head, Namespace, Revision, Timestamp};
use holdfast_store::{Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::auditing::Auditing;
use crate::caller::Caller;
use crate::commit::{self, Answers, Queue};
use crate::error::EngineError;
use crate::follow;
use crate::groups::Groups;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::options::{Limits, Options};
use crate::upkeep;

/// A running engine over one store; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    guard: Arc<dyn Guard>,
    pub(crate) audit: Option<Arc<Auditing>>,
    /// Used by the server for itself: what it watches is not counted among the watchers.
    pub(crate) own: bool,
}

struct Inner {
    log: Arc<Log>,
    groups: Groups,
    threads: Mutex<Threads>,
    stopping: watch::Sender<bool>,
}

#[derive(Default)]
struct Threads {
    committer: Option<JoinHandle<()>>,
    hub: Vec<JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// What can be said about a running engine at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Status {
    /// The end of the log, as readers see it.
    pub head: Head,
    /// A flush failed: reads go on, writes do not.
    pub read_only: bool,
    /// The wall clock is behind the log's time: nothing expires until it has caught up.
    pub clock_behind: bool,
    /// Bytes of batches that wait or are being committed.
    pub queue_bytes: usize,
    /// Watchers.
    pub watchers: usize,
    /// Commits that the watcher furthest behind has not been offered yet.
    pub watcher_lag: u64,
    /// Bytes of recent commits in memory.
    pub ring_bytes: usize,
    /// Reads answered from memory.
    pub cache_hits: u64,
    /// Reads that had to ask the store.
    pub cache_misses: u64,
    /// For how long a shared store has not answered; `None`: it does.
    pub cut_off: Option<Duration>,
}

impl Engine {
    /// Starts an engine on a store that nobody else uses. Has to be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the store cannot say where its log ends, or no thread can be started.
    pub async fn open(
        store: Arc<dyn Store>,
        guard: Arc<dyn Guard>,
        options: Options,
    ) -> Result<Self, EngineError> {
        let head = store.head().await?;
        let (queue, jobs) = Queue::new(options.queue_bytes);
        let log = Arc::new(Log::new(store, head, options, queue));
        let no_thread = |error: std::io::Error| {
            EngineError::Store(holdfast_store::StoreError::Io {
                doing: "starting a thread".into(),
                error: error.to_string(),
            })
        };
        let hub = log.hub.start(&log.store).map_err(no_thread)?;
        let (answers, telling) = Answers::start();
        let committing = commit::run(Arc::clone(&log), jobs, answers);
        let mut threads = Threads { committer: None, hub, tasks: vec![telling] };
        if log.follow.is_some() {
            // It waits for a network, and has no file to flush: where the callers are, nobody has to be woken elsewhere.
            threads.tasks.push(tokio::spawn(committing));
        } else {
            let thread = std::thread::Builder::new().name("holdfast-commit".into());
            let committer =
                thread.spawn(move || commit::block_on(committing)).map_err(no_thread)?;
            threads.committer = Some(committer);
        }
        let (stopping, stopped) = watch::channel(false);
        threads.tasks.push(tokio::spawn(follow::run(Arc::clone(&log), stopped.clone())));
        threads.tasks.push(tokio::spawn(upkeep::run(Arc::clone(&log), stopped)));
        let threads = Mutex::new(threads);
        Ok(Self {
            inner: Arc::new(Inner { log, groups: Groups::default(), threads, stopping }),
            guard,
            audit: None,
            own: false,
        })
    }

    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.inner.log
    }

    pub(crate) fn groups(&self) -> &Groups {
        &self.inner.groups
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.log.options.limits
    }

    pub(crate) async fn authorize(
        &self,
        caller: &Caller,
        action: Action,
        what: Resource<'_>,
    ) -> Result<Authorized, EngineError> {
        let action = if is_reserved(&what) { Action::Admin } else { action };
        if self.audit.is_none() {
            return Ok(authorize(self.guard.as_ref(), &caller.identity, action, what).await?);
        }
        let decision = authorize(self.guard.as_ref(), &caller.identity, action, what.clone()).await;
        self.decided(caller, action, &what, &decision).await?;
        Ok(decision?)
    }

    /// The same for one of many answers: a no leaves it out, a guard that fails fails the call.
    pub(crate) async fn may(
        &self,
        caller: &Caller,
        action: Action,
        what: Resource<'_>,
    ) -> Result<bool, EngineError> {
        let action = if is_reserved(&what) { Action::Admin } else { action };
        Ok(allowed(self.guard.as_ref(), &caller.identity, action, &what).await?)
    }

    /// Who recognises callers.
    pub fn guard(&self) -> &Arc<dyn Guard> {
        &self.guard
    }

    /// The same engine for the server's own work: its calls need no permission.
    #[must_use]
    pub fn as_server(&self) -> Self {
        Self { audit: None, own: true, ..self.guarded_by(Arc::new(AllowAll)) }
    }

    /// The same engine behind another guard: for the server itself, which keeps tokens and roles in namespaces of its own,
    /// and for programs that embed it.
    #[must_use]
    pub fn guarded_by(&self, guard: Arc<dyn Guard>) -> Self {
        Self { guard, ..self.clone() }
    }

    /// What the engine counts.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.log.metrics
    }

    /// What its clock shows, which stamps commits and bookmarks.
    pub fn now(&self) -> Timestamp {
        self.log().now()
    }

    /// The end of the log, as readers see it.
    pub fn head(&self) -> Head {
        self.log().view().head
    }

    /// How it is doing. It looks at every watcher: nothing to ask for each call.
    pub fn status(&self) -> Status {
        let log = self.log();
        let (watchers, watcher_lag) = log.hub.watchers_and_lag();
        let (cache_hits, cache_misses) = log.cache.hits_and_misses();
        Status {
            head: log.view().head,
            read_only: log.read_only.load(Relaxed),
            clock_behind: log.clock_behind.load(Relaxed),
            queue_bytes: log.queue.bytes(),
            watchers,
            watcher_lag,
            ring_bytes: log.hub.ring.lock().bytes(),
            cache_hits,
            cache_misses,
            cut_off: self.cut_off().map(|(since, _)| since),
        }
    }

    /// For how long a shared store has not answered, and why; `None`: it does. Meanwhile entries may be answered from memory
    /// ([`SharedOptions::stale_reads`](crate::options::SharedOptions::stale_reads)).
    pub fn cut_off(&self) -> Option<(Duration, StoreError)> {
        self.log().follow.as_ref()?.cut_off()
    }

    /// Another node says that the log has reached this revision, or something may have been missed (`None`).
    pub fn heard(&self, revision: Option<Revision>) {
        let log = self.log();
        let Some(follow) = &log.follow else { return };
        match revision {
            None => drop(follow.kick()),
            Some(revision) if revision > log.view().head.revision => follow.tell(revision),
            Some(_) => {}
        }
    }

    /// The newest revision that this node appended to a log that it shares with others: what they should hear of.
    /// `None`: nobody else appends.
    pub fn appended(&self) -> Option<watch::Receiver<Revision>> {
        Some(self.log().follow.as_ref()?.appended())
    }

    /// Ends every watch, commits what is queued, and returns when all threads have ended. Calls after that answer
    /// [`EngineError::Stopping`]; a second call returns at once.
    pub async fn shutdown(&self) {
        self.inner.stopping.send_replace(true);
        self.groups().stop().await;
        self.log().queue.close();
        self.log().hub.stop();
        let threads = std::mem::take(&mut *self.inner.threads.lock());
        let join = move || {
            for thread in threads.committer.into_iter().chain(threads.hub) {
                if thread.join().is_err() {
                    tracing::error!("a thread of the engine had panicked");
                }
            }
        };
        let _ = tokio::task::spawn_blocking(join).await;
        self.log().turn.wait().await;
        for task in threads.tasks {
            // A panic there was logged when it happened.
            let _ = task.await;
        }
        if let Some(audit) = &self.audit {
            audit.until_kept().await;
        }
    }
}

/// What the server keeps for itself is for those who administer it, whatever a caller wants to do with it.
fn is_reserved(what: &Resource<'_>) -> bool {
    what.namespace.starts_with(Namespace::RESERVED)
}
