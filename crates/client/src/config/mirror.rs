//! What is known of one namespace: read without a lock, written by whoever learns something.
//!
//! Invariants: of a key never an older entry follows a newer one; a commit becomes visible to [`Mirror::list`] and to listeners
//! in one piece; keys and bytes stay within their bounds.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use super::clock::Tick;
use super::listeners::{Listener, Listeners, Registration, Selector};
use crate::Entry;
use crate::entry::Log;
use crate::source::{Change, Moment};

/// How much may be kept of one namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Keys.
    pub keys: usize,
    /// Bytes: of keys, of values, and what keeping them takes.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { keys: 100_000, bytes: 64 << 20 }
    }
}

/// What is known of a key.
#[derive(Debug)]
pub(crate) struct Known {
    /// `None`: there is no such key.
    pub(crate) entry: Option<Arc<Entry>>,
    /// The revision that says so; 0 when no log was asked.
    revision: u64,
    /// Of this log.
    log: Log,
    /// When this was true, by itself; what the watch confirms counts beside it.
    confirmed: AtomicU64,
    /// When a write of our own made it so.
    written: Option<Instant>,
    /// Read since the eviction hand came by.
    used: AtomicBool,
}

impl Known {
    /// When this was last known to be true by an answer of its own.
    pub(crate) fn confirmed(&self) -> Tick {
        Tick::from_raw(self.confirmed.load(Ordering::Relaxed))
    }

    fn weight(&self, key: &str) -> usize {
        self.entry.as_ref().map_or_else(|| Entry::bare("", key, "", "").weight(), |e| e.weight())
    }
}

/// What is known of one namespace.
#[derive(Debug)]
pub(crate) struct Mirror {
    fast: papaya::HashMap<Arc<str>, Arc<Known>, foldhash::fast::RandomState>,
    held: Mutex<Held>,
    pub(crate) listeners: Listeners,
    /// Up to when the watch has told everything.
    confirmed: AtomicU64,
    evictions: AtomicU64,
    bounds: Bounds,
}

/// The same, in order, for whoever writes.
#[derive(Debug, Default)]
struct Held {
    known: BTreeMap<Arc<str>, Arc<Known>>,
    bytes: usize,
    /// Every key that the watch covers is here.
    complete: bool,
    /// The log that the watch tells of; `None`: it has told nothing yet, or no longer does.
    log: Option<Log>,
    /// Something came from another one.
    mixed: bool,
    /// Where the eviction hand stands.
    hand: Option<Arc<str>>,
    /// Keys that somebody is asking the source about: how many ask, and what the watch has said since.
    asked: HashMap<Arc<str>, Asked>,
    /// The state that is being told.
    loading: Option<Loading>,
}

#[derive(Debug, Default)]
struct Asked {
    askers: usize,
    news: Option<Change>,
}

#[derive(Debug, Default)]
struct Loading {
    entries: BTreeMap<Arc<str>, Arc<Entry>>,
    bytes: usize,
    overflown: bool,
}

impl Mirror {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            fast: papaya::HashMap::with_hasher(foldhash::fast::RandomState::default()),
            held: Mutex::default(),
            listeners: Listeners::default(),
            confirmed: AtomicU64::new(Tick::NEVER.raw()),
            evictions: AtomicU64::new(0),
            bounds,
        }
    }

    /// What is known of a key, and up to when that is confirmed. No lock, no allocation.
    pub(crate) fn look<R>(&self, key: &str, look: impl FnOnce(&Known, Tick) -> R) -> Option<R> {
        // Before the entry: what is confirmed meanwhile may be confirmed of a newer one.
        let confirmed = self.confirmed();
        let pinned = self.fast.pin();
        let known = pinned.get(key)?;
        // A store that is not needed would take the cache line from every other reader.
        if !known.used.load(Ordering::Relaxed) {
            known.used.store(true, Ordering::Relaxed);
        }
        Some(look(known, confirmed.max(known.confirmed())))
    }

    /// Up to when the watch has told everything.
    pub(crate) fn confirmed(&self) -> Tick {
        Tick::from_raw(self.confirmed.load(Ordering::Acquire))
    }

    /// The watch has told everything up to then, and all of it is here. Later than what it said before, or nothing changes.
    pub(crate) fn confirm(&self, at: Tick) {
        self.confirmed.fetch_max(at.raw(), Ordering::Release);
    }

    /// What the watch said no longer counts.
    pub(crate) fn doubt(&self) {
        let mut held = self.held.lock();
        held.log = None;
        held.mixed = false;
        self.confirmed.store(Tick::NEVER.raw(), Ordering::Relaxed);
    }

    /// All entries below a prefix, of one state, and up to when they are confirmed; `None` when not all of them are known.
    pub(crate) fn list(&self, prefix: &str) -> Option<(Vec<Arc<Entry>>, Tick)> {
        let confirmed = self.confirmed();
        let held = self.held.lock();
        held.complete.then(|| (held.below(prefix).cloned().collect(), confirmed))
    }

    /// Somebody listens from now on. It is told the state at once when all of it is known here.
    pub(crate) fn listen(
        &self,
        selector: Selector,
        listener: Arc<dyn Listener>,
    ) -> (Registration, Option<Vec<Arc<Entry>>>) {
        let held = self.held.lock();
        let registration = self.listeners.register(selector.clone(), listener);
        let known = match &selector {
            Selector::Key(key) => held.known.get(key).map(|k| k.entry.iter().cloned().collect()),
            Selector::Prefix(prefix) if held.complete => {
                Some(held.below(prefix).cloned().collect())
            }
            Selector::Prefix(_) => None,
        };
        (registration, known)
    }

    /// One commit that the watch told.
    pub(crate) fn apply(&self, changes: &[Change], moment: Moment) {
        let mut held = self.held.lock();
        held.log = Some(moment.log());
        for change in changes {
            let key = change.key();
            if let Some(asked) = held.asked.get_mut(key) {
                asked.news = Some(change.clone());
            }
            // Of keys that are not kept nothing has to be known.
            if held.complete || held.known.contains_key(key) {
                self.learn(&mut held, change, &Proof::told(moment));
            }
        }
        self.evict(&mut held);
        self.listeners.post(changes);
    }

    /// What a write of our own did: known before the watch tells it.
    pub(crate) fn wrote(&self, changes: &[Change], sent: Tick) {
        let mut held = self.held.lock();
        let proof = Proof { asked: None, at: sent, written: Some(Instant::now()) };
        for change in changes {
            held.mixed |= held.is_foreign(change.log());
            self.learn(&mut held, change, &proof);
        }
        self.evict(&mut held);
        self.listeners.post(changes);
    }

    /// True when something came from another log than the watch tells of: only the whole state can say what is so.
    pub(crate) fn is_mixed(&self) -> bool {
        self.held.lock().mixed
    }

    /// Somebody asks the source about a key: until [`answered`](Self::answered) what the watch says of it is kept.
    pub(crate) fn asking(&self, key: &Arc<str>) {
        self.held.lock().asked.entry(Arc::clone(key)).or_default().askers += 1;
    }

    /// The source answered: an entry, or that there is none; or nothing was learned. `asked` is when it was asked.
    pub(crate) fn answered(&self, key: &Arc<str>, answer: Option<Option<Entry>>, asked: Asking) {
        let mut held = self.held.lock();
        let news = match held.asked.get_mut(key) {
            Some(entry) if entry.askers > 1 => {
                entry.askers -= 1;
                entry.news.clone()
            }
            _ => held.asked.remove(key).and_then(|entry| entry.news),
        };
        let Some(answer) = answer else { return };
        let change = match answer {
            Some(entry) => Change::Set(entry),
            None => Change::Gone {
                key: Arc::clone(key),
                revision: 0,
                log: held.log.unwrap_or_default(),
            },
        };
        if held.is_foreign(change.log()) {
            // The watch will not tell when this changes.
            held.mixed = true;
            return;
        }
        let proof = Proof { asked: Some(asked.instant), at: asked.tick, written: None };
        match news {
            // The watch has been ahead of the answer: which of the two is newer cannot always be told for "none".
            Some(news) => {
                if let Change::Set(_) = &change {
                    self.learn(&mut held, &change, &proof);
                }
                self.learn(&mut held, &news, &Proof { at: Tick::NEVER, ..proof });
            }
            None => self.learn(&mut held, &change, &proof),
        }
        self.evict(&mut held);
    }

    /// The caller may not read this key: nothing of it is kept.
    pub(crate) fn forget(&self, key: &str) {
        let mut held = self.held.lock();
        if let Some((key, known)) = held.known.remove_entry(key) {
            held.bytes -= known.weight(&key);
            self.fast.pin().remove(&key);
        }
    }

    /// Nothing is known any more.
    pub(crate) fn clear(&self) {
        let mut held = self.held.lock();
        held.known.clear();
        held.bytes = 0;
        held.complete = false;
        held.loading = None;
        self.fast.pin().clear();
        drop(held);
        self.doubt();
    }

    /// What was so when a file was written; `complete`: it was all there was. Nothing is known before.
    pub(crate) fn recall(&self, entries: Vec<Entry>, complete: bool) {
        let mut held = self.held.lock();
        let proof = Proof { asked: None, at: Tick::NEVER, written: None };
        for entry in entries {
            let (key, at) = (Arc::clone(&entry.key), (entry.revision, entry.log));
            self.put(&mut held, key, proof.knows(Some(Arc::new(entry)), at));
        }
        held.complete = complete;
        if complete {
            let known: Vec<_> = held.below("").cloned().collect();
            self.listeners.post_state(known.iter());
        }
        self.evict(&mut held);
    }

    /// The whole state begins.
    pub(crate) fn begin(&self) {
        self.held.lock().loading = Some(Loading::default());
    }

    /// A part of it.
    pub(crate) fn load(&self, entries: Vec<Entry>) {
        let mut held = self.held.lock();
        let Held { known, loading, .. } = &mut *held;
        let Some(loading) = loading else { return };
        for mut entry in entries {
            // What did not change is not kept twice.
            let same = known.get(&entry.key).and_then(|known| known.entry.clone());
            entry.log = same.as_ref().map_or(entry.log, |same| same.log);
            let entry = same.filter(|same| **same == entry).unwrap_or_else(|| Arc::new(entry));
            loading.add(entry, self.bounds, |key| self.listeners.selects(key));
        }
    }

    /// The state is told: what was not in it is gone, unless it was written meanwhile.
    pub(crate) fn complete(&self, moment: Moment) {
        let mut held = self.held.lock();
        let Some(mut loading) = held.loading.take() else { return };
        let before = std::mem::take(&mut held.known);
        held.bytes = 0;
        let log = moment.log();
        held.log = Some(log);
        held.mixed = false;
        for (key, entry) in &mut loading.entries {
            if entry.log != log {
                Arc::make_mut(entry).log = log;
            }
            let entry = &*entry;
            let old = before.get(key);
            let same = |old: &&Arc<Known>| {
                old.entry.as_ref().is_some_and(|old| Arc::ptr_eq(old, entry))
                    || old.is_behind(moment)
            };
            let kept = old.filter(same).map(Arc::clone);
            let at = (entry.revision, entry.log);
            let told = || Proof::told(moment).knows(Some(Arc::clone(entry)), at);
            self.put(&mut held, Arc::clone(key), kept.unwrap_or_else(told));
        }
        for (key, known) in before {
            if held.known.contains_key(&key) {
                continue;
            }
            if known.is_behind(moment) {
                self.put(&mut held, key, known);
            } else {
                self.fast.pin().remove(&key);
            }
        }
        held.complete = !loading.overflown;
        self.listeners.post_state(loading.entries.values());
        self.evict(&mut held);
    }

    /// How much is kept: keys, bytes, and what had to go so far.
    pub(crate) fn size(&self) -> (usize, usize, u64) {
        let held = self.held.lock();
        (held.known.len(), held.bytes, self.evictions.load(Ordering::Relaxed))
    }

    /// Every entry that is kept, for a snapshot; and whether they are all there are.
    pub(crate) fn entries(&self) -> (Vec<Arc<Entry>>, bool) {
        let held = self.held.lock();
        (held.below("").cloned().collect(), held.complete)
    }

    fn learn(&self, held: &mut Held, change: &Change, proof: &Proof) {
        let key = change.key();
        let (entry, at) = match change {
            Change::Set(entry) => (Some(entry), (entry.revision, entry.log)),
            Change::Gone { revision, log, .. } => (None, (*revision, *log)),
        };
        if let Some(now) = held.known.get(key).filter(|now| now.outlives(entry, at, proof)) {
            now.confirmed.fetch_max(proof.at.raw(), Ordering::Relaxed);
            return;
        }
        let learned = proof.knows(entry.cloned().map(Arc::new), at);
        self.put(held, Arc::clone(key), learned);
    }

    fn put(&self, held: &mut Held, key: Arc<str>, known: Arc<Known>) {
        held.bytes += known.weight(&key);
        self.fast.pin().insert(Arc::clone(&key), Arc::clone(&known));
        if let Some(before) = held.known.insert(Arc::clone(&key), known) {
            held.bytes -= before.weight(&key);
        }
    }

    /// Lets go of what was not read for longest, nearly: a hand goes round and spares once what was read since it last came.
    fn evict(&self, held: &mut Held) {
        let mut spared = 0;
        while held.known.len() > self.bounds.keys || held.bytes > self.bounds.bytes {
            let Some((key, known)) = held.under_hand() else { return };
            held.hand = Some(Arc::clone(&key));
            if known.used.swap(false, Ordering::Relaxed) && spared < held.known.len() {
                spared += 1;
                continue;
            }
            held.bytes -= known.weight(&key);
            held.known.remove(&key);
            self.fast.pin().remove(&key);
            // To forget that there is no such key loses nothing that a list shows.
            held.complete &= known.entry.is_none();
            self.evictions.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How something came to be known.
#[derive(Debug, Clone, Copy)]
struct Proof {
    /// When the source was asked; `None`: it was not asked, a log tells.
    asked: Option<Instant>,
    /// When it was true, by itself.
    at: Tick,
    /// When a write of our own made it so.
    written: Option<Instant>,
}

/// When a source was asked, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    pub(crate) tick: Tick,
    instant: Instant,
}

impl Asking {
    pub(crate) fn now() -> Self {
        Self { tick: Tick::now(), instant: Instant::now() }
    }
}

impl Proof {
    fn told(moment: Moment) -> Self {
        let asked = match moment {
            Moment::Revision(..) => None,
            Moment::Asked(asked) => Some(asked),
        };
        Self { asked, at: Tick::NEVER, written: None }
    }

    fn knows(&self, entry: Option<Arc<Entry>>, at: (u64, Log)) -> Arc<Known> {
        let (revision, log) = at;
        Arc::new(Known {
            entry,
            revision,
            log,
            confirmed: AtomicU64::new(self.at.raw()),
            written: self.written,
            used: AtomicBool::new(true),
        })
    }
}

impl Known {
    /// True when the state of that moment does not show this yet: a write of our own, or what the log told later.
    fn is_behind(&self, moment: Moment) -> bool {
        match moment {
            Moment::Revision(state, log) => self.log == log && self.revision > state,
            Moment::Asked(asked) => self.written.is_some_and(|written| written > asked),
        }
    }

    /// True when what is told is no newer than this. Revisions decide where both sides have one; a source without a log tells what
    /// was so when it was asked, so that only a write of our own can be newer.
    fn outlives(&self, entry: Option<&Entry>, at: (u64, Log), proof: &Proof) -> bool {
        let (revision, log) = at;
        if log != self.log {
            return false;
        }
        if revision > 0 && self.revision > 0 {
            return revision <= self.revision;
        }
        if let (Some(asked), Some(written)) = (proof.asked, self.written)
            && written > asked
        {
            return true;
        }
        match (entry, &self.entry) {
            (Some(entry), Some(known)) => **known == *entry,
            (None, None) => true,
            _ => false,
        }
    }
}

impl Held {
    /// True for a log that the watch does not tell of.
    fn is_foreign(&self, log: Log) -> bool {
        self.log.is_some_and(|told| told != log)
    }

    fn below(&self, prefix: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let from = self.known.range::<str, _>(from);
        let prefix = prefix.to_owned();
        from.take_while(move |(key, _)| key.starts_with(&prefix))
            .filter_map(|(_, known)| known.entry.as_ref())
    }

    fn under_hand(&self) -> Option<(Arc<str>, Arc<Known>)> {
        let behind = self.hand.as_deref().and_then(|hand| {
            self.known.range::<str, _>((Bound::Excluded(hand), Bound::Unbounded)).next()
        });
        let next = behind.or_else(|| self.known.first_key_value())?;
        Some((Arc::clone(next.0), Arc::clone(next.1)))
    }
}

impl Loading {
    fn add(&mut self, entry: Arc<Entry>, bounds: Bounds, wanted: impl Fn(&str) -> bool) {
        let weight = entry.weight();
        let fits = self.entries.len() < bounds.keys && self.bytes + weight <= bounds.bytes;
        if fits || wanted(&entry.key) {
            self.bytes += weight;
            self.entries.insert(Arc::clone(&entry.key), entry);
        } else {
            self.overflown = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_as_new_as_it_is_said_to_be() {
        const STEPS: u64 = 100_000;
        let mirror = Mirror::new(Bounds { keys: 10, bytes: 1 << 20 });
        let (key, log) = (Arc::<str>::from("k"), Log::default());
        mirror.begin();
        mirror.complete(Moment::Revision(1, log));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for revision in 2..STEPS {
                    let gone = Change::Gone { key: Arc::clone(&key), revision, log };
                    mirror.apply(&[gone], Moment::Revision(revision, log));
                    mirror.confirm(Tick::from_raw(revision));
                }
            });
            let mut seen = 0;
            while seen < STEPS - 1 {
                let look = mirror.look("k", |known, confirmed| (known.revision, confirmed.raw()));
                let Some((revision, confirmed)) = look else { continue };
                assert!(confirmed <= revision, "{revision} is said to be so as of {confirmed}");
                seen = revision;
            }
        });
    }
}
