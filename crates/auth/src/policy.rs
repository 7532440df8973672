//! The contract of whoever knows rules.

use crate::guard::{AuthError, Decision, Shown, Sight, Standing};
use crate::identity::Identity;
use crate::resource::{Action, Resource};
use crate::trust::PolicyDocument;

/// Rules about who may do what: roles, or Rego. A guard allows what at least one policy allows and none forbids.
///
/// Everything is synchronous: policies are in memory, and a stream asks for each event.
pub trait Policy: Send + Sync + 'static {
    /// For logs and metrics.
    fn name(&self) -> &str;

    /// What it says of a request. An error is a denial; the caller is told an internal error.
    fn judge(&self, who: &Identity, action: Action, what: &Resource) -> Result<Verdict, AuthError>;

    /// How much of a value a caller sees that may read it: a response policy.
    fn show(&self, _who: &Identity, _what: &Shown<'_>) -> Result<Sight, AuthError> {
        Ok(Sight::Whole)
    }

    /// False when [`Policy::show`] answers [`Sight::Whole`] to everything.
    fn redacts(&self) -> bool {
        false
    }

    /// What it knows of the caller that can be said in rules, for the caller's own eyes.
    fn standing(&self, _who: &Identity) -> Standing {
        Standing::default()
    }

    /// Why a policy that is about to be stored, or removed (`None`), would not come into force.
    fn refuses(&self, _name: &str, _policy: Option<&PolicyDocument>) -> Option<String> {
        None
    }

    /// What keeps it from being the policy that was asked for (the newest one does not compile, say), for readiness.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, unless another policy forbids it.
    Allow,
    /// Nothing: another policy may allow it. The text is for a caller whom nobody allows.
    Silent(String),
    /// No, whatever others say.
    Forbid(String),
}

impl Verdict {
    /// When it is the only policy.
    pub fn alone(self) -> Decision {
        match self {
            Self::Allow => Decision::Allow,
            Self::Silent(reason) | Self::Forbid(reason) => Decision::Deny(reason),
        }
    }
}
