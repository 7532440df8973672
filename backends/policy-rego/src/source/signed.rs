//! Signatures of bundles: `.signatures.json` holds a token that names the hash of each file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::bundle::File;
use crate::error::LoadError;
use crate::host::{Algorithm, Keys, Token};

/// With what the signature of a bundle is verified.
pub struct BundleKey {
    algorithm: Algorithm,
    keys: Keys,
    scope: Option<String>,
}

impl std::fmt::Debug for BundleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BundleKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl BundleKey {
    /// A public key (PEM or JWK), or for an algorithm such as `HS256` the shared secret. A bundle has to be of this scope.
    ///
    /// # Errors
    /// [`LoadError::Signature`]: there is no such algorithm, or no key in the text.
    pub fn new(algorithm: &str, key: &str, scope: Option<String>) -> Result<Self, LoadError> {
        let unknown = || LoadError::Signature(format!("there is no algorithm {algorithm:?}"));
        let algorithm = Algorithm::parse(algorithm).ok_or_else(unknown)?;
        let keys = match algorithm.is_shared() {
            true if key.is_empty() => None,
            true => Some(Keys::secret(key)),
            false => Keys::public(key),
        };
        let keys =
            keys.ok_or_else(|| LoadError::Signature("the key of the settings is no key".into()))?;
        Ok(Self { algorithm, keys, scope })
    }
}

const NAME: &str = ".signatures.json";

/// That a token of the key names exactly these files.
pub(super) fn verify(files: &[File], key: &BundleKey) -> Result<(), LoadError> {
    let wrong = |what: &str| LoadError::Signature(what.into());
    let signatures = files.iter().find(|file| file.name == NAME);
    let signatures = signatures.ok_or_else(|| wrong("the bundle is not signed"))?;
    let signatures: Value =
        serde_json::from_slice(&signatures.bytes).map_err(|_| wrong("it is no JSON"))?;
    let token = signatures["signatures"][0].as_str().and_then(Token::read);
    let token = token.ok_or_else(|| wrong("there is no token in it"))?;
    let own = token.header("alg") == Some(key.algorithm.as_str());
    if !own || !key.keys.signed(&token, key.algorithm) {
        return Err(wrong("it is not of the key of the settings"));
    }
    let claims = token.claims().ok_or_else(|| wrong("the token says nothing"))?;
    if claims.get("scope").and_then(Value::as_str) != key.scope.as_deref() {
        return Err(wrong("it is for another scope"));
    }
    compare(files, &claims)
}

fn compare(files: &[File], claims: &Map<String, Value>) -> Result<(), LoadError> {
    let mut named = BTreeMap::new();
    for file in claims.get("files").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| file.get(name).and_then(Value::as_str);
        let name = text("name").unwrap_or_default().trim_start_matches('/');
        named.insert(name, (text("hash").unwrap_or_default(), text("algorithm")));
    }
    for file in files.iter().filter(|file| file.name != NAME) {
        let Some((hash, algorithm)) = named.remove(file.name.as_str()) else {
            return Err(LoadError::Signature(format!("{} is not signed", file.name)));
        };
        if hash_of(file, algorithm.unwrap_or("SHA-256")).as_deref() != Some(hash) {
            return Err(LoadError::Signature(format!("{} is not what was signed", file.name)));
        }
    }
    match named.keys().next() {
        Some(missing) => Err(LoadError::Signature(format!("{missing} is missing"))),
        None => Ok(()),
    }
}

/// `None`: an algorithm that is not taken. Documents are hashed as what they say, other files by their bytes.
fn hash_of(file: &File, algorithm: &str) -> Option<String> {
    use aws_lc_rs::digest;
    let kind = match algorithm {
        "SHA-256" => &digest::SHA256,
        "SHA-384" => &digest::SHA384,
        "SHA-512" => &digest::SHA512,
        _ => return None,
    };
    let base = file.name.rsplit('/').next().unwrap_or_default();
    let document = match base {
        "data.json" | ".manifest" => Some(serde_json::from_slice(&file.bytes).ok()?),
        "data.yaml" => Some(serde_saphyr::from_str(std::str::from_utf8(&file.bytes).ok()?).ok()?),
        _ => None,
    };
    let digest = match document {
        Some(document) => digest::digest(kind, canonical(&document).as_bytes()),
        None => digest::digest(kind, &file.bytes),
    };
    Some(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Members in the order of their names, no white space.
fn canonical(document: &Value) -> String {
    match document {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let member = |(name, value)| {
                format!("{}:{}", Value::from(String::clone(name)), canonical(value))
            };
            format!("{{{}}}", sorted.into_iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
