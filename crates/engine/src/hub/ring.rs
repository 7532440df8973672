//! Recent commits, bounded in bytes: what live watchers are served from, and what a quick look back needs.

use std::collections::VecDeque;
use std::sync::Arc;

use holdfast_model::{Quiet, Revision};

use super::delivered::{Delivered, ENCODING_SLOTS};
use crate::options::WatchOptions;

/// A commit in the ring is held as itself and, once somebody watches in each way, as the form of each.
const FORMS: usize = 1 + ENCODING_SLOTS;

pub(crate) struct Ring {
    slots: VecDeque<Slot>,
    bytes: usize,
    /// Every commit behind this revision is in the ring.
    before: Revision,
    options: WatchOptions,
}

struct Slot {
    revision: Revision,
    weight: usize,
    /// `None`: too large to keep, to be read from the log.
    commit: Option<Arc<Delivered>>,
}

/// What follows a position.
pub(crate) enum Next {
    Commit(Arc<Delivered>),
    /// The commit of this revision is too large to be here.
    TooLarge(Revision),
    /// It has left the ring already; the ring begins behind this revision.
    Gone(Revision),
    /// Nothing does.
    End,
}

impl Ring {
    pub(super) fn new(head: Revision, options: WatchOptions) -> Self {
        Self { slots: VecDeque::new(), bytes: 0, before: head, options }
    }

    pub(super) fn push(&mut self, commit: Arc<Delivered>) {
        let revision = commit.commit().revision;
        let weight = commit.weight();
        let kept = weight <= self.options.ring_commit_bytes;
        let weight = if kept { weight * FORMS } else { 0 };
        let slot = Slot { revision, weight, commit: kept.then_some(commit) };
        self.bytes += slot.weight;
        self.slots.push_back(slot);
        while self.bytes > self.options.ring_bytes {
            let Some(oldest) = self.slots.pop_front() else { break };
            self.bytes -= oldest.weight;
            self.before = oldest.revision;
        }
    }

    fn place_after(&self, position: Revision) -> usize {
        self.slots.partition_point(|slot| slot.revision <= position)
    }

    pub(super) fn next(&self, position: Revision) -> Next {
        if position < self.before {
            return Next::Gone(self.before);
        }
        match self.slots.get(self.place_after(position)) {
            None => Next::End,
            Some(Slot { commit: Some(commit), .. }) => Next::Commit(Arc::clone(commit)),
            Some(slot) => Next::TooLarge(slot.revision),
        }
    }

    /// Up to `most` commits behind the position; `None` when the log has to be read for the next one.
    pub(super) fn after(&self, position: Revision, most: usize) -> Option<Vec<Arc<Delivered>>> {
        if position < self.before {
            return None;
        }
        let slots = self.slots.iter().skip(self.place_after(position)).take(most);
        let commits: Vec<_> = slots.map_while(|slot| slot.commit.clone()).collect();
        let blocked = commits.is_empty() && self.place_after(position) < self.slots.len();
        (!blocked).then_some(commits)
    }

    /// True when every commit behind the position is here: no sweep is needed to go on.
    pub(super) fn serves(&self, position: Revision) -> bool {
        self.after(position, 1).is_some()
    }

    /// True when something in the scope changed after `since`, as far as the ring can tell; also when it cannot.
    pub(crate) fn changed(&self, quiet: &Quiet) -> bool {
        if quiet.since < self.before {
            return true;
        }
        self.slots.iter().skip(self.place_after(quiet.since)).any(|slot| match &slot.commit {
            Some(commit) => commit.commit().events.iter().any(|e| quiet.scope.contains(&e.at)),
            None => true,
        })
    }

    /// Somebody else wrote: what the ring holds no longer joins up with what comes next.
    pub(crate) fn restart(&mut self, head: Revision) {
        self.slots.clear();
        self.bytes = 0;
        self.before = head;
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, sealed_set};

    fn delivered(revision: u64, bytes: usize) -> Arc<Delivered> {
        let sealed = sealed_set(&key("a", "k"), revision, &"v".repeat(bytes));
        Arc::new(Delivered::new(Arc::new(sealed)))
    }

    fn ring() -> Ring {
        let options =
            WatchOptions { ring_bytes: 32 << 10, ring_commit_bytes: 4 << 10, watcher_bytes: 0 };
        Ring::new(Revision::ZERO, options)
    }

    #[test]
    fn it_forgets_the_oldest_and_says_so() {
        let mut ring = ring();
        for revision in 1..=20 {
            ring.push(delivered(revision, 1 << 10));
        }
        assert!(ring.bytes() <= 32 << 10);
        assert!(matches!(ring.next(Revision(1)), Next::Gone(before) if before > Revision(10)));
        assert!(matches!(ring.next(Revision(19)), Next::Commit(c) if c.commit().revision.0 == 20));
        assert!(matches!(ring.next(Revision(20)), Next::End));
        assert!(ring.after(Revision(3), 9).is_none());
        assert_eq!(ring.after(Revision(18), 9).map(|c| c.len()), Some(2));
    }

    #[test]
    fn a_large_commit_is_a_hole_that_the_log_fills() {
        let mut ring = ring();
        ring.push(delivered(1, 10));
        ring.push(delivered(2, 5 << 10));
        ring.push(delivered(3, 10));
        assert_eq!(ring.after(Revision::ZERO, 9).map(|c| c.len()), Some(1));
        assert!(ring.after(Revision(1), 9).is_none());
        assert!(matches!(ring.next(Revision(1)), Next::TooLarge(Revision(2))));
        assert_eq!(ring.after(Revision(2), 9).map(|c| c.len()), Some(1));
    }
}
