//! What a read answers: an entry, and how sure it is that it still holds.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::codec;
use crate::{Entry, Error};

/// An entry, and how sure it is that it still holds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Value {
    entry: Arc<Entry>,
    stale: Option<Duration>,
}

impl Value {
    pub(crate) fn fresh(entry: Arc<Entry>) -> Self {
        Self { entry, stale: None }
    }

    pub(crate) fn stale(entry: Arc<Entry>, age: Duration) -> Self {
        Self { entry, stale: Some(age) }
    }

    /// The entry, with all that is known about it.
    #[must_use]
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// The bytes, as they were written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.entry.value
    }

    /// True when nobody has confirmed for `max_staleness` that this still is the value: the last one that was known.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale.is_some()
    }

    /// How long ago it was last confirmed, of a stale value; `None` for a fresh one.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.stale
    }

    /// Decodes the bytes by their codec.
    ///
    /// # Errors
    /// [`Kind::Codec`](crate::Kind::Codec) when they do not decode into `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        codec::decode(&self.entry)
    }

    /// The bytes as a text.
    ///
    /// # Errors
    /// [`Kind::Codec`](crate::Kind::Codec) when they are not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.entry.value).map_err(|error| {
            Error::new(crate::Kind::Codec, format!("{}: {error}", self.entry.key)).because(error)
        })
    }
}
