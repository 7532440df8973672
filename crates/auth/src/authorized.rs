//! The proof that the guard was asked.

use crate::guard::{AuthError, Decision, Guard};
use crate::identity::Identity;
use crate::resource::{Action, Resource};

/// "This caller may do this with that": what the engine's log wants to see before it reads or writes. `T` is what was
/// authorized, usually a [`Resource`]. Only [`authorize`] makes one, so that a forgotten check does not compile.
#[derive(Debug, Clone, PartialEq)]
pub struct Authorized<T = Resource<'static>> {
    who: Identity,
    action: Action,
    what: T,
}

/// Whether the guard allows it, for one of many answers; no proof, and no copy of names.
///
/// # Errors
/// What the guard itself failed with; a denial is no error.
pub async fn allowed(
    guard: &dyn Guard,
    who: &Identity,
    action: Action,
    what: &Resource<'_>,
) -> Result<bool, AuthError> {
    let decision = match guard.decide_now(who, action, what) {
        Some(decision) => decision,
        None => guard.decide(who, action, what).await,
    };
    match decision {
        Ok(decision) => Ok(decision == Decision::Allow),
        Err(AuthError::Denied(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Asks the guard; the only source of [`Authorized`].
///
/// # Errors
/// [`AuthError::Denied`] with the guard's reason, or what the guard itself failed with.
pub async fn authorize(
    guard: &dyn Guard,
    who: &Identity,
    action: Action,
    what: Resource<'_>,
) -> Result<Authorized, AuthError> {
    let decision = match guard.decide_now(who, action, &what) {
        Some(decision) => decision?,
        None => guard.decide(who, action, &what).await?,
    };
    match decision {
        Decision::Allow => Ok(Authorized { who: who.clone(), action, what: what.into_owned() }),
        Decision::Deny(reason) => Err(AuthError::Denied(reason)),
    }
}

impl<T> Authorized<T> {
    /// Who was let in.
    pub fn who(&self) -> &Identity {
        &self.who
    }

    /// To do what.
    pub fn action(&self) -> Action {
        self.action
    }

    /// With what.
    pub fn what(&self) -> &T {
        &self.what
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AllowAll, Credentials, DenyAll};

    #[tokio::test]
    async fn without_configuration_nobody_gets_in() {
        let shown = Credentials::default();
        let refused = DenyAll.authenticate(&shown).await.expect_err("nobody is recognised");
        assert_eq!(refused, AuthError::Unauthenticated("no security guard configured".into()));
        let who = Identity::named("root");
        let denied = authorize(&DenyAll, &who, Action::Read, Resource::any()).await;
        assert!(matches!(denied, Err(AuthError::Denied(_))));
    }

    #[tokio::test]
    async fn allow_all_knows_nobody_and_allows_everything() {
        let who = AllowAll.authenticate(&Credentials::default()).await.expect("anybody");
        assert_eq!(who.user(), "anonymous");
        let proof = authorize(&AllowAll, &who, Action::Delete, Resource::key("a", "k")).await;
        assert_eq!(proof.expect("allowed").what().key, "k");
    }
}
