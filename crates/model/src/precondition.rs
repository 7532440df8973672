//! Conditions on an entry, all of which have to hold.

use crate::entry::{Entry, ValueHash};
use crate::revision::Revision;

/// What has to be true of the current entry. Empty: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// It exists, or it does not.
    pub exists: Option<bool>,
    /// It has this version; 0 means it does not exist.
    pub version: Option<u64>,
    /// It was last written at this revision; 0 means it does not exist.
    pub mod_revision: Option<Revision>,
    /// It was created at this revision and never removed since; 0 means it does not exist.
    pub create_revision: Option<Revision>,
    /// Its value has this hash.
    pub value_hash: Option<ValueHash>,
    /// It has this ordinal.
    pub ordinal: Option<u64>,
}

/// Which member of a [`Precondition`] did not hold. Nothing of the batch was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// It should have existed.
    Missing,
    /// It should not have existed.
    Exists,
    /// It has this version (0: it does not exist).
    Version(u64),
    /// It was last written here (0: it does not exist).
    ModRevision(Revision),
    /// It was created here (0: it does not exist).
    CreateRevision(Revision),
    /// Its value is another (or it does not exist).
    ValueHash,
    /// It has this ordinal (0: it does not exist).
    Ordinal(u64),
}

impl Precondition {
    /// The entry has to exist.
    pub fn exists() -> Self {
        Self { exists: Some(true), ..Self::default() }
    }

    /// The entry must not exist.
    pub fn absent() -> Self {
        Self { exists: Some(false), ..Self::default() }
    }

    /// True when there is no condition at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Holds the condition against the current entry; the first member that fails.
    pub fn check(&self, entry: Option<&Entry>) -> Result<(), Unmet> {
        match (self.exists, entry) {
            (Some(true), None) => return Err(Unmet::Missing),
            (Some(false), Some(_)) => return Err(Unmet::Exists),
            _ => {}
        }
        let version = entry.map_or(0, |e| e.version);
        if self.version.is_some_and(|want| want != version) {
            return Err(Unmet::Version(version));
        }
        let revision = entry.map_or(Revision::ZERO, |e| e.mod_revision);
        if self.mod_revision.is_some_and(|want| want != revision) {
            return Err(Unmet::ModRevision(revision));
        }
        let created = entry.map_or(Revision::ZERO, |e| e.create_revision);
        if self.create_revision.is_some_and(|want| want != created) {
            return Err(Unmet::CreateRevision(created));
        }
        let ordinal = entry.map_or(0, |e| e.ordinal);
        if self.ordinal.is_some_and(|want| want != ordinal) {
            return Err(Unmet::Ordinal(ordinal));
        }
        match self.value_hash {
            Some(want) if entry.map(|e| ValueHash::of(&e.value)) != Some(want) => {
                Err(Unmet::ValueHash)
            }
            _ => Ok(()),
        }
    }
}
