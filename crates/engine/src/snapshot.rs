//! All entries of a namespace at one revision, with a tag that changes when any of them does.

use std::sync::Arc;

use holdfast_auth::{Action, Resource};
use holdfast_model::{Entry, Prefix, Revision};
use holdfast_store::PageLimit;
use sha2::{Digest, Sha256};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names;

/// A whole namespace.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// By key; empty when not modified.
    pub entries: Vec<Arc<Entry>>,
    /// SHA-256 in hex over keys and versions.
    pub etag: String,
    /// The caller's tag still holds.
    pub not_modified: bool,
    /// The state it is of.
    pub revision: Revision,
}

impl Engine {
    /// Every entry of a namespace that the caller may see, or only the word that nothing changed since the caller's tag (empty: none).
    pub async fn snapshot(
        &self,
        caller: &Caller,
        namespace: &str,
        if_none_match: &str,
    ) -> Result<Snapshot, EngineError> {
        self.snapshot_at(caller, namespace, if_none_match, Moment::Latest).await
    }

    /// The same of any moment.
    pub async fn snapshot_at(
        &self,
        caller: &Caller,
        namespace: &str,
        if_none_match: &str,
        moment: Moment,
    ) -> Result<Snapshot, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::namespace(namespace)).await?;
        let max = self.limits().snapshot_entries;
        names::namespace(namespace)?;
        let limit = PageLimit::rows(max).and_bytes(self.limits().page_bytes);
        let at = self.at(moment).await?;
        let found = self.visible_page(caller, &proof, (Prefix::any(), None), at, limit).await?;
        if found.more {
            return Err(if found.entries.len() >= max {
                EngineError::SnapshotTooLarge { max }
            } else {
                EngineError::AnswerTooLarge { max_bytes: self.limits().page_bytes }
            });
        }
        let etag = etag(&found.entries);
        let not_modified = !if_none_match.is_empty() && if_none_match == etag;
        let entries = if not_modified { Vec::new() } else { found.entries };
        Ok(Snapshot { entries, etag, not_modified, revision: found.revision })
    }
}

/// Appendix A of the config.v1 contract: a line `key:version` for each entry. The line of a key that was created again
/// after a delete ends in `:<create revision>`, so that its new version 1 is not taken for the old one.
fn etag(entries: &[Arc<Entry>]) -> String {
    let mut hasher = Sha256::new();
    for entry in entries {
        hasher.update(entry.at.key.as_str());
        hasher.update(format!(":{}", entry.version));
        if created_again(entry) {
            hasher.update(format!(":{}", entry.create_revision));
        }
        hasher.update("\n");
    }
    hex::encode(hasher.finalize())
}

/// Ordinals go on over a delete, versions do not.
fn created_again(entry: &Entry) -> bool {
    entry.ordinal != entry.version
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, sealed_set};

    fn entry(name: &str, version: u64, ordinal: u64) -> Arc<Entry> {
        let sealed = sealed_set(&key("a", name), 7, "1");
        let commit = sealed.commit();
        let entry = commit.events[0].entry(commit).expect("a set leaves an entry");
        Arc::new(Entry { version, ordinal, ..entry })
    }

    #[test]
    fn the_contracts_vectors_hold() {
        let vectors: [(&[(&str, u64)], &str); 4] = [
            (&[], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                &[("a", 1), ("b", 2)],
                "6408fdc5c36df5df57957e7b230e4b48c55b06ce849303e855d52f1356f2980e",
            ),
            (
                &[("app/timeout", 3)],
                "e22f54abcccf6a1e5aad5e2ec6d51c3dcca49fc0cc7f17ab2998c25614e4b5ee",
            ),
            (
                &[("key1", 2), ("key2", 1), ("key3", 1)],
                "8c19aef7130ecabf0e24c98af095701b9bc1a7f5daf2aec43f9b7c1960221a1b",
            ),
        ];
        for (keys, tag) in vectors {
            let entries: Vec<_> = keys.iter().map(|(k, v)| entry(k, *v, *v)).collect();
            assert_eq!(etag(&entries), tag);
        }
    }

    #[test]
    fn a_key_created_again_changes_the_tag() {
        assert_ne!(etag(&[entry("a", 1, 1)]), etag(&[entry("a", 1, 3)]));
    }
}
