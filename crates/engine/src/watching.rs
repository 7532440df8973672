//! Watch: the log as a stream, from any place on.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Entry, Filter, Head, Key, Namespace, Prefix, ResumeToken, Revision, Timestamp,
};
use holdfast_store::{At, PageLimit, Row, Scan, StoreError};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::aliases;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Place;
use crate::hub::delivered::Matched;
use crate::hub::eye::Eye;
use crate::hub::watcher::Watcher as Cursor;
use crate::log::Log;
use crate::quotas::Seats;
use crate::rights::Rights;

/// What to watch.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// An event passes when one of them lets it; none: everything but the server's own namespaces.
    pub filters: Vec<Filter>,
    /// Alias events too, whatever the filters say.
    pub aliases: bool,
    /// From where.
    pub start: Start,
    /// A bookmark when nothing was delivered for this long; `None`: never.
    pub bookmark: Option<Duration>,
    /// Tells of rights that became wider: [`Delivery::Resync`].
    pub resync: bool,
}

/// Where a watch begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// With the next commit.
    #[default]
    Now,
    /// With the commit behind this revision; 0: with the first.
    After(Revision),
    /// Where an earlier watch stopped.
    Token(ResumeToken),
    /// With the current entries, then the next commit.
    Initial,
}

impl Start {
    /// Where the event of a place was seen. Of a commit in the middle all comes again: there is no earlier place to begin.
    pub fn behind(place: Place) -> Self {
        match place.index {
            u32::MAX => Self::After(place.revision),
            _ => Self::After(Revision(place.revision.0.saturating_sub(1))),
        }
    }
}

/// One thing a watcher is told.
pub enum Delivery {
    /// Current entries of the state at `revision`; `last` when there are no more.
    Initial {
        /// The entries.
        entries: Vec<Arc<Entry>>,
        /// The state.
        revision: Revision,
        /// Commits follow.
        last: bool,
        /// Where to resume once `last` was seen.
        token: ResumeToken,
    },
    /// A commit, with what of it the watcher asked for.
    Commit(Matched),
    /// Everything up to here has been delivered or was of no interest.
    Bookmark {
        /// Where the watcher stands.
        revision: Revision,
        /// To resume from there.
        token: ResumeToken,
    },
    /// The caller may see more than before: what was written up to here may not have been delivered, and has to be read anew.
    Resync {
        /// The newest state by now.
        revision: Revision,
        /// To resume where the watcher stands: behind the last delivery.
        token: ResumeToken,
    },
}

/// A running watch. Dropping it ends it.
pub struct Watcher {
    log: Arc<Log>,
    cursor: Arc<Cursor>,
    rights: Rights,
    /// Among the watchers of the namespaces that have a quota of them.
    _seats: Option<Box<Seats>>,
    /// What is being looked at on behalf of the caller.
    looked_at: Option<Matched>,
    /// In a box: most watches have none, and the others not for long.
    initial: Option<Box<Initial>>,
    bookmark: Option<Duration>,
    bookmarked: Revision,
    /// Up to when everything was delivered, as the latest bookmark knows it.
    complete_at: Option<Timestamp>,
    /// When something was last delivered.
    delivered: Instant,
    /// Ends when it may have been quiet for long enough. It is not moved with each delivery: who finds it too early does that.
    quiet: Option<Pin<Box<Sleep>>>,
}

/// Rows and bytes of one delivery of initial state.
const INITIAL_ROWS: usize = 256;
const INITIAL_BYTES: usize = 256 << 10;

impl Engine {
    /// Starts a watch. When this answers, nothing that is committed from now on will be missed.
    pub async fn watch(&self, caller: &Caller, watch: Watch) -> Result<Watcher, EngineError> {
        let proofs = self.authorize_watch(caller, &watch.filters).await?;
        self.check_filters(&watch.filters)?;
        let log = self.log();
        let seats = self.seats(&watch.filters)?;
        let mut filters = watch.filters;
        if filters.is_empty() {
            filters.push(Filter::all());
        }
        // The initial state is of what was asked for; aliases have a request of their own.
        let wanted = filters.clone();
        let rights = Rights::new(self, caller, wanted.clone(), watch.resync);
        if watch.aliases {
            let prefix = Prefix::new(aliases::PREFIX);
            filters.push(Filter::below(Namespace::RESERVED, prefix));
        }
        let head = log.store.head().await?;
        let position = start_position(watch.start, &head)?;
        let initial = (watch.start == Start::Initial)
            .then(|| Box::new(Initial::new(wanted, proofs, position, head)));
        let eye = (!self.own)
            .then(|| Eye { guard: Arc::clone(self.guard()), who: caller.identity.clone() });
        let cursor = log.hub.register(filters, eye, position);
        log.hub.catch_up(&cursor);
        Ok(Watcher {
            log: Arc::clone(log),
            cursor,
            rights,
            _seats: seats,
            looked_at: None,
            initial,
            bookmark: watch.bookmark,
            bookmarked: position,
            complete_at: None,
            delivered: Instant::now(),
            quiet: None,
        })
    }

    /// From now on this is one of so many nodes, each of which allows its part of the watchers of a namespace that has a quota of
    /// them. Whoever watches already stays.
    pub fn share_watchers(&self, nodes: usize) {
        if let Some(usage) = &self.log().usage {
            usage.share(nodes as u64);
        }
    }

    /// A place among the watchers of each namespace that has a quota of them.
    pub(crate) fn seats(&self, filters: &[Filter]) -> Result<Option<Box<Seats>>, EngineError> {
        let log = self.log();
        match &log.usage {
            Some(usage) if !self.own => usage.seat(filters).inspect_err(|error| {
                if let EngineError::QuotaExceeded { what, .. } = error {
                    log.metrics.over_quota(*what);
                }
            }),
            _ => Ok(None),
        }
    }

    /// Every namespace by itself, in order; a filter without one is a request for everything.
    pub(crate) async fn authorize_watch(
        &self,
        caller: &Caller,
        filters: &[Filter],
    ) -> Result<Vec<Authorized>, EngineError> {
        let mut proofs = Vec::new();
        for filter in filters {
            for namespace in &filter.namespaces {
                let resource = Resource::namespace(namespace);
                proofs.push(self.authorize(caller, Action::Watch, resource).await?);
            }
        }
        if filters.iter().any(|filter| filter.namespaces.is_empty()) || filters.is_empty() {
            proofs.push(self.authorize(caller, Action::Watch, Resource::any()).await?);
        }
        Ok(proofs)
    }

    pub(crate) fn check_filters(&self, filters: &[Filter]) -> Result<(), EngineError> {
        let max = self.limits().watch_filters;
        let most = |count: fn(&Filter) -> usize| filters.iter().map(count).max().unwrap_or(0);
        let counts = [
            ("namespaces", most(|filter| filter.namespaces.len())),
            ("prefixes", most(|filter| filter.prefixes.len())),
            ("filters", filters.len()),
        ];
        match counts.into_iter().find(|(_, got)| *got > max) {
            Some((what, got)) => Err(EngineError::TooManyFilters { what, max, got }),
            None => Ok(()),
        }
    }
}

fn start_position(start: Start, head: &Head) -> Result<Revision, EngineError> {
    let oldest = head.floors.events;
    let position = match start {
        Start::Now | Start::Initial => return Ok(head.revision),
        // 0 asks for all there is, not for a commit that has gone.
        Start::After(Revision::ZERO) => return Ok(Revision(oldest.0.saturating_sub(1))),
        Start::After(revision) if head.knows(revision) => revision,
        Start::Token(token) if token.belongs_to(head) => token.revision,
        Start::After(_) | Start::Token(_) => return Err(EngineError::ForeignLog { oldest }),
    };
    if position.next() < oldest {
        let asked = position.next();
        return Err(EngineError::Store(StoreError::Compacted { asked, oldest }));
    }
    Ok(position)
}

impl Watcher {
    /// The next delivery; waits for it. An error ends the watch: the one of the log, or that the caller may not watch any
    /// longer. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Delivery, EngineError> {
        self.rights.check().await?;
        if let Some(initial) = &mut self.initial {
            let Rights { engine, caller, .. } = &self.rights;
            let delivery = Box::pin(initial.next(engine, caller)).await?;
            if matches!(delivery, Delivery::Initial { last: true, .. }) {
                self.initial = None;
            }
            return Ok(delivery);
        }
        loop {
            if self.looked_at.is_none() && self.rights.take_widened() {
                let head = self.log.view().head;
                // Whatever was judged by the rules before is part of the head; this watch stands further behind.
                let token = ResumeToken::at(&head, self.bookmarked);
                return Ok(Delivery::Resync { revision: head.revision, token });
            }
            if self.looked_at.is_none() {
                self.looked_at = self.cursor.pop().transpose()?;
            }
            // It stays there until it was looked at: a guard or an auditor may take its time, and the caller may not wait.
            if let Some(matched) = self.looked_at.clone() {
                let revision = matched.commit.commit().revision;
                let seen = match &self.cursor.eye {
                    Some(eye) => eye.look(matched).await?,
                    None => Some(matched),
                };
                if let Some(seen) = &seen {
                    self.rights.account(seen).await?;
                }
                self.looked_at = None;
                self.bookmarked = revision;
                match seen {
                    Some(seen) => return Ok(self.delivered(seen)),
                    None => continue,
                }
            }
            self.log.hub.catch_up(&self.cursor);
            if !self.cursor.state.lock().queue.is_empty() {
                continue;
            }
            if self.woken_or_quiet().await?
                && let Some(bookmark) = self.take_bookmark()
            {
                return Ok(bookmark);
            }
        }
    }

    fn delivered(&mut self, matched: Matched) -> Delivery {
        self.bookmarked = matched.commit.commit().revision;
        self.delivered = Instant::now();
        Delivery::Commit(matched)
    }

    /// Waits until there may be something to deliver; true when there was nothing for as long as a bookmark takes. Fails once
    /// the caller may not watch any longer.
    async fn woken_or_quiet(&mut self) -> Result<bool, EngineError> {
        let (delivered, wake) = (&mut self.delivered, &self.cursor.wake);
        let quiet = async {
            let Some(interval) = self.bookmark else { return std::future::pending().await };
            let due = *delivered + interval;
            let quiet = self.quiet.get_or_insert_with(|| Box::pin(sleep_until(due)));
            quiet.as_mut().await;
            let now = Instant::now();
            let was_quiet = now >= due;
            if was_quiet {
                *delivered = now;
            }
            quiet.as_mut().reset(*delivered + interval);
            was_quiet
        };
        let changed = tokio::select! {
            biased;
            () = wake.notified() => return Ok(false),
            () = self.rights.changed() => true,
            was_quiet = quiet => return Ok(was_quiet),
        };
        if changed {
            self.rights.check().await?;
        }
        Ok(false)
    }

    /// Everything up to here was delivered, or was of no interest when last looked at.
    pub fn position(&self) -> Revision {
        self.bookmarked
    }

    /// Up to when everything was delivered, as of the latest bookmark; `None`: it is not known.
    pub fn complete_at(&self) -> Option<Timestamp> {
        self.complete_at
    }

    /// From now on a bookmark when nothing was delivered for this long.
    pub fn bookmark_every(&mut self, interval: Duration) {
        self.bookmark = Some(interval);
        self.quiet = None;
    }

    fn take_bookmark(&mut self) -> Option<Delivery> {
        let now = self.log.now();
        let head = self.log.view().head.revision;
        let revision = self.log.hub.bookmark(&self.cursor)?.max(self.bookmarked);
        self.bookmarked = revision;
        // What was committed before this moment and has not been looked at yet may be of interest.
        if revision >= head {
            self.complete_at = Some(now);
        }
        let token = ResumeToken::at(&self.log.view().head, revision);
        Some(Delivery::Bookmark { revision, token })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.log.hub.deregister(&self.cursor);
    }
}

/// The walk through the current entries of everything that the filters name.
struct Initial {
    filters: Vec<Filter>,
    proofs: Vec<Authorized>,
    at: Revision,
    token: ResumeToken,
    /// Namespaces still to go through; `None` until they were looked up.
    namespaces: Option<VecDeque<Namespace>>,
    after: Option<Key>,
}

impl Initial {
    fn new(filters: Vec<Filter>, proofs: Vec<Authorized>, at: Revision, head: Head) -> Self {
        let token = ResumeToken::at(&head, at);
        Self { filters, proofs, at, token, namespaces: None, after: None }
    }

    async fn next(&mut self, engine: &Engine, caller: &Caller) -> Result<Delivery, EngineError> {
        let log = engine.log();
        if self.namespaces.is_none() {
            self.namespaces = Some(self.find_namespaces(log).await?);
        }
        let mut entries = Vec::new();
        while entries.is_empty() {
            let Some(namespace) = self.current() else { break };
            let page = self.page(log, namespace).await?;
            entries = engine.visible(caller, page).await?;
        }
        let last = self.current().is_none();
        Ok(Delivery::Initial { entries, revision: self.at, last, token: self.token })
    }

    fn current(&self) -> Option<Namespace> {
        self.namespaces.as_ref()?.front().cloned()
    }

    /// One page of a namespace; the end of the namespace moves on to the next one.
    async fn page(
        &mut self,
        log: &Log,
        namespace: Namespace,
    ) -> Result<Vec<Arc<Entry>>, EngineError> {
        let what = Scan::Entries {
            namespace: namespace.clone(),
            prefix: self.common_prefix(),
            after: self.after.take(),
        };
        let limit = PageLimit::rows(INITIAL_ROWS).and_bytes(INITIAL_BYTES);
        let proof = self.proofs.iter().find(|proof| proof.what().covers_namespace(&namespace));
        let Some(proof) = proof else { return Ok(self.skip()) };
        let found = log.list(proof, what, At::Revision(self.at), limit).await?;
        match found.entries.last() {
            Some(last) if found.more => self.after = Some(last.at.key.clone()),
            _ => drop(self.skip()),
        }
        let now = log.now();
        let mut entries = found.entries;
        entries.retain(|e| !e.expired(now) && self.filters.iter().any(|f| f.matches(&e.at)));
        Ok(entries)
    }

    fn skip(&mut self) -> Vec<Arc<Entry>> {
        self.after = None;
        if let Some(namespaces) = &mut self.namespaces {
            namespaces.pop_front();
        }
        Vec::new()
    }

    /// The prefix to scan with: the filter's own when there is just one, else everything is looked at.
    fn common_prefix(&self) -> Prefix {
        match self.filters.as_slice() {
            [Filter { prefixes, .. }] if prefixes.len() == 1 => prefixes[0].clone(),
            _ => Prefix::any(),
        }
    }

    async fn find_namespaces(&self, log: &Log) -> Result<VecDeque<Namespace>, EngineError> {
        let named = self.filters.iter().flat_map(|filter| &filter.namespaces);
        // A name that can be no namespace has no entries.
        let mut found: BTreeSet<Namespace> =
            named.filter_map(|name| Namespace::new(name).ok()).collect();
        if self.filters.iter().any(|filter| filter.namespaces.is_empty())
            && let Some(proof) = self.proofs.iter().find(|p| p.what().namespace.is_empty())
        {
            let mut after = None;
            loop {
                let page = log.namespaces_at(proof, after.take(), self.at, INITIAL_ROWS).await?;
                for row in page.rows {
                    let Row::Namespace(namespace) = row else { continue };
                    after = Some(namespace.clone());
                    if !namespace.is_reserved() {
                        found.insert(namespace);
                    }
                }
                if !page.more {
                    break;
                }
            }
        }
        Ok(found.into_iter().collect())
    }
}
