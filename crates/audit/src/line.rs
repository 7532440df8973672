//! The bytes of a line: a JSON object whose last member is the SHA-256 of all that stands before that member.
//!
//! `{"seq":2,"prev":"<hash of line 1>",...,"hash":"<64 hexadecimal digits>"}`: the hash covers the bytes up to and without the
//! comma before `"hash"`. As `prev` is among them, each line vouches for all before it, and any tool that can cut off 75
//! bytes and knows SHA-256 can check a line.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::entry::Entry;

/// No line is longer, newline excluded: values of 1 MiB in base64 with room to spare.
pub const MAX_LINE_BYTES: usize = 16 << 20;

const MEMBER: &[u8] = b",\"hash\":\"";
const END: &[u8] = b"\"}";
const DIGITS: usize = 64;
const SUFFIX: usize = MEMBER.len() + DIGITS + END.len();

/// SHA-256.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

/// A line that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// It does not end as every line does, or is too long.
    #[error("it is not a line of an audit file")]
    Shape,
    /// Something in it was changed.
    #[error("its hash is not that of its text")]
    Hash,
    /// The hash is right, but this release cannot read it.
    #[error("it holds what this release cannot read: {0}")]
    Unknown(String),
}

/// A JSON object with its hash as the last member. Without a newline.
///
/// # Errors
/// What `serde_json` says of a value that is no object.
pub fn seal<T: Serialize>(object: &T) -> Result<(Vec<u8>, Hash), serde_json::Error> {
    let mut line = serde_json::to_vec(object)?;
    if line.pop() != Some(b'}') || line.first() != Some(&b'{') {
        return Err(serde::ser::Error::custom("only objects can be lines"));
    }
    Ok(close(line))
}

/// Puts its hash behind an object that has no closing brace yet.
#[must_use]
pub fn close(mut open: Vec<u8>) -> (Vec<u8>, Hash) {
    let hash = Hash(Sha256::digest(&open).into());
    open.extend_from_slice(MEMBER);
    open.extend_from_slice(hash.to_string().as_bytes());
    open.extend_from_slice(END);
    (open, hash)
}

/// The hash of a line, once it is found to be right.
///
/// # Errors
/// [`LineError::Shape`] and [`LineError::Hash`].
pub fn check(line: &[u8]) -> Result<Hash, LineError> {
    let body = line.len().checked_sub(SUFFIX).filter(|_| line.len() <= MAX_LINE_BYTES);
    let (body, suffix) = line.split_at(body.ok_or(LineError::Shape)?);
    let digits = suffix.strip_prefix(MEMBER).and_then(|rest| rest.strip_suffix(END));
    let hash = Hash(Sha256::digest(body).into());
    match digits {
        None => Err(LineError::Shape),
        Some(digits) if digits == hash.to_string().as_bytes() => Ok(hash),
        Some(_) => Err(LineError::Hash),
    }
}

/// What an intact line holds, and its hash.
///
/// # Errors
/// [`LineError`].
pub fn open(line: &[u8]) -> Result<(Entry, Hash), LineError> {
    let hash = check(line)?;
    let entry = serde_json::from_slice(line);
    entry.map(|entry| (entry, hash)).map_err(|error| LineError::Unknown(error.to_string()))
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut hash = Self::default();
        let text = String::deserialize(deserializer)?;
        hex::decode_to_slice(text, &mut hash.0).map_err(serde::de::Error::custom)?;
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_document() {
        let (line, hash) = seal(&serde_json::json!({"seq": 1})).expect("an object");
        let digest = hex::encode(Sha256::digest(b"{\"seq\":1"));
        assert_eq!(line, format!("{{\"seq\":1,\"hash\":\"{digest}\"}}").into_bytes());
        assert_eq!(check(&line), Ok(hash));
        serde_json::from_slice::<serde_json::Value>(&line).expect("JSON");
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for text in [&b""[..], b"{}", &[b'x'; SUFFIX], &[b'x'; 200]] {
            assert_eq!(check(text), Err(LineError::Shape));
        }
        assert!(seal(&7).is_err());
    }
}
