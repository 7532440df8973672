//! Who asks.

use std::sync::Arc;

/// What a caller showed: request metadata and where it came from. Nothing in it is proven.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    metadata: Vec<(String, String)>,
    /// Address without port, when there is one.
    pub peer: Option<std::net::IpAddr>,
}

impl Credentials {
    /// Takes text metadata; names in lower case.
    pub fn new(metadata: Vec<(String, String)>, peer: Option<std::net::IpAddr>) -> Self {
        Self { metadata, peer }
    }

    /// The first value of a metadata name (in lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A caller whom the guard recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name: in history, audit and limits.
    pub user: Arc<str>,
    /// What else is known, sorted by name.
    pub claims: Arc<[(String, String)]>,
}

impl Identity {
    /// Without claims.
    pub fn named(user: &str) -> Self {
        Self { user: user.into(), claims: Arc::new([]) }
    }
}
