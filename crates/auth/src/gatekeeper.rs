//! The guard that is made of verifiers and policies.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::guard::{AuthError, Decision, Guard, Shown, Sight, Standing};
use crate::identity::{Credentials, Identity};
use crate::policy::{Policy, Verdict};
use crate::resource::{Action, Resource};
use crate::trust::{PolicyDocument, Rule, roles};
use crate::verifier::Verifier;

/// Recognises callers by the first verifier that knows their kind of credential, and allows what at least one policy allows
/// and none forbids, within what the credential is narrowed to.
pub struct Gatekeeper {
    verifiers: Vec<Arc<dyn Verifier>>,
    policies: Vec<Arc<dyn Policy>>,
    /// Who somebody is that shows nothing; `None`: nobody.
    anonymous: Option<Identity>,
    /// Parsed scopes of callers who asked lately, by fingerprint.
    scopes: Cache<u128, Arc<[Rule]>>,
    changes: watch::Receiver<u64>,
}

/// Callers whose scopes are kept at hand.
const CALLERS: usize = 10_000;

const NOTHING_SHOWN: &str = "credentials are required: send \"authorization: Bearer <token>\"";
const NOT_UNDERSTOOD: &str = "the credentials are of no kind that this server accepts";

impl Gatekeeper {
    /// `changes` rises whenever an answer may have become another one.
    pub fn new(
        verifiers: Vec<Arc<dyn Verifier>>,
        policies: Vec<Arc<dyn Policy>>,
        changes: watch::Receiver<u64>,
    ) -> Self {
        Self { verifiers, policies, anonymous: None, scopes: Cache::new(CALLERS), changes }
    }

    /// Lets callers in who show nothing, as this identity.
    #[must_use]
    pub fn with_anonymous(self, identity: Identity) -> Self {
        Self { anonymous: Some(identity), ..self }
    }

    /// What keeps a verifier or a policy from working as it should, each with its name.
    pub fn troubles(&self) -> Vec<(String, String)> {
        let verifiers = self.verifiers.iter().map(|v| (v.name(), v.trouble()));
        let policies = self.policies.iter().map(|p| (p.name(), p.trouble()));
        let all = verifiers.chain(policies);
        all.filter_map(|(name, trouble)| Some((name.to_owned(), trouble?))).collect()
    }

    fn judge(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource<'_>,
    ) -> Result<Decision, AuthError> {
        if let Some(scopes) = who.facts().scopes.as_deref() {
            let rules = self.narrowed(who, scopes)?;
            if roles::judge(&rules, action, what) != Verdict::Allow {
                return Ok(Decision::Deny("the token is not meant for this".into()));
            }
        }
        let (mut allowed, mut reason) = (false, None);
        for policy in &self.policies {
            match policy.judge(who, action, what)? {
                Verdict::Allow => allowed = true,
                Verdict::Silent(why) => drop(reason.get_or_insert(why)),
                Verdict::Forbid(why) => return Ok(Decision::Deny(why)),
            }
        }
        if allowed {
            return Ok(Decision::Allow);
        }
        Ok(Decision::Deny(reason.unwrap_or_else(|| "there are no rules".into())))
    }

    fn narrowed(&self, who: &Identity, scopes: &[String]) -> Result<Arc<[Rule]>, AuthError> {
        let fingerprint = who.fingerprint();
        if let Some(rules) = self.scopes.get(&fingerprint) {
            return Ok(rules);
        }
        let rules: Result<Vec<Rule>, _> = scopes.iter().map(|line| line.parse()).collect();
        // Nothing was allowed that cannot be read.
        let rules: Arc<[Rule]> =
            rules.map_err(|error| AuthError::Denied(error.to_string()))?.into();
        self.scopes.insert(fingerprint, Arc::clone(&rules));
        Ok(rules)
    }
}

#[async_trait]
impl Guard for Gatekeeper {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        for verifier in &self.verifiers {
            if let Some(identity) = verifier.verify(shown).await? {
                return Ok(identity);
            }
        }
        // Something that nobody understands is wrong, not nothing.
        match &self.anonymous {
            _ if shown.get("authorization").is_some() => {
                Err(AuthError::Unauthenticated(NOT_UNDERSTOOD.into()))
            }
            Some(anonymous) => Ok(anonymous.clone()),
            None => Err(AuthError::Unauthenticated(NOTHING_SHOWN.into())),
        }
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        self.judge(who, action, what)
    }

    fn decide_now(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource<'_>,
    ) -> Option<Result<Decision, AuthError>> {
        Some(self.judge(who, action, what))
    }

    fn show(&self, who: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        let mut hidden: Vec<String> = Vec::new();
        for policy in self.policies.iter().filter(|policy| policy.redacts()) {
            match policy.show(who, what)? {
                Sight::Whole => {}
                Sight::Hidden => return Ok(Sight::Hidden),
                Sight::Without(pointers) => hidden.extend(pointers.iter().cloned()),
            }
        }
        if hidden.is_empty() {
            return Ok(Sight::Whole);
        }
        hidden.sort_unstable();
        hidden.dedup();
        Ok(Sight::Without(hidden.into()))
    }

    fn redacts(&self) -> bool {
        self.policies.iter().any(|policy| policy.redacts())
    }

    fn still(&self, who: &Identity) -> Result<(), AuthError> {
        let ended = |why: &str| Err(AuthError::Unauthenticated(why.into()));
        if who.expired(SystemTime::now()) {
            return ended("the credential has expired");
        }
        if !self.verifiers.iter().all(|verifier| verifier.still(who)) {
            return ended("the credential was revoked");
        }
        Ok(())
    }

    fn standing(&self, who: &Identity) -> Standing {
        let mut all = Standing { roles: who.facts().roles.clone(), ..Standing::default() };
        for one in self.policies.iter().map(|policy| policy.standing(who)) {
            all.roles.extend(one.roles);
            all.rules.extend(one.rules);
            all.edition += one.edition;
        }
        all.roles.sort_unstable();
        all.roles.dedup();
        all
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        self.policies.iter().find_map(|one| one.refuses(name, policy))
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Facts;

    struct Says(Verdict);

    impl Policy for Says {
        fn name(&self) -> &str {
            "says"
        }

        fn judge(&self, _: &Identity, _: Action, _: &Resource) -> Result<Verdict, AuthError> {
            Ok(self.0.clone())
        }
    }

    fn gatekeeper(verdicts: &[Verdict]) -> Gatekeeper {
        let policies = verdicts.iter().map(|v| Arc::new(Says(v.clone())) as Arc<dyn Policy>);
        let (_, changes) = watch::channel(0);
        Gatekeeper::new(Vec::new(), policies.collect(), changes)
    }

    #[tokio::test]
    async fn one_policy_has_to_allow_and_none_may_forbid() {
        let (yes, silent) = (Verdict::Allow, Verdict::Silent("s".into()));
        let no = Verdict::Forbid("f".into());
        let cases = [
            (vec![], false),
            (vec![yes.clone()], true),
            (vec![silent.clone()], false),
            (vec![silent.clone(), yes.clone()], true),
            (vec![yes.clone(), no.clone()], false),
            (vec![no, yes], false),
        ];
        for (verdicts, expected) in cases {
            let guard = gatekeeper(&verdicts);
            let decision = guard.judge(&Identity::named("x"), Action::Read, &Resource::any());
            assert_eq!(decision.expect("a decision") == Decision::Allow, expected, "{verdicts:?}");
        }
    }

    #[tokio::test]
    async fn a_narrowed_credential_does_less_than_its_owner() {
        let guard = gatekeeper(&[Verdict::Allow]);
        let scopes = Some(vec!["read prod".to_owned()]);
        let who = Identity::proven(Facts { scopes, ..Facts::default() });
        let may = |action, namespace| {
            let what = Resource::key(namespace, "k");
            guard.judge(&who, action, &what).expect("a decision") == Decision::Allow
        };
        assert!(may(Action::Read, "prod"));
        assert!(!may(Action::Write, "prod"));
        assert!(!may(Action::Read, "other"));
        let nothing = Identity::proven(Facts { scopes: Some(Vec::new()), ..Facts::default() });
        let none = guard.judge(&nothing, Action::Read, &Resource::any()).expect("a decision");
        assert_ne!(none, Decision::Allow);
    }

    #[tokio::test]
    async fn nothing_shown_is_anonymous_only_where_that_is_allowed() {
        let nothing = Credentials::default();
        let header = vec![("authorization".into(), "Basic x".into())];
        let wrong = Credentials::new(&header, None);
        let closed = gatekeeper(&[]);
        assert!(closed.authenticate(&nothing).await.is_err());
        let open = gatekeeper(&[]).with_anonymous(Identity::named("anonymous"));
        assert_eq!(open.authenticate(&nothing).await.expect("anybody").user(), "anonymous");
        assert!(open.authenticate(&wrong).await.is_err());
    }
}
