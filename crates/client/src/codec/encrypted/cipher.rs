//! The two ciphers behind one face.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::key::{Algorithm, Key};
use crate::codec::Refusal;

/// Bytes that authenticate, behind the others.
pub(super) const TAG: usize = 16;

/// Encrypts in place and appends the tag.
pub(super) fn seal(key: &Key, nonce: &[u8], aad: &[u8], text: &mut Vec<u8>) -> Result<(), Refusal> {
    match key.algorithm() {
        Algorithm::Aes256Gcm => {
            let nonce = Nonce::try_assume_unique_for_key(nonce)?;
            aes(key)?.seal_in_place_append_tag(nonce, Aad::from(aad), text)?;
        }
        Algorithm::XChaCha20Poly1305 => {
            chacha(key)
                .encrypt_in_place(&xnonce(nonce)?, aad, text)
                .map_err(|_| "it is too long")?;
        }
    }
    Ok(())
}

/// Decrypts in place and takes the tag away; refuses whatever is not exactly what was sealed.
pub(super) fn open(key: &Key, nonce: &[u8], aad: &[u8], text: &mut Vec<u8>) -> Result<(), Refusal> {
    let refused = || {
        let id = key.id();
        format!(
            "it does not open with key {id}: it was changed, or written for another place, or with another key of that id"
        )
    };
    match key.algorithm() {
        Algorithm::Aes256Gcm => {
            let nonce = Nonce::try_assume_unique_for_key(nonce)?;
            let opened = aes(key)?.open_in_place(nonce, Aad::from(aad), text);
            let length = opened.map_err(|_| refused())?.len();
            text.truncate(length);
        }
        Algorithm::XChaCha20Poly1305 => {
            chacha(key).decrypt_in_place(&xnonce(nonce)?, aad, text).map_err(|_| refused())?;
        }
    }
    Ok(())
}

fn aes(key: &Key) -> Result<LessSafeKey, Refusal> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key.bytes)?))
}

fn chacha(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.bytes).into())
}

fn xnonce(nonce: &[u8]) -> Result<XNonce, Refusal> {
    Ok(XNonce::try_from(nonce)?)
}
