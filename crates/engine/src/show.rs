//! How the View moves on: what has become durable is shown in one step, whoever appended it.
//!
//! The order of every step: the cache first (a hit may be too new, never too old), then the ring, then the View, then the bell of
//! the watchers. On a shared log the committer and the follower both move it on; each shows only what joins up with what is shown.

use std::sync::Arc;

use holdfast_model::{Floors, Head, Namespace, Sealed};
use holdfast_store::{CommitPage, Group};

use crate::log::{Log, View};
use crate::quotas::Used;

impl Log {
    /// Shows the group that this node has just appended; `used` is what quotas count behind it.
    pub(crate) fn show_own(
        &self,
        head: Head,
        commits: &[Arc<Sealed>],
        used: Vec<(Namespace, Used)>,
    ) {
        let _showing = self.showing.lock();
        let shown = self.view().head;
        // The follower may have been faster, and may have shown later commits of others too.
        let joins_up = match commits.first() {
            Some(first) => first.commit().previous_hash == shown.hash,
            None => head.revision == shown.revision,
        };
        if !joins_up {
            self.forget_usage(commits);
            return;
        }
        if let Some(usage) = &self.usage {
            usage.hold(used);
        }
        self.move_on(head, commits);
    }

    /// Shows commits that may be those of other nodes; what is shown already is left out. False when the rest does not join up.
    pub(crate) fn show_page(&self, page: &CommitPage) -> bool {
        let _showing = self.showing.lock();
        let shown = self.view().head;
        let news = page.commits.iter().skip_while(|c| c.commit().revision <= shown.revision);
        let news = Group { commits: news.cloned().collect(), ..Group::default() };
        if news.commits.is_empty() {
            // All of it was shown meanwhile, unless there is more and this page has none of it.
            return !page.commits.is_empty() || page.head.revision <= shown.revision;
        }
        // The other one was faster to see the next epoch.
        if page.head.epoch < shown.epoch {
            return true;
        }
        let Ok(reached) = news.head_after(&shown) else { return false };
        let head = if reached.revision == page.head.revision { page.head } else { reached };
        self.forget_usage(&news.commits);
        self.move_on(head, &news.commits);
        true
    }

    /// Nothing was appended, but another node may have reclaimed.
    pub(crate) fn show_upkeep(&self, head: &Head) {
        let _showing = self.showing.lock();
        if head.revision == self.view().head.revision {
            self.show(*head);
        }
    }

    /// Goes on from here: what is in memory does not join up with it.
    pub(crate) fn show_from(&self, head: Head) {
        let _showing = self.showing.lock();
        if let Some(usage) = &self.usage {
            usage.forget();
        }
        self.cache.clear(head.revision);
        self.hub.ring.lock().restart(head.revision);
        self.show(head);
        self.hub.ring_the_bell();
    }

    /// The log has begun another life: who has seen more than it inherited is told so.
    pub(crate) fn show_epoch(&self, head: Head) {
        let _showing = self.showing.lock();
        // An answer that was on its way for long may be of the life before.
        if self.view().head.epoch >= head.epoch {
            return;
        }
        tracing::warn!(epoch = head.epoch.0, revision = head.revision.0, "the log has a new epoch");
        if let Some(usage) = &self.usage {
            usage.forget();
        }
        self.cache.clear(head.revision);
        self.hub.restart(&head);
        self.view.store(Arc::new(View { head }));
        self.hub.ring_the_bell();
    }

    pub(crate) fn show_floors(&self, floors: Floors) {
        self.view.rcu(|old| View { head: Head { floors, ..old.head } });
    }

    fn move_on(&self, head: Head, commits: &[Arc<Sealed>]) {
        for sealed in commits {
            self.cache.apply(sealed);
        }
        self.hub.push(commits);
        self.show(head);
        self.hub.ring_the_bell();
    }

    /// Floors may have been raised beside the commit whose head this is.
    fn show(&self, head: Head) {
        self.view.rcu(|old| {
            let floors = Floors {
                events: head.floors.events.max(old.head.floors.events),
                history: head.floors.history.max(old.head.floors.history),
            };
            View { head: Head { floors, ..head } }
        });
    }

    fn forget_usage(&self, commits: &[Arc<Sealed>]) {
        let Some(usage) = &self.usage else { return };
        for event in commits.iter().flat_map(|sealed| &sealed.commit().events) {
            usage.forget_of(&event.at.namespace);
        }
    }
}
