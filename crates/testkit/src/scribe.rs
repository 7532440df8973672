//! Writes groups the way the engine does: versions, ordinals, times and the chain are right.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{
    Actor, Cause, Codec, Commit, Entry, EntryKey, Event, EventKind, Head, Key, LogId, Namespace,
    Revision, Sealed, Timestamp, ValueType,
};
use holdfast_store::Group;
use uuid::Uuid;

/// A change that a test wants.
#[derive(Debug, Clone)]
pub struct Change {
    /// Of which entry.
    pub at: EntryKey,
    /// What happens to it.
    pub kind: EventKind,
    /// Its new value.
    pub value: Bytes,
    /// When it goes by itself.
    pub expires_at: Option<Timestamp>,
}

impl Change {
    /// A set.
    pub fn set(at: &EntryKey, value: impl Into<Bytes>) -> Self {
        Self { at: at.clone(), kind: EventKind::Set, value: value.into(), expires_at: None }
    }

    /// A set of an entry that goes by itself.
    pub fn set_until(at: &EntryKey, value: impl Into<Bytes>, due: Timestamp) -> Self {
        Self { expires_at: Some(due), ..Self::set(at, value) }
    }

    /// A delete. The entry has to be there.
    pub fn delete(at: &EntryKey) -> Self {
        Self { kind: EventKind::Delete, ..Self::set(at, Bytes::new()) }
    }

    /// An expiry. The entry has to be there.
    pub fn expire(at: &EntryKey) -> Self {
        Self { kind: EventKind::Expire, ..Self::set(at, Bytes::new()) }
    }

    /// A version that lost a merge.
    pub fn superseded(at: &EntryKey, value: impl Into<Bytes>) -> Self {
        Self { kind: EventKind::Superseded, ..Self::set(at, value) }
    }
}

/// `namespace/key`, which have to be valid.
pub fn key(namespace: &str, key: &str) -> EntryKey {
    let namespace = Namespace::new(namespace).expect("a valid namespace");
    EntryKey::new(namespace, Key::new(key).expect("a valid key"))
}

/// Remembers the keys it wrote and the end of its log.
#[derive(Debug, Clone)]
pub struct Scribe {
    head: Head,
    ids: u128,
    known: HashMap<EntryKey, Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    entry: Option<Entry>,
    ordinal: u64,
}

impl Scribe {
    /// Begins a new log.
    pub fn new() -> Self {
        Self::continuing(Head::genesis(LogId(Uuid::new_v4())))
    }

    /// Continues a log, with none of its keys known.
    pub fn continuing(head: Head) -> Self {
        Self { head, ids: 0, known: HashMap::new() }
    }

    /// Goes on behind this head, with the keys it knows.
    pub fn follow(&mut self, head: Head) {
        self.head = head;
    }

    /// The end of the log, with all that was written so far.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The entries after all that was written so far.
    pub fn entry(&self, at: &EntryKey) -> Option<&Entry> {
        self.known.get(at)?.entry.as_ref()
    }

    /// A group of one commit with one set.
    pub fn set(&mut self, at: &EntryKey, value: impl Into<Bytes>) -> Group {
        self.group([vec![Change::set(at, value)]])
    }

    /// A group of one commit for each list of changes.
    pub fn group(&mut self, commits: impl IntoIterator<Item = Vec<Change>>) -> Group {
        let commits = commits.into_iter().map(|changes| Arc::new(self.commit(changes))).collect();
        Group { commits, ..Group::default() }
    }

    fn commit(&mut self, changes: Vec<Change>) -> Sealed {
        let revision = self.head.next_revision();
        let time = Timestamp(self.head.time.0 + 1_000);
        let events = changes.into_iter().map(|change| self.event(change, revision, time)).collect();
        let sealed = Sealed::new(Commit {
            log: self.head.log,
            epoch: self.head.epoch,
            revision,
            time,
            previous_hash: self.head.hash,
            actor: Actor::system("scribe"),
            reason: format!("revision {revision}").into(),
            cause: Cause::Client,
            events,
        });
        self.head.revision = revision;
        self.head.time = time;
        self.head.hash = sealed.hash();
        self.head.appended_bytes += sealed.appended_bytes();
        sealed
    }

    fn event(&mut self, change: Change, revision: Revision, time: Timestamp) -> Event {
        self.ids += 1;
        let base = self.head.ordinal_base;
        let known = self
            .known
            .entry(change.at.clone())
            .or_insert_with(|| Known { entry: None, ordinal: base });
        known.ordinal += 1;
        let old = known.entry.as_ref();
        let removes = change.kind.removes();
        assert!(!removes || old.is_some(), "{} is not there to be removed", change.at);
        let version = old.map_or(1, |old| if removes { old.version } else { old.version + 1 });
        let event = Event {
            id: Uuid::from_u128(self.ids),
            kind: change.kind,
            version,
            ordinal: known.ordinal,
            create_revision: old.map_or(revision, |old| old.create_revision),
            previous: old.map(|old| old.mod_revision),
            created_at: old.map_or(time, |old| old.created_at),
            expires_at: change.expires_at,
            codec: Codec::json(),
            value_type: ValueType::Custom,
            value: change.value,
            at: change.at,
        };
        if change.kind != EventKind::Superseded {
            known.entry = event.entry_at(revision, time);
        }
        event
    }
}

impl Default for Scribe {
    fn default() -> Self {
        Self::new()
    }
}
