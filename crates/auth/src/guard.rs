//! The contract of whoever decides.

use async_trait::async_trait;
use holdfast_model::ErrorKind;
use thiserror::Error;

use crate::identity::{Credentials, Identity};
use crate::resource::{Action, Resource};

/// Recognises callers and decides what they may do.
///
/// ```
/// use async_trait::async_trait;
/// use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};
///
/// /// Everybody may read, the user `root` may do the rest.
/// struct ReadMostly;
///
/// #[async_trait]
/// impl Guard for ReadMostly {
///     async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
///         Ok(Identity::named(shown.get("x-user").unwrap_or("anonymous")))
///     }
///
///     async fn decide(
///         &self,
///         who: &Identity,
///         action: Action,
///         _what: &Resource,
///     ) -> Result<Decision, AuthError> {
///         let reads = matches!(action, Action::Read | Action::List | Action::Watch);
///         Ok(if reads || &*who.user == "root" {
///             Decision::Allow
///         } else {
///             Decision::Deny("only root may change things".into())
///         })
///     }
/// }
/// ```
#[async_trait]
pub trait Guard: Send + Sync + 'static {
    /// Who shows these credentials. Wrong ones are an error, never an anonymous caller.
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError>;

    /// May this caller do that. An error counts as a denial.
    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError>;
}

/// The answer of a guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No, and what to tell the caller.
    Deny(String),
}

/// Why a caller does not get in. Nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthError {
    /// The credentials prove nobody; the caller has to bring others.
    #[error("{0}")]
    Unauthenticated(String),
    /// The caller is known and may not; the sentence is the guard's reason.
    #[error("{0}")]
    Denied(String),
    /// The guard itself failed; trying again may help.
    #[error("authorization error: {0}")]
    Failed(String),
}

impl AuthError {
    /// For the one table.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unauthenticated(_) => ErrorKind::Unauthenticated,
            Self::Denied(_) => ErrorKind::PermissionDenied,
            Self::Failed(_) => ErrorKind::Internal,
        }
    }
}
