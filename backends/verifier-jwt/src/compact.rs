//! The compact form of a signed token (RFC 7515, section 7.1): three parts of base64url with dots between.
//!
//! Strict where others are lenient: no padding, no other alphabet, no bits left over, header and payload are JSON objects
//! without a member that comes twice. Two readers of one token then read the same.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};
use thiserror::Error;

/// Longer tokens are not read at all.
pub const MAX_BYTES: usize = 16 << 10;

/// Why a text is not a token. It does not repeat any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CompactError {
    /// More than [`MAX_BYTES`].
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not three parts.
    #[error("not three parts")]
    Parts,
    /// Not base64url without padding.
    #[error("{0}: not base64url without padding")]
    Base64(Part),
    /// Not a JSON object, or one with a member that comes twice.
    #[error("{0}: not a JSON object with members of different names")]
    Object(Part),
}

/// A part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Header,
    /// The second: the claims.
    Payload,
    /// The third.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// The parts as they stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Header and payload with their dot: what the signature is over.
    pub signed: &'a str,
    /// The first part.
    pub header: &'a str,
    /// The second part.
    pub payload: &'a str,
    /// The third part; empty for `alg: none`.
    pub signature: &'a str,
}

/// A token that was read. Nothing in it is proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Token<'a> {
    /// What the signature is over.
    pub signed: &'a str,
    /// The protected header.
    pub header: Map<String, Value>,
    /// The claims.
    pub payload: Map<String, Value>,
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    /// Parts a text at its two dots.
    pub fn of(text: &'a str) -> Result<Self, CompactError> {
        if text.len() > MAX_BYTES {
            return Err(CompactError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(CompactError::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(CompactError::Parts)?;
        if payload.contains('.') {
            return Err(CompactError::Parts);
        }
        Ok(Self { signed, header, payload, signature })
    }

    /// Reads all three parts.
    pub fn read(self) -> Result<Token<'a>, CompactError> {
        Ok(Token {
            signed: self.signed,
            header: object(Part::Header, self.header)?,
            payload: object(Part::Payload, self.payload)?,
            signature: bytes(Part::Signature, self.signature)?,
        })
    }
}

/// The bytes of a part.
pub fn bytes(part: Part, text: &str) -> Result<Vec<u8>, CompactError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| CompactError::Base64(part))
}

/// The object that a part says.
pub fn object(part: Part, text: &str) -> Result<Map<String, Value>, CompactError> {
    let Object(members) = serde_json::from_slice(&bytes(part, text)?)
        .map_err(|_: serde_json::Error| CompactError::Object(part))?;
    Ok(members)
}

/// An object in which no member comes twice.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member comes twice"));
            }
        }
        Ok(Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header), part(payload), part("sig"))
    }

    fn read(text: &str) -> Result<Token<'_>, CompactError> {
        Parts::of(text)?.read()
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let text = token(r#"{"alg":"HS256"}"#, r#"{"sub":"ann"}"#);
        let token = read(&text).expect("a token");
        assert_eq!(token.header["alg"], "HS256");
        assert_eq!(token.payload["sub"], "ann");
        assert_eq!(token.signature, b"sig");
        assert_eq!(format!("{}.c2ln", token.signed), text);
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        use CompactError::{Base64, Object, Parts as Three};
        let cases = [
            ("".to_owned(), Three),
            ("a.b".into(), Three),
            ("a.b.c.d".into(), Three),
            ("a.b.c.d.e".into(), Three),
            (token(r#"{"alg":"none","alg":"HS256"}"#, "{}"), Object(Part::Header)),
            (token("{}", r#"{"sub":"a","sub":"b"}"#), Object(Part::Payload)),
            (token("{}", "[]"), Object(Part::Payload)),
            (token("{}", "\"text\""), Object(Part::Payload)),
            (token("{}", "{} {}"), Object(Part::Payload)),
            (token("{}", &format!("{{\"a\":{}}}", "[".repeat(4000))), Object(Part::Payload)),
            ("e30=.e30.".into(), Base64(Part::Header)),
            ("e30.e30 .".into(), Base64(Part::Payload)),
            ("e30.e31.".into(), Base64(Part::Payload)),
            ("e30.e30.a/b+".into(), Base64(Part::Signature)),
            (format!("{}.e30.", "A".repeat(1 << 20)), CompactError::TooLong),
        ];
        for (text, why) in cases {
            let shown: String = text.chars().take(60).collect();
            assert_eq!(read(&text), Err(why), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn what_is_read_is_written_the_same(header in "[a-z]{0,9}", payload in any::<[u8; 16]>()) {
            let value = Value::from(payload.to_vec()).to_string();
            let text = token(&format!("{{\"{header}\":1}}"), &format!("{{\"p\":{value}}}"));
            let token = read(&text).expect("a token");
            let again = URL_SAFE_NO_PAD.encode(Value::from(token.payload).to_string());
            prop_assert_eq!(Parts::of(&text).expect("parts").payload, again);
        }
    }
}
