//! What a message is about.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// A subject: 1 to 255 bytes out of `A-Z a-z 0-9 . _ : / -`, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(Arc<str>);

/// A text is no subject.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no subject: it takes 1 to 255 letters, digits and . _ : / - of ASCII")]
pub struct InvalidSubject(String);

impl Subject {
    /// The most bytes that one has.
    pub const MAX_BYTES: usize = 255;

    /// Checks a text.
    ///
    /// # Errors
    /// When it is empty, too long, or has other characters.
    pub fn new(text: &str) -> Result<Self, InvalidSubject> {
        let fits = (1..=Self::MAX_BYTES).contains(&text.len());
        if fits && text.bytes().all(is_allowed) {
            return Ok(Self(text.into()));
        }
        Err(InvalidSubject(text.chars().take(Self::MAX_BYTES).collect()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_allowed_characters_are_subjects() {
        let longest = "a".repeat(Subject::MAX_BYTES);
        for good in ["a", "stategate/events", "A.b_c:d/e-9", "..", longest.as_str()] {
            assert_eq!(Subject::new(good).expect("a subject").as_str(), good);
        }
        let too_long = "a".repeat(Subject::MAX_BYTES + 1);
        for bad in ["", " ", "a b", "a*", "a>", "ä", "a\0", "a%", too_long.as_str()] {
            let error = bad.parse::<Subject>().expect_err("no subject");
            assert!(error.to_string().contains("is no subject"), "{error}");
        }
    }
}
