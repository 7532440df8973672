//! Entries that a condition of the dialect's own lets through, in an order that keys do not have. There is no index: a call
//! looks through all that may be meant, so much and no more, and then says what to narrow.

use std::cmp::Ordering;
use std::sync::Arc;

use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{Entry, EntryKey, Key, Prefix, Revision, Timestamp};
use holdfast_store::{At, PageLimit, Scan};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names;

/// What the dialect reads an entry as; `None`: it is not wanted. It is asked again of what is left of one of which the caller sees only
/// a part.
pub type Reads<'a, D> = &'a (dyn Fn(&Arc<Entry>) -> Option<D> + Send + Sync);
/// Which of two comes first.
pub type InOrder<'a, D> = &'a (dyn Fn(&D, &D) -> Ordering + Send + Sync);

/// Which entries, as what, in which order.
pub struct Select<'a, D> {
    /// Where.
    pub namespace: String,
    /// Byte prefixes of the keys to look at; none begins with another.
    pub prefixes: Vec<String>,
    /// The only key that can be wanted, when it is known: nothing else is looked at.
    pub only: Option<String>,
    /// The condition.
    pub reads: Reads<'a, D>,
    /// The order; `None`: by creation. Entries that are equal in it come by creation.
    pub order: Option<InOrder<'a, D>>,
    /// Only what was created after this entry.
    pub after: Option<Created>,
    /// So many are passed over.
    pub offset: usize,
    /// At most so many.
    pub limit: usize,
}

/// The place of an entry in the order of creation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Created {
    /// The commit that created it.
    pub revision: Revision,
    /// Its key: a commit may create several.
    pub key: Key,
}

impl Created {
    /// That of an entry.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self { revision: entry.create_revision, key: entry.at.key.clone() }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Selected<D> {
    /// Those the caller may read, in the order asked for, each with what it was read as.
    pub entries: Vec<(Arc<Entry>, D)>,
    /// There are more behind the last one.
    pub more: bool,
    /// The state that was looked at.
    pub revision: Revision,
}

/// Entries and bytes looked at in one call.
const ENTRIES: usize = 100_000;
const BYTES: usize = 128 << 20;
/// Entries and bytes read at once; between two pages other tasks have their turn.
const PAGE_ENTRIES: usize = 512;
const PAGE_BYTES: usize = 1 << 20;
/// Bytes of entries in an answer.
const ANSWER_BYTES: usize = 32 << 20;
/// Entries kept beyond those that are wanted, before the last ones in order are dropped.
const SPARE: usize = 4_096;

impl Engine {
    /// The entries of a namespace that are wanted, as far as the caller may read them.
    pub async fn select<D: Send + Sync>(
        &self,
        caller: &Caller,
        select: Select<'_, D>,
    ) -> Result<Selected<D>, EngineError> {
        let resource = Resource::namespace(&*select.namespace);
        let proof = self.authorize(caller, Action::List, resource).await?;
        let revision = self.pinned(Moment::Latest).await?;
        let mut selecting = Selecting {
            engine: self,
            caller,
            proof,
            revision,
            // One more tells whether there are more.
            most: select.offset.saturating_add(select.limit).saturating_add(1),
            select,
            kept: Vec::new(),
            entries: 0,
            bytes: 0,
        };
        match selecting.select.only.take() {
            Some(key) => selecting.look_at(&key).await?,
            None => {
                for prefix in selecting.select.prefixes.clone() {
                    selecting.look_through(&prefix).await?;
                }
            }
        }
        selecting.finish().await
    }
}

/// A call on its way through a namespace.
struct Selecting<'a, D> {
    engine: &'a Engine,
    caller: &'a Caller,
    proof: Authorized,
    revision: Revision,
    select: Select<'a, D>,
    /// So many of the first ones are of use.
    most: usize,
    kept: Vec<(Arc<Entry>, D)>,
    entries: usize,
    bytes: usize,
}

impl<D: Send + Sync> Selecting<'_, D> {
    async fn look_at(&mut self, key: &str) -> Result<(), EngineError> {
        let namespace = names::namespace(&self.select.namespace)?;
        let Ok(key) = Key::new(key) else { return Ok(()) };
        let at = EntryKey::new(namespace, key);
        match self.engine.log().get(&self.proof, &at).await? {
            Some(entry) => self.take(entry, self.engine.log().now()).await,
            None => Ok(()),
        }
    }

    async fn look_through(&mut self, prefix: &str) -> Result<(), EngineError> {
        let (log, mut after) = (self.engine.log(), None);
        loop {
            let namespace = names::namespace(&self.select.namespace)?;
            let what = Scan::Entries { namespace, prefix: Prefix::new(prefix), after };
            let limit = PageLimit::rows(PAGE_ENTRIES).and_bytes(PAGE_BYTES);
            let page = log.list(&self.proof, what, At::Revision(self.revision), limit).await?;
            after = page.entries.last().map(|entry| entry.at.key.clone());
            let now = log.now();
            self.kept.reserve(page.entries.len().min(self.most));
            for entry in page.entries {
                self.count(&entry)?;
                self.take(entry, now).await?;
            }
            if !page.more || after.is_none() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    fn count(&mut self, entry: &Entry) -> Result<(), EngineError> {
        self.entries += 1;
        self.bytes += entry.weight();
        if self.entries > ENTRIES || self.bytes > BYTES {
            return Err(EngineError::TooMuchToLookAt {
                what: "entries",
                max: ENTRIES,
                max_bytes: BYTES,
            });
        }
        Ok(())
    }

    async fn take(&mut self, entry: Arc<Entry>, now: Timestamp) -> Result<(), EngineError> {
        let behind =
            |after: &Created| (entry.create_revision, &entry.at.key) > (after.revision, &after.key);
        let expired = entry.expired(now);
        if expired || !self.select.after.as_ref().is_none_or(behind) {
            return Ok(());
        }
        let Some(read) = (self.select.reads)(&entry) else { return Ok(()) };
        // Whoever may not read it does not learn that it is one of those.
        if !self.engine.sees(self.caller, &entry.at).await? {
            return Ok(());
        }
        let Some(shown) = self.engine.shown(self.caller, Arc::clone(&entry))? else {
            return Ok(());
        };
        // Nor whoever sees only the rest of it.
        let read =
            if Arc::ptr_eq(&shown, &entry) { Some(read) } else { (self.select.reads)(&shown) };
        self.kept.extend(read.map(|read| (shown, read)));
        if self.kept.len() >= self.most.saturating_add(SPARE) {
            self.sort();
            self.kept.truncate(self.most);
        }
        Ok(())
    }

    fn sort(&mut self) {
        // The order of `Created`, without making any.
        let by_creation = |(a, _): &(Arc<Entry>, D), (b, _): &(Arc<Entry>, D)| {
            (a.create_revision, &a.at.key).cmp(&(b.create_revision, &b.at.key))
        };
        match self.select.order {
            Some(order) => {
                self.kept.sort_by(|a, b| order(&a.1, &b.1).then_with(|| by_creation(a, b)));
            }
            None => self.kept.sort_by(by_creation),
        }
    }

    async fn finish(mut self) -> Result<Selected<D>, EngineError> {
        self.sort();
        let wanted = self.kept.len().saturating_sub(self.select.offset);
        let more = wanted > self.select.limit;
        let passed_over = self.select.offset.min(self.kept.len());
        let entries: Vec<_> = self.kept.drain(passed_over..).take(self.select.limit).collect();
        let bytes: usize = entries.iter().map(|(entry, _)| entry.weight()).sum();
        if bytes > ANSWER_BYTES {
            return Err(EngineError::AnswerTooLarge { max_bytes: ANSWER_BYTES });
        }
        for (entry, _) in &entries {
            self.engine.answered(self.caller, entry).await?;
        }
        Ok(Selected { entries, more, revision: self.revision })
    }
}
