//! One token, from header to identity.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use holdfast_auth::{AuthError, Credentials, Identity, Verifier};
use jsonwebtoken::Algorithm;
use serde_json::Value;
use tokio::time::timeout;
use tracing::debug;

use crate::claims::{self, Refused};
use crate::compact::{Parts, Token};
use crate::keys::NoKey;
use crate::known::Known;
use crate::settings::{JwtSettings, SettingsError};
use crate::source::Source;

/// What tokens of Holdfast's own begin with; they are another verifier's.
const OWN: &str = "hf_";
/// How long a request waits for keys that it is the first to need.
const PATIENCE: Duration = Duration::from_secs(2);

/// Recognises callers by JSON Web Tokens of one issuer.
///
/// ```
/// use holdfast_auth::{Credentials, Verifier};
/// use holdfast_verifier_jwt::{Algorithm, HmacSecret, JwtSettings, JwtVerifier, Keys};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = HmacSecret::base64("q1bM0xZcRt8w3V6nYkD2uJ5sLh7oPf9eAiGgTmXyUc4=")?;
/// let mut settings = JwtSettings::new(vec![Algorithm::HS256], Keys::Secret(secret));
/// settings.audiences = vec!["holdfast".into()];
/// let verifier = JwtVerifier::new(settings)?;
/// let header = vec![("authorization".into(), "Bearer nonsense".into())];
/// let shown = Credentials::new(&header, None);
/// assert!(verifier.verify(&shown).await.is_err());
/// assert!(verifier.verify(&Credentials::default()).await?.is_none());
/// # Ok(())
/// # }
/// ```
pub struct JwtVerifier {
    settings: JwtSettings,
    source: Source,
    known: Known,
}

impl JwtVerifier {
    /// Reads secrets and files. With keys at a URL it begins to ask for them, inside of a tokio runtime, and does not wait:
    /// while there are none, every token is refused.
    pub fn new(mut settings: JwtSettings) -> Result<Self, SettingsError> {
        settings.header.make_ascii_lowercase();
        let names = [
            (&settings.header, "the header's name"),
            (&settings.subject_claim, "the subject claim's name"),
        ];
        if let Some((_, name)) = names.into_iter().find(|(value, _)| value.is_empty()) {
            return Err(SettingsError::Empty(name));
        }
        let source = Source::of(&settings)?;
        let known = Known::new(settings.remembered, settings.remembered_for);
        Ok(Self { settings, source, known })
    }

    /// Waits until keys at a URL were asked for once, well or not.
    pub async fn ready(&self) {
        if let Source::Url(kept) = &self.source {
            kept.first().await;
        }
    }

    /// Ends what it does beside requests, and waits for the end.
    pub async fn close(&self) {
        if let Source::Url(kept) = &self.source {
            kept.close().await;
        }
    }

    /// The token that is shown; `None` when there is none of this kind.
    fn token<'a>(&self, shown: &'a Credentials) -> Option<&'a str> {
        let value = shown.get(&self.settings.header)?.trim();
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        let token = match scheme.eq_ignore_ascii_case("bearer") {
            true => token.trim(),
            false if self.settings.header == "authorization" => return None,
            false => value,
        };
        (!token.starts_with(OWN)).then_some(token)
    }

    async fn prove(&self, text: &str) -> Result<Identity, Refused> {
        let parts = Parts::of(text)?;
        let now = SystemTime::now();
        let generation = self.source.keys().map_or(0, |held| held.generation);
        if let Some(who) = self.known.get(text, generation, now) {
            return Ok(who);
        }
        let token = parts.read()?;
        let generation = match self.source {
            Source::Unverified => generation,
            _ => self.check(&token).await?,
        };
        let expires = claims::hold(&self.settings, &token.payload, now)?;
        let kid = token.header.get("kid").and_then(Value::as_str);
        let facts = claims::facts(&self.settings, token.payload, kid, expires)?;
        let who = Identity::proven(facts);
        self.known.put(text, generation, now, &who);
        Ok(who)
    }

    /// The signature. Of which generation the key was.
    async fn check(&self, token: &Token<'_>) -> Result<u64, Refused> {
        let wanted = Wanted::of(token)?;
        if !self.settings.algorithms.contains(&wanted.algorithm) {
            return Err(Refused::Algorithm);
        }
        if self.settings.require_kid && wanted.kid.is_none() {
            return Err(Refused::NoKey(NoKey::Unnamed));
        }
        match (self.try_keys(token, &wanted), &self.source) {
            (Err(Refused::NoKeys | Refused::NoKey(NoKey::Unknown)), Source::Url(kept)) => {
                // In time or not: the keys that there are then decide.
                let _ = timeout(PATIENCE, kept.refresh()).await;
                self.try_keys(token, &wanted)
            }
            (tried, _) => tried,
        }
    }

    fn try_keys(&self, token: &Token<'_>, wanted: &Wanted<'_>) -> Result<u64, Refused> {
        let held = self.source.keys().ok_or(Refused::NoKeys)?;
        let key = held.value.choose(wanted.kid, wanted.algorithm).map_err(Refused::NoKey)?;
        if !key.verifies(wanted.algorithm, token.signed, &token.signature) {
            return Err(Refused::Signature);
        }
        Ok(held.generation)
    }
}

/// Which key a token asks for.
struct Wanted<'a> {
    algorithm: Algorithm,
    kid: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(token: &'a Token<'_>) -> Result<Self, Refused> {
        let name = token.header.get("alg").and_then(Value::as_str).ok_or(Refused::Algorithm)?;
        // `none` is no algorithm of the library's, nor is anything else that proves nothing.
        let algorithm = Algorithm::from_str(name).map_err(|_| Refused::Algorithm)?;
        // No extension is understood here, so none may be critical (RFC 7515, section 4.1.11).
        if token.header.contains_key("crit") {
            return Err(Refused::Header);
        }
        let kid = match token.header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return Err(Refused::Header),
        };
        Ok(Self { algorithm, kid })
    }
}

#[async_trait]
impl Verifier for JwtVerifier {
    fn name(&self) -> &str {
        "jwt"
    }

    async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError> {
        let Some(token) = self.token(shown) else { return Ok(None) };
        self.prove(token).await.map(Some).map_err(|why| {
            debug!(%why, "a JWT is refused");
            AuthError::Unauthenticated(why.sentence().into())
        })
    }

    fn trouble(&self) -> Option<String> {
        self.source.trouble()
    }
}
