//! Keys, and which of them may check a token.

use std::fmt;

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey};

/// A key that checks signatures of certain algorithms: those of its own kind, never others.
pub struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    verifying: DecodingKey,
}

/// Why no key of a set may check a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// The token names none, and that does not do.
    Unnamed,
    /// The set has none of that name; a newer set may.
    Unknown,
    /// The key of that name is for other algorithms.
    Algorithm,
}

impl Key {
    /// A key. Algorithms of another family than the key's own are dropped.
    pub fn new(kid: Option<String>, algorithms: &[Algorithm], verifying: DecodingKey) -> Self {
        let family = verifying.family();
        let own = family.algorithms().iter().copied();
        let algorithms = own.filter(|own| algorithms.contains(own)).collect();
        Self { kid, algorithms, verifying }
    }

    /// Its name in its set.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What it may check; empty when it is of no use.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The same key for fewer algorithms.
    #[must_use]
    pub fn only(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms.retain(|own| algorithms.contains(own));
        self
    }

    /// Whether the signature is this key's, made with that algorithm.
    pub fn verifies(&self, algorithm: Algorithm, signed: &str, signature: &Vec<u8>) -> bool {
        if !self.algorithms.contains(&algorithm) {
            return false;
        }
        // The provider itself, not the process's default: which one that is depends on the features of other crates.
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &self.verifying);
        verifier.is_ok_and(|verifier| verifier.verify(signed.as_bytes(), signature).is_ok())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).field("algorithms", &self.algorithms).finish()
    }
}

/// Keys of one issuer.
#[derive(Debug, Default)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// These keys.
    pub fn new(keys: Vec<Key>) -> Self {
        Self(keys)
    }

    /// All of them.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The key for a token: the one it names, or the only one when it names none, or when that has no name.
    pub fn choose(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, NoKey> {
        let candidates: Vec<&Key> = match (kid, self.0.as_slice()) {
            (None, [only]) => vec![only],
            (None, []) => return Err(NoKey::Unknown),
            (None, _) => return Err(NoKey::Unnamed),
            (Some(_), [only]) if only.kid.is_none() => vec![only],
            (Some(kid), all) => all.iter().filter(|key| key.kid() == Some(kid)).collect(),
        };
        if candidates.is_empty() {
            return Err(NoKey::Unknown);
        }
        let mut fitting = candidates.into_iter().filter(|key| key.algorithms.contains(&algorithm));
        fitting.next().ok_or(NoKey::Algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: Option<&str>, algorithms: &[Algorithm]) -> Key {
        Key::new(kid.map(str::to_owned), algorithms, DecodingKey::from_ed_der(&[7; 32]))
    }

    #[test]
    fn a_key_is_only_for_its_own_kind() {
        let key = key(None, &[Algorithm::HS256, Algorithm::RS256, Algorithm::EdDSA]);
        assert_eq!(key.algorithms(), [Algorithm::EdDSA]);
        assert!(!key.verifies(Algorithm::HS256, "a.b", &vec![0; 32]));
    }

    #[test]
    fn a_token_gets_the_key_that_it_names_or_the_only_one() {
        let ed = [Algorithm::EdDSA];
        let two = KeySet::new(vec![key(Some("a"), &ed), key(Some("b"), &ed)]);
        let kid = |chosen: Result<&Key, NoKey>| chosen.map(|key| key.kid().map(str::to_owned));
        assert_eq!(kid(two.choose(Some("b"), Algorithm::EdDSA)), Ok(Some("b".into())));
        assert_eq!(kid(two.choose(Some("c"), Algorithm::EdDSA)), Err(NoKey::Unknown));
        assert_eq!(kid(two.choose(None, Algorithm::EdDSA)), Err(NoKey::Unnamed));
        assert_eq!(kid(two.choose(Some("a"), Algorithm::RS256)), Err(NoKey::Algorithm));
        let named = KeySet::new(vec![key(Some("a"), &ed)]);
        assert_eq!(kid(named.choose(None, Algorithm::EdDSA)), Ok(Some("a".into())));
        assert_eq!(kid(named.choose(Some("b"), Algorithm::EdDSA)), Err(NoKey::Unknown));
        let nameless = KeySet::new(vec![key(None, &ed)]);
        assert_eq!(kid(nameless.choose(Some("b"), Algorithm::EdDSA)), Ok(None));
        assert_eq!(kid(KeySet::default().choose(None, Algorithm::EdDSA)), Err(NoKey::Unknown));
    }
}
