//! What a read answers: an entry, and how sure it is that it still holds.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::{Codecs, Entry, Error};

/// An entry, and how sure it is that it still holds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Value {
    entry: Arc<Entry>,
    stale: Option<Duration>,
    /// `None`: the ones that are always there, so that nearly nobody has to count references.
    codecs: Option<Arc<Codecs>>,
}

impl Value {
    pub(crate) fn fresh(entry: Arc<Entry>) -> Self {
        Self { entry, stale: None, codecs: None }
    }

    pub(crate) fn stale(entry: Arc<Entry>, age: Duration) -> Self {
        Self { entry, stale: Some(age), codecs: None }
    }

    /// To be decoded with these codecs.
    pub(crate) fn with(mut self, codecs: &Option<Arc<Codecs>>) -> Self {
        self.codecs.clone_from(codecs);
        self
    }

    fn codecs(&self) -> &Codecs {
        self.codecs.as_deref().unwrap_or(Codecs::standard())
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
        self.codecs().decode(&self.entry)
    }

    /// As a whole number: also of a text, or of a fraction without one, see [`Scalar`](crate::codec::Scalar).
    ///
    /// # Errors
    /// [`Kind::Codec`](crate::Kind::Codec) when it is none of 64 bits; [`Kind::NotFound`](crate::Kind::NotFound) for null.
    pub fn as_i64(&self) -> Result<i64, Error> {
        self.codecs().scalar(&self.entry)?.as_i64().map_err(|error| self.named(&error))
    }

    /// As a number, see [`Scalar`](crate::codec::Scalar).
    ///
    /// # Errors
    /// As [`as_i64`](Self::as_i64).
    pub fn as_f64(&self) -> Result<f64, Error> {
        self.codecs().scalar(&self.entry)?.as_f64().map_err(|error| self.named(&error))
    }

    /// As a truth, see [`Scalar`](crate::codec::Scalar).
    ///
    /// # Errors
    /// As [`as_i64`](Self::as_i64).
    pub fn as_bool(&self) -> Result<bool, Error> {
        self.codecs().scalar(&self.entry)?.as_bool().map_err(|error| self.named(&error))
    }

    /// As a text: of a text that itself, of anything else how JSON spells it; of a secret `******`.
    ///
    /// # Errors
    /// As [`as_i64`](Self::as_i64).
    pub fn to_text(&self) -> Result<String, Error> {
        self.codecs().scalar(&self.entry)?.to_text().map_err(|error| self.named(&error))
    }

    fn named(&self, error: &Error) -> Error {
        Error::new(error.kind(), format!("{}: {error}", self.entry.key))
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
