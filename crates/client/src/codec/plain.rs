//! Bytes as a codec reads them: still without a type of Rust.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Refusal;
use super::blob::Blob;
use super::text::Text;
use crate::secret;

/// What bytes say, once a codec has read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain<'a> {
    /// A JSON document. All formats of documents go through this one, so that numbers of any size stay exact.
    Json(Cow<'a, [u8]>),
    /// A text. It turns into numbers and truths where these are asked for, and into lists and tables where it is JSON.
    Text(Cow<'a, str>),
    /// Bytes and no more.
    Bytes(Cow<'a, [u8]>),
    /// A text or bytes that only a [`Secret`](crate::Secret) can hold.
    Secret(Cow<'a, [u8]>),
}

/// The kinds of [`Plain`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON document.
    Json,
    /// A text: any value that is one word, and nothing with parts.
    Text,
    /// Bytes: of a list of bytes, or of a text.
    Bytes,
    /// What a [`Secret`](crate::Secret) holds: a text, or bytes.
    Secret,
}

impl Plain<'_> {
    /// As a value of Rust.
    ///
    /// # Errors
    /// When it is not one.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        match self {
            Self::Json(json) => Ok(serde_json::from_slice(json)?),
            Self::Text(text) => Ok(T::deserialize(Text(text))?),
            Self::Bytes(bytes) => Ok(T::deserialize(Blob::open(bytes))?),
            Self::Secret(bytes) => Ok(T::deserialize(Blob::secret(bytes))?),
        }
    }

    /// Of a value of Rust.
    pub(super) fn of(value: &(impl Serialize + ?Sized), form: Form) -> Result<Self, Refusal> {
        secret::reveal(|| {
            Ok(match form {
                Form::Json => Self::Json(serde_json::to_vec(value)?.into()),
                Form::Text => Self::Text(word(value)?.into()),
                Form::Bytes => Self::Bytes(bytes(value)?.into()),
                Form::Secret => Self::Secret(bytes(value)?.into()),
            })
        })
    }
}

/// A formatter takes what is one word and refuses what has parts.
fn word(value: &(impl Serialize + ?Sized)) -> Result<String, Refusal> {
    struct Word<'a, T: ?Sized>(&'a T);
    impl<T: Serialize + ?Sized> fmt::Display for Word<'_, T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }
    let mut text = String::new();
    fmt::write(&mut text, format_args!("{}", Word(value)))
        .map_err(|_| "a text cannot hold a value with parts")?;
    Ok(text)
}

fn bytes(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, Refusal> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(text) => Ok(text.into_bytes()),
        list @ serde_json::Value::Array(_) => {
            serde_json::from_value(list).map_err(|_| "it is neither bytes nor a text".into())
        }
        _ => Err("it is neither bytes nor a text".into()),
    }
}
