//! `io.jwt.verify_*` and `io.jwt.decode_verify`, with the rules of OPA.

use std::time::{SystemTime, UNIX_EPOCH};

use regorus::Value;
use serde_json::{Map, Value as Json};

use super::decode::{Token, object};
use super::keys::Keys;
use super::signature::Algorithm;

/// What may stand in the second argument of `io.jwt.decode_verify`.
const CONSTRAINTS: [&str; 6] = ["cert", "secret", "alg", "iss", "aud", "time"];

/// `io.jwt.verify_<algorithm>(token, key)`: true when this key made the signature with this algorithm.
pub(super) fn signed(given: &[Value], algorithm: Algorithm) -> Option<Value> {
    let [token, key] = given else { return None };
    let token = Token::read(token.as_string().ok()?)?;
    let key = key.as_string().ok()?;
    let keys = match algorithm.hmac() {
        Some(_) => Keys::secret(key),
        None => Keys::public(key)?,
    };
    // A header that names another algorithm is another token's.
    let own = token.header("alg") == Some(algorithm.as_str());
    Some(Value::Bool(own && keys.signed(&token, algorithm)))
}

/// `io.jwt.decode_verify(token, constraints)`: whether it holds, header, claims; the latter empty when it does not.
pub(super) fn decoded(given: &[Value]) -> Option<Value> {
    let [token, constraints] = given else { return None };
    let token = Token::read(token.as_string().ok()?)?;
    let constraints = Constraints::read(constraints)?;
    let holds = |claims: &Map<String, Json>| constraints.hold(&token, claims);
    let answer = match token.claims().filter(holds) {
        Some(claims) => [Value::Bool(true), object(token.header), object(claims)],
        None => [Value::Bool(false), Value::new_object(), Value::new_object()],
    };
    Some(Value::from(answer.to_vec()))
}

struct Constraints {
    keys: Keys,
    shared: bool,
    algorithm: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
    /// Seconds since the epoch.
    now: f64,
}

impl Constraints {
    /// `None`: there is a name that nobody knows, or not exactly one kind of key.
    fn read(given: &Value) -> Option<Self> {
        let members = given.as_object().ok()?;
        let known = |name: &Value| name.as_string().is_ok_and(|n| CONSTRAINTS.contains(&&**n));
        if !members.keys().all(known) {
            return None;
        }
        let text = |name: &str| match members.get(&Value::from(name)) {
            Some(value) => value.as_string().ok().map(|text| Some(text.to_string())),
            None => Some(None),
        };
        let (keys, shared) = match (text("cert")?, text("secret")?) {
            (Some(public), None) => (Keys::public(&public)?, false),
            (None, Some(secret)) => (Keys::secret(&secret), true),
            _ => return None,
        };
        let now = match members.get(&Value::from("time")) {
            Some(time) => time.as_f64().ok()? / 1e9,
            None => SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64(),
        };
        let (algorithm, issuer) = (text("alg")?, text("iss")?);
        Some(Self { keys, shared, algorithm, issuer, audience: text("aud")?, now })
    }

    fn hold(&self, token: &Token<'_>, claims: &Map<String, Json>) -> bool {
        self.key_fits(token)
            && self.issuer_fits(claims)
            && self.audience_fits(claims)
            && self.time_fits(claims)
            // A header that must be understood and is not: RFC 7515, 4.1.11.
            && !token.header.contains_key("crit")
    }

    fn key_fits(&self, token: &Token<'_>) -> bool {
        let Some(algorithm) = token.header("alg").and_then(Algorithm::parse) else { return false };
        let pinned = self.algorithm.as_deref().is_none_or(|pinned| pinned == algorithm.as_str());
        // A public key is never a shared secret.
        let kind = algorithm.hmac().is_some() == self.shared;
        pinned && kind && self.keys.signed(token, algorithm)
    }

    fn issuer_fits(&self, claims: &Map<String, Json>) -> bool {
        let issuer = claims.get("iss").and_then(Json::as_str);
        self.issuer.is_none() || self.issuer.as_deref() == issuer
    }

    /// Who names an audience has to be asked for one, and the other way round.
    fn audience_fits(&self, claims: &Map<String, Json>) -> bool {
        match (&self.audience, claims.get("aud")) {
            (None, None) => true,
            (Some(wanted), Some(Json::String(one))) => one == wanted,
            (Some(wanted), Some(Json::Array(several))) => {
                several.iter().any(|one| one.as_str() == Some(wanted))
            }
            _ => false,
        }
    }

    fn time_fits(&self, claims: &Map<String, Json>) -> bool {
        let begun = match claims.get("nbf") {
            Some(begin) => begin.as_f64().is_some_and(|begin| begin <= self.now),
            None => true,
        };
        let goes_on = match claims.get("exp") {
            Some(end) => end.as_f64().is_some_and(|end| self.now < end),
            None => true,
        };
        begun && goes_on
    }
}
