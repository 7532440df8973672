//! Every kind of key against every kind of setting.

use std::io::Write;
use std::path::PathBuf;

use holdfast_verifier_jwt::{Algorithm, HmacSecret, JwtSettings, JwtVerifier, Keys, SettingsError};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempPath};

use crate::signer::{SECRET, Signer, claims, secret, set, user};

const ASYMMETRIC: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

fn file(text: &str) -> (TempPath, PathBuf) {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("writes");
    let kept = file.into_temp_path();
    let path = kept.to_path_buf();
    (kept, path)
}

fn verifier(algorithms: &[Algorithm], keys: Keys) -> JwtVerifier {
    JwtVerifier::new(JwtSettings::new(algorithms.to_vec(), keys)).expect("fine settings")
}

fn refused(algorithms: &[Algorithm], keys: Keys) -> SettingsError {
    let made = JwtVerifier::new(JwtSettings::new(algorithms.to_vec(), keys));
    made.err().expect("settings that cannot work")
}

#[tokio::test]
async fn every_algorithm_is_verified_with_every_form_of_its_key() {
    for algorithm in ASYMMETRIC {
        let (signer, other) = (Signer::named(algorithm, "a"), Signer::named(algorithm, "a"));
        let (_kept, pem) = file(&signer.pem);
        let (_kept, jwks) = file(&set(&[&signer]));
        for keys in [Keys::PemFile(pem), Keys::JwksFile(jwks)] {
            let verifier = verifier(&[algorithm], keys);
            let claims = claims(json!({}));
            assert_eq!(
                user(&verifier, &signer.token(&claims)).await.as_deref(),
                Some("ann"),
                "{algorithm:?}"
            );
            assert_eq!(user(&verifier, &other.token(&claims)).await, None, "{algorithm:?}");
        }
    }
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let verifier = verifier(&[algorithm], secret());
        let token = Signer::new(algorithm).token(&claims(json!({})));
        assert_eq!(user(&verifier, &token).await.as_deref(), Some("ann"), "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_certificate_is_a_key_too() {
    let pair = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["issuer".into()]).expect("params");
    let (_kept, path) = file(&params.self_signed(&pair).expect("signs").pem());
    let private = jsonwebtoken::EncodingKey::from_ec_der(&pair.serialize_der());
    let header = jsonwebtoken::Header::new(Algorithm::ES256);
    let token = jsonwebtoken::encode(&header, &claims(json!({})), &private).expect("signs");
    let verifier = verifier(&[Algorithm::ES256], Keys::PemFile(path));
    assert_eq!(user(&verifier, &token).await.as_deref(), Some("ann"));
}

/// What everybody knows of a key must not become a shared secret.
#[tokio::test]
async fn a_public_key_never_checks_a_shared_secret() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let signer = Signer::named(algorithm, "a");
        let (_kept, pem) = file(&signer.pem);
        let (_kept, jwks) = file(&set(&[&signer]));
        let jwk = signer.jwk();
        let member = |name: &str| jwk[name].as_str().unwrap_or_default().to_owned();
        let secrets = [signer.pem.clone(), signer.pem.trim().to_owned(), member("n"), member("x")];
        let both = [algorithm, Algorithm::HS256];
        for keys in [Keys::PemFile(pem), Keys::JwksFile(jwks)] {
            if matches!(keys, Keys::PemFile(_)) {
                assert!(matches!(
                    refused(&both, keys.clone()),
                    SettingsError::Algorithm(Algorithm::HS256)
                ));
            }
            let allowed = if matches!(keys, Keys::PemFile(_)) { &both[..1] } else { &both };
            let verifier = verifier(allowed, keys);
            for secret in &secrets {
                let forged = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
                let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
                header.kid = Some("a".into());
                let token =
                    jsonwebtoken::encode(&header, &claims(json!({})), &forged).expect("signs");
                assert_eq!(user(&verifier, &token).await, None, "{algorithm:?}");
            }
        }
    }
    let rsa = Signer::new(Algorithm::RS256);
    assert!(HmacSecret::text(&rsa.pem).is_err(), "nor is it taken for one in the settings");
}

#[tokio::test]
async fn an_algorithm_that_is_not_listed_is_not_accepted() {
    let signer = Signer::new(Algorithm::RS256);
    let (_kept, jwks) = file(&set(&[&signer]));
    let mut nameless: Value = serde_json::from_str(&set(&[&signer])).expect("JSON");
    nameless["keys"][0].as_object_mut().expect("a key").remove("alg");
    let (_kept_too, any) = file(&nameless.to_string());
    let verifier = verifier(&[Algorithm::RS384], Keys::JwksFile(any));
    assert_eq!(user(&verifier, &signer.token(&claims(json!({})))).await, None);
    assert!(matches!(
        refused(&[Algorithm::RS384], Keys::JwksFile(jwks)),
        SettingsError::Key { .. }
    ));
}

#[tokio::test]
async fn a_key_set_is_chosen_from_by_name() {
    let (a, b) = (Signer::named(Algorithm::ES256, "a"), Signer::named(Algorithm::EdDSA, "b"));
    let (_kept, path) = file(&set(&[&a, &b]));
    let verifier = verifier(&[Algorithm::ES256, Algorithm::EdDSA], Keys::JwksFile(path));
    let claims = claims(json!({}));
    for signer in [&a, &b] {
        assert!(user(&verifier, &signer.token(&claims)).await.is_some());
        let nameless = json!({"alg": format!("{:?}", signer.algorithm)});
        assert_eq!(user(&verifier, &signer.signed(&nameless, &claims.to_string())).await, None);
        let unknown = json!({"alg": format!("{:?}", signer.algorithm), "kid": "c"});
        assert_eq!(user(&verifier, &signer.signed(&unknown, &claims.to_string())).await, None);
    }
    let crossed = b.signed(&json!({"alg": "EdDSA", "kid": "a"}), &claims.to_string());
    assert_eq!(user(&verifier, &crossed).await, None, "the name of a key of another kind");
}

#[tokio::test]
async fn a_single_key_needs_no_name_unless_a_setting_says_so() {
    let signer = Signer::named(Algorithm::ES256, "a");
    let (_kept, path) = file(&set(&[&signer]));
    let token = signer.signed(&json!({"alg": "ES256"}), &claims(json!({})).to_string());
    let mut settings = JwtSettings::new(vec![Algorithm::ES256], Keys::JwksFile(path));
    let lenient = JwtVerifier::new(settings.clone()).expect("fine settings");
    assert!(user(&lenient, &token).await.is_some());
    settings.require_kid = true;
    let strict = JwtVerifier::new(settings).expect("fine settings");
    assert_eq!(user(&strict, &token).await, None);
    assert!(user(&strict, &signer.token(&claims(json!({})))).await.is_some());
}

#[test]
fn settings_that_cannot_work_are_named() {
    let rsa = Signer::new(Algorithm::RS256);
    let private = KeyPair::generate().expect("a key").serialize_pem();
    let (_kept, two) = file(&format!("{0}{0}", rsa.pem));
    let (_kept, none) = file("");
    let (_kept, private) = file(&private);
    let (_kept, html) = file("<html>");
    let (_kept, rsa) = file(&rsa.pem);
    assert!(matches!(refused(&[], secret()), SettingsError::NoAlgorithm));
    assert!(matches!(refused(&[Algorithm::RS256], secret()), SettingsError::Algorithm(_)));
    assert!(matches!(
        refused(&[Algorithm::ES256], Keys::PemFile(rsa)),
        SettingsError::Algorithm(_)
    ));
    for path in [two, none, private, html.clone()] {
        assert!(matches!(
            refused(&[Algorithm::RS256], Keys::PemFile(path)),
            SettingsError::Key { .. }
        ));
    }
    assert!(matches!(
        refused(&[Algorithm::RS256], Keys::JwksFile(html)),
        SettingsError::Key { .. }
    ));
    let gone = Keys::JwksFile("/nowhere/keys.json".into());
    assert!(matches!(refused(&[Algorithm::RS256], gone), SettingsError::File { .. }));
    let short = Keys::Secret(HmacSecret::text(&SECRET[..47]).expect("random enough"));
    assert!(matches!(
        refused(&[Algorithm::HS256, Algorithm::HS384], short),
        SettingsError::Secret(_)
    ));
}
