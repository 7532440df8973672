//! The conversation: away to the provider, and back with a code.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_auth::{
    AuthError, Credentials, Facts, Identity, Said, SignIn, SignInError, Step, Verifier,
};
use holdfast_remote::{Held, Kept, KeptSettings, Remote};
use holdfast_verifier_jwt::Algorithm;
use serde_json::Value;

use crate::discovery::{self, Provider};
use crate::exchange::{self, ExchangeError};
use crate::flow::Flow;
use crate::settings::{OidcSettings, SettingsError};

/// Knows people by an OpenID provider.
///
/// ```no_run
/// use holdfast_auth::{Said, SignIn, Step};
/// use holdfast_signin_oidc::{OidcSettings, OidcSignIn};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let redirect = "https://config.example.org/dashboard/callback";
/// let settings = OidcSettings::new("https://id.example.org", "holdfast", redirect);
/// let sign_in = OidcSignIn::new(settings)?;
/// if let Step::Leave { to, .. } = sign_in.step(&Said::default()).await? {
///     println!("sign in at {to}");
/// }
/// # Ok(()) }
/// ```
pub struct OidcSignIn {
    settings: Arc<OidcSettings>,
    provider: Kept<Provider>,
}

const NOT_OURS: &str = "The provider's answer belongs to another sign-in.";
const NOT_TAKEN: &str = "The provider's answer proves nobody.";
const DECLINED: &str = "The provider did not let you in.";

impl OidcSignIn {
    /// Begins to ask for the provider's document, inside of a tokio runtime, and does not wait: while there is none, nobody can
    /// sign in.
    pub fn new(settings: OidcSettings) -> Result<Self, SettingsError> {
        let names = [
            (&settings.issuer, "issuer"),
            (&settings.client_id, "client_id"),
            (&settings.redirect, "redirect"),
            (&settings.subject_claim, "subject_claim"),
        ];
        if let Some((_, name)) = names.into_iter().find(|(value, _)| value.is_empty()) {
            return Err(SettingsError::Empty(name));
        }
        // What the client shares with the provider would be a key that others at the provider may have.
        let shared = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        let algorithms = &settings.algorithms;
        if algorithms.is_empty() || algorithms.iter().any(|one| shared.contains(one)) {
            return Err(SettingsError::Algorithms);
        }
        let remote = Remote::new(&discovery::remote(&settings, &discovery::url(&settings.issuer)))?;
        let settings = Arc::new(settings);
        let known = Arc::clone(&settings);
        let understand = move |bytes: &bytes::Bytes| Provider::read(&known, bytes);
        let provider = Kept::start(remote, KeptSettings::default(), understand);
        Ok(Self { settings, provider })
    }

    async fn provider(&self) -> Result<Arc<Held<Provider>>, SignInError> {
        if self.provider.current().is_none() {
            self.provider.refresh().await;
        }
        let trouble =
            || self.provider.trouble().unwrap_or_else(|| "the provider is not known".into());
        self.provider.current().ok_or_else(|| SignInError::Failed(trouble()))
    }

    async fn leave(&self) -> Result<Step, SignInError> {
        let provider = self.provider().await?;
        let failed = |error: &dyn std::fmt::Display| SignInError::Failed(error.to_string());
        let flow = Flow::draw().map_err(|error| failed(&error))?;
        let to = flow.authorization_url(&provider.value.authorization_endpoint, &self.settings);
        let keep = serde_json::to_string(&flow).map_err(|error| failed(&error))?;
        Ok(Step::Leave { to, keep })
    }

    async fn came_back(&self, said: &Said, kept: &str) -> Result<Step, SignInError> {
        let not_ours = || SignInError::Invalid(NOT_OURS.into());
        let flow: Flow = serde_json::from_str(kept).map_err(|_| not_ours())?;
        let provider = self.provider().await?;
        let state = said.field("state").ok_or_else(not_ours)?;
        // The state is no secret to its own browser, and serves once; its place of difference tells nothing.
        if state != flow.state {
            return Err(not_ours());
        }
        match said.field("iss") {
            Some(issuer) if issuer != self.settings.issuer => return Err(not_ours()),
            None if provider.value.says_issuer => return Err(not_ours()),
            _ => {}
        }
        if let Some(error) = said.field("error") {
            tracing::debug!(?error, "the provider lets somebody not in");
            return Err(SignInError::Refused(DECLINED.into()));
        }
        let code = said.field("code").ok_or_else(not_ours)?;
        let exchanged =
            exchange::id_token(&provider.value, &self.settings, code, &flow.verifier).await;
        let token = exchanged.map_err(|error| match error {
            ExchangeError::Refused(_) => {
                tracing::debug!(%error, "a code is refused");
                SignInError::Refused(NOT_TAKEN.into())
            }
            ExchangeError::Failed(_) => SignInError::Failed(error.to_string()),
        })?;
        self.who(&provider.value, &token, &flow.nonce).await.map(Step::Known)
    }

    /// Whom an ID token names (OpenID Connect Core 1.0, section 3.1.3.7).
    async fn who(
        &self,
        provider: &Provider,
        token: &str,
        nonce: &str,
    ) -> Result<Facts, SignInError> {
        let header = vec![("authorization".to_owned(), format!("Bearer {token}"))];
        let verified = provider.verifier.verify(&Credentials::new(&header, None)).await;
        let who = match verified {
            Ok(Some(who)) => who,
            Ok(None) | Err(AuthError::Unauthenticated(_)) => {
                tracing::debug!(trouble = ?provider.verifier.trouble(), "an ID token is refused");
                return Err(SignInError::Refused(NOT_TAKEN.into()));
            }
            Err(error) => return Err(SignInError::Failed(error.to_string())),
        };
        if !is_for_us(&who, &self.settings.client_id, nonce) {
            tracing::debug!("an ID token of another sign-in is refused");
            return Err(SignInError::Refused(NOT_TAKEN.into()));
        }
        Ok(of_person(who.facts().clone()))
    }
}

/// What is known of the person, without what was only about the token: it has served, and the claims go into each commit.
fn of_person(mut facts: Facts) -> Facts {
    facts.claims.retain(|name, _| !OF_TOKEN.contains(&name.as_str()));
    Facts { expires: None, ..facts }
}

const OF_TOKEN: [&str; 8] = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "exp", "iat", "nbf"];

/// The nonce is that of this sign-in, and no other client was the token made for.
fn is_for_us(who: &Identity, client_id: &str, nonce: &str) -> bool {
    let claims = &who.facts().claims;
    let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|aud| aud.len() > 1);
    let party = is("azp", client_id) || (!several && !claims.contains_key("azp"));
    is("nonce", nonce) && party
}

#[async_trait]
impl SignIn for OidcSignIn {
    fn name(&self) -> &str {
        "oidc"
    }

    async fn step(&self, said: &Said) -> Result<Step, SignInError> {
        match &said.kept {
            None => self.leave().await,
            Some(kept) => self.came_back(said, kept).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_of_another_sign_in_or_client_is_not_ours() {
        let check = |claims: Value| {
            let claims = claims.as_object().cloned().unwrap_or_default();
            let who = Identity::proven(Facts { claims, ..Facts::default() });
            is_for_us(&who, "me", "n")
        };
        assert!(check(json!({"nonce": "n", "aud": "me"})));
        assert!(check(json!({"nonce": "n", "aud": ["me"], "azp": "me"})));
        assert!(check(json!({"nonce": "n", "aud": ["me", "you"], "azp": "me"})));
        for wrong in [
            json!({"aud": "me"}),
            json!({"nonce": "m", "aud": "me"}),
            json!({"nonce": ["n"], "aud": "me"}),
            json!({"nonce": "n", "aud": ["me", "you"]}),
            json!({"nonce": "n", "aud": "me", "azp": "you"}),
            json!({"nonce": "n", "aud": "me", "azp": 1}),
        ] {
            assert!(!check(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn what_is_kept_is_about_the_person() {
        let claims = json!({"sub": "ann", "email": "a@b", "nonce": "n", "at_hash": "h", "exp": 1});
        let claims = claims.as_object().cloned().unwrap_or_default();
        let expires = Some(std::time::SystemTime::now());
        let facts = of_person(Facts { user: "ann".into(), claims, expires, ..Facts::default() });
        let names: Vec<_> = facts.claims.keys().map(String::as_str).collect();
        assert_eq!((names, facts.expires), (vec!["email", "sub"], None));
    }

    #[tokio::test]
    async fn a_provider_that_is_down_signs_nobody_in() {
        let settings = OidcSettings::new("http://127.0.0.1:1", "me", "http://127.0.0.1:2/callback");
        let sign_in = OidcSignIn::new(settings.clone()).expect("it starts");
        let begun = sign_in.step(&Said::default()).await;
        assert!(matches!(begun, Err(SignInError::Failed(_))), "{begun:?}");
        for algorithms in [vec![], vec![Algorithm::RS256, Algorithm::HS256]] {
            let settings = OidcSettings { algorithms, ..settings.clone() };
            assert!(matches!(OidcSignIn::new(settings), Err(SettingsError::Algorithms)));
        }
    }
}
