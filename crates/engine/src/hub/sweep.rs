//! From the log to the watchers behind the ring: each page is read once for all that wait for it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use holdfast_model::Revision;
use holdfast_store::{CommitPage, Store, StoreError};

use super::Hub;
use super::delivered::Delivered;
use super::watcher::Watcher;
use crate::error::EngineError;

/// Bytes read at once: large enough to be worth a seek, small enough that the next in line does not wait long.
const PAGE_BYTES: usize = 1 << 20;
/// Before a shared store that did not answer is asked again.
const PAUSE: Duration = Duration::from_millis(200);

impl Hub {
    pub(super) fn sweep_until_stopped(&self, store: &dyn Store) {
        while !self.stopping() {
            self.sweeps.wait();
            while !self.stopping() && self.sweep_once(store) {}
        }
    }

    /// Reads one page for the watcher that has waited longest, and for all whose position lies in it; false when
    /// nobody waits.
    fn sweep_once(&self, store: &dyn Store) -> bool {
        let Some(from) = self.waiting.lock().front().map(position) else { return false };
        match block_on(store.commits(from, PAGE_BYTES)) {
            Ok(page) => self.serve(from, &page),
            // It passes by itself, and nobody has missed anything yet.
            Err(StoreError::Io { .. }) if store.capabilities().shared => thread::sleep(PAUSE),
            Err(error) => self.refuse(from, &error),
        }
        true
    }

    fn serve(&self, from: Revision, page: &CommitPage) {
        let commits: Vec<_> = page
            .commits
            .iter()
            .map(|sealed| Arc::new(Delivered::new(Arc::clone(sealed))))
            .collect();
        let end = commits.last().map_or(page.head.revision, |last| last.commit().revision);
        let waiting: Vec<_> = self.waiting.lock().drain(..).collect();
        let mut still: Vec<_> =
            waiting.into_iter().filter(|w| !self.advance(w, from, end, &commits)).collect();
        let mut queue = self.waiting.lock();
        // Whoever came meanwhile stands behind those who have not been served.
        still.extend(queue.drain(..));
        queue.extend(still);
    }

    /// Takes a watcher through the page; true when it has no need to wait any longer.
    fn advance(
        &self,
        watcher: &Arc<Watcher>,
        from: Revision,
        end: Revision,
        commits: &[Arc<Delivered>],
    ) -> bool {
        let mut state = watcher.state.lock();
        if state.position >= from && state.position <= end {
            let start = commits.partition_point(|c| c.commit().revision <= state.position);
            let room = self.options.watcher_bytes;
            let full = commits[start..].iter().any(|c| !watcher.offer(&mut state, c, room));
            if !full {
                state.position = state.position.max(end);
            }
        }
        let done = !state.queue.is_empty()
            || state.ended.is_some()
            || self.ring.lock().serves(state.position);
        drop(state);
        if done {
            watcher.wake.notify_one();
        }
        done
    }

    /// The page cannot be read: whoever stands at that place is told.
    fn refuse(&self, from: Revision, error: &StoreError) {
        let below = match error {
            StoreError::Compacted { oldest, .. } => *oldest,
            _ => from.next(),
        };
        self.waiting.lock().retain(|watcher| {
            let stands_there = position(watcher).next() < below || position(watcher) == from;
            if stands_there {
                watcher.end(EngineError::Store(error.clone()));
            }
            !stands_there
        });
    }
}

fn position(watcher: &Arc<Watcher>) -> Revision {
    watcher.state.lock().position
}
