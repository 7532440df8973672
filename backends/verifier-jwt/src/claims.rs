//! What a token claims: whether it holds now and here, and whom it names.

use std::time::{Duration, SystemTime};

use holdfast_auth::Facts;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::compact::CompactError;
use crate::keys::NoKey;
use crate::settings::{JwtSettings, NOBODY};

/// Longer names are an attack on whoever stores them.
const MAX_NAME: usize = 512;
/// More groups are not taken.
const MAX_GROUPS: usize = 1024;
/// The end of the year 9999, in seconds: no token lives longer.
const FAR: f64 = 253_402_300_799.0;

/// Why a token proves nobody: for logs. It repeats nothing of the token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is none.
    #[error("not a token: {0}")]
    Compact(#[from] CompactError),
    /// Its algorithm is missing, none, unknown, or not listed.
    #[error("its algorithm is not accepted")]
    Algorithm,
    /// It asks for something that is not understood (`crit`, or a header member of a wrong type).
    #[error("its header is not understood")]
    Header,
    /// No key for it.
    #[error("no key for it: {0:?}")]
    NoKey(NoKey),
    /// There are no keys at all yet.
    #[error("there are no keys yet")]
    NoKeys,
    /// The signature is not that key's.
    #[error("its signature is wrong")]
    Signature,
    /// A claim that has to be there is not, or is of a wrong type.
    #[error("its claim {0} is missing or of a wrong type")]
    Claim(String),
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYet,
    /// It comes from somebody else.
    #[error("its issuer is not accepted")]
    Issuer,
    /// It is for somebody else.
    #[error("its audience is not accepted")]
    Audience,
}

impl Refused {
    /// For the caller. Only who held a good token learns that it has ended.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Expired => "the token has expired",
            _ => "the token is not accepted",
        }
    }
}

/// Whether the claims hold at that time. When they stop to.
pub fn hold(
    settings: &JwtSettings,
    claims: &Map<String, Value>,
    now: SystemTime,
) -> Result<Option<SystemTime>, Refused> {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let leeway = settings.leeway.as_secs_f64();
    for name in ["nbf", "iat"] {
        if date(claims, name)?.is_some_and(|from| from > now + leeway) {
            return Err(Refused::NotYet);
        }
    }
    let end = date(claims, "exp")?;
    if end.is_none() && settings.require_exp {
        return Err(Refused::Claim("exp".into()));
    }
    if end.is_some_and(|end| end + leeway <= now) {
        return Err(Refused::Expired);
    }
    is_for_us(settings, claims)?;
    Ok(end.map(|end| moment(end + leeway)))
}

fn is_for_us(settings: &JwtSettings, claims: &Map<String, Value>) -> Result<(), Refused> {
    let is_one = |wanted: &[String], value: &Value| {
        value.as_str().is_some_and(|text| wanted.iter().any(|one| one == text))
    };
    let issuer = claims.get("iss").unwrap_or(&Value::Null);
    if !settings.issuers.is_empty() && !is_one(&settings.issuers, issuer) {
        return Err(Refused::Issuer);
    }
    let audience = claims.get("aud").unwrap_or(&Value::Null);
    let audiences = audience.as_array().map_or(std::slice::from_ref(audience), Vec::as_slice);
    let named = audiences.iter().any(|one| is_one(&settings.audiences, one));
    if settings.audiences.is_empty() || named { Ok(()) } else { Err(Refused::Audience) }
}

/// A NumericDate (RFC 7519, section 2): seconds, fractions allowed.
fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Refused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let wrong = || Refused::Claim(name.into());
    value.as_f64().filter(|seconds| seconds.is_finite()).map(Some).ok_or_else(wrong)
}

fn moment(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds.clamp(0.0, FAR))
}

/// Whom the claims name. They become part of what is known.
pub fn facts(
    settings: &JwtSettings,
    claims: Map<String, Value>,
    kid: Option<&str>,
    expires: Option<SystemTime>,
) -> Result<Facts, Refused> {
    let wrong = |name: &str| Refused::Claim(name.into());
    let subject = claims.get(&settings.subject_claim).and_then(Value::as_str);
    let subject = match subject.filter(|name| is_name(name)) {
        None if !settings.require_subject => NOBODY,
        subject => subject.ok_or_else(|| wrong(&settings.subject_claim))?,
    };
    let groups = match &settings.groups_claim {
        Some(name) => groups(find(&claims, name)).ok_or_else(|| wrong(name))?,
        None => Vec::new(),
    };
    let issuer = claims.get("iss").and_then(Value::as_str).filter(|name| is_name(name));
    let kind =
        if matches!(settings.keys, crate::Keys::Unverified) { "unverified-jwt" } else { "jwt" };
    Ok(Facts {
        user: format!("{}{subject}", settings.user_prefix),
        groups: groups
            .into_iter()
            .map(|group| format!("{}{group}", settings.groups_prefix))
            .collect(),
        roles: Vec::new(),
        scopes: None,
        credential: format!("{kind}:{}", issuer.or(kid).unwrap_or("-")),
        expires,
        claims,
    })
}

/// Something that can stand in a history and in a log.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// A claim by its name, or by a path of names with dots between.
fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        find(claims.get(first)?.as_object()?, rest)
    })
}

/// No claim: no groups. `None` when it is something else than texts.
fn groups(value: Option<&Value>) -> Option<Vec<String>> {
    let groups: Vec<String> = match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) => text.split_ascii_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(all)) => {
            all.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        Some(_) => return None,
    };
    let fine = groups.len() <= MAX_GROUPS && groups.iter().all(|group| is_name(group));
    fine.then_some(groups)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::Keys;

    const NOW: u64 = 1_800_000_000;

    fn settings() -> JwtSettings {
        JwtSettings { require_exp: false, ..JwtSettings::new(Vec::new(), Keys::Unverified) }
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    fn at_now(settings: &JwtSettings, claims: Value) -> Result<Option<SystemTime>, Refused> {
        hold(settings, &object(claims), SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
    }

    #[test]
    fn times_hold_within_the_leeway_and_not_beyond() {
        let settings = settings();
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 1);
        assert_eq!(at_now(&settings, json!({"exp": NOW - 59})), Ok(Some(end)));
        assert_eq!(at_now(&settings, json!({"exp": NOW - 60})), Err(Refused::Expired));
        assert_eq!(at_now(&settings, json!({"exp": -5})), Err(Refused::Expired));
        for name in ["nbf", "iat"] {
            assert_eq!(at_now(&settings, json!({name: NOW + 60})), Ok(None), "{name}");
            assert_eq!(at_now(&settings, json!({name: NOW + 61})), Err(Refused::NotYet), "{name}");
            assert_eq!(at_now(&settings, json!({name: 1e300})), Err(Refused::NotYet), "{name}");
        }
        for (name, value) in [("exp", json!("1")), ("nbf", json!(null)), ("iat", json!([1]))] {
            assert_eq!(at_now(&settings, json!({name: value})), Err(Refused::Claim(name.into())));
        }
        assert!(at_now(&settings, json!({"exp": 1e300})).is_ok_and(|end| end.is_some()));
        let strict = JwtSettings { require_exp: true, ..settings };
        assert_eq!(at_now(&strict, json!({})), Err(Refused::Claim("exp".into())));
    }

    #[test]
    fn issuer_and_audience_are_those_of_the_settings() {
        let settings = JwtSettings {
            issuers: vec!["https://a".into(), "https://b".into()],
            audiences: vec!["us".into()],
            ..settings()
        };
        for aud in [json!("us"), json!(["them", "us"])] {
            assert_eq!(at_now(&settings, json!({"iss": "https://b", "aud": aud})), Ok(None));
        }
        for iss in [json!("https://c"), json!(["https://a"]), json!(null)] {
            let claims = json!({"iss": iss, "aud": "us"});
            assert_eq!(at_now(&settings, claims), Err(Refused::Issuer), "{iss}");
        }
        for aud in [json!("them"), json!([]), json!({"us": 1}), json!(["US"]), json!([["us"]])] {
            let claims = json!({"iss": "https://a", "aud": aud});
            assert_eq!(at_now(&settings, claims), Err(Refused::Audience), "{aud}");
        }
        assert_eq!(at_now(&settings, json!({"iss": "https://a"})), Err(Refused::Audience));
    }

    #[test]
    fn the_subject_is_a_name_and_the_groups_are_names() {
        let mut settings = JwtSettings { groups_claim: Some("realm.roles".into()), ..settings() };
        settings.groups_prefix = "g:".into();
        settings.user_prefix = "u:".into();
        let of = |claims: Value| facts(&settings, object(claims), Some("k"), None);
        for roles in [json!(["a", "b"]), json!("a  b")] {
            let facts = of(json!({"sub": "ann", "realm": {"roles": roles}})).expect("facts");
            assert_eq!(
                (facts.user.as_str(), facts.groups),
                ("u:ann", vec!["g:a".into(), "g:b".into()])
            );
            assert_eq!(facts.credential, "unverified-jwt:k");
        }
        let flat = of(json!({"sub": "ann", "realm.roles": ["c"], "iss": "i"})).expect("facts");
        assert_eq!(
            (flat.groups, flat.credential.as_str()),
            (vec!["g:c".into()], "unverified-jwt:i")
        );
        assert_eq!(of(json!({"sub": "ann"})).expect("facts").groups, Vec::<String>::new());
        for sub in [json!(""), json!(7), json!(null), json!("a\nb"), json!("x".repeat(513))] {
            assert_eq!(of(json!({"sub": sub})), Err(Refused::Claim("sub".into())), "{sub}");
        }
        for roles in [json!(7), json!([1]), json!({"a": 1}), json!([""])] {
            let facts = of(json!({"sub": "ann", "realm": {"roles": roles}}));
            assert_eq!(facts, Err(Refused::Claim("realm.roles".into())), "{roles}");
        }
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic(exp in any::<f64>(), nbf in any::<i64>(), iat in any::<u64>()) {
            let _ = at_now(&settings(), json!({"exp": exp, "nbf": nbf, "iat": iat}));
        }
    }
}
