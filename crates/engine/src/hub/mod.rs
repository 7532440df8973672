//! The watch hub: from committed commits to the watchers that want them.
//!
//! A watcher is a cursor. While it keeps up it is *live*: the dispatcher finds it through an index by namespace and prefix and
//! queues what it wants, up to a few KiB. A watcher whose queue is full goes *lagging*: it keeps only its position, and
//! reads on from there when its reader asks again, out of the ring, or, behind the ring, through a sweep of the log that it
//! shares with others. The committer never waits for any of them.
//!
//! - [`ring`]: recent commits, bounded in bytes
//! - [`index`]: who wants an event
//! - [`watcher`]: one cursor
//! - [`dispatch`]: ring to live watchers
//! - [`sweep`]: log to watchers behind the ring
//! - [`eye`]: through whose eyes a watcher looks
//! - [`delivered`]: a commit with its encodings, made once for all
//!
//! Lock order: index, then one watcher's state, then the ring. No lock is held across an await or a store read.

pub(crate) mod delivered;
mod dispatch;
pub(crate) mod eye;
mod index;
pub(crate) mod ring;
mod sweep;
pub(crate) mod watcher;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::thread::JoinHandle;

use holdfast_model::{EpochStart, Filter, Head, Revision, Sealed};
use holdfast_store::Store;
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;

use crate::error::EngineError;
use crate::options::WatchOptions;
use delivered::Delivered;
use eye::Eye;
use index::Index;
use ring::Ring;
use watcher::{Mode, State, Watcher};

pub(crate) struct Hub {
    pub(crate) ring: Mutex<Ring>,
    /// Rung when the ring has something that is not dispatched yet.
    commits: Bell,
    roster: Mutex<Roster>,
    waiting: Mutex<VecDeque<Arc<Watcher>>>,
    /// Rung when a watcher waits for a sweep.
    sweeps: Bell,
    stopping: AtomicBool,
    watchers: AtomicUsize,
    options: WatchOptions,
}

/// The watchers, and up to where they have been served.
struct Roster {
    index: Index,
    /// Every commit up to here was offered to the live watchers.
    dispatched: Revision,
    next_id: u64,
}

impl Hub {
    pub(crate) fn new(head: &Head, options: WatchOptions) -> Self {
        let roster = Roster { index: Index::default(), dispatched: head.revision, next_id: 1 };
        Self {
            ring: Mutex::new(Ring::new(head.revision, options)),
            commits: Bell::default(),
            roster: Mutex::new(roster),
            waiting: Mutex::default(),
            sweeps: Bell::default(),
            stopping: AtomicBool::new(false),
            watchers: AtomicUsize::new(0),
            options,
        }
    }

    /// Starts the dispatcher and the sweeper; they end with [`Hub::stop`].
    pub(crate) fn start(
        self: &Arc<Self>,
        store: &Arc<dyn Store>,
    ) -> std::io::Result<Vec<JoinHandle<()>>> {
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        let hub = Arc::clone(self);
        let dispatcher = thread("holdfast-watch").spawn(move || hub.dispatch_until_stopped())?;
        let (hub, store) = (Arc::clone(self), Arc::clone(store));
        let runtime = Handle::current();
        let sweeper = thread("holdfast-sweep").spawn(move || {
            // Stores behind a network need the runtime's timers and sockets.
            let _runtime = runtime.enter();
            hub.sweep_until_stopped(store.as_ref());
        })?;
        Ok(vec![dispatcher, sweeper])
    }

    /// Takes over what has become durable. Nobody is woken before [`Hub::ring_the_bell`].
    pub(crate) fn push(&self, commits: &[Arc<Sealed>]) {
        let mut ring = self.ring.lock();
        for sealed in commits {
            ring.push(Arc::new(Delivered::new(Arc::clone(sealed))));
        }
    }

    /// The log has begun another life behind `head`: what others saw beyond what it inherited is lost, and they are told so.
    pub(crate) fn restart(&self, head: &Head) {
        let mut roster = self.roster.lock();
        let EpochStart { inherited, first } = head.epoch_start;
        for watcher in roster.index.watchers() {
            watcher.lose(inherited, first);
        }
        roster.dispatched = head.revision;
        self.ring.lock().restart(head.revision);
    }

    /// Says that the View now shows what was pushed. With nobody watching it wakes nobody: the first to register rings again.
    pub(crate) fn ring_the_bell(&self) {
        if self.watchers.load(SeqCst) > 0 {
            self.commits.ring();
        }
    }

    /// A new cursor behind `position`. It starts lagging and catches up by itself.
    pub(crate) fn register(
        &self,
        filters: Vec<Filter>,
        eye: Option<Eye>,
        position: Revision,
    ) -> Arc<Watcher> {
        let mut roster = self.roster.lock();
        let watcher = Arc::new(Watcher::new(roster.next_id, filters, eye, position));
        roster.next_id += 1;
        roster.index.insert(&watcher);
        drop(roster);
        self.watchers.fetch_add(1, SeqCst);
        self.commits.ring();
        watcher
    }

    pub(crate) fn deregister(&self, watcher: &Arc<Watcher>) {
        self.roster.lock().index.remove(watcher);
        self.waiting.lock().retain(|other| !Arc::ptr_eq(other, watcher));
        self.watchers.fetch_sub(1, SeqCst);
    }

    /// Takes the watcher to where it is live, or has something queued, or waits for a sweep.
    pub(crate) fn catch_up(&self, watcher: &Arc<Watcher>) {
        let needs_nothing = |state: &State| {
            state.mode == Mode::Live || !state.queue.is_empty() || state.ended.is_some()
        };
        // Nearly always so, and without the lock that all watchers share.
        if needs_nothing(&watcher.state.lock()) {
            return;
        }
        loop {
            let roster = self.roster.lock();
            let mut state = watcher.state.lock();
            if needs_nothing(&state) {
                return;
            }
            if state.position >= roster.dispatched {
                state.mode = Mode::Live;
                return;
            }
            drop(roster);
            const BATCH: usize = 256;
            let Some(commits) = self.ring.lock().after(state.position, BATCH) else {
                drop(state);
                self.wait_for_sweep(watcher);
                return;
            };
            for commit in &commits {
                if !watcher.offer(&mut state, commit, self.options.watcher_bytes) {
                    break;
                }
            }
        }
    }

    fn wait_for_sweep(&self, watcher: &Arc<Watcher>) {
        let mut waiting = self.waiting.lock();
        if !waiting.iter().any(|other| Arc::ptr_eq(other, watcher)) {
            waiting.push_back(Arc::clone(watcher));
        }
        drop(waiting);
        self.sweeps.ring();
    }

    /// Where an idle watcher stands, for a bookmark; `None` while something is queued for it.
    pub(crate) fn bookmark(&self, watcher: &Watcher) -> Option<Revision> {
        let roster = self.roster.lock();
        let state = watcher.state.lock();
        state.queue.is_empty().then(|| match state.mode {
            Mode::Live => state.position.max(roster.dispatched),
            Mode::Lagging => state.position,
        })
    }

    /// How many watchers there are, and how many commits the one furthest behind has not been offered.
    pub(crate) fn watchers_and_lag(&self) -> (usize, u64) {
        let roster = self.roster.lock();
        // The server's own see everything, and are nobody's business.
        let callers = roster.index.watchers().filter(|watcher| watcher.eye.is_some());
        let mut count = 0;
        let behind = callers.map(|watcher| {
            count += 1;
            let state = watcher.state.lock();
            match state.mode {
                Mode::Live => 0,
                Mode::Lagging => roster.dispatched.0.saturating_sub(state.position.0),
            }
        });
        let lag = behind.max().unwrap_or(0);
        drop(roster);
        (count, lag)
    }

    /// Ends every watch and both threads.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Relaxed);
        self.commits.ring();
        self.sweeps.ring();
        let watchers: Vec<_> = self.roster.lock().index.watchers().cloned().collect();
        for watcher in watchers {
            watcher.end(EngineError::Stopping);
        }
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Relaxed)
    }
}

/// Wakes a thread: rings that nobody heard yet are one.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock() = true;
        self.heard.notify_one();
    }

    fn wait(&self) {
        let mut rung = self.rung.lock();
        while !*rung {
            self.heard.wait(&mut rung);
        }
        *rung = false;
    }
}
