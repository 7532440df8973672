//! Policies and callers for the tests.

use holdfast_auth::{Action, AuthError, Facts, Identity, Policy, Resource, Verdict};
use holdfast_policy_rego::{LoadError, Modules, RegoPolicy, RegoSettings};
use serde_json::Value;

/// A policy in the package of the contract, v1.
pub(crate) fn rules(rules: &str) -> String {
    format!("package config.authz\nimport rego.v1\n{rules}\n")
}

pub(crate) fn modules(text: &str) -> Modules {
    Modules::text(text).expect("a text")
}

pub(crate) fn try_policy(text: &str) -> Result<RegoPolicy, LoadError> {
    RegoPolicy::new(RegoSettings::default(), &modules(text))
}

pub(crate) fn policy(text: &str) -> RegoPolicy {
    try_policy(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn caller(user: &str, claims: Value) -> Identity {
    let Value::Object(claims) = claims else { panic!("claims are an object") };
    Identity::proven(Facts { user: user.into(), claims, ..Facts::default() })
}

/// What it says of `ann` who reads `n/k`.
pub(crate) fn ann(policy: &RegoPolicy) -> Result<Verdict, AuthError> {
    policy.judge(&Identity::named("ann"), Action::Read, &Resource::key("n", "k"))
}

pub(crate) fn says(text: &str) -> Result<Verdict, AuthError> {
    ann(&policy(text))
}

pub(crate) fn silent(reason: &str) -> Result<Verdict, AuthError> {
    Ok(Verdict::Silent(reason.into()))
}
