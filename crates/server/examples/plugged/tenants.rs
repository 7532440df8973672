//! Tenants with API keys: each has a namespace of its name, and so many calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_auth::{
    Action, Asking, AuditError, Auditor, AuthError, Credentials, Facts, Identity, Policy,
    RateLimiter, Record, Resource, Verdict, Verifier,
};

/// Knows callers by `x-api-key`.
pub(crate) struct ApiKeys;

#[async_trait]
impl Verifier for ApiKeys {
    fn name(&self) -> &str {
        "api keys"
    }

    async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError> {
        let Some(key) = shown.get("x-api-key") else { return Ok(None) };
        // A real one would look for the key's hash in a table.
        let tenant = match key {
            "key-of-red" | "other-key-of-red" => "red",
            "key-of-blue" => "blue",
            _ => return Err(AuthError::Unauthenticated("there is no such key".into())),
        };
        let groups = vec![tenant.to_owned()];
        Ok(Some(Identity::proven(Facts { user: key.into(), groups, ..Facts::default() })))
    }
}

fn tenant(who: &Identity) -> Option<&str> {
    who.facts().groups.first().map(String::as_str)
}

/// A tenant may do everything in the namespace of its name, and roles may allow more.
pub(crate) struct OwnNamespace;

impl Policy for OwnNamespace {
    fn name(&self) -> &str {
        "own namespace"
    }

    fn judge(&self, who: &Identity, _: Action, what: &Resource) -> Result<Verdict, AuthError> {
        Ok(match tenant(who) {
            Some(name) if name == what.namespace => Verdict::Allow,
            _ => Verdict::Silent("this is not your namespace".into()),
        })
    }
}

/// So many calls for each tenant, whichever of its keys is shown.
pub(crate) struct PerTenant {
    most: u32,
    calls: Mutex<HashMap<String, u32>>,
}

impl PerTenant {
    pub(crate) fn of(most: u32) -> Self {
        Self { most, calls: Mutex::default() }
    }
}

impl RateLimiter for PerTenant {
    fn admit(&self, asking: &Asking<'_>) -> Result<(), Duration> {
        let Some(tenant) = asking.who.and_then(tenant) else { return Ok(()) };
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let used = calls.entry(tenant.to_owned()).or_default();
        *used += 1;
        if *used > self.most { Err(Duration::from_secs(60)) } else { Ok(()) }
    }
}

/// Keeps what was written and what was refused in memory.
#[derive(Default)]
pub(crate) struct Records(Mutex<Vec<String>>);

impl Records {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Auditor for Records {
    fn name(&self) -> &str {
        "records"
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        let Record { user, operation, namespace, key, .. } = record;
        let line = format!("recorded: {user} {} {namespace}/{key}", operation.as_str());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        Ok(())
    }
}
