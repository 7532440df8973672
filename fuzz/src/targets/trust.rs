//! What strangers show to prove who they are, and what their keys are read from.

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use holdfast_auth::{AuthError, Credentials, Facts, Identity, Verifier};
use holdfast_server::signin::cookies::{Found, find};
use holdfast_server::signin::seal::Seal;
use holdfast_server::signin::sessions::Sessions;
use holdfast_server::signin::signed::Signer;
use holdfast_verifier_cert::{CertSettings, NameFrom, identity, subject_of};
use holdfast_verifier_jwt::compact::Parts;
use holdfast_verifier_jwt::{Algorithm, HmacSecret, JwtSettings, JwtVerifier, Keys, jwks, pem};

/// The tokens of the corpus are signed with it.
const SECRET: &str = "rT4vXq8wLz1mKc7pYd3nBf6hJg9sAe2uQo5iWk0xVt8yZm1cPb4rNd7fHj3gSl6a";

static SIGNED: LazyLock<JwtVerifier> = LazyLock::new(|| {
    let secret = HmacSecret::text(SECRET).unwrap_or_else(|error| unreachable!("{error}"));
    verifier(JwtSettings::new(vec![Algorithm::HS256], Keys::Secret(secret)))
});
static UNVERIFIED: LazyLock<JwtVerifier> =
    LazyLock::new(|| verifier(JwtSettings::new(Vec::new(), Keys::Unverified)));

fn verifier(settings: JwtSettings) -> JwtVerifier {
    let settings =
        JwtSettings { groups_claim: Some("groups".into()), require_exp: false, ..settings };
    JwtVerifier::new(settings).unwrap_or_else(|error| unreachable!("{error}"))
}

/// A token is read as it is written, and proves somebody or nobody.
pub(crate) fn jwt(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = Parts::of(text).and_then(|parts| Ok((parts, parts.read()?)));
    if let Ok((parts, token)) = &read {
        assert_eq!(URL_SAFE_NO_PAD.encode(&token.signature), parts.signature);
        assert_eq!(format!("{}.{}", token.signed, parts.signature), text);
    }
    for verifier in [&SIGNED, &UNVERIFIED] {
        let value = format!("Bearer {text}");
        let header = vec![("authorization".into(), value)];
        let shown = Credentials::new(&header, None);
        match block_on(verifier.verify(&shown)) {
            Ok(Some(who)) => {
                assert!(
                    read.is_ok() || text.trim() != text,
                    "a token that cannot be read proved {who:?}"
                );
                named(&who);
            }
            Ok(None) => assert!(text.trim().starts_with("hf_"), "{text:?} is nobody's"),
            Err(error) => unauthenticated(&error),
        }
    }
}

/// Lines are `Cookie` headers, a cookie `s` among them. What is found stands there; what is a signed token is written the same.
pub(crate) fn cookie(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Found::One(value) = find(text.split('\n'), "s") else { return };
    assert!(text.contains(&format!("s={value}")), "{value:?} does not stand there");
    let signer = Signer::new(&[0; 32]);
    if let Some(payload) = signer.read(value) {
        let again = signer.write(&payload);
        assert_eq!(signer.read(&again), Some(payload));
    }
    let facts = Facts { user: "ann".into(), ..Facts::default() };
    let sessions = Sessions::signed(Duration::from_secs(60), "s", signer, facts);
    if let Some(who) = sessions.known(value) {
        named(&who);
        assert!(who.facts().expires.is_some() && sessions.still(&who) && sessions.end_here(value));
        assert!(sessions.known(value).is_none() && !sessions.still(&who));
    }
    assert!(Sessions::kept(Duration::from_secs(60), "s").known(value).is_none());
    // Without the key there is neither a cookie of ours nor a sign-in under way.
    let seal = Seal::new(&[0; 32]);
    assert!(!seal.made("s", value) && seal.open(value, UNIX_EPOCH).is_none());
}

/// The first byte chooses between a key set and PEM. A key that was taken is of use, and no bytes are its signature.
pub(crate) fn keys(data: &[u8]) {
    let all =
        [Algorithm::HS512, Algorithm::RS256, Algorithm::PS512, Algorithm::ES384, Algorithm::EdDSA];
    let Some((&form, bytes)) = data.split_first() else { return };
    let found = match form % 2 {
        0 => jwks::read(bytes, &all).map(|jwks| jwks.set),
        _ => pem::read(bytes).map(|key| holdfast_verifier_jwt::keys::KeySet::new(vec![key])),
    };
    for key in found.iter().flat_map(|set| set.keys()) {
        assert!(!key.algorithms().is_empty(), "{key:?} is of no use");
        for algorithm in all {
            assert!(!key.verifies(algorithm, "a.b", &vec![7; 64]), "{key:?}");
        }
    }
}

/// A certificate names somebody by names that can be stored, or nobody.
pub(crate) fn certificate(data: &[u8]) {
    let names = vec![NameFrom::Uri, NameFrom::Dns, NameFrom::CommonName];
    match identity(data, &CertSettings { names, ..CertSettings::default() }) {
        Ok(who) => {
            assert!(subject_of(data).is_ok());
            named(&who);
        }
        Err(error) => unauthenticated(&error),
    }
}

fn named(who: &Identity) {
    let name = who.user();
    assert!(!name.is_empty() && !name.chars().any(char::is_control), "{name:?}");
}

fn unauthenticated(error: &AuthError) {
    assert!(matches!(error, AuthError::Unauthenticated(_)), "{error:?}");
}
