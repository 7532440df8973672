//! What a watcher wants to see.

use crate::name::{EntryKey, Prefix};

/// Namespaces and prefixes: an event passes when its namespace is one of them and its key begins with one of the prefixes.
/// A watcher has several filters; an event passes when one of them lets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Empty: every namespace but the server's own ([`crate::Namespace::is_reserved`]). A text that can be no
    /// namespace is allowed and matches nothing.
    pub namespaces: Vec<String>,
    /// Empty: every key.
    pub prefixes: Vec<Prefix>,
}

impl Filter {
    /// Everything but what is in the server's own namespaces.
    pub fn all() -> Self {
        Self::default()
    }

    /// One namespace, one prefix.
    pub fn below(namespace: impl Into<String>, prefix: Prefix) -> Self {
        Self { namespaces: vec![namespace.into()], prefixes: vec![prefix] }
    }

    /// True when the entry is wanted.
    pub fn matches(&self, at: &EntryKey) -> bool {
        let namespace = if self.namespaces.is_empty() {
            !at.namespace.is_reserved()
        } else {
            self.namespaces.iter().any(|n| n == at.namespace.as_str())
        };
        namespace && (self.prefixes.is_empty() || self.prefixes.iter().any(|p| p.matches(&at.key)))
    }
}
