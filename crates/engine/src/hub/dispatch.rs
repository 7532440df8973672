//! From the ring to the live watchers.

use std::sync::Arc;

use holdfast_model::Revision;

use super::delivered::Delivered;
use super::ring::Next;
use super::watcher::Mode;
use super::{Hub, Roster};

impl Hub {
    pub(super) fn dispatch_until_stopped(&self) {
        while !self.stopping() {
            self.commits.wait();
            while self.dispatch_next() {}
        }
    }

    /// Offers the next commit to those that want it; false when there is none.
    fn dispatch_next(&self) -> bool {
        let mut roster = self.roster.lock();
        let next = self.ring.lock().next(roster.dispatched);
        match next {
            Next::Commit(commit) => self.offer_to_live(&mut roster, &commit),
            Next::TooLarge(revision) | Next::Gone(revision) => {
                put_all_behind(&mut roster, revision)
            }
            Next::End => return false,
        }
        true
    }

    fn offer_to_live(&self, roster: &mut Roster, commit: &Arc<Delivered>) {
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
            // What its caller may not see moves the cursor and wakes nobody.
            let something = state.queue.len() > queued || state.mode == Mode::Lagging;
            drop(state);
            if something {
                watcher.wake.notify_one();
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
