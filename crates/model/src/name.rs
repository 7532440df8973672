//! Names: what a namespace, a key and a prefix may look like in the keyspace.
//!
//! The dialects' narrower alphabets are checked by their adapters; these are the widest rules that every one shares.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest namespace, in bytes.
pub const MAX_NAMESPACE_BYTES: usize = 255;
/// Longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 1_024;

/// Why a name was refused. Nothing happened; the caller has to choose another name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The text is empty.
    #[error("{what} must not be empty")]
    Empty {
        /// `namespace` or `key`.
        what: &'static str,
    },
    /// The text is longer than the limit.
    #[error("{what} has {bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// `namespace` or `key`.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The text has a character that is not allowed.
    #[error("{what} contains {found:?} at byte {at}, which is not allowed there")]
    Character {
        /// `namespace` or `key`.
        what: &'static str,
        /// The offending character.
        found: char,
        /// Its byte offset.
        at: usize,
    },
}

/// A namespace: `[A-Za-z0-9][A-Za-z0-9_.:-]*`, 1 to 255 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Namespace(Arc<str>);

impl Namespace {
    /// Namespaces with this beginning belong to the server itself.
    pub const RESERVED: &'static str = "internal:holdfast";

    /// Checks and takes a name.
    pub fn new(text: impl AsRef<str>) -> Result<Self, NameError> {
        let text = text.as_ref();
        check_length("namespace", text, MAX_NAMESPACE_BYTES)?;
        if is_namespace(text.as_bytes()) {
            return Ok(Self(text.into()));
        }
        for (at, found) in text.char_indices() {
            let inner = at > 0 && matches!(found, '_' | '.' | ':' | '-');
            if !(found.is_ascii_alphanumeric() || inner) {
                return Err(NameError::Character { what: "namespace", found, at });
            }
        }
        Ok(Self(text.into()))
    }

    /// The server's own namespace (aliases, policies, tokens).
    pub fn reserved() -> Self {
        Self(Self::RESERVED.into())
    }

    /// True for the namespaces that only the server itself writes.
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with(Self::RESERVED)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key: UTF-8 of 1 to 1,024 bytes without control characters; by convention a path of segments parted by `/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(Arc<str>);

impl Key {
    /// Checks and takes a name.
    pub fn new(text: impl AsRef<str>) -> Result<Self, NameError> {
        let text = text.as_ref();
        check_length("key", text, MAX_KEY_BYTES)?;
        // Nearly every key is printable ASCII, and to look at bytes is cheaper than at characters.
        let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let bad = || text.char_indices().find(|(_, c)| c.is_control());
        if !plain && let Some((at, found)) = bad() {
            return Err(NameError::Character { what: "key", found, at });
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rule over bytes; which character breaks it is looked for only when one does.
fn is_namespace(text: &[u8]) -> bool {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte);
    text.first().is_some_and(u8::is_ascii_alphanumeric) && text.iter().all(inner)
}

fn check_length(what: &'static str, text: &str, max: usize) -> Result<(), NameError> {
    match text.len() {
        0 => Err(NameError::Empty { what }),
        bytes if bytes > max => Err(NameError::TooLong { what, bytes, max }),
        _ => Ok(()),
    }
}

/// The beginning of keys, byte by byte; any text, the empty one matches every key.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prefix(Arc<str>);

impl Prefix {
    /// Every key.
    pub fn any() -> Self {
        Self::default()
    }

    /// Takes a text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }

    /// True when `key` begins with this text.
    pub fn matches(&self, key: &Key) -> bool {
        key.as_str().as_bytes().starts_with(self.0.as_bytes())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The full name of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryKey {
    /// Where.
    pub namespace: Namespace,
    /// Which.
    pub key: Key,
}

impl EntryKey {
    /// Puts the two together.
    pub fn new(namespace: Namespace, key: Key) -> Self {
        Self { namespace, key }
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.key)
    }
}

macro_rules! text_name {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.as_ref().to_owned()
            }
        }
    };
}
text_name!(Namespace);
text_name!(Key);
text_name!(Prefix);

impl TryFrom<String> for Namespace {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Key {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_starts_alphanumeric_and_has_no_slash() {
        for good in ["a", "A0_.:-", "internal:x", &"n".repeat(255)] {
            assert!(Namespace::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", ".a", ":a", "a/b", "a b", "ä", &"n".repeat(256)] {
            assert!(Namespace::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_is_any_text_without_control_characters() {
        for good in ["a", "a//b", ".", "ключ", "a b", &"k".repeat(1024)] {
            assert!(Key::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a\nb", "a\0", "\u{7f}", "\u{85}", &"k".repeat(1025)] {
            assert!(Key::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_server_keeps_its_own_namespaces() {
        assert!(Namespace::reserved().is_reserved());
        assert!(Namespace::new("internal:holdfast.policies").expect("valid").is_reserved());
        assert!(!Namespace::new("internal:x").expect("valid").is_reserved());
    }
}
