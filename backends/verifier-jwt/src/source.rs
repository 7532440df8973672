//! Keys as the settings name them: fixed ones, or those of a URL.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_remote::{Held, Kept, Remote};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use tracing::warn;

use crate::jwks;
use crate::keys::{Key, KeySet};
use crate::pem;
use crate::secret::HmacSecret;
use crate::settings::{JwtSettings, Keys, SettingsError};

/// Where keys come from while the verifier runs.
pub(crate) enum Source {
    Fixed(Arc<Held<KeySet>>),
    Url(Kept<KeySet>),
    Unverified,
}

impl Source {
    pub(crate) fn of(settings: &JwtSettings) -> Result<Self, SettingsError> {
        let allowed = settings.algorithms.as_slice();
        if allowed.is_empty() && !matches!(settings.keys, Keys::Unverified) {
            return Err(SettingsError::NoAlgorithm);
        }
        Ok(match &settings.keys {
            Keys::Unverified => Self::Unverified,
            Keys::Secret(secret) => fixed(KeySet::new(vec![shared(secret, allowed)?])),
            Keys::PemFile(path) => fixed(KeySet::new(vec![public(path, allowed)?])),
            Keys::JwksFile(path) => fixed(set(path, allowed)?),
            Keys::JwksUrl { remote, kept } => {
                let allowed = allowed.to_vec();
                let understand = move |bytes: &Bytes| {
                    let jwks = jwks::read(bytes, &allowed)?;
                    tell(&jwks.skipped);
                    Ok(jwks.set)
                };
                Self::Url(Kept::start(Remote::new(remote)?, kept.clone(), understand))
            }
        })
    }

    /// The keys now; `None` when there are none yet.
    pub(crate) fn keys(&self) -> Option<Arc<Held<KeySet>>> {
        match self {
            Self::Fixed(held) => Some(Arc::clone(held)),
            Self::Url(kept) => kept.current(),
            Self::Unverified => None,
        }
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        let Self::Url(kept) = self else { return None };
        let empty = || "the key set has no key that can be used".to_owned();
        let usable = |held: Arc<Held<KeySet>>| !held.value.keys().is_empty();
        kept.trouble().or_else(|| (!kept.current().is_some_and(usable)).then(empty))
    }
}

fn fixed(value: KeySet) -> Source {
    Source::Fixed(Arc::new(Held { value, generation: 1 }))
}

fn shared(secret: &HmacSecret, allowed: &[Algorithm]) -> Result<Key, SettingsError> {
    let mut bytes: &[u8] = &[];
    for algorithm in allowed {
        if !AlgorithmFamily::Hmac.algorithms().contains(algorithm) {
            return Err(SettingsError::Algorithm(*algorithm));
        }
        bytes = secret.for_algorithm(*algorithm)?;
    }
    Ok(Key::new(None, allowed, DecodingKey::from_secret(bytes)))
}

fn public(path: &Path, allowed: &[Algorithm]) -> Result<Key, SettingsError> {
    let wrong = |why| SettingsError::Key { path: path.into(), why };
    let key = pem::read(&bytes(path)?).map_err(wrong)?;
    match allowed.iter().find(|algorithm| !key.algorithms().contains(algorithm)) {
        Some(other) => Err(SettingsError::Algorithm(*other)),
        None => Ok(key.only(allowed)),
    }
}

fn set(path: &Path, allowed: &[Algorithm]) -> Result<KeySet, SettingsError> {
    let wrong = |why| SettingsError::Key { path: path.into(), why };
    let jwks = jwks::read(&bytes(path)?, allowed).map_err(wrong)?;
    tell(&jwks.skipped);
    if jwks.set.keys().is_empty() {
        return Err(wrong("it has no key that can be used".into()));
    }
    Ok(jwks.set)
}

fn bytes(path: &Path) -> Result<Vec<u8>, SettingsError> {
    fs::read(path).map_err(|source| SettingsError::File { path: path.into(), source })
}

fn tell(skipped: &[String]) {
    for why in skipped {
        warn!(why, "a key of a key set is not used");
    }
}
