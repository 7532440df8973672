//! Which name of a certificate counts.

use std::collections::BTreeMap;

/// How a certificate becomes a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertSettings {
    /// Where the user's name is looked for: the first that a certificate has.
    pub names: Vec<NameFrom>,
    /// What comes before each user's name.
    pub user_prefix: String,
    /// Groups of everybody in a SPIFFE trust domain.
    pub groups: BTreeMap<String, Vec<String>>,
}

/// A place in a certificate that can name its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFrom {
    /// The SPIFFE ID, else the first URI, of the subject's alternative names.
    Uri,
    /// The first DNS name of the subject's alternative names that is no wildcard.
    Dns,
    /// The common name of the subject. Whoever issues certificates may not check it: only on purpose.
    CommonName,
}

impl Default for CertSettings {
    /// URI, then DNS; no groups.
    fn default() -> Self {
        let names = vec![NameFrom::Uri, NameFrom::Dns];
        Self { names, user_prefix: String::new(), groups: BTreeMap::new() }
    }
}
