//! What outlives a watch over layers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::merged::Entries;
use crate::entry::Log;
use crate::{Batch, Committed};

/// Keys whose last own write is remembered.
const KEYS: usize = 10_000;
/// Watches whose last state is remembered.
const WATCHES: usize = 64;

/// What every layer said last, and when that was so.
pub(super) type Last = Vec<(Entries, Option<Instant>)>;

/// Namespace, and key or prefix.
type Names = (Arc<str>, Arc<str>);

/// What outlives a watch over layers.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// The revisions that wrote keys through here.
    own: Mutex<BTreeMap<Names, (u64, Log)>>,
    last: Mutex<BTreeMap<Names, Last>>,
}

impl Remembered {
    /// A batch was written through here.
    pub(super) fn wrote(&self, batch: &Batch, committed: &Committed) {
        let mut own = self.own.lock();
        for write in batch.writes.iter().filter(|_| committed.revision > 0) {
            let at = (Arc::clone(&write.namespace), Arc::clone(&write.key));
            own.insert(at, (committed.revision, committed.log));
        }
        while own.len() > KEYS {
            own.pop_first();
        }
    }

    /// True when something newer was written through here: older news of a layer do not undo what the caller has seen.
    pub(super) fn outlives(
        &self,
        namespace: &Arc<str>,
        key: &Arc<str>,
        revision: u64,
        log: Log,
    ) -> bool {
        let own = self.own.lock();
        let wrote = own.get(&(Arc::clone(namespace), Arc::clone(key)));
        wrote.is_some_and(|wrote| wrote.1 == log && revision < wrote.0)
    }

    /// A watch ends: the next one of this namespace and prefix begins with what it knew of layers that are away then.
    pub(super) fn keep(&self, namespace: &Arc<str>, prefix: &Arc<str>, state: Last) {
        let mut last = self.last.lock();
        last.insert((Arc::clone(namespace), Arc::clone(prefix)), state);
        while last.len() > WATCHES {
            last.pop_first();
        }
    }

    /// What the watch before this one knew.
    pub(super) fn last(&self, namespace: &Arc<str>, prefix: &Arc<str>) -> Option<Last> {
        self.last.lock().remove(&(Arc::clone(namespace), Arc::clone(prefix)))
    }
}
