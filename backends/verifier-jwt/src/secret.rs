//! Shared secrets for HS256, HS384, HS512.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;

use crate::settings::SettingsError;

/// Words of secrets that were copied from somewhere instead of drawn at random.
const EXAMPLES: [&str; 9] = [
    "secret",
    "changeme",
    "change-me",
    "change_me",
    "password",
    "example",
    "placeholder",
    "your-",
    "insecure",
];
/// A random secret has more different bytes than this.
const FEW: usize = 10;

/// A secret that is not in its `Debug` form.
#[derive(Clone, PartialEq, Eq)]
pub struct HmacSecret(Vec<u8>);

impl HmacSecret {
    /// The bytes of a text; refuses what looks like an example.
    pub fn text(text: &str) -> Result<Self, SettingsError> {
        Self::of(text.as_bytes().to_vec())
    }

    /// Base64 or base64url, with padding or without.
    pub fn base64(text: &str) -> Result<Self, SettingsError> {
        let bare = text.trim().trim_end_matches('=');
        let bytes = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare));
        Self::of(bytes.map_err(|_| SettingsError::Secret("it is not base64".into()))?)
    }

    /// The bytes of a file, without a line end at its end.
    pub fn file(path: &Path) -> Result<Self, SettingsError> {
        let read = std::fs::read(path);
        let bytes = read.map_err(|source| SettingsError::File { path: path.into(), source })?;
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Self::of(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
    }

    fn of(bytes: Vec<u8>) -> Result<Self, SettingsError> {
        let text = String::from_utf8_lossy(&bytes);
        let mut different = [false; 256];
        bytes.iter().for_each(|byte| different[usize::from(*byte)] = true);
        let why = if bytes.is_empty() {
            "it is empty"
        } else if text.to_lowercase().contains("-----begin") {
            "it is a key in PEM, not a shared secret"
        } else if is_example(&text) {
            "it looks like an example; draw one at random"
        } else if different.iter().filter(|there| **there).count() <= FEW {
            "it has too few different bytes to be random"
        } else {
            return Ok(Self(bytes));
        };
        Err(SettingsError::Secret(why.into()))
    }

    /// The bytes, if they are enough for an algorithm (RFC 7518, section 3.2: as many as the hash has).
    ///
    /// # Errors
    /// When they are not.
    pub fn for_algorithm(&self, algorithm: Algorithm) -> Result<&[u8], SettingsError> {
        let least = least(algorithm);
        if self.0.len() < least {
            let found = self.0.len();
            let why = format!("{algorithm:?} needs {least} bytes, it has {found}");
            return Err(SettingsError::Secret(why));
        }
        Ok(&self.0)
    }
}

/// Whether a secret has a word of those that were copied from somewhere.
pub fn is_example(text: &str) -> bool {
    let lower = text.to_lowercase();
    EXAMPLES.iter().any(|word| lower.contains(word))
}

/// The fewest bytes of a secret for an algorithm.
pub(crate) fn least(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => 32,
    }
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "iW3r0yA8kq5ZtB1nXo7cVfGh2LpJ9sQd";

    #[test]
    fn examples_and_poor_secrets_are_refused() {
        let poor = [
            "",
            "a-string-secret-at-least-256-bits-long",
            "CHANGEME-CHANGEME-CHANGEME-CHANGEME-",
            "0123012301230123012301230123012301230123",
            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
        ];
        for text in poor {
            assert!(matches!(HmacSecret::text(text), Err(SettingsError::Secret(_))), "{text}");
        }
    }

    #[test]
    fn each_algorithm_wants_as_many_bytes_as_its_hash_has() {
        let secret = HmacSecret::text(RANDOM).expect("random enough");
        assert!(secret.for_algorithm(Algorithm::HS256).is_ok());
        assert!(secret.for_algorithm(Algorithm::HS384).is_err());
        assert!(
            HmacSecret::text(&RANDOM[1..])
                .expect("random")
                .for_algorithm(Algorithm::HS256)
                .is_err()
        );
        let twice = HmacSecret::text(&RANDOM.repeat(2)).expect("random enough");
        assert!(twice.for_algorithm(Algorithm::HS512).is_ok());
        assert!(!format!("{secret:?}").contains("iW3r"));
    }

    #[test]
    fn the_same_secret_in_every_spelling() {
        let secret = HmacSecret::text(RANDOM).expect("random enough");
        for text in [
            base64::engine::general_purpose::STANDARD.encode(RANDOM),
            URL_SAFE_NO_PAD.encode(RANDOM),
        ] {
            assert_eq!(HmacSecret::base64(&text).expect("base64"), secret);
        }
        assert!(HmacSecret::base64("%%%").is_err());
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), format!("{RANDOM}\r\n")).expect("writes");
        assert_eq!(HmacSecret::file(file.path()).expect("a secret"), secret);
    }
}
