//! Which layer shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Entry;
use crate::entry::Log;
use crate::source::Change;

/// Entries of one layer by their keys.
pub(super) type Entries = BTreeMap<Arc<str>, Entry>;

/// The entries of all layers, the topmost first.
#[derive(Debug)]
pub(super) struct Merged {
    layers: Vec<Entries>,
}

/// An entry as it shows: there is no one log.
pub(super) fn shown(entry: Entry) -> Entry {
    Entry { revision: 0, log: Log::default(), ..entry }
}

impl Merged {
    pub(super) fn new(layers: Vec<Entries>) -> Self {
        Self { layers }
    }

    /// Everything that shows.
    pub(super) fn all(&self) -> Vec<Entry> {
        let keys: BTreeSet<_> = self.layers.iter().flat_map(BTreeMap::keys).collect();
        keys.into_iter().filter_map(|key| self.top(key)).cloned().map(shown).collect()
    }

    /// A layer as a whole; what differs then.
    pub(super) fn replace(&mut self, layer: usize, entries: Entries) -> Vec<Change> {
        let touched = self.layers[layer].keys().chain(entries.keys()).cloned().collect();
        self.differing(touched, |layers| layers[layer] = entries)
    }

    /// Changes of a layer; what differs then.
    pub(super) fn apply(&mut self, layer: usize, changes: Vec<Change>) -> Vec<Change> {
        let touched = changes.iter().map(|change| Arc::clone(change.key())).collect();
        self.differing(touched, |layers| {
            for change in changes {
                match change {
                    Change::Set(entry) => layers[layer].insert(Arc::clone(&entry.key), entry),
                    Change::Gone { key, .. } => layers[layer].remove(&key),
                };
            }
        })
    }

    /// The entries of each layer.
    pub(super) fn into_layers(self) -> Vec<Entries> {
        self.layers
    }

    fn differing(
        &mut self,
        touched: BTreeSet<Arc<str>>,
        apply: impl FnOnce(&mut Vec<Entries>),
    ) -> Vec<Change> {
        let before: Vec<_> =
            touched.into_iter().map(|key| (self.top(&key).cloned(), key)).collect();
        apply(&mut self.layers);
        let change = |(before, key): (Option<Entry>, Arc<str>)| match self.top(&key) {
            now if now == before.as_ref() => None,
            Some(now) => Some(Change::Set(shown(now.clone()))),
            None => Some(Change::Gone { key, revision: 0, log: Log::default() }),
        };
        before.into_iter().filter_map(change).collect()
    }

    fn top(&self, key: &str) -> Option<&Entry> {
        self.layers.iter().find_map(|layer| layer.get(key))
    }
}
