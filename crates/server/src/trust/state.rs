//! Who may call stategate: the guard of all other dialects, in the words of that contract; where the settings say so its two policies
//! decide, within what that guard forbids.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_auth::trust::PolicyDocument;
use holdfast_auth::{
    Action, AuthError, Credentials, Decision, Facts, Guard, Identity, Policy, Resource, Shown,
    Sight, Standing, Verdict,
};
use holdfast_engine::Engine;
use holdfast_model::Namespace;
use holdfast_policy_rego::state::StatePolicies;
use serde_json::Value;
use tokio::sync::watch;

use super::TrustError;
use crate::settings::{Settings, StateAuth};

/// What decides about calls of stategate.
#[derive(Clone)]
pub struct StateTrust {
    guard: Arc<dyn Guard>,
    /// `None`: no policy is asked.
    policies: Option<Arc<StatePolicies>>,
}

impl StateTrust {
    /// As the settings say, over the guard of all other dialects.
    ///
    /// # Errors
    /// A policy that cannot be put in force.
    pub(crate) fn of(settings: &Settings, guard: Arc<dyn Guard>) -> Result<Self, TrustError> {
        let state = &settings.state;
        let policies = match state.auth {
            StateAuth::Guard | StateAuth::Disabled => None,
            StateAuth::Policy => {
                let text = |policy: &'_ Option<crate::settings::Secret>| {
                    policy.as_ref().map(|text| text.0.clone())
                };
                let (requests, responses) =
                    (text(&state.request_policy), text(&state.response_policy));
                let limits = holdfast_policy_rego::Limits::default();
                let loaded = StatePolicies::new(requests.as_deref(), responses.as_deref(), limits);
                Some(Arc::new(loaded.map_err(|error| TrustError::Policy(error.to_string()))?))
            }
        };
        let unverified = settings.jwt.unverified;
        let guard = Arc::new(StateGuard { inner: guard, auth: state.auth, unverified });
        Ok(Self { guard, policies })
    }

    /// Of an embedded engine: its own guard.
    #[must_use]
    pub fn alone(engine: &Engine) -> Self {
        let inner = Arc::clone(engine.guard());
        let guard = StateGuard { inner, auth: StateAuth::Guard, unverified: false };
        Self { guard: Arc::new(guard), policies: None }
    }

    pub(crate) fn guard(&self) -> Arc<dyn Guard> {
        Arc::clone(&self.guard)
    }

    pub(crate) fn policies(&self) -> Option<&Arc<StatePolicies>> {
        self.policies.as_ref()
    }
}

/// The role of callers about whom the policies decide. No document can give it: names of roles have no spaces.
const DECIDED: &str = "decided by stategate";

/// Allows whatever those callers ask for, in namespaces that are not the server's own: the request policy has been asked before.
pub(super) struct Granted;

impl Policy for Granted {
    fn name(&self) -> &str {
        "stategate"
    }

    fn judge(&self, who: &Identity, action: Action, what: &Resource) -> Result<Verdict, AuthError> {
        // A stream over every domain is asked about each of its messages, too.
        let everywhere = *what == Resource::any() && action == Action::Watch;
        let reserved = (what.namespace.is_empty() && !everywhere)
            || what.namespace.starts_with(Namespace::RESERVED);
        let decided = who.facts().roles.iter().any(|role| role == DECIDED);
        Ok(if decided && !reserved && action != Action::Admin {
            Verdict::Allow
        } else {
            Verdict::Silent("this is not for stategate to decide".into())
        })
    }
}

/// The caller, as one about whom the policies decide.
fn decided(who: &Identity) -> Identity {
    let mut facts: Facts = who.facts().clone();
    facts.roles.push(DECIDED.into());
    Identity::proven(facts)
}

struct StateGuard {
    inner: Arc<dyn Guard>,
    auth: StateAuth,
    /// Tokens are believed as they are.
    unverified: bool,
}

const NO_BEARER: &str = "Request unauthenticated with Bearer";
const BAD_HEADER: &str = "Bad authorization string";
const UNVERIFIED: &str = "unverified";
/// A token that would be believed, and says nothing that can be.
pub(crate) const NO_CLAIMS: &str = "failed to parse claims";

impl StateGuard {
    /// Why credentials prove nobody, in the words of the contract.
    fn unknown(&self, shown: &Credentials<'_>) -> AuthError {
        let words = match shown.get("authorization") {
            None => NO_BEARER,
            Some(value) => match value.split_once(' ') {
                None => BAD_HEADER,
                Some((scheme, _)) if !scheme.eq_ignore_ascii_case("bearer") => NO_BEARER,
                Some((_, token)) if self.unverified && has_no_claims(token.trim()) => {
                    return AuthError::Failed(NO_CLAIMS.into());
                }
                Some(_) => UNVERIFIED,
            },
        };
        AuthError::Unauthenticated(words.into())
    }
}

/// A token in three parts, whose header is one and whose payload is no JSON object.
fn has_no_claims(token: &str) -> bool {
    let object = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        Some(serde_json::from_slice(&bytes).is_ok_and(|value: Value| value.is_object()))
    };
    let mut parts = token.split('.');
    let three = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(header), Some(payload), Some(_), None) = three else { return false };
    object(header) == Some(true) && object(payload) == Some(false)
}

#[async_trait]
impl Guard for StateGuard {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        if self.auth == StateAuth::Disabled {
            return Ok(decided(&Identity::named("anonymous")));
        }
        match self.inner.authenticate(shown).await {
            Ok(who) if self.auth == StateAuth::Policy => Ok(decided(&who)),
            Err(AuthError::Unauthenticated(_)) => Err(self.unknown(shown)),
            known => known,
        }
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        self.inner.decide(who, action, what).await
    }

    fn decide_now(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Option<Result<Decision, AuthError>> {
        self.inner.decide_now(who, action, what)
    }

    fn show(&self, who: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        self.inner.show(who, what)
    }

    fn redacts(&self) -> bool {
        self.inner.redacts()
    }

    fn still(&self, who: &Identity) -> Result<(), AuthError> {
        self.inner.still(who)
    }

    fn standing(&self, who: &Identity) -> Standing {
        self.inner.standing(who)
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        self.inner.refuses(name, policy)
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.inner.changes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: Option<&str>, unverified: bool) -> AuthError {
        let inner = Arc::new(holdfast_auth::AllowAll);
        let guard = StateGuard { inner, auth: StateAuth::Guard, unverified };
        let shown: Vec<_> = header
            .map(|value| ("authorization".to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        guard.unknown(&Credentials::new(&shown, None))
    }

    #[test]
    fn who_is_not_known_is_told_so_in_the_words_of_the_contract() {
        let refused = |words: &str| AuthError::Unauthenticated(words.into());
        assert_eq!(told(None, false), refused(NO_BEARER));
        assert_eq!(told(Some("Basic x"), false), refused(NO_BEARER));
        assert_eq!(told(Some("abc"), false), refused(BAD_HEADER));
        assert_eq!(told(Some("bearer garbage"), true), refused(UNVERIFIED));
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = |payload: &str| format!("Bearer {}.{}.x", part(r#"{"alg":"HS256"}"#), payload);
        for nonsense in [part("text"), part("[1]"), part("")] {
            assert_eq!(told(Some(&token(&nonsense)), true), AuthError::Failed(NO_CLAIMS.into()));
            assert_eq!(told(Some(&token(&nonsense)), false), refused(UNVERIFIED));
        }
        assert_eq!(told(Some(&token("!")), true), refused(UNVERIFIED));
        assert_eq!(told(Some(&token(&part("{}"))), true), refused(UNVERIFIED));
    }

    #[test]
    fn what_is_the_servers_own_stays_so() {
        let (who, other) = (decided(&Identity::named("ann")), Identity::named("ann"));
        let ask = |who: &Identity, action, namespace: &'static str| {
            Granted.judge(who, action, &Resource::key(namespace, "k")).expect("a verdict")
        };
        assert_eq!(ask(&who, Action::Write, "acme"), Verdict::Allow);
        let everywhere = |action| Granted.judge(&who, action, &Resource::any()).expect("a verdict");
        assert_eq!(everywhere(Action::Watch), Verdict::Allow);
        assert!(matches!(everywhere(Action::List), Verdict::Silent(_)));
        for verdict in [
            ask(&other, Action::Write, "acme"),
            ask(&who, Action::Read, "internal:holdfast"),
            ask(&who, Action::Admin, "acme"),
            ask(&who, Action::Read, ""),
            ask(&who, Action::Watch, ""),
        ] {
            assert!(matches!(verdict, Verdict::Silent(_)), "{verdict:?}");
        }
        assert_eq!(who.facts().claims, other.facts().claims);
    }
}
