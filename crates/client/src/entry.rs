//! What is kept under a key.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::Timestamp;

use crate::secret::MASK;

/// Which log, as a number that two logs do not share. All sources without a log have the same.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Log(pub u64);

/// What is kept under a key, as a source tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub namespace: Arc<str>,
    /// Under which key.
    pub key: Arc<str>,
    /// The bytes, as they were written.
    pub value: Bytes,
    /// How the bytes are to be read: `json`, `yaml`, `toml`, `raw`, or anything else.
    pub codec: Arc<str>,
    /// From 1, again from 1 after a delete; 0 where the source does not count.
    pub version: u64,
    /// The revision of the log that wrote this version; 0 where the source has no log.
    pub revision: u64,
    /// Which log that is: revisions of two logs say nothing about each other.
    pub log: Log,
    /// When the key came to be; `None` where the source does not know.
    pub created_at: Option<Timestamp>,
    /// When this version was written; `None` where the source does not know.
    pub updated_at: Option<Timestamp>,
    /// When it will be deleted; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// Which source it came from: `server`, `file`, `environment`, or what a layer is called.
    pub origin: Arc<str>,
}

impl Entry {
    /// An entry with a value and nothing else known about it.
    pub fn bare(
        namespace: impl Into<Arc<str>>,
        key: impl Into<Arc<str>>,
        value: impl Into<Bytes>,
        codec: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            namespace: namespace.into(),
            key: key.into(),
            value: value.into(),
            codec: codec.into(),
            version: 0,
            revision: 0,
            log: Log::default(),
            created_at: None,
            updated_at: None,
            expires_at: None,
            origin: Arc::from(""),
        }
    }

    /// True when its time is over, by the clock of this machine.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.expires_at.is_some_and(|end| end <= now())
    }

    /// Bytes that it holds in memory, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        const FIXED: usize = 400;
        FIXED + self.key.len() * 2 + self.value.len()
    }
}

impl fmt::Debug for Entry {
    /// The value of a secret is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Entry");
        shown.field("namespace", &self.namespace).field("key", &self.key);
        match &*self.codec {
            "secret" => shown.field("value", &format_args!("{MASK}")),
            _ => shown.field("value", &self.value),
        };
        shown.field("codec", &self.codec).field("version", &self.version);
        shown.field("revision", &self.revision).field("origin", &self.origin);
        shown.field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// The time by the clock of this machine.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)))
}
