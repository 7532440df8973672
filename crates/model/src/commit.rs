//! A commit, and the canonical bytes in which it is chained to the one before.
//!
//! The canonical form is [postcard](https://postcard.jamesmunns.com/wire-format) of the private `Wire` structs below, values
//! replaced by their hash and length: so the chain can be verified after values were trimmed. Field order, and
//! the numbers of kinds and causes, are on disk for ever (`docs/format.md`); what a later format adds goes into
//! `attributes`, which this release writes empty and keeps as it finds them.

mod glance;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::entry::{Codec, ValueHash, ValueType};
use crate::event::{Event, EventKind};
use crate::name::{EntryKey, Key, Namespace};
use crate::revision::{ChainHash, Epoch, LogId, Revision, Timestamp};

pub use glance::Glance;

const CHAIN_CONTEXT: &str = "holdfast 2026 commit chain v1";

/// Who asked for a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The caller's name; `system` for the server itself.
    pub identity: Arc<str>,
    /// What was known about the caller: by name, each value as JSON text.
    pub claims: Arc<[(String, String)]>,
    /// Through which method: `config.v1/Set`, `holdfast.v1/Commit`, `expiry`.
    pub method: Arc<str>,
}

impl Actor {
    /// The server itself.
    pub fn system(method: &str) -> Self {
        Self { identity: "system".into(), claims: Arc::new([]), method: method.into() }
    }
}

/// Why there is a commit. The numbers are on disk for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    /// Somebody asked for it.
    Client = 1,
    /// A time to live ended.
    Expiry = 2,
    /// A retention rule.
    Retention = 3,
    /// A version came from another node.
    Merge = 4,
}

impl Cause {
    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Client,
            2 => Self::Expiry,
            3 => Self::Retention,
            4 => Self::Merge,
            _ => return None,
        })
    }
}

/// One or more events made durable together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Of which log.
    pub log: LogId,
    /// In which life of it.
    pub epoch: Epoch,
    /// Its number.
    pub revision: Revision,
    /// Later than that of every commit before.
    pub time: Timestamp,
    /// Hash of the commit before; zeros for the first.
    pub previous_hash: ChainHash,
    /// Who.
    pub actor: Actor,
    /// Why, in the caller's words.
    pub reason: Arc<str>,
    /// Why, in ours.
    pub cause: Cause,
    /// At least one.
    pub events: Vec<Event>,
}

impl Commit {
    /// A time for each event, where one is needed that no other event of the log has: that of the last event is the commit's, and each is
    /// a nanosecond after the one before it.
    pub fn event_time(&self, index: usize) -> Timestamp {
        let behind = self.events.len().saturating_sub(1).saturating_sub(index);
        Timestamp(self.time.0.saturating_sub(i64::try_from(behind).unwrap_or(i64::MAX)))
    }

    /// About how much memory and wire it takes, in bytes.
    pub fn weight(&self) -> usize {
        const FIXED: usize = 256;
        self.events.iter().map(Event::weight).sum::<usize>() + FIXED + self.reason.len()
    }
}

/// A commit with its canonical bytes and their hash: ready to append, or proven intact after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    commit: Commit,
    canonical: Bytes,
    hash: ChainHash,
}

impl Sealed {
    /// Fixes the canonical bytes of a commit.
    pub fn new(commit: Commit) -> Self {
        let canonical = Bytes::from(Wire::of(&commit).encode());
        let hash = chain_hash(&canonical);
        Self { commit, canonical, hash }
    }

    /// The commit.
    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// Its canonical bytes.
    pub fn canonical(&self) -> &Bytes {
        &self.canonical
    }

    /// The hash that the next commit will name.
    pub fn hash(&self) -> ChainHash {
        self.hash
    }

    /// What it adds to [`crate::Head::appended_bytes`].
    pub fn appended_bytes(&self) -> u64 {
        let values: usize = self.commit.events.iter().map(|event| event.value.len()).sum();
        (self.canonical.len() + values) as u64
    }
}

/// Canonical bytes as they came from a store: the values still have to be fetched.
#[derive(Debug)]
pub struct StoredCommit {
    canonical: Bytes,
}

/// Stored bytes are not a commit that this release can read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The bytes do not parse.
    #[error("the canonical bytes of a commit do not parse: {0}")]
    Malformed(String),
    /// A name, kind or cause in them is not one that can have been written.
    #[error("a commit holds an impossible {0}")]
    Impossible(&'static str),
    /// A value is not the one that was committed.
    #[error("the value of event {index} of revision {revision} does not match its hash")]
    Value {
        /// Of the commit.
        revision: Revision,
        /// Of the event.
        index: usize,
    },
}

impl StoredCommit {
    /// Takes the bytes; nothing is checked yet.
    pub fn new(canonical: Bytes) -> Self {
        Self { canonical }
    }

    /// Hash of the bytes, to hold against the chain.
    pub fn hash(&self) -> ChainHash {
        chain_hash(&self.canonical)
    }

    /// Parses the bytes and asks `value` for each event's value by (index, length); a value of length 0 is not asked for.
    ///
    /// # Errors
    /// [`DecodeError`], or whatever `value` answers. A value that does not match its hash is refused.
    pub fn open<E: From<DecodeError>>(
        self,
        mut value: impl FnMut(usize, usize) -> Result<Bytes, E>,
    ) -> Result<Sealed, E> {
        let wire: Wire<'_> = postcard::from_bytes(&self.canonical)
            .map_err(|e| DecodeError::Malformed(e.to_string()))?;
        let mut commit = wire.header()?;
        for (index, event) in wire.events.iter().enumerate() {
            let bytes = match event.value_len {
                0 => Bytes::new(),
                len => value(index, len as usize)?,
            };
            let intact = bytes.len() as u64 == event.value_len
                && ValueHash::of(&bytes).0 == event.value_hash;
            if !intact {
                return Err(DecodeError::Value { revision: commit.revision, index }.into());
            }
            commit.events.push(event.event(bytes)?);
        }
        let hash = chain_hash(&self.canonical);
        Ok(Sealed { commit, canonical: self.canonical.clone(), hash })
    }
}

fn chain_hash(canonical: &[u8]) -> ChainHash {
    ChainHash(blake3::derive_key(CHAIN_CONTEXT, canonical))
}

#[derive(Debug, Serialize, Deserialize)]
struct Wire<'a> {
    log: [u8; 16],
    epoch: u32,
    revision: u64,
    time: i64,
    previous_hash: [u8; 32],
    #[serde(borrow)]
    identity: &'a str,
    #[serde(borrow)]
    claims: Vec<(&'a str, &'a str)>,
    method: &'a str,
    reason: &'a str,
    cause: u8,
    #[serde(borrow)]
    events: Vec<WireEvent<'a>>,
    #[serde(borrow)]
    attributes: Vec<(u32, &'a [u8])>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireEvent<'a> {
    id: [u8; 16],
    kind: u8,
    namespace: &'a str,
    key: &'a str,
    version: u64,
    ordinal: u64,
    create_revision: u64,
    previous: Option<u64>,
    created_at: i64,
    expires_at: Option<i64>,
    codec: &'a str,
    value_type: u8,
    value_len: u64,
    value_hash: [u8; 32],
    #[serde(borrow)]
    attributes: Vec<(u32, &'a [u8])>,
}

impl<'a> Wire<'a> {
    fn of(commit: &'a Commit) -> Self {
        let claims = commit.actor.claims.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        Self {
            log: *commit.log.0.as_bytes(),
            epoch: commit.epoch.0,
            revision: commit.revision.0,
            time: commit.time.0,
            previous_hash: commit.previous_hash.0,
            identity: &commit.actor.identity,
            claims,
            method: &commit.actor.method,
            reason: &commit.reason,
            cause: commit.cause as u8,
            events: commit.events.iter().map(WireEvent::of).collect(),
            attributes: Vec::new(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let room = 160 + self.events.len() * 192;
        // Writing into memory cannot fail, and these types have a known shape.
        postcard::to_extend(self, Vec::with_capacity(room)).unwrap_or_else(|error| {
            unreachable!("encoding plain structs into memory failed: {error}")
        })
    }

    fn header(&self) -> Result<Commit, DecodeError> {
        let cause = Cause::from_number(self.cause).ok_or(DecodeError::Impossible("cause"))?;
        let claims = self.claims.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Ok(Commit {
            log: LogId(Uuid::from_bytes(self.log)),
            epoch: Epoch(self.epoch),
            revision: Revision(self.revision),
            time: Timestamp(self.time),
            previous_hash: ChainHash(self.previous_hash),
            actor: Actor { identity: self.identity.into(), claims, method: self.method.into() },
            reason: self.reason.into(),
            cause,
            events: Vec::with_capacity(self.events.len()),
        })
    }
}

impl<'a> WireEvent<'a> {
    fn of(event: &'a Event) -> Self {
        Self {
            id: *event.id.as_bytes(),
            kind: event.kind.number(),
            namespace: event.at.namespace.as_str(),
            key: event.at.key.as_str(),
            version: event.version,
            ordinal: event.ordinal,
            create_revision: event.create_revision.0,
            previous: event.previous.map(|r| r.0),
            created_at: event.created_at.0,
            expires_at: event.expires_at.map(|t| t.0),
            codec: event.codec.as_str(),
            value_type: event.value_type.number(),
            value_len: event.value.len() as u64,
            value_hash: ValueHash::of(&event.value).0,
            attributes: Vec::new(),
        }
    }

    fn at(&self) -> Result<EntryKey, DecodeError> {
        let namespace =
            Namespace::new(self.namespace).map_err(|_| DecodeError::Impossible("namespace"))?;
        let key = Key::new(self.key).map_err(|_| DecodeError::Impossible("key"))?;
        Ok(EntryKey::new(namespace, key))
    }

    fn event(&self, value: Bytes) -> Result<Event, DecodeError> {
        self.named(self.at()?, value)
    }

    /// The same for whoever has the name already.
    fn named(&self, at: EntryKey, value: Bytes) -> Result<Event, DecodeError> {
        Ok(Event {
            id: Uuid::from_bytes(self.id),
            kind: EventKind::from_number(self.kind).ok_or(DecodeError::Impossible("kind"))?,
            at,
            version: self.version,
            ordinal: self.ordinal,
            create_revision: Revision(self.create_revision),
            previous: self.previous.map(Revision),
            created_at: Timestamp(self.created_at),
            expires_at: self.expires_at.map(Timestamp),
            codec: Codec::new(self.codec).ok_or(DecodeError::Impossible("codec"))?,
            value_type: ValueType::from_number(self.value_type),
            value,
        })
    }
}
