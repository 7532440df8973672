//! The current value of a key and what is known about it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::name::EntryKey;
use crate::revision::{Revision, Timestamp};

/// The name of the encoding of a value, as the writer gave it: `json`, `secret`, `client:...`, anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Codec(Name);

/// Nearly every value is JSON: its name costs no memory and no shared counter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Json,
    Other(Arc<str>),
}

const JSON: &str = "json";

impl Codec {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Takes a name; `None` when it is empty, too long, or has control characters.
    pub fn new(name: impl AsRef<str>) -> Option<Self> {
        let name = name.as_ref();
        let fits = !name.is_empty() && name.len() <= Self::MAX_BYTES;
        if name == JSON {
            return Some(Self::json());
        }
        (fits && !name.contains(char::is_control)).then(|| Self(Name::Other(name.into())))
    }

    /// JSON text.
    pub fn json() -> Self {
        Self(Name::Json)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Json => JSON,
            Name::Other(name) => name,
        }
    }
}

impl From<String> for Codec {
    fn from(name: String) -> Self {
        if name == JSON { Self::json() } else { Self(Name::Other(name.into())) }
    }
}

impl From<Codec> for String {
    fn from(codec: Codec) -> Self {
        codec.as_str().to_owned()
    }
}

/// What kind of value the codec found: the numbers of config.v1 `Entry.type` (specs: value types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ValueType {
    /// Not looked at.
    Unknown = 0,
    /// A whole number.
    Int = 1,
    /// A number with a fraction.
    Float = 2,
    /// A text.
    String = 3,
    /// true or false.
    Bool = 4,
    /// Anything else: an object, a list, opaque bytes.
    Custom = 11,
}

impl ValueType {
    /// The number on the wire and on disk.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Back from the number; what nobody knows is custom.
    pub fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Unknown,
            1 => Self::Int,
            2 => Self::Float,
            3 => Self::String,
            4 => Self::Bool,
            _ => Self::Custom,
        }
    }
}

/// BLAKE3 of a value's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ValueHash(pub [u8; 32]);

impl ValueHash {
    /// Of these bytes.
    pub fn of(value: &[u8]) -> Self {
        Self(*blake3::hash(value).as_bytes())
    }
}

impl fmt::Debug for ValueHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A live entry: one version of a key, at some revision the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub at: EntryKey,
    /// Its bytes, exactly as written.
    pub value: Bytes,
    /// How they are encoded.
    pub codec: Codec,
    /// What the codec found in them.
    pub value_type: ValueType,
    /// From 1, again from 1 after a delete.
    pub version: u64,
    /// Counts the changes of this key for ever, deletes included; never reused.
    pub ordinal: u64,
    /// The revision that created this incarnation of the key.
    pub create_revision: Revision,
    /// The revision that wrote this version.
    pub mod_revision: Revision,
    /// Time of the creation.
    pub created_at: Timestamp,
    /// Time of this version.
    pub modified_at: Timestamp,
    /// When it goes by itself.
    pub expires_at: Option<Timestamp>,
    /// Of the version (and of the event that made it).
    pub id: Uuid,
}

impl Entry {
    /// True from the moment of expiry on.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|due| due <= now)
    }

    /// About how much memory it takes, for caches and budgets.
    pub fn weight(&self) -> usize {
        const FIXED: usize = 256;
        FIXED + self.value.len() + self.at.key.as_str().len() + self.at.namespace.as_str().len()
    }
}
