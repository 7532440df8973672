//! Key sets (RFC 7517): what of one can check signatures.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use crate::keys::{Key, KeySet};
use crate::secret;

/// No issuer has more.
const MAX_KEYS: usize = 256;
/// Of an RSA modulus: 2048 to 8192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A key set that was read.
#[derive(Debug)]
pub struct Jwks {
    /// The keys that can be used.
    pub set: KeySet,
    /// The others, each with its name and the reason.
    pub skipped: Vec<String>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// Reads a key set for certain algorithms. A key that cannot be used is skipped; a document that is none is an error.
pub fn read(bytes: &[u8], allowed: &[Algorithm]) -> Result<Jwks, String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        format!("not a key set, line {}, column {}", error.line(), error.column())
    })?;
    if document.keys.len() > MAX_KEYS {
        return Err(format!("{} keys, at most {MAX_KEYS}", document.keys.len()));
    }
    let (mut keys, mut skipped) = (Vec::new(), Vec::new());
    for (place, value) in document.keys.into_iter().enumerate() {
        let name = value["kid"]
            .as_str()
            .map_or_else(|| format!("number {place}"), |kid| format!("{kid:?}"));
        match key(value, allowed) {
            Ok(key) => keys.push(key),
            Err(why) => skipped.push(format!("{name}: {why}")),
        }
    }
    Ok(Jwks { set: KeySet::new(keys), skipped })
}

fn key(value: Value, allowed: &[Algorithm]) -> Result<Key, &'static str> {
    let jwk: Jwk = serde_json::from_value(value).map_err(|_| "not a key")?;
    if matches!(&jwk.common.public_key_use, Some(other) if *other != PublicKeyUse::Signature) {
        return Err("not for signatures");
    }
    let operations = jwk.common.key_operations.as_ref();
    if operations.is_some_and(|those| !those.contains(&KeyOperations::Verify)) {
        return Err("not for verifying");
    }
    let mut algorithms = fitting(&jwk.algorithm)?;
    if let Some(named) = jwk.common.key_algorithm {
        let named = Algorithm::try_from(named).map_err(|_| "its algorithm is not supported")?;
        algorithms.retain(|algorithm| *algorithm == named);
    }
    algorithms.retain(|algorithm| allowed.contains(algorithm));
    let verifying = DecodingKey::from_jwk(&jwk).map_err(|_| "its parts are not base64url")?;
    let key = Key::new(jwk.common.key_id, &algorithms, verifying);
    if key.algorithms().is_empty() { Err("none of the accepted algorithms") } else { Ok(key) }
}

/// The algorithms of a key by its kind, curve and size alone.
fn fitting(parameters: &AlgorithmParameters) -> Result<Vec<Algorithm>, &'static str> {
    use Algorithm::{
        ES256, ES384, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512,
    };
    match parameters {
        AlgorithmParameters::RSA(rsa) => {
            let modulus = part(&rsa.n)?;
            let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
            if !RSA_BYTES.contains(&(modulus.len() - zeros)) || part(&rsa.e)?.is_empty() {
                return Err("an RSA key has 2048 to 8192 bits");
            }
            Ok(vec![RS256, RS384, RS512, PS256, PS384, PS512])
        }
        AlgorithmParameters::EllipticCurve(ec) => {
            let (bytes, algorithm) = match ec.curve {
                EllipticCurve::P256 => (32, ES256),
                EllipticCurve::P384 => (48, ES384),
                _ => return Err("its curve is not supported"),
            };
            let whole = part(&ec.x)?.len() == bytes && part(&ec.y)?.len() == bytes;
            if whole { Ok(vec![algorithm]) } else { Err("its point is not of its curve") }
        }
        AlgorithmParameters::OctetKeyPair(pair) => {
            let fine = pair.curve == EllipticCurve::Ed25519 && part(&pair.x)?.len() == 32;
            if fine { Ok(vec![EdDSA]) } else { Err("its curve is not supported") }
        }
        AlgorithmParameters::OctetKey(oct) => {
            let length = part(&oct.value)?.len();
            let long_enough = |algorithm: &Algorithm| length >= secret::least(*algorithm);
            Ok([HS256, HS384, HS512].into_iter().filter(long_enough).collect())
        }
        _ => Err("its kind is not supported"),
    }
}

fn part(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "its parts are not base64url")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ALL: [Algorithm; 4] =
        [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA, Algorithm::HS256];

    fn one(key: Value) -> Jwks {
        read(json!({"keys": [key]}).to_string().as_bytes(), &ALL).expect("a key set")
    }

    fn ed(extra: Value) -> Value {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([9; 32]), "kid": "a"});
        let members = extra.as_object().expect("an object").clone();
        key.as_object_mut().expect("an object").extend(members);
        key
    }

    fn bytes(count: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0xab; count])
    }

    #[test]
    fn a_key_that_may_check_signatures_is_taken() {
        for extra in [
            json!({}),
            json!({"use": "sig"}),
            json!({"key_ops": ["verify"]}),
            json!({"alg": "EdDSA"}),
        ] {
            let jwks = one(ed(extra.clone()));
            assert_eq!(jwks.set.keys().len(), 1, "{extra}");
            assert_eq!(jwks.set.keys()[0].algorithms(), [Algorithm::EdDSA]);
        }
        let rsa = one(json!({"kty": "RSA", "n": bytes(256), "e": "AQAB"}));
        assert_eq!(rsa.set.keys()[0].algorithms(), [Algorithm::RS256], "as the settings list it");
        let oct = one(json!({"kty": "oct", "k": bytes(32)}));
        assert_eq!(oct.set.keys()[0].algorithms(), [Algorithm::HS256]);
    }

    #[test]
    fn a_key_for_anything_else_is_skipped_and_named() {
        let skipped = [
            ed(json!({"use": "enc"})),
            ed(json!({"use": "other"})),
            ed(json!({"key_ops": ["sign"]})),
            ed(json!({"alg": "ES512"})),
            ed(json!({"alg": "HS256"})),
            ed(json!({"alg": "none"})),
            ed(json!({"crv": "Ed448"})),
            ed(json!({"x": "AAAA"})),
            ed(json!({"x": "%"})),
            ed(json!({"kid": 7})),
            json!({"kty": "EC", "crv": "P-256", "x": bytes(32), "y": bytes(31)}),
            json!({"kty": "EC", "crv": "P-521", "x": bytes(66), "y": bytes(66)}),
            json!({"kty": "EC", "crv": "P-384", "x": bytes(48), "y": bytes(48)}),
            json!({"kty": "RSA", "n": bytes(128), "e": "AQAB"}),
            json!({"kty": "RSA", "n": bytes(256), "e": "AQAB", "alg": "HS256"}),
            json!({"kty": "oct", "k": bytes(31)}),
            json!({"kty": "LMS"}),
            json!(null),
        ];
        for key in skipped {
            let jwks = one(key.clone());
            assert_eq!((jwks.set.keys().len(), jwks.skipped.len()), (0, 1), "{key}");
        }
    }

    #[test]
    fn what_is_no_key_set_is_an_error() {
        for text in ["", "[]", "{}", "{\"keys\":{}}", "<html>", "{\"keys\":[1"] {
            assert!(read(text.as_bytes(), &ALL).is_err(), "{text}");
        }
        let many = json!({"keys": vec![json!({}); MAX_KEYS + 1]});
        assert!(read(many.to_string().as_bytes(), &ALL).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, &ALL);
        }
    }
}
