//! The bytes of an encrypted value.

use bytes::{Bytes, BytesMut};

use super::cipher::{self, TAG};
use super::key::{Algorithm, Key};
use crate::codec::{At, Refusal};

/// The version of this layout.
const VERSION: u8 = 1;
/// Version, algorithm, length of the id.
const HEAD: usize = 3;

/// An encrypted value, as it is stored.
///
/// | bytes | what |
/// |---|---|
/// | 1 | 1: the version of this layout |
/// | 1 | the algorithm: 1 is AES-256-GCM, 2 is XChaCha20-Poly1305 |
/// | 1 | `n`, 1 to 64 |
/// | n | the id of the key, UTF-8 |
/// | 12 or 24 | the nonce, random |
/// | as many as the value has | the value, encrypted |
/// | 16 | the tag |
///
/// What is authenticated beside the value: all bytes before the nonce, then namespace, key and the name of the chain, each with its
/// length in front as four bytes, the highest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    algorithm: Algorithm,
    key_id: String,
    nonce: Bytes,
    sealed: Bytes,
}

impl Envelope {
    /// Encrypts.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn seal(key: &Key, value: &[u8], at: At<'_>) -> Result<Self, Refusal> {
        let mut nonce = BytesMut::zeroed(key.algorithm().nonce_bytes());
        getrandom::fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(value.len() + TAG);
        sealed.extend_from_slice(value);
        let (algorithm, key_id) = (key.algorithm(), key.id().to_owned());
        let mut envelope = Self { algorithm, key_id, nonce: nonce.freeze(), sealed: Bytes::new() };
        cipher::seal(key, &envelope.nonce, &envelope.authenticated(at), &mut sealed)?;
        envelope.sealed = sealed.into();
        Ok(envelope)
    }

    /// Takes stored bytes apart.
    ///
    /// # Errors
    /// When they are no envelope.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let short = || Refusal::from("it is too short for an encrypted value");
        let (head, rest) = bytes.split_at_checked(HEAD).ok_or_else(short)?;
        if head[0] != VERSION {
            return Err(
                format!("encrypted values of version {} are not known here", head[0]).into()
            );
        }
        let algorithm = Algorithm::of_code(head[1])
            .ok_or_else(|| format!("the algorithm {} is not known here", head[1]))?;
        let (id, rest) = rest.split_at_checked(head[2].into()).ok_or_else(short)?;
        let (nonce, sealed) = rest.split_at_checked(algorithm.nonce_bytes()).ok_or_else(short)?;
        if sealed.len() < TAG {
            return Err(short());
        }
        let key_id = std::str::from_utf8(id)?.to_owned();
        let (nonce, sealed) = (Bytes::copy_from_slice(nonce), Bytes::copy_from_slice(sealed));
        Ok(Self { algorithm, key_id, nonce, sealed })
    }

    /// Decrypts.
    ///
    /// # Errors
    /// When it is not exactly what [`seal`](Self::seal) made with this key for this place.
    pub fn open(&self, key: &Key, at: At<'_>) -> Result<Bytes, Refusal> {
        if key.algorithm() != self.algorithm {
            let (key, this) = (key.algorithm().name(), self.algorithm.name());
            return Err(format!("it was encrypted with {this}, and the key is for {key}").into());
        }
        let mut text = self.sealed.to_vec();
        cipher::open(key, &self.nonce, &self.authenticated(at), &mut text)?;
        Ok(text.into())
    }

    /// The bytes to be stored.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        [&*self.head(), &*self.nonce, &*self.sealed].concat().into()
    }

    /// The id of the key that it opens with.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// With what it was encrypted.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn head(&self) -> Vec<u8> {
        // An id has 64 bytes at most, and one that was read has the length of one byte.
        let length = u8::try_from(self.key_id.len()).unwrap_or(u8::MAX);
        [&[VERSION, self.algorithm.code(), length], self.key_id.as_bytes()].concat()
    }

    fn authenticated(&self, at: At<'_>) -> Vec<u8> {
        let mut bytes = self.head();
        for text in [at.namespace, at.key, at.codec] {
            // Names of gigabytes are refused long before.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }
}
