//! Current values of hot keys, filled on demand and never stale.
//!
//! The committer is the only one that changes entries. It [applies](Cache::apply) a group after the flush and before the View
//! is published, so a hit is at most too new by a group that is already durable. A reader that missed may offer what
//! it read from an older View: marks remember the last revision that touched any of the keys that share one, and refuse older
//! offers.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use holdfast_model::{Entry, EntryKey, EventKind, Revision, Sealed};
use parking_lot::Mutex;
use quick_cache::{DefaultHashBuilder, Weighter, unsync};

/// Many enough that two threads rarely meet in one, few enough that each has a useful share of the budget.
const SHARDS: usize = 64;

/// In each shard. A commit that lies between the reading and the offer of a key makes the offer void; with one mark for a whole
/// shard that would be any commit, where reading takes long and others write.
const MARKS: usize = 64;

/// What a commit brings into the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Keys that somebody asked for.
    Asked,
    /// Every key that was written.
    All,
}

/// What is known of a key.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// Its entry.
    Entry(Arc<Entry>),
    /// It has none; its last ordinal if somebody looked (0: no trace of it).
    Absent(Option<u64>),
}

impl Known {
    pub(crate) fn into_entry(self) -> Option<Arc<Entry>> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Absent(_) => None,
        }
    }

    /// Without the last ordinal nothing can be created.
    pub(crate) fn suffices(&self, may_create: bool) -> bool {
        !(may_create && matches!(self, Self::Absent(None)))
    }
}

pub(crate) struct Cache {
    shards: Box<[Mutex<Shard>]>,
    takes: Takes,
    hasher: DefaultHashBuilder,
    hits: AtomicU64,
    misses: AtomicU64,
}

struct Shard {
    known: unsync::Cache<EntryKey, Known, ByWeight>,
    /// The last commits that wrote keys of this shard, by a part of their hash.
    written: [Revision; MARKS],
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<EntryKey, Known> for ByWeight {
    fn weight(&self, key: &EntryKey, known: &Known) -> u64 {
        const ABSENT: usize = 192;
        let bytes = match known {
            Known::Entry(entry) => entry.weight(),
            Known::Absent(_) => ABSENT + key.key.as_str().len(),
        };
        bytes as u64
    }
}

impl Cache {
    pub(crate) fn new(bytes: usize, takes: Takes) -> Self {
        const TYPICAL_ENTRY: usize = 512;
        let share = bytes / SHARDS;
        let shard = || {
            let known = unsync::Cache::with_weighter(share / TYPICAL_ENTRY, share as u64, ByWeight);
            Mutex::new(Shard { known, written: [Revision::ZERO; MARKS] })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            takes,
            hasher: DefaultHashBuilder::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    fn shard(&self, at: &EntryKey) -> &Mutex<Shard> {
        self.place(at).0
    }

    /// The shard of a key, and its mark there.
    fn place(&self, at: &EntryKey) -> (&Mutex<Shard>, usize) {
        let hash = (self.hasher.hash_one(at) >> 32) as usize;
        // Both are in range by their modulus.
        (&self.shards[hash % SHARDS], hash / SHARDS % MARKS)
    }

    pub(crate) fn get(&self, at: &EntryKey) -> Option<Known> {
        let known = self.shard(at).lock().known.get(at).cloned();
        let counter = if known.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
        known
    }

    /// The same, without counting: for the committer.
    pub(crate) fn peek(&self, at: &EntryKey) -> Option<Known> {
        self.shard(at).lock().known.get(at).cloned()
    }

    /// True when the committer will find what it needs.
    pub(crate) fn knows(&self, at: &EntryKey, may_create: bool) -> bool {
        let shard = self.shard(at).lock();
        shard.known.get(at).is_some_and(|known| known.suffices(may_create))
    }

    /// Offers what was read from the state at `seen`; refused when a key with its mark was written since.
    pub(crate) fn offer(&self, at: &EntryKey, known: Known, seen: Revision) {
        let (shard, mark) = self.place(at);
        let mut shard = shard.lock();
        if shard.written[mark] <= seen {
            shard.known.insert(at.clone(), known);
        }
    }

    /// Takes over what a commit did.
    pub(crate) fn apply(&self, sealed: &Sealed) {
        let commit = sealed.commit();
        for event in &commit.events {
            let (shard, mark) = self.place(&event.at);
            let mut shard = shard.lock();
            shard.written[mark] = commit.revision;
            // Removed first: an insert that is too heavy must not leave the old value behind.
            let was_here = shard.known.remove(&event.at).is_some();
            // A version that lost a merge says nothing of what reads see.
            let tells = event.kind != EventKind::Superseded;
            if tells && (was_here || self.takes == Takes::All) {
                let known = match event.entry(commit) {
                    Some(entry) => Known::Entry(Arc::new(entry)),
                    None => Known::Absent(Some(event.ordinal)),
                };
                shard.known.insert(event.at.clone(), known);
            }
        }
    }

    /// Forgets everything and takes no offer older than `head`: somebody else wrote.
    pub(crate) fn clear(&self, head: Revision) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.known.clear();
            shard.written = [head; MARKS];
        }
    }

    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Relaxed), self.misses.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, sealed_set};

    #[test]
    fn an_old_offer_does_not_hide_a_newer_write() {
        let cache = Cache::new(1 << 20, Takes::Asked);
        let at = key("a", "k");
        let old = sealed_set(&at, 1, "old");
        let new = sealed_set(&at, 2, "new");
        let entry_of = |sealed: &Sealed| {
            let commit = sealed.commit();
            Arc::new(commit.events[0].entry(commit).expect("a set leaves an entry"))
        };
        cache.apply(&new);
        cache.offer(&at, Known::Entry(entry_of(&old)), Revision(1));
        assert!(cache.peek(&at).is_none(), "an offer from before the write was taken");
        cache.offer(&at, Known::Entry(entry_of(&new)), Revision(2));
        assert!(matches!(cache.peek(&at), Some(Known::Entry(e)) if e.value == "new"));
    }

    #[test]
    fn an_offer_stands_beside_writes_of_other_keys() {
        let cache = Cache::new(1 << 20, Takes::Asked);
        let mut taken = 0;
        for n in 0..100 {
            let at = key("a", &format!("k{n}"));
            let (read, other) = (2 * n + 1, key("a", &format!("other{n}")));
            // Read at a revision behind which another key was written.
            cache.apply(&sealed_set(&other, read + 1, "v"));
            cache.offer(&at, Known::Absent(Some(0)), Revision(read));
            taken += usize::from(cache.peek(&at).is_some());
        }
        assert!(taken > 90, "only {taken} of 100 offers stood");
    }

    #[test]
    fn a_cache_that_takes_all_knows_what_was_written() {
        for (takes, knows) in [(Takes::Asked, false), (Takes::All, true)] {
            let cache = Cache::new(1 << 20, takes);
            let at = key("a", "k");
            cache.apply(&sealed_set(&at, 1, "new"));
            assert_eq!(cache.knows(&at, true), knows, "{takes:?}");
        }
    }

    #[test]
    fn its_bound_is_in_bytes() {
        let cache = Cache::new(4 << 20, Takes::Asked);
        for n in 0..10_000 {
            let at = key("a", &format!("k{n}"));
            let sealed = sealed_set(&at, n + 1, &"v".repeat(8 << 10));
            let commit = sealed.commit();
            let entry = commit.events[0].entry(commit).expect("a set leaves an entry");
            cache.offer(&at, Known::Entry(Arc::new(entry)), Revision(n + 1));
        }
        let held: u64 = cache.shards.iter().map(|shard| shard.lock().known.weight()).sum();
        assert!(held <= 4 << 20 && held > 2 << 20, "{held}");
    }
}
