//! The two guards that need no settings.

use std::sync::LazyLock;

use async_trait::async_trait;

use crate::guard::{AuthError, Decision, Guard, Standing};
use crate::identity::{Credentials, Identity};
use crate::resource::{Action, Resource};

/// Lets nobody in: what a server without security settings runs with.
#[derive(Debug, Clone, Copy, Default)]
pub struct DenyAll;

/// Lets everybody in as `anonymous`: for development on loopback.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

const NO_GUARD: &str = "no security guard configured";

static ANYBODY: LazyLock<Identity> = LazyLock::new(|| Identity::named("anonymous"));

#[async_trait]
impl Guard for DenyAll {
    async fn authenticate(&self, _shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        Err(AuthError::Unauthenticated(NO_GUARD.into()))
    }

    async fn decide(&self, _: &Identity, _: Action, _: &Resource) -> Result<Decision, AuthError> {
        Ok(Decision::Deny(NO_GUARD.into()))
    }
}

#[async_trait]
impl Guard for AllowAll {
    async fn authenticate(&self, _shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(ANYBODY.clone())
    }

    async fn decide(&self, _: &Identity, _: Action, _: &Resource) -> Result<Decision, AuthError> {
        Ok(Decision::Allow)
    }

    fn decide_now(
        &self,
        _: &Identity,
        _: Action,
        _: &Resource,
    ) -> Option<Result<Decision, AuthError>> {
        Some(Ok(Decision::Allow))
    }

    fn standing(&self, _: &Identity) -> Standing {
        Standing { rules: vec!["allow *,admin *".into()], ..Standing::default() }
    }
}
