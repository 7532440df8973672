//! Values that the server cannot read: `client:encrypted:json`, or any other codec behind it.
//!
//! - [`Encrypted`]: **start here**: the transformer; [`Keyring`], [`Key`]: what it encrypts with
//! - [`Envelope`]: the bytes that are stored; [`reencrypt`]: from an old key to the active one
//!
//! Namespace, key and codec are authenticated with every value, so that nobody can move it elsewhere. Whoever writes under an alias
//! writes under the key that it stands for.

mod cipher;
mod envelope;
mod key;
mod keyring;
mod renew;
#[cfg(test)]
mod tests;

use bytes::Bytes;

pub use envelope::Envelope;
pub use key::{Algorithm, Key};
pub use keyring::{FindKey, Keyring};
pub use renew::{Renewed, reencrypt};

use super::{At, Refusal, Transformer};

/// Encrypts what is written with the active key of a ring, and decrypts with whichever key of the ring it was written with.
#[derive(Debug, Clone)]
pub struct Encrypted {
    keys: Keyring,
}

impl Encrypted {
    /// What it is called in the name of a chain.
    pub const NAME: &str = "encrypted";

    /// With these keys.
    #[must_use]
    pub fn with(keys: Keyring) -> Self {
        Self { keys }
    }
}

impl Transformer for Encrypted {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn hides(&self) -> bool {
        true
    }

    fn wrap(&self, bytes: &[u8], at: At<'_>) -> Result<Bytes, Refusal> {
        Ok(Envelope::seal(&*self.keys.active()?, bytes, at)?.to_bytes())
    }

    fn unwrap(&self, bytes: &[u8], at: At<'_>) -> Result<Bytes, Refusal> {
        let envelope = Envelope::parse(bytes)?;
        let key = self.keys.find(envelope.key_id())?;
        envelope.open(&key, at)
    }
}
