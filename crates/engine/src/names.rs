//! From what a caller wrote to names of the keyspace, after the guard was asked.

use holdfast_model::{EntryKey, Key, Namespace};

use crate::error::EngineError;

/// A dialect's own alphabet for keys; the message says which rule is broken.
pub type KeyRule = fn(&str) -> Result<(), String>;

/// The keyspace's own rules are all there are.
pub fn any_key(_key: &str) -> Result<(), String> {
    Ok(())
}

pub(crate) fn namespace(name: &str) -> Result<Namespace, EngineError> {
    Namespace::new(name).map_err(|error| EngineError::InvalidNamespace {
        name: name.into(),
        why: error.to_string(),
    })
}

/// A namespace that callers may write to.
pub(crate) fn writable(name: &str) -> Result<Namespace, EngineError> {
    let namespace = namespace(name)?;
    if namespace.is_reserved() {
        return Err(EngineError::Reserved(name.into()));
    }
    Ok(namespace)
}

pub(crate) fn key(name: &str, rule: KeyRule) -> Result<Key, EngineError> {
    let refused = |why| EngineError::InvalidKey { key: name.into(), why };
    rule(name).map_err(refused)?;
    Key::new(name).map_err(|error| refused(error.to_string()))
}

pub(crate) fn not_found(at: &EntryKey) -> EngineError {
    EngineError::NotFound { namespace: at.namespace.to_string(), key: at.key.to_string() }
}
