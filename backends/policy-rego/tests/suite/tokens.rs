//! `io.jwt.*`, with keys of every kind.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use holdfast_policy_rego::tools::Tried;
use holdfast_policy_rego::{Modules, RegoSettings};
use serde_json::{Value, json};

use crate::asking::rules;

/// What an expression says, with these documents under `data`.
fn value(expression: &str, data: Value) -> Option<Value> {
    let mut modules = Modules::text(rules(&format!("allow := {expression}"))).expect("a text");
    modules.merge(&[], data, 1).expect("documents");
    let tried = Tried::new(RegoSettings::default(), modules).expect("it compiles");
    tried.decide(&json!({})).expect("it decides").value
}

fn verify(name: &str, token: &str, key: &str) -> Option<Value> {
    value(
        &format!("io.jwt.verify_{name}(data.token, data.key)"),
        json!({"token": token, "key": key}),
    )
}

fn token(algorithm: &str, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": algorithm})), part(claims));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn pem(kind: &str, der: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der))
}

fn public_pem<K: AsDer<PublicKeyX509Der<'static>>>(key: &K) -> String {
    let der: PublicKeyX509Der<'_> = key.as_der().expect("DER");
    pem("PUBLIC KEY", der.as_ref())
}

const JOHN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
const JOHNS_SECRET: &str = "your-256-bit-secret";

#[test]
fn a_token_is_decoded_without_being_believed() {
    let decoded = value("io.jwt.decode(data.token)", json!({"token": JOHN})).expect("it decodes");
    assert_eq!(decoded[0], json!({"alg": "HS256", "typ": "JWT"}));
    assert_eq!(decoded[1], json!({"sub": "1234567890", "name": "John Doe", "iat": 1_516_239_022}));
    let signature = decoded[2].as_str().expect("hexadecimal");
    assert!(signature.starts_with("49f94ac7") && signature.len() == 64, "{signature}");
    for wrong in ["", "a", "a.b", "a.b.c", "e30.e30.%%", "e30.W10.", "W10.e30.", "e30.e30.e30.e30"]
    {
        assert_eq!(value("io.jwt.decode(data.token)", json!({"token": wrong})), None, "{wrong}");
    }
    let long = format!("e30.{}.", "A".repeat(1 << 20));
    assert_eq!(value("io.jwt.decode(data.token)", json!({"token": long})), None);
}

#[test]
fn secrets_verify_what_they_signed() {
    assert_eq!(verify("hs256", JOHN, JOHNS_SECRET), Some(json!(true)));
    assert_eq!(verify("hs256", JOHN, "another"), Some(json!(false)));
    assert_eq!(verify("hs512", JOHN, JOHNS_SECRET), Some(json!(false)), "another algorithm");
    let other = format!("{}A", &JOHN[..JOHN.len() - 1]);
    assert_eq!(verify("hs256", &other, JOHNS_SECRET), Some(json!(false)));
}

#[test]
fn keys_of_rsa_verify_in_both_paddings() {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let public = public_pem(key.public_key());
    // RFC 8017: a sequence of the modulus of 2048 bits, behind a zero, and of the usual exponent.
    let der = key.public_key().as_ref();
    let number = |n: &[u8]| URL_SAFE_NO_PAD.encode(n);
    let jwk = json!({"kty": "RSA", "n": number(&der[9..265]), "e": number(&[1, 0, 1])});
    let jwks = json!({"keys": [{"kty": "unknown"}, jwk]}).to_string();
    let kinds: [(&str, &dyn signature::RsaEncoding); 4] = [
        ("RS256", &signature::RSA_PKCS1_SHA256),
        ("RS512", &signature::RSA_PKCS1_SHA512),
        ("PS256", &signature::RSA_PSS_SHA256),
        ("PS384", &signature::RSA_PSS_SHA384),
    ];
    for (algorithm, padding) in kinds {
        let sign = |message: &[u8]| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(padding, &SystemRandom::new(), message, &mut signature).expect("it signs");
            signature
        };
        let token = token(algorithm, &json!({"sub": "a"}), sign);
        let name = algorithm.to_lowercase();
        assert_eq!(verify(&name, &token, &public), Some(json!(true)), "{algorithm} by PEM");
        assert_eq!(verify(&name, &token, &jwks), Some(json!(true)), "{algorithm} by JWKS");
        let other = if algorithm == "RS256" { "rs384" } else { "rs256" };
        assert_eq!(
            verify(other, &token, &public),
            Some(json!(false)),
            "{algorithm} is not {other}"
        );
    }
    assert_eq!(verify("rs256", JOHN, "no key"), None);
}

#[test]
fn keys_of_curves_verify() {
    let random = SystemRandom::new();
    let kinds = [
        ("ES256", &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        ("ES384", &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        ("ES512", &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
    ];
    for (algorithm, curve) in kinds {
        let key = EcdsaKeyPair::generate(curve).expect("a key");
        let sign = |m: &[u8]| key.sign(&random, m).expect("it signs").as_ref().to_vec();
        let token = token(algorithm, &json!({}), sign);
        let name = algorithm.to_lowercase();
        assert_eq!(
            verify(&name, &token, &public_pem(key.public_key())),
            Some(json!(true)),
            "{algorithm}"
        );
        let other = EcdsaKeyPair::generate(curve).expect("a key");
        assert_eq!(verify(&name, &token, &public_pem(other.public_key())), Some(json!(false)));
    }
    let key = Ed25519KeyPair::generate().expect("a key");
    let token = token("EdDSA", &json!({}), |message| key.sign(message).as_ref().to_vec());
    assert_eq!(verify("eddsa", &token, &public_pem(key.public_key())), Some(json!(true)));
}

/// RFC 8037, appendix A.4.
#[test]
fn the_example_of_the_rfc_verifies() {
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(verify("eddsa", token, key), Some(json!(true)));
    assert_eq!(verify("eddsa", &token.replace("hgyY", "hgyZ"), key), Some(json!(false)));
}

#[test]
fn a_certificate_s_key_verifies() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["holdfast.test".into()]).expect("names");
    let certificate = params.self_signed(&key).expect("a certificate");
    let curve = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let signer = EcdsaKeyPair::from_pkcs8(curve, &key.serialize_der()).expect("the same key");
    let random = SystemRandom::new();
    let token = token("ES256", &json!({}), |m| {
        signer.sign(&random, m).expect("it signs").as_ref().to_vec()
    });
    let pem = pem("CERTIFICATE", certificate.der());
    assert_eq!(verify("es256", &token, &pem), Some(json!(true)));
}

fn hs256(claims: &Value) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"secret");
    token("HS256", claims, |message| aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec())
}

#[test]
fn decode_verify_checks_what_it_is_asked_to() {
    let claims = json!({"iss": "i", "aud": ["x", "y"], "nbf": 100, "exp": 200});
    let at = |seconds: u64| seconds * 1_000_000_000;
    for (constraints, expected) in [
        (json!({"secret": "secret", "iss": "i", "aud": "x", "time": at(150)}), true),
        (json!({"secret": "secret", "alg": "HS256", "aud": "y", "time": at(100)}), true),
        (json!({"secret": "secret", "alg": "HS512", "aud": "x", "time": at(150)}), false),
        (json!({"secret": "other", "aud": "x", "time": at(150)}), false),
        (json!({"secret": "secret", "iss": "j", "aud": "x", "time": at(150)}), false),
        (json!({"secret": "secret", "aud": "z", "time": at(150)}), false),
        (json!({"secret": "secret", "time": at(150)}), false),
        (json!({"secret": "secret", "aud": "x", "time": at(99)}), false),
        (json!({"secret": "secret", "aud": "x", "time": at(200)}), false),
        // Now is long after 1970.
        (json!({"secret": "secret", "aud": "x"}), false),
    ] {
        let data = json!({"token": hs256(&claims), "constraints": constraints});
        let said = value("io.jwt.decode_verify(data.token, data.constraints)", data);
        let said = said.unwrap_or_else(|| panic!("undefined: {constraints}"));
        assert_eq!(said[0], json!(expected), "{constraints}");
        assert_eq!(said[2], if expected { claims.clone() } else { json!({}) });
    }
    for nonsense in
        [json!({}), json!({"secret": "a", "cert": "b"}), json!({"secret": "a", "nonce": 1})]
    {
        let data = json!({"token": hs256(&claims), "constraints": nonsense});
        assert_eq!(value("io.jwt.decode_verify(data.token, data.constraints)", data), None);
    }
}

/// The public key is no secret: who knows it must not be able to sign with it.
#[test]
fn a_public_key_is_never_taken_for_a_secret() {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let public = public_pem(key.public_key());
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_bytes());
    let forged =
        token("HS256", &json!({}), |m| aws_lc_rs::hmac::sign(&secret, m).as_ref().to_vec());
    let none = token("none", &json!({}), |_| Vec::new());
    for token in [forged, none] {
        let data = json!({"token": token, "constraints": {"cert": public}});
        let said = value("io.jwt.decode_verify(data.token, data.constraints)", data);
        assert_eq!(said, Some(json!([false, {}, {}])));
        assert_eq!(verify("rs256", &token, &public), Some(json!(false)));
    }
}
