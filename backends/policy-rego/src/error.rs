//! What can go wrong.

use thiserror::Error;

/// Why a policy was not taken. The one that was in force still is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// There is no rule in it.
    #[error("the policy is empty")]
    Empty,
    /// Larger than [`crate::modules::MAX_BYTES`], or more than [`crate::modules::MAX_FILES`] files.
    #[error("the policy is too large: at most 16 MiB in 256 files")]
    TooLarge,
    /// Two files of one name, or two documents that say different things of one path.
    #[error("{0} is there twice")]
    Twice(String),
    /// A document under `data` is not what it has to be.
    #[error("{0}")]
    Data(String),
    /// It is not Rego, or uses what is not there.
    #[error("the policy does not compile: {0}")]
    Compile(String),
    /// The name of a rule makes no sense.
    #[error("{0:?} does not name a rule: expected something like data.config.authz.allow")]
    Entry(String),
    /// The bundle is no bundle, or goes beyond a bound.
    #[error("the bundle cannot be read: {0}")]
    Bundle(String),
    /// The bundle is not what was signed, or not signed at all.
    #[error("the bundle's signature does not hold: {0}")]
    Signature(String),
    /// The text is no base64, or no UTF-8 inside it.
    #[error("the policy is not base64 of a text: {0}")]
    Base64(String),
    /// The file or directory cannot be read.
    #[error("{0}")]
    File(String),
    /// The URL does not answer with a policy.
    #[error("{0}")]
    Remote(String),
}

/// Why an evaluation ended without a result. It is a denial.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    /// It took longer than it may, or did more than it may.
    #[error("the policy was stopped: {0}")]
    Stopped(String),
    /// It failed: two values for one rule, say.
    #[error("the policy failed: {0}")]
    Failed(String),
}
