//! How bytes become values, and back.

use serde::de::DeserializeOwned;

use crate::{Entry, Error, Kind};

/// Decodes an entry by its codec.
///
/// # Errors
/// [`Kind::Codec`] when the bytes do not decode into `T`.
pub fn decode<T: DeserializeOwned>(entry: &Entry) -> Result<T, Error> {
    serde_json::from_slice(&entry.value)
        .map_err(|error| Error::new(Kind::Codec, format!("{}: {error}", entry.key)).because(error))
}

/// Encodes a value in a codec.
///
/// # Errors
/// [`Kind::Codec`] when the codec is not known, or cannot hold the value.
pub fn encode(
    value: &(impl serde::Serialize + ?Sized),
    codec: &str,
) -> Result<bytes::Bytes, Error> {
    match codec {
        "json" => serde_json::to_vec(value)
            .map(Into::into)
            .map_err(|error| Error::new(Kind::Codec, error.to_string()).because(error)),
        other => Err(Error::new(Kind::Codec, format!("there is no codec {other}"))),
    }
}
