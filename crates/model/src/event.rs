//! One change inside a commit.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commit::Commit;
use crate::entry::{Codec, Entry, ValueType};
use crate::name::EntryKey;
use crate::revision::{Revision, Timestamp};

/// What happened to the key. The numbers are on disk for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum EventKind {
    /// A value was written.
    Set = 1,
    /// The entry was deleted.
    Delete = 2,
    /// The entry's time had come.
    Expire = 3,
    /// Only metadata changed.
    Metadata = 4,
    /// A signature lost its right.
    Revoke = 5,
    /// A version that lost a merge, kept for the history.
    Superseded = 6,
}

impl EventKind {
    /// The number on disk.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Back from the number; `None` for a kind that this release does not know.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Set,
            2 => Self::Delete,
            3 => Self::Expire,
            4 => Self::Metadata,
            5 => Self::Revoke,
            6 => Self::Superseded,
            _ => return None,
        })
    }

    /// True when the event left an entry behind.
    pub fn leaves_entry(self) -> bool {
        matches!(self, Self::Set | Self::Metadata)
    }

    /// True when there is no entry any more after the event.
    pub fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Expire | Self::Revoke)
    }
}

/// One change. For a set it has all that the entry has; for a removal `version`, `create_revision`, `codec` and
/// `created_at` are those of the entry that went, and the value is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// UUID (v7) of the version that the event made.
    pub id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// To which entry.
    pub at: EntryKey,
    /// Version of the entry.
    pub version: u64,
    /// Place among all changes this key ever had.
    pub ordinal: u64,
    /// The revision that created this incarnation.
    pub create_revision: Revision,
    /// The revision of the version before; `None` for a creation.
    pub previous: Option<Revision>,
    /// Time of the creation.
    pub created_at: Timestamp,
    /// When the entry goes by itself.
    pub expires_at: Option<Timestamp>,
    /// Encoding of the value.
    pub codec: Codec,
    /// What the codec found.
    pub value_type: ValueType,
    /// The bytes written; empty for a removal.
    pub value: Bytes,
}

impl Event {
    /// The entry that the event left behind; `None` when it removed it (or never touched it).
    pub fn entry(&self, commit: &Commit) -> Option<Entry> {
        self.entry_at(commit.revision, commit.time)
    }

    /// True when there is one.
    pub fn leaves_entry(&self) -> bool {
        self.kind.leaves_entry()
    }

    /// The same from the commit's revision and time alone.
    pub fn entry_at(&self, revision: Revision, time: Timestamp) -> Option<Entry> {
        let event = self.leaves_entry().then(|| self.clone())?;
        event.into_entry(revision, time)
    }

    /// The same for whoever needs the event no more.
    pub fn into_entry(self, revision: Revision, time: Timestamp) -> Option<Entry> {
        self.leaves_entry().then_some(Entry {
            at: self.at,
            value: self.value,
            codec: self.codec,
            value_type: self.value_type,
            version: self.version,
            ordinal: self.ordinal,
            create_revision: self.create_revision,
            mod_revision: revision,
            created_at: self.created_at,
            modified_at: time,
            expires_at: self.expires_at,
            id: self.id,
        })
    }

    /// About how much memory and wire it takes, in bytes.
    pub fn weight(&self) -> usize {
        const FIXED: usize = 160;
        let names = self.at.key.as_str().len() + self.at.namespace.as_str().len();
        FIXED + names + self.codec.as_str().len() + self.value.len()
    }
}
