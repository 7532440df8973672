//! Finds the watchers that want an event, by namespace and key prefix, without asking the others.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use holdfast_model::{Commit, EntryKey, Filter};

use super::delivered::Which;
use super::watcher::Watcher;

#[derive(Default)]
pub(super) struct Index {
    watchers: HashMap<u64, Arc<Watcher>>,
    by_namespace: HashMap<String, Prefixes>,
    everywhere: Prefixes,
}

/// Watchers by prefix: a key is looked up once for each length that some prefix has.
#[derive(Default)]
struct Prefixes {
    by_prefix: HashMap<Box<[u8]>, Vec<u64>>,
    /// How many registrations have a prefix of this length.
    lengths: BTreeMap<usize, usize>,
}

impl Index {
    pub(super) fn insert(&mut self, watcher: &Arc<Watcher>) {
        self.watchers.insert(watcher.id, Arc::clone(watcher));
        self.each_place(&watcher.filters, |prefixes, prefix| prefixes.insert(prefix, watcher.id));
    }

    pub(super) fn remove(&mut self, watcher: &Arc<Watcher>) {
        if self.watchers.remove(&watcher.id).is_some() {
            self.each_place(&watcher.filters, |prefixes, prefix| {
                prefixes.remove(prefix, watcher.id);
            });
            self.by_namespace.retain(|_, prefixes| !prefixes.by_prefix.is_empty());
        }
    }

    fn each_place(&mut self, filters: &[Filter], mut act: impl FnMut(&mut Prefixes, &[u8])) {
        for filter in filters {
            let each_prefix =
                |prefixes: &mut Prefixes, act: &mut dyn FnMut(&mut Prefixes, &[u8])| {
                    if filter.prefixes.is_empty() {
                        act(prefixes, b"");
                    }
                    for prefix in &filter.prefixes {
                        act(prefixes, prefix.as_str().as_bytes());
                    }
                };
            if filter.namespaces.is_empty() {
                each_prefix(&mut self.everywhere, &mut act);
            }
            for namespace in &filter.namespaces {
                each_prefix(self.by_namespace.entry(namespace.clone()).or_default(), &mut act);
            }
        }
    }

    pub(super) fn watchers(&self) -> impl Iterator<Item = &Arc<Watcher>> {
        self.watchers.values()
    }

    /// Who wants what of a commit.
    pub(super) fn matches(&self, commit: &Commit) -> Vec<(&Arc<Watcher>, Which)> {
        if let [event] = commit.events.as_slice() {
            return self.all_wanting(&event.at);
        }
        let mut wanted: HashMap<u64, Vec<u32>> = HashMap::new();
        for (index, event) in (0u32..).zip(&commit.events) {
            self.each_wanting(&event.at, |id| {
                let indexes = wanted.entry(id).or_default();
                // Two filters of one watcher may want the same event.
                if indexes.last() != Some(&index) {
                    indexes.push(index);
                }
            });
        }
        let all = commit.events.len();
        wanted
            .into_iter()
            .filter_map(|(id, indexes)| Some((self.watchers.get(&id)?, Which::some(indexes, all)?)))
            .collect()
    }

    /// Of a commit of one event, as most are: without a list of events for each.
    fn all_wanting(&self, at: &EntryKey) -> Vec<(&Arc<Watcher>, Which)> {
        let mut ids = Vec::new();
        self.each_wanting(at, |id| ids.push(id));
        ids.sort_unstable();
        // Two filters of one watcher may want the same event.
        ids.dedup();
        ids.iter().filter_map(|id| Some((self.watchers.get(id)?, Which::All))).collect()
    }

    fn each_wanting(&self, at: &EntryKey, mut act: impl FnMut(u64)) {
        if let Some(prefixes) = self.by_namespace.get(at.namespace.as_str()) {
            prefixes.each(at, &mut act);
        }
        if !at.namespace.is_reserved() {
            self.everywhere.each(at, &mut act);
        }
    }
}

impl Prefixes {
    fn insert(&mut self, prefix: &[u8], id: u64) {
        self.by_prefix.entry(prefix.into()).or_default().push(id);
        *self.lengths.entry(prefix.len()).or_default() += 1;
    }

    fn remove(&mut self, prefix: &[u8], id: u64) {
        let Some(ids) = self.by_prefix.get_mut(prefix) else { return };
        let Some(place) = ids.iter().position(|other| *other == id) else { return };
        ids.swap_remove(place);
        if ids.is_empty() {
            self.by_prefix.remove(prefix);
        }
        if let Some(count) = self.lengths.get_mut(&prefix.len()) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&prefix.len());
            }
        }
    }

    fn each(&self, at: &EntryKey, act: &mut impl FnMut(u64)) {
        let key = at.key.as_str().as_bytes();
        for length in self.lengths.range(..=key.len()).map(|(length, _)| *length) {
            for id in self.by_prefix.get(&key[..length]).into_iter().flatten() {
                act(*id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::{Prefix, Revision};
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{key, sealed_sets};

    fn names() -> impl Strategy<Value = String> {
        prop_oneof!["[ab]", Just("internal:holdfast".to_owned())]
    }

    fn filter() -> impl Strategy<Value = Filter> {
        let prefixes = proptest::collection::vec("[xy]{0,3}", 0..3);
        (proptest::collection::vec(names(), 0..3), prefixes).prop_map(|(namespaces, prefixes)| {
            Filter { namespaces, prefixes: prefixes.into_iter().map(Prefix::new).collect() }
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_asking_everybody_would(
            filters in proptest::collection::vec(proptest::collection::vec(filter(), 1..3), 1..6),
            keys in proptest::collection::vec((names(), "[xy]{1,4}"), 1..5),
        ) {
            let mut index = Index::default();
            let watchers: Vec<_> = (0..).zip(filters)
                .map(|(id, filters)| Arc::new(Watcher::new(id, filters, None, Revision::ZERO)))
                .collect();
            watchers.iter().for_each(|w| index.insert(w));
            let keys: Vec<_> = keys.iter().map(|(n, k)| key(n, k)).collect();
            let sealed = sealed_sets(&keys, 1, "v");
            let mut found: Vec<_> = index.matches(sealed.commit()).into_iter()
                .map(|(watcher, which)| (watcher.id, which)).collect();
            found.sort_by_key(|(id, _)| *id);
            let asked: Vec<_> = watchers.iter()
                .filter_map(|w| Some((w.id, Which::of(sealed.commit(), &w.filters)?)))
                .collect();
            prop_assert_eq!(found, asked);
            watchers.iter().for_each(|w| index.remove(w));
            prop_assert!(index.by_namespace.is_empty() && index.everywhere.by_prefix.is_empty());
            prop_assert!(index.everywhere.lengths.is_empty());
        }
    }
}
