//! What is kept for callers in namespaces of the server's own: aliases, locks, cached values. A caller needs a right to what an
//! entry stands for, and none to the namespace in which it is; readers of that namespace are those who administer it.

use holdfast_auth::Resource;
use holdfast_model::{EntryKey, Namespace};

use crate::aliases;
use crate::error::EngineError;
use crate::names::{self, any_key};

/// One kind of them: an entry for each name of a caller, which is a namespace and a key.
pub(crate) struct Kept {
    /// The server's own namespace.
    space: &'static str,
    /// What keys begin with where a guard is asked about one.
    prefix: &'static str,
}

/// Who has which lock.
pub(crate) const LOCKS: Kept = Kept { space: "internal:holdfast.locks", prefix: "mutex/" };
/// Values that are no entries of their namespace.
pub(crate) const CACHED: Kept = Kept { space: "internal:holdfast.cache", prefix: "cache/" };

impl Kept {
    /// What a guard is asked about.
    pub(crate) fn resource<'a>(&self, namespace: &'a str, key: &str) -> Resource<'a> {
        Resource::key(namespace, format!("{}{key}", self.prefix))
    }

    /// The entry, `namespace/key`. A namespace has no slash, so no two names meet in one.
    ///
    /// # Errors
    /// When the namespace is none, or of the server; when the key is none, or longer than 1,023 bytes with its namespace.
    pub(crate) fn entry(&self, namespace: &str, key: &str) -> Result<EntryKey, EngineError> {
        let invalid = |why: String| EngineError::InvalidKey { key: key.into(), why };
        let namespace = names::writable(namespace)?;
        if key.is_empty() {
            return Err(invalid("key must not be empty".into()));
        }
        let name =
            names::key(&format!("{namespace}/{key}"), any_key).map_err(|error| match error {
                EngineError::InvalidKey { why, .. } => {
                    invalid(format!("with its namespace, {why}"))
                }
                other => other,
            })?;
        Ok(EntryKey::new(names::namespace(self.space)?, name))
    }

    fn stands_for<'a>(&self, at: &'a EntryKey) -> Option<Resource<'a>> {
        let name = (at.namespace.as_str() == self.space).then(|| at.key.as_str())?;
        let (namespace, key) = name.split_once('/')?;
        Some(self.resource(namespace, key))
    }
}

/// What an entry of the server's own stands for; `None`: it is no caller's.
pub(crate) fn stands_for(at: &EntryKey) -> Option<Resource<'_>> {
    if !at.namespace.as_str().starts_with(Namespace::RESERVED) {
        return None;
    }
    let alias = aliases::name_of(at).map(|alias| Resource::key("", alias));
    alias.or_else(|| [LOCKS, CACHED].iter().find_map(|kept| kept.stands_for(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_entry_and_back() {
        for (namespace, key) in [("a", "k"), ("a", "b/c"), ("a.b", "c"), ("a", "/"), ("a", "ключ")]
        {
            let at = LOCKS.entry(namespace, key).expect("a name");
            let what = stands_for(&at).expect("it is a caller's");
            assert_eq!(what, Resource::key(namespace, format!("mutex/{key}")));
            assert_ne!(CACHED.entry(namespace, key).expect("a name"), at);
        }
        let (one, other) = (LOCKS.entry("a.b", "c"), LOCKS.entry("a", "b.c"));
        assert_ne!(one.expect("a name"), other.expect("a name"));
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        let long = "k".repeat(1_023);
        for (namespace, key) in
            [("", "k"), ("a", ""), ("a/b", "k"), ("internal:holdfast.locks", "k"), ("a", &*long)]
        {
            assert!(CACHED.entry(namespace, key).is_err(), "{namespace:?} {key:?}");
        }
        assert!(CACHED.entry("a", &long[1..]).is_ok());
    }

    #[test]
    fn other_entries_stand_for_nothing_else() {
        let at = |namespace: &str, key: &str| {
            EntryKey::new(
                names::namespace(namespace).expect("one"),
                names::key(key, any_key).expect("one"),
            )
        };
        for (namespace, key) in
            [("a", "mutex/k"), ("internal:holdfast.trust", "a/k"), ("internal:holdfast", "locks/k")]
        {
            assert_eq!(stands_for(&at(namespace, key)), None);
        }
        assert_eq!(stands_for(&at("internal:holdfast", "aliases/x")), Some(Resource::key("", "x")));
    }
}
