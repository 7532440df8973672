//! The entries behind a live value, as they were told.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::entry::Log;
use crate::source::Change;
use crate::{Codecs, Entry};

/// Entries by their keys.
pub(super) type Entries = BTreeMap<Arc<str>, Arc<Entry>>;

/// Ends of keys that are remembered, so that an older value that is told again does not bring them back.
const ENDS: usize = 1_000;

/// The entries behind a live value. Of a key an older entry never follows a newer one.
#[derive(Debug, Default)]
pub(super) struct Known {
    entries: Arc<Entries>,
    ends: BTreeMap<Arc<str>, (u64, Log)>,
}

impl Known {
    /// All there is; what was known before no longer counts.
    pub(super) fn state(&mut self, entries: Vec<Arc<Entry>>) {
        let entries = entries.into_iter().map(|entry| (Arc::clone(&entry.key), entry));
        *self = Self { entries: Arc::new(entries.collect()), ends: BTreeMap::new() };
    }

    /// What became of some of it.
    pub(super) fn changed(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Set(entry) if self.is_news(&entry.key, entry.revision, entry.log) => {
                    self.ends.remove(&entry.key);
                    Arc::make_mut(&mut self.entries)
                        .insert(Arc::clone(&entry.key), Arc::new(entry));
                }
                Change::Gone { key, revision, log } if self.is_news(&key, revision, log) => {
                    Arc::make_mut(&mut self.entries).remove(&key);
                    self.end(key, revision, log);
                }
                Change::Set(_) | Change::Gone { .. } => {}
            }
        }
    }

    pub(super) fn entries(&self) -> &Arc<Entries> {
        &self.entries
    }

    fn is_news(&self, key: &str, revision: u64, log: Log) -> bool {
        let known = self.entries.get(key).map(|entry| (entry.revision, entry.log));
        let known = known.or_else(|| self.ends.get(key).copied());
        let older = known.is_some_and(|(known, same)| log == same && revision <= known);
        revision == 0 || !older
    }

    fn end(&mut self, key: Arc<str>, revision: u64, log: Log) {
        if revision > 0 {
            self.ends.insert(key, (revision, log));
        }
        if self.ends.len() > ENDS {
            let oldest = self.ends.iter().min_by_key(|(_, (revision, _))| *revision);
            if let Some(key) = oldest.map(|(key, _)| Arc::clone(key)) {
                self.ends.remove(&key);
            }
        }
    }
}

/// What tells values apart: what they say, not when or by whom it was written.
pub(super) fn digest(entries: &Entries, codecs: &Codecs) -> blake3::Hash {
    let mut hash = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for (key, entry) in entries {
        part(key.as_bytes());
        part(entry.codec.as_bytes());
        // The same value looks different each time that it is encrypted.
        let plain = if entry.codec.contains(':') { codecs.plain_bytes(entry) } else { None };
        part(plain.as_deref().unwrap_or(&entry.value));
    }
    hash.finalize()
}
