//! From the ring to the live watchers.

use std::sync::Arc;

use holdfast_model::Revision;

use super::delivered::Delivered;
use super::ring::Next;
use super::watcher::{Mode, Watcher};
use super::{Hub, Roster};

/// Commits offered before anybody is woken, when so many are there: a watcher that is woken for each of them writes each by
/// itself. Whoever registers waits no longer than these take.
const AT_ONCE: usize = 64;

impl Hub {
    pub(super) fn dispatch_until_stopped(&self) {
        let mut woken = Vec::new();
        while !self.stopping() {
            self.commits.wait();
            while self.dispatch_some(&mut woken) {
                for watcher in woken.drain(..) {
                    watcher.wake.notify_one();
                }
            }
            // What a crowd needed is not kept for a few.
            woken.shrink_to(AT_ONCE);
        }
    }

    /// Offers the next commits to those that want them, and tells whom to wake; false when there are none.
    fn dispatch_some(&self, woken: &mut Vec<Arc<Watcher>>) -> bool {
        let mut roster = self.roster.lock();
        for offered in 0..AT_ONCE {
            let next = self.ring.lock().next(roster.dispatched);
            match next {
                Next::Commit(commit) => self.offer_to_live(&mut roster, &commit, woken),
                Next::TooLarge(revision) | Next::Gone(revision) => {
                    put_all_behind(&mut roster, revision)
                }
                Next::End => return offered > 0,
            }
        }
        true
    }

    fn offer_to_live(
        &self,
        roster: &mut Roster,
        commit: &Arc<Delivered>,
        woken: &mut Vec<Arc<Watcher>>,
    ) {
        let revision = commit.commit().revision;
        for (watcher, which) in roster.index.matches(commit.commit()) {
            let mut state = watcher.state.lock();
            // One that caught up by itself may have seen the commit already.
            if state.mode != Mode::Live || state.position >= revision {
                continue;
            }
            // Of what lies between its last commit and this one, nothing was for it.
            state.position = state.position.max(roster.dispatched);
            let room = self.options.watcher_bytes;
            let queued = state.queue.len();
            if !watcher.offer_matched(&mut state, commit, Some(which), room) {
                state.mode = Mode::Lagging;
            }
            // What its caller may not see moves the cursor and wakes nobody, and who has something left was woken for that:
            // it goes to sleep only when it found nothing.
            let first = queued == 0 && !state.queue.is_empty();
            if first || state.mode == Mode::Lagging {
                drop(state);
                woken.push(Arc::clone(watcher));
            }
        }
        roster.dispatched = revision;
    }
}

/// The next commit can only be had from the log: every live watcher reads on for itself.
fn put_all_behind(roster: &mut Roster, revision: Revision) {
    for watcher in roster.index.watchers() {
        let mut state = watcher.state.lock();
        if state.mode == Mode::Live {
            state.position = state.position.max(roster.dispatched);
            state.mode = Mode::Lagging;
            drop(state);
            watcher.wake.notify_one();
        }
    }
    roster.dispatched = revision;
}
