//! What is asked for.

use std::borrow::Cow;

use holdfast_model::{EntryKey, Namespace};

/// What a caller wants to do: the actions of the contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See a value.
    Read,
    /// Write a value.
    Write,
    /// Remove a value.
    Delete,
    /// See names.
    List,
    /// See changes.
    Watch,
    /// See or change what the server keeps for itself: tokens, roles, policies.
    Admin,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Write, Self::Delete, Self::List, Self::Watch, Self::Admin];

    /// The action of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// The word in policies and audit records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Admin => "admin",
        }
    }
}

/// With what. Either member may be empty: a whole namespace, an alias (a key without a namespace), or everything. Names are
/// as the caller wrote them: a guard may be asked about a name that the keyspace would refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Resource<'a> {
    /// The namespace, or empty.
    pub namespace: Cow<'a, str>,
    /// The key, or empty.
    pub key: Cow<'a, str>,
}

impl<'a> Resource<'a> {
    /// Everything.
    pub fn any() -> Self {
        Self::default()
    }

    /// A whole namespace.
    pub fn namespace(namespace: impl Into<Cow<'a, str>>) -> Self {
        Self { namespace: namespace.into(), key: Cow::Borrowed("") }
    }

    /// One key of it.
    pub fn key(namespace: impl Into<Cow<'a, str>>, key: impl Into<Cow<'a, str>>) -> Self {
        Self { namespace: namespace.into(), key: key.into() }
    }

    /// One entry.
    pub fn entry(at: &'a EntryKey) -> Self {
        Self::key(at.namespace.as_str(), at.key.as_str())
    }

    /// The same with names of its own.
    pub fn into_owned(self) -> Resource<'static> {
        Resource {
            namespace: Cow::Owned(self.namespace.into_owned()),
            key: Cow::Owned(self.key.into_owned()),
        }
    }

    /// True when the entry belongs to the resource.
    pub fn covers(&self, at: &EntryKey) -> bool {
        self.covers_namespace(&at.namespace) && (self.key.is_empty() || self.key == at.key.as_str())
    }

    /// True when (some of) the namespace belongs to the resource.
    pub fn covers_namespace(&self, namespace: &Namespace) -> bool {
        self.namespace.is_empty() || self.namespace == namespace.as_str()
    }
}
