//! Writes that are applied together or not at all.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdfast_model::Timestamp;

use crate::entry::Log;

/// Writes that are applied together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// In order; each key at most once.
    pub writes: Vec<Write>,
    /// Why, for the history.
    pub reason: String,
    /// Makes a retry safe; empty: the client makes one up where the server understands it.
    pub idempotency_key: String,
}

/// One write of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub namespace: Arc<str>,
    /// Under which key.
    pub key: Arc<str>,
    /// What.
    pub action: Action,
    /// Under which condition.
    pub only_if: OnlyIf,
}

/// What a write does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Writes a value.
    Put {
        /// Its bytes.
        value: Bytes,
        /// How they are to be read.
        codec: Arc<str>,
        /// Deletes the entry this long after the write; `None`: it stays.
        ttl: Option<Duration>,
    },
    /// Deletes the entry; a missing one is an error.
    Delete,
    /// Deletes the entry if there is one.
    Discard,
    /// Writes nothing: only the condition counts.
    Check,
}

/// The condition of a write: on the key that it writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnlyIf {
    /// In any case.
    #[default]
    Always,
    /// There is no entry.
    Absent,
    /// There is an entry.
    Present,
    /// The entry has this version.
    Version(u64),
    /// The entry was written by this revision; 0: there is none.
    Revision(u64),
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The revision of the commit; 0 where the source has no log.
    pub revision: u64,
    /// Of which log.
    pub log: Log,
    /// When it was made; `None` where the source does not tell.
    pub time: Option<Timestamp>,
    /// For each write the version that it made; 0 for a delete, or where the source does not count.
    pub versions: Vec<u64>,
    /// An earlier attempt with the same idempotency key had made it already.
    pub replayed: bool,
}

impl Batch {
    /// Without writes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// And why, for the history.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// And this write.
    #[must_use]
    pub fn and(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }
}

impl Write {
    /// A value in a codec.
    pub fn put(
        namespace: impl Into<Arc<str>>,
        key: impl Into<Arc<str>>,
        value: impl Into<Bytes>,
        codec: impl Into<Arc<str>>,
    ) -> Self {
        let action = Action::Put { value: value.into(), codec: codec.into(), ttl: None };
        Self { namespace: namespace.into(), key: key.into(), action, only_if: OnlyIf::Always }
    }

    /// The end of an entry; a missing one is an error.
    pub fn delete(namespace: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Self {
        let (namespace, key) = (namespace.into(), key.into());
        Self { namespace, key, action: Action::Delete, only_if: OnlyIf::Always }
    }

    /// Only under this condition.
    #[must_use]
    pub fn only_if(mut self, condition: OnlyIf) -> Self {
        self.only_if = condition;
        self
    }
}
