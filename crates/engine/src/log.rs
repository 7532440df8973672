//! The one door to the store: every read and every write of every use case passes here, with the proof that the guard
//! was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use arc_swap::ArcSwap;
use holdfast_auth::{AuthError, Authorized};
use holdfast_model::{
    Batch, Entry, EntryKey, EpochStart, Floors, Head, Namespace, Revision, Sealed, Timestamp,
};
use holdfast_store::{
    AppendError, At, Page, PageLimit, Read, Reclaimed, Row, Scan, SideWrite, Store, StoreError,
};
use parking_lot::Mutex;

use crate::cache::{Cache, Known, Takes};
use crate::commit::{Committed, Queue, Turn};
use crate::editors::Editors;
use crate::error::EngineError;
use crate::follow::Follow;
use crate::hub::Hub;
use crate::lookup::Lookup;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::own;
use crate::quotas::Usage;

/// The log with its views. What readers see is the [`View`] that was published last.
pub(crate) struct Log {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) cache: Cache,
    pub(crate) lookup: Lookup,
    pub(crate) hub: Arc<Hub>,
    pub(crate) queue: Queue,
    pub(crate) turn: Turn,
    pub(crate) options: Options,
    /// `None`: there are no quotas.
    pub(crate) usage: Option<Usage>,
    pub(crate) metrics: Metrics,
    pub(crate) editors: Editors,
    /// `None`: nobody else appends to the store.
    pub(crate) follow: Option<Follow>,
    pub(crate) view: ArcSwap<View>,
    /// Held while the View moves on.
    pub(crate) showing: Mutex<()>,
    /// A flush failed: nothing can be written until the store is opened again.
    pub(crate) read_only: AtomicBool,
    /// The wall clock is behind the log's time: nothing expires.
    pub(crate) clock_behind: AtomicBool,
}

/// What everybody may see: published after the flush, before any answer, in one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) head: Head,
}

/// Names seen on the way through a namespace.
pub(crate) struct Entries {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) more: bool,
    pub(crate) revision: Revision,
}

impl Log {
    pub(crate) fn new(store: Arc<dyn Store>, head: Head, options: Options, queue: Queue) -> Self {
        // Whatever is written is wanted again by whoever writes next; to ask a database for it is a journey.
        let takes = if store.capabilities().shared { Takes::All } else { Takes::Asked };
        Self {
            turn: Turn::new(store.as_ref()),
            follow: Follow::of(store.as_ref(), options.shared.clone(), &head),
            lookup: Lookup::new(Arc::clone(&store)),
            cache: Cache::new(options.cache_bytes, takes),
            store,
            hub: Arc::new(Hub::new(&head, options.watch)),
            queue,
            usage: Usage::of(&options.quotas),
            options,
            metrics: Metrics::default(),
            editors: Editors::default(),
            view: ArcSwap::from_pointee(View { head }),
            showing: Mutex::new(()),
            read_only: AtomicBool::new(false),
            clock_behind: AtomicBool::new(false),
        }
    }

    pub(crate) fn view(&self) -> View {
        **self.view.load()
    }

    /// Raises the floors and removes what lies below them.
    pub(crate) async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, EngineError> {
        let done = self.store.reclaim(floors).await?;
        self.show_floors(floors);
        Ok(done)
    }

    /// The commit of a revision; `None` when it is compacted.
    pub(crate) async fn commit_at(
        &self,
        revision: Revision,
    ) -> Result<Option<Arc<Sealed>>, EngineError> {
        let before = Revision(revision.0.saturating_sub(1));
        match self.store.commits(before, 1).await {
            Ok(page) => {
                let found = page.commits.into_iter().next();
                Ok(found.filter(|sealed| sealed.commit().revision == revision))
            }
            Err(StoreError::Compacted { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The first commit from this revision on; `None` behind the newest one.
    pub(crate) async fn first_from(
        &self,
        revision: Revision,
    ) -> Result<Option<Arc<Sealed>>, EngineError> {
        let EpochStart { inherited, first } = self.view().head.epoch_start;
        // Nothing was ever committed in the hole before an epoch, and a store refuses to look there.
        let in_the_hole = revision > inherited && revision < first;
        let from = if in_the_hole { first } else { revision };
        let page = self.store.commits(Revision(from.0.saturating_sub(1)), 1).await?;
        Ok(page.commits.into_iter().next())
    }

    /// Commits behind `after`. Which of their events the caller may see is for the use case to ask, event by event.
    pub(crate) async fn commits(
        &self,
        _proof: &Authorized,
        after: Revision,
        budget: usize,
    ) -> Result<Vec<Arc<Sealed>>, EngineError> {
        Ok(self.store.commits(after, budget).await?.commits)
    }

    /// The time at which reads hide what has expired. It never steps back behind the log's own.
    pub(crate) fn now(&self) -> Timestamp {
        self.options.clock.now().max(self.view().head.time)
    }

    pub(crate) async fn get(
        &self,
        proof: &Authorized,
        at: &EntryKey,
    ) -> Result<Option<Arc<Entry>>, EngineError> {
        covered(proof, at)?;
        self.fresh().await?;
        let entry = match self.cache.get(at) {
            Some(known) => known.into_entry(),
            None => self.fill(at).await?,
        };
        Ok(entry.filter(|entry| entry.expires_at.is_none() || !entry.expired(self.now())))
    }

    async fn fill(&self, at: &EntryKey) -> Result<Option<Arc<Entry>>, EngineError> {
        let (known, seen) = if self.follow.is_some() {
            let seen = self.lookup.ask(vec![at.clone()]).await?;
            (seen.of(at)?, seen.revision)
        } else {
            let read = self.store.get_many(std::slice::from_ref(at), At::Latest).await?;
            let entry = read.value.into_iter().next().flatten();
            (entry.map_or(Known::Absent(None), Known::Entry), read.revision)
        };
        self.cache.offer(at, known.clone(), seen);
        Ok(known.into_entry())
    }

    /// As it was at an earlier revision: what had expired but was not yet removed is still there.
    pub(crate) async fn get_at(
        &self,
        proof: &Authorized,
        at: &EntryKey,
        revision: Revision,
    ) -> Result<Option<Arc<Entry>>, EngineError> {
        covered(proof, at)?;
        let at = std::slice::from_ref(at);
        let read = self.store.get_many(at, At::Revision(revision)).await?;
        Ok(read.value.into_iter().next().flatten())
    }

    /// Entries of a namespace by key, up to a limit; of one state, however many store pages that takes.
    pub(crate) async fn list(
        &self,
        proof: &Authorized,
        what: Scan,
        at: At,
        limit: PageLimit,
    ) -> Result<Entries, EngineError> {
        if let Scan::Entries { namespace, .. } = &what {
            namespace_covered(proof, namespace)?;
        }
        let now = (at == At::Latest).then(|| self.now());
        let Read { value: page, revision } = self.store.scan(&what, at, limit).await?;
        let mut rows = page.rows;
        let mut more = page.more;
        let shown = |row: &Row| !matches!((row, now), (Row::Entry(e), Some(now)) if e.expired(now));
        let all = rows.len();
        let mut last = last_entry(&rows);
        rows.retain(shown);
        // What has expired took places of the page: fill them up from the same state.
        let mut missing = all - rows.len();
        while more && missing > 0 {
            let next = behind(&what, last.as_ref());
            let page = self
                .store
                .scan(&next, At::Revision(revision), PageLimit::rows(missing))
                .await?
                .value;
            more = page.more;
            last = last_entry(&page.rows).or(last);
            let before = rows.len();
            rows.extend(page.rows.into_iter().filter(shown));
            missing -= rows.len() - before;
        }
        let entries = rows.into_iter().filter_map(|row| match row {
            Row::Entry(entry) => Some(entry),
            _ => None,
        });
        Ok(Entries { entries: entries.collect(), more, revision })
    }

    /// Rows of a key's history, newest first.
    pub(crate) async fn history(
        &self,
        proof: &Authorized,
        of: &EntryKey,
        before: Option<Revision>,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        covered(proof, of)?;
        let what = Scan::History { of: of.clone(), before };
        Ok(self.store.scan(&what, At::Latest, limit).await?.value)
    }

    pub(crate) async fn namespaces(
        &self,
        _proof: &Authorized,
        prefix: &str,
        after: Option<Namespace>,
        rows: usize,
    ) -> Result<Page, EngineError> {
        let what = Scan::Namespaces { prefix: prefix.into(), after, now: self.now() };
        Ok(self.store.scan(&what, At::Latest, PageLimit::rows(rows)).await?.value)
    }

    /// The namespaces that had an entry at an earlier revision.
    pub(crate) async fn namespaces_at(
        &self,
        _proof: &Authorized,
        after: Option<Namespace>,
        revision: Revision,
        rows: usize,
    ) -> Result<Page, EngineError> {
        let what = Scan::Namespaces { prefix: String::new(), after, now: self.now() };
        Ok(self.store.scan(&what, At::Revision(revision), PageLimit::rows(rows)).await?.value)
    }

    /// Commits a batch: one proof for each of [`Batch::names`]. The answer comes when it is durable; a
    /// caller that goes away loses only the answer.
    pub(crate) async fn commit(
        self: &Arc<Self>,
        proofs: &[Authorized],
        batch: Batch,
        deadline: Option<Instant>,
    ) -> Result<Committed, EngineError> {
        let mut proofs = proofs.iter();
        for at in batch.names() {
            let proof = proofs.next().ok_or_else(|| uncovered(at))?;
            covered(proof, at)?;
        }
        self.warm(&batch).await?;
        self.submit(batch, Vec::new(), deadline).await
    }

    /// For the server's own work (expiry, rows beside the log): no caller, no proof.
    pub(crate) async fn maintain(
        self: &Arc<Self>,
        batch: Batch,
        side: Vec<SideWrite>,
    ) -> Result<Committed, EngineError> {
        self.submit(batch, side, None).await
    }

    async fn submit(
        self: &Arc<Self>,
        batch: Batch,
        side: Vec<SideWrite>,
        deadline: Option<Instant>,
    ) -> Result<Committed, EngineError> {
        if self.read_only.load(Relaxed) {
            let why = "an earlier flush failed".to_owned();
            return Err(EngineError::Append(AppendError::ReadOnly(why)));
        }
        self.settled(batch, side, deadline).await
    }
}

fn last_entry(rows: &[Row]) -> Option<EntryKey> {
    rows.iter().rev().find_map(|row| match row {
        Row::Entry(entry) => Some(entry.at.clone()),
        _ => None,
    })
}

fn behind(what: &Scan, last: Option<&EntryKey>) -> Scan {
    match (what, last) {
        (Scan::Entries { namespace, prefix, .. }, Some(last)) => Scan::Entries {
            namespace: namespace.clone(),
            prefix: prefix.clone(),
            after: Some(last.key.clone()),
        },
        _ => what.clone(),
    }
}

/// A proof is about something: it opens nothing else. What is kept for callers is opened by the right to what it stands for.
fn covered(proof: &Authorized, at: &EntryKey) -> Result<(), EngineError> {
    let what = proof.what();
    let is_it = what.covers(at) || own::stands_for(at).is_some_and(|it| it == *what);
    if is_it { Ok(()) } else { Err(uncovered(at)) }
}

fn namespace_covered(proof: &Authorized, namespace: &Namespace) -> Result<(), EngineError> {
    if proof.what().covers_namespace(namespace) {
        return Ok(());
    }
    Err(EngineError::Auth(AuthError::Denied(format!("not authorized for {namespace}"))))
}

fn uncovered(at: &EntryKey) -> EngineError {
    EngineError::Auth(AuthError::Denied(format!("not authorized for {at}")))
}
