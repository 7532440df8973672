//! A look at single events of a stored commit, without making all of it.

use bytes::Bytes;

use super::{DecodeError, Wire, WireEvent};
use crate::entry::ValueHash;
use crate::event::{Event, EventKind};
use crate::name::EntryKey;
use crate::revision::{Revision, Timestamp};

/// The canonical bytes of a commit, parsed and not yet made into anything. Neither chain nor values are checked: it is for
/// bytes that a store has found intact by a checksum of its own.
#[derive(Debug)]
pub struct Glance<'a> {
    wire: Wire<'a>,
}

impl<'a> Glance<'a> {
    /// Parses the bytes.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`].
    pub fn at(canonical: &'a [u8]) -> Result<Self, DecodeError> {
        let wire = postcard::from_bytes(canonical);
        Ok(Self { wire: wire.map_err(|error| DecodeError::Malformed(error.to_string()))? })
    }

    /// Revision of the commit.
    pub fn revision(&self) -> Revision {
        Revision(self.wire.revision)
    }

    /// Time of the commit.
    pub fn time(&self) -> Timestamp {
        Timestamp(self.wire.time)
    }

    /// What the events are about, event by event.
    pub fn keys(&self) -> impl Iterator<Item = Result<EntryKey, DecodeError>> + '_ {
        self.wire.events.iter().map(WireEvent::at)
    }

    /// Lengths of the values, event by event.
    pub fn value_lens(&self) -> impl Iterator<Item = usize> + '_ {
        self.wire.events.iter().map(|event| event.value_len as usize)
    }

    /// True when the event of this index is about this key.
    pub fn is_about(&self, index: usize, at: &EntryKey) -> bool {
        self.wire.events.get(index).is_some_and(|event| {
            event.key == at.key.as_str() && event.namespace == at.namespace.as_str()
        })
    }

    /// The newest event that left an entry of this key.
    pub fn newest_entry(&self, at: &EntryKey) -> Option<usize> {
        (0..self.wire.events.len()).rev().find(|index| {
            let kind = EventKind::from_number(self.wire.events[*index].kind);
            kind.is_some_and(EventKind::leaves_entry) && self.is_about(*index, at)
        })
    }

    /// True when these bytes are the value that the event names by its hash.
    pub fn is_value(&self, index: usize, bytes: &[u8]) -> bool {
        self.wire.events.get(index).is_some_and(|event| {
            event.value_len == bytes.len() as u64 && event.value_hash == ValueHash::of(bytes).0
        })
    }

    /// The event of this index, which [is about](Self::is_about) `at`; `None` when there is none.
    ///
    /// # Errors
    /// [`DecodeError::Impossible`].
    pub fn event(
        &self,
        index: usize,
        at: EntryKey,
        value: Bytes,
    ) -> Result<Option<Event>, DecodeError> {
        let event = self.wire.events.get(index);
        event.map(|event| event.named(at, value)).transpose()
    }
}
