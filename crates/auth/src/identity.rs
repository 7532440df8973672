//! Who asks.

use std::fmt;
use std::sync::Arc;

/// Request metadata, as the transport has it: looked up when a guard asks, so that what no guard reads costs nothing.
pub trait Metadata: Send + Sync {
    /// The first value of a name (in lower case).
    fn get(&self, name: &str) -> Option<&str>;

    /// All of it, names in lower case: for guards whose rules may look at anything.
    fn all(&self) -> Vec<(String, String)>;
}

/// For callers without a transport.
impl Metadata for Vec<(String, String)> {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn all(&self) -> Vec<(String, String)> {
        self.clone()
    }
}

/// What a caller showed: request metadata and where it came from. Nothing in it is proven.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    metadata: &'a dyn Metadata,
    /// Address without port, when there is one.
    pub peer: Option<std::net::IpAddr>,
}

static NOTHING: Vec<(String, String)> = Vec::new();

impl Default for Credentials<'_> {
    /// Those of a caller who showed nothing.
    fn default() -> Self {
        Self { metadata: &NOTHING, peer: None }
    }
}

/// Without the metadata: there are secrets in it.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl<'a> Credentials<'a> {
    /// Borrows the metadata of a request.
    pub fn new(metadata: &'a dyn Metadata, peer: Option<std::net::IpAddr>) -> Self {
        Self { metadata, peer }
    }

    /// The first value of a metadata name (in lower case).
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.metadata.get(name)
    }

    /// All metadata, names in lower case.
    pub fn all(&self) -> Vec<(String, String)> {
        self.metadata.all()
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
