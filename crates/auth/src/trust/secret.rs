//! Tokens as callers show them: `hf_<id>_<secret>`.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What every token begins with, so that scanners for leaked secrets can find one.
pub const PREFIX: &str = "hf_";

/// Bytes of a secret, from the system's random source.
const SECRET_BYTES: usize = 32;
const ID_BYTES: usize = 8;
const HASH_CONTEXT: &str = "holdfast 2026 token secret v1";

/// A token in clear: shown to its owner once, and never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Names the token, in lists and in audit records.
    pub id: String,
    secret: String,
}

/// The hash of a token's secret: all that is kept of it. Comparing two takes the same time wherever they differ.
#[derive(Debug, Clone, Copy)]
pub struct Secret(blake3::Hash);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut id = [0; ID_BYTES];
        getrandom::fill(&mut id)?;
        Self::with_id(hex::encode(id))
    }

    /// Another secret for an id that exists.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn with_id(id: String) -> Result<Self, getrandom::Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret)?;
        Ok(Self { id, secret: URL_SAFE_NO_PAD.encode(secret) })
    }

    /// What is kept of it.
    ///
    /// A fast hash is enough: the secret has 256 random bits, there is nothing to guess.
    pub fn hash(&self) -> Secret {
        Secret(blake3::Hash::from_bytes(blake3::derive_key(HASH_CONTEXT, self.secret.as_bytes())))
    }

    /// The text that the owner keeps.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }
}

impl FromStr for Token {
    type Err = ();

    /// Nothing but the form is looked at.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, secret) = text.strip_prefix(PREFIX).and_then(|t| t.split_once('_')).ok_or(())?;
        let is_id = id.len() == 2 * ID_BYTES && id.bytes().all(|b| b.is_ascii_hexdigit());
        let is_secret = secret.len() == (SECRET_BYTES * 4).div_ceil(3);
        if !is_id || !is_secret {
            return Err(());
        }
        Ok(Self { id: id.to_owned(), secret: secret.to_owned() })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_***", self.id)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        // The comparison of `Hash` is a constant-time one.
        self.0 == other.0
    }
}

impl Eq for Secret {}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_hex())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        blake3::Hash::from_hex(text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_no_other_has_its_hash() {
        let token = Token::generate().expect("random numbers");
        let shown: Token = token.reveal().parse().expect("its own form");
        assert_eq!(shown.hash(), token.hash());
        let rotated = Token::with_id(token.id.clone()).expect("random numbers");
        assert_ne!(rotated.hash(), token.hash());
        assert!(!format!("{token:?}").contains(&token.secret));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        for text in ["", "hf_", "hf_00_x", "hf_0011223344556677", "xx_0011223344556677_abc"] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
    }
}
