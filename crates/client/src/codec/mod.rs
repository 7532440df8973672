//! How bytes become values, and back.
//!
//! - [`Codecs`]: **start here**: which codecs there are, by name; what a [`Config`](crate::Config) decodes with
//! - [`Codec`]: one way to write values down; [`Transformer`]: what is done to bytes around it, such as encryption
//! - [`Plain`]: bytes as a codec reads them; `text`, `blob`: how these become values of Rust
//! - [`Scalar`]: numbers, truths and texts that turn into each other by a table
//! - [`encrypted`]: values that the server cannot read
//!
//! The name of a chain has its transformers in front, outermost first: `client:encrypted:json` is JSON, then encrypted. The first part
//! `client:` says that the server is not meant to look inside; it stands for nothing else.

mod blob;
mod builtin;
mod chain;
pub mod encrypted;
mod plain;
mod registry;
mod scalar;
#[cfg(test)]
mod tests;
mod text;

use std::error::Error as StdError;
use std::fmt::Debug;

use bytes::Bytes;

pub(crate) use blob::Blob;
pub use plain::{Form, Plain};
pub use registry::Codecs;
pub use scalar::Scalar;
pub(crate) use text::Text;

use crate::{Entry, Error};

/// Why a codec refuses; becomes the cause of an [`Error`] of [`Kind::Codec`](crate::Kind::Codec).
pub type Refusal = Box<dyn StdError + Send + Sync>;

/// One way to write values down.
pub trait Codec: Debug + Send + Sync + 'static {
    /// What it is called in [`Entry::codec`].
    fn name(&self) -> &str;

    /// What it wants to have written: values reach it in this form.
    fn form(&self) -> Form;

    /// What the bytes say.
    ///
    /// # Errors
    /// When they are not of this codec.
    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Plain<'a>, Refusal>;

    /// The bytes of a value, in the form that [`form`](Self::form) names.
    ///
    /// # Errors
    /// When this codec has no words for the value.
    fn write(&self, value: Plain<'_>) -> Result<Bytes, Refusal>;
}

/// What is done to the bytes of a codec before they are stored, and undone when they are read.
pub trait Transformer: Debug + Send + Sync + 'static {
    /// What it is called in the name of a chain.
    fn name(&self) -> &str;

    /// True when what it hides may not show in errors.
    fn hides(&self) -> bool;

    /// Before they are stored.
    ///
    /// # Errors
    /// When it cannot be done.
    fn wrap(&self, bytes: &[u8], at: At<'_>) -> Result<Bytes, Refusal>;

    /// When they are read.
    ///
    /// # Errors
    /// When the bytes are not what [`wrap`](Self::wrap) made for this very place.
    fn unwrap(&self, bytes: &[u8], at: At<'_>) -> Result<Bytes, Refusal>;
}

/// Where a value is stored, and under which codec: what a [`Transformer`] may bind it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// The key; of an alias the key that it stands for.
    pub key: &'a str,
    /// The name of the whole chain.
    pub codec: &'a str,
}

impl<'a> At<'a> {
    /// Where an entry is.
    #[must_use]
    pub fn of(entry: &'a Entry) -> Self {
        Self { namespace: &entry.namespace, key: &entry.key, codec: &entry.codec }
    }
}

/// Encodes a value as JSON.
pub(crate) fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<Bytes, Error> {
    let at = At { namespace: "", key: "", codec: "json" };
    Codecs::standard().encode(value, at)
}
