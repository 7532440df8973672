//! The contract of whoever decides.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use holdfast_model::ErrorKind;
use thiserror::Error;
use tokio::sync::watch;

use crate::identity::{Credentials, Identity};
use crate::resource::{Action, Resource};
use crate::trust::PolicyDocument;

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
///         Ok(if reads || who.user() == "root" {
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

    /// The same without waiting, for a guard that can: it is asked first, and for each event of each watcher. `None`: ask
    /// [`Guard::decide`].
    fn decide_now(
        &self,
        _who: &Identity,
        _action: Action,
        _what: &Resource,
    ) -> Option<Result<Decision, AuthError>> {
        None
    }

    /// How much of a value the caller may see that may read it. Asked only when [`Guard::redacts`].
    fn show(&self, _who: &Identity, _what: &Shown<'_>) -> Result<Sight, AuthError> {
        Ok(Sight::Whole)
    }

    /// False when [`Guard::show`] answers [`Sight::Whole`] to everything.
    fn redacts(&self) -> bool {
        false
    }

    /// Whether an identity that was recognised earlier is still good: streams ask when [`Guard::changes`] says so.
    fn still(&self, who: &Identity) -> Result<(), AuthError> {
        if who.expired(SystemTime::now()) {
            return Err(AuthError::Unauthenticated("the credential has expired".into()));
        }
        Ok(())
    }

    /// What it knows of the caller, for the caller's own eyes. It decides nothing; a watch whose caller's standing is a
    /// wider one than before is told to read again.
    fn standing(&self, who: &Identity) -> Standing {
        Standing { roles: who.facts().roles.clone(), ..Standing::default() }
    }

    /// Why a policy that is about to be stored, or removed (`None`), would not come into force. `None`: nothing is known
    /// against it. It may take as long as compiling takes.
    fn refuses(&self, _name: &str, _policy: Option<&PolicyDocument>) -> Option<String> {
        None
    }

    /// A number that changes with the rules and with the identities: a token was revoked, a policy replaced. `None`: never.
    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// What holds for a caller, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The roles that the caller has, however they came to them.
    pub roles: Vec<String>,
    /// Their rules, as they are written.
    pub rules: Vec<String>,
    /// Of rules that no such line can say, a policy in Rego: a number that rises with every change.
    pub edition: u64,
}

impl Standing {
    /// True when something may be allowed now that was not by `before`.
    pub fn is_wider_than(&self, before: &Self) -> bool {
        let denies = |rule: &&String| rule.starts_with("deny ");
        let gone = |rule: &String| !self.rules.contains(rule);
        let new = |rule: &String| !before.rules.contains(rule);
        self.edition != before.edition
            || self.rules.iter().filter(|rule| !denies(rule)).any(new)
            || before.rules.iter().filter(denies).any(gone)
    }
}

/// The answer of a guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No, and what to tell the caller.
    Deny(String),
}

/// A value that is about to be answered, or an event that is about to be delivered.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What the caller does: [`Action::Watch`] for events of a stream, else [`Action::Read`].
    pub action: Action,
    /// Where it is.
    pub namespace: &'a str,
    /// Its key.
    pub key: &'a str,
    /// The name of its codec.
    pub codec: &'a str,
    /// The bytes.
    pub value: &'a [u8],
}

/// How much of a value a caller sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sight {
    /// All of it.
    Whole,
    /// A JSON value without what these pointers (RFC 6901, sorted) name; any other value, or an empty pointer: without the
    /// value.
    Without(Arc<[String]>),
    /// As if it were not there.
    Hidden,
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
    /// Too many attempts: the caller may try again after this long.
    #[error("rate limit exceeded")]
    TooOften(Duration),
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
            Self::TooOften(_) => ErrorKind::ResourceExhausted,
            Self::Failed(_) => ErrorKind::Internal,
        }
    }
}
