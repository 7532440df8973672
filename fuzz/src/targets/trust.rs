//! What strangers show to prove who they are, and what their keys are read from.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use holdfast_auth::{AuthError, Credentials, Identity, Verifier};
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
