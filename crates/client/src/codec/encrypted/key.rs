//! Keys, and what they encrypt with.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::{Error, Kind};

/// With what a key encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// AES-256 in GCM. Its random nonces have 96 bits: one key is good for 2^32 values (NIST SP 800-38D, 8.3), then it has to be replaced.
    Aes256Gcm,
    /// XChaCha20 with Poly1305. Its random nonces have 192 bits, which do not repeat however many there are: the one to choose.
    XChaCha20Poly1305,
}

impl Algorithm {
    pub(super) const ALL: [Self; 2] = [Self::Aes256Gcm, Self::XChaCha20Poly1305];

    /// Its byte in an envelope.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::XChaCha20Poly1305 => 2,
        }
    }

    pub(super) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.code() == code)
    }

    /// Bytes of its nonces.
    pub(super) fn nonce_bytes(self) -> usize {
        match self {
            Self::Aes256Gcm => 12,
            Self::XChaCha20Poly1305 => 24,
        }
    }

    /// What it is called where keys are written down.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::XChaCha20Poly1305 => "xchacha20-poly1305",
        }
    }
}

/// A key of 256 bits. Its memory is overwritten when it is dropped; it is never shown.
#[derive(Clone)]
pub struct Key {
    id: String,
    algorithm: Algorithm,
    pub(super) bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    /// Most bytes of an id.
    pub const MAX_ID_BYTES: usize = 64;

    /// A key of 32 random bytes.
    ///
    /// # Errors
    /// [`Kind::Settings`] when the id is empty, too long, or has white space in it.
    pub fn new(id: &str, algorithm: Algorithm, bytes: [u8; 32]) -> Result<Self, Error> {
        let bytes = Zeroizing::new(bytes);
        if id.is_empty() || id.len() > Self::MAX_ID_BYTES || id.contains(char::is_whitespace) {
            let most = Self::MAX_ID_BYTES;
            let sentence =
                format!("the id of a key has 1 to {most} bytes and no white space: {id:?}");
            return Err(Error::new(Kind::Settings, sentence));
        }
        Ok(Self { id: id.to_owned(), algorithm, bytes })
    }

    /// A new key, by the random numbers of the system.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`Kind::Internal`] when the system has no random numbers.
    pub fn generate(id: &str, algorithm: Algorithm) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)
            .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        Self::new(id, algorithm, *bytes)
    }

    /// What it is called: stands beside every value that it encrypts.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// With what it encrypts.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key as a line that [`Key::from_str`] reads: to be kept where only those may read who may read the values.
    #[must_use]
    pub fn expose_line(&self) -> Zeroizing<String> {
        let coded = Zeroizing::new(STANDARD.encode(*self.bytes));
        Zeroizing::new(format!("{} {} {}", self.id, self.algorithm.name(), *coded))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {})", self.id, self.algorithm.name())
    }
}

/// `ID ALGORITHM BASE64`, as in `2026-11 xchacha20-poly1305 q83v...`.
impl FromStr for Key {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            let form = "a key is written as ID ALGORITHM BASE64";
            Error::new(Kind::Settings, format!("{form}: {why}"))
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let [id, algorithm, coded] = words[..] else { return Err(wrong("it has three words")) };
        let known = Algorithm::ALL.into_iter().find(|known| known.name() == algorithm);
        let algorithm = known.ok_or_else(|| {
            wrong(&format!("{algorithm:?} is neither aes-256-gcm nor xchacha20-poly1305"))
        })?;
        let bytes = STANDARD.decode(coded).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| wrong("the third word is no base64"))?;
        let bytes = <[u8; 32]>::try_from(&**bytes).map_err(|_| wrong("it has 32 bytes"))?;
        Self::new(id, algorithm, bytes)
    }
}
