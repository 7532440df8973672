//! What a server gives to browsers and knows again, on every node of a log: sealed texts, and session cookies that cannot be made up.
//!
//! The key is in the log. Who reads it there can make neither a session, which counts only where its mark is in the log, too, nor
//! anything of a sign-in under way without the cookie of its browser: what is sealed is of use to that browser alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Seals and knows again.
pub struct Seal {
    cipher: XChaCha20Poly1305,
    tags: [u8; 32],
}

/// Bytes of the key, and of what is drawn for a cookie.
pub const BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Binds what is sealed to this use and form.
const ABOUT: &[u8] = b"holdfast 2026 sign-in under way v1";
const CIPHER_CONTEXT: &str = "holdfast 2026 key of sign-ins under way v1";
const TAGS_CONTEXT: &str = "holdfast 2026 key of session cookies v1";
/// The longest text that is sealed: its cookie stays below the 4 KiB that browsers keep.
pub const MOST_BYTES: usize = 2 << 10;

impl Seal {
    /// With this key, the same on every node.
    #[must_use]
    pub fn new(key: &[u8; BYTES]) -> Self {
        let cipher = blake3::derive_key(CIPHER_CONTEXT, key);
        let tags = blake3::derive_key(TAGS_CONTEXT, key);
        Self { cipher: XChaCha20Poly1305::new(&cipher.into()), tags }
    }

    /// A text that nobody else can read or change, good until a time. `None`: it is too long, or there are no random numbers.
    #[must_use]
    pub fn close(&self, text: &str, until: SystemTime) -> Option<String> {
        if text.len() > MOST_BYTES {
            return None;
        }
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).ok()?;
        let mut bytes = seconds(until).to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        self.cipher.encrypt_in_place(&XNonce::from(nonce), ABOUT, &mut bytes).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
    }

    /// The text, and until when it is good; `None`: nobody sealed this, or it is over.
    #[must_use]
    pub fn open(&self, sealed: &str, now: SystemTime) -> Option<(String, SystemTime)> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let mut text = rest.to_vec();
        self.cipher.decrypt_in_place(&XNonce::from(*nonce), ABOUT, &mut text).ok()?;
        let (until, text) = text.split_first_chunk::<8>()?;
        let until = UNIX_EPOCH.checked_add(Duration::from_secs(u64::from_be_bytes(*until)))?;
        let text = std::str::from_utf8(text).ok()?;
        (now < until).then(|| (text.to_owned(), until))
    }

    /// The cookie of this name for what was drawn.
    #[must_use]
    pub fn cookie(&self, name: &str, drawn: &[u8; BYTES]) -> String {
        let tag = self.tag(name, drawn);
        URL_SAFE_NO_PAD.encode([&drawn[..], tag.as_bytes()].concat())
    }

    /// Whether a cookie of this name was made here, or on another node of the log: nobody has to be asked about others.
    #[must_use]
    pub fn made(&self, name: &str, cookie: &str) -> bool {
        let mut bytes = [0; 2 * BYTES];
        let decoded = URL_SAFE_NO_PAD.decode_slice(cookie, &mut bytes);
        let (drawn, tag) = bytes.split_at(BYTES);
        let drawn = <&[u8; BYTES]>::try_from(drawn);
        // Hashes compare in the same time wherever they differ.
        decoded == Ok(2 * BYTES) && drawn.is_ok_and(|drawn| self.tag(name, drawn) == *tag)
    }

    fn tag(&self, name: &str, drawn: &[u8; BYTES]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.tags);
        hasher.update(drawn).update(name.as_bytes());
        hasher.finalize()
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; BYTES] = [7; BYTES];

    #[test]
    fn a_sealed_text_is_read_with_its_key_until_its_end_and_says_nothing() {
        let seal = Seal::new(&KEY);
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let until = now + Duration::from_secs(10);
        let sealed = seal.close("state & verifier", until).expect("random numbers");
        assert_eq!(Seal::new(&KEY).open(&sealed, now), Some(("state & verifier".into(), until)));
        assert_eq!(seal.open(&sealed, until), None);
        assert_ne!(seal.close("state & verifier", until), Some(sealed.clone()));
        assert_eq!(Seal::new(&[8; BYTES]).open(&sealed, now), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("base64");
        assert!(!bytes.windows(5).any(|part| part == b"state"));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(seal.open(&URL_SAFE_NO_PAD.encode(other), now), None, "{at}");
        }
        for other in ["", "AAAA", &sealed[..40], &format!("{sealed}AA"), &format!("{sealed}=")] {
            assert_eq!(seal.open(other, now), None, "{other}");
        }
    }

    #[test]
    fn what_no_cookie_can_hold_is_not_sealed() {
        let seal = Seal::new(&KEY);
        let until = SystemTime::now() + Duration::from_secs(10);
        let most = seal.close(&"x".repeat(MOST_BYTES), until).expect("it fits");
        assert!(most.len() < 4_000, "{}", most.len());
        assert_eq!(seal.close(&"x".repeat(MOST_BYTES + 1), until), None);
    }

    #[test]
    fn a_cookie_is_of_its_key_and_its_name() {
        let seal = Seal::new(&KEY);
        let cookie = seal.cookie("s", &[1; BYTES]);
        assert!(Seal::new(&KEY).made("s", &cookie));
        assert!(!Seal::new(&[8; BYTES]).made("s", &cookie) && !seal.made("t", &cookie));
        for at in 0..cookie.len() {
            let mut other = cookie.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(!seal.made("s", &String::from_utf8(other).expect("ASCII")), "{at}");
        }
        for other in ["", "AAAA", &cookie[..80], &format!("{cookie}AAAA"), &format!("{cookie}=")] {
            assert!(!seal.made("s", other), "{other}");
        }
    }
}
