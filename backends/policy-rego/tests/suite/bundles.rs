//! OPA bundles: what is in them, what bounds them, who signed them.

use std::io::Write;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use holdfast_auth::Verdict;
use holdfast_policy_rego::source::{self, BundleKey};
use holdfast_policy_rego::{LoadError, Modules, RegoPolicy, RegoSettings};
use serde_json::{Value, json};

use crate::asking::{ann, rules};

/// A bundle of these files.
pub(crate) fn bundle(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        // Not by the library's way to set a path: it refuses what is to be tried here.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, text.as_bytes()).expect("it is written");
    }
    archive.into_inner().and_then(GzEncoder::finish).expect("it is written")
}

fn read(files: &[(&str, &str)]) -> Result<Modules, LoadError> {
    source::read(&bundle(files), None)
}

#[test]
fn a_bundle_has_modules_and_documents_at_their_places() {
    let modules = read(&[
        ("/.manifest", r#"{"revision": "1", "roots": ["config", "people"]}"#),
        ("./config/authz.rego", &rules("allow if input.identity.user_id in data.people.ops.names")),
        ("config/authz_test.rego", "no rego at all"),
        ("README.md", "hello"),
        ("people/ops/data.json", r#"{"names": ["ann"]}"#),
        ("people/data.yaml", "dev:\n  names: [bob]\n"),
    ]);
    let modules = modules.expect("a bundle");
    let data = Value::Object(modules.data().clone());
    assert_eq!(data, json!({"people": {"ops": {"names": ["ann"]}, "dev": {"names": ["bob"]}}}));
    let policy = RegoPolicy::new(RegoSettings::default(), &modules).expect("it compiles");
    assert_eq!(ann(&policy), Ok(Verdict::Allow));
}

#[test]
fn what_is_outside_of_the_roots_is_refused() {
    let policy = rules("allow := true");
    for (roots, path, document, fine) in [
        (r#"["config"]"#, "config", "{}", true),
        (r#"["config", "a/b"]"#, "a/b", "{\"c\": 1}", true),
        (r#"["config", "a/b"]"#, "a", "{\"b\": {\"c\": 1}}", true),
        (r#"["config", "a/b"]"#, "a", "{\"b\": 1, \"c\": 1}", false),
        (r#"["config", "a"]"#, "ab", "{\"c\": 1}", false),
        (r#"["other"]"#, "other", "{}", false),
        (r#"[""]"#, "x", "{\"c\": 1}", true),
        ("1", "x", "{\"c\": 1}", false),
    ] {
        let manifest = format!("{{\"roots\": {roots}}}");
        let data = format!("{path}/data.json");
        let read = read(&[(".manifest", &manifest), ("p.rego", &policy), (&data, document)]);
        assert_eq!(read.is_ok(), fine, "{roots} {path} {read:?}");
    }
}

#[test]
fn strange_bundles_are_refused_and_touch_nothing() {
    let policy = rules("allow := true");
    for name in ["../p.rego", "a/../../p.rego", "a\\p.rego", "/../p.rego"] {
        let read = read(&[(name, &policy)]);
        assert!(matches!(read, Err(LoadError::Bundle(_))), "{name}: {read:?}");
    }
    for name in ["data.json", "data.yaml"] {
        let read = read(&[("p.rego", &policy), (name, "{[")]);
        assert!(matches!(read, Err(LoadError::Data(_))), "{name}: {read:?}");
    }
    assert_eq!(read(&[]), Err(LoadError::Empty));
    assert_eq!(read(&[("data.json", "{}")]), Err(LoadError::Empty));
    let whole = bundle(&[("p.rego", &policy)]);
    for cut in 2..whole.len() {
        // A cut trailer may leave a whole archive; anything else is an error, never half a policy.
        if let Ok(modules) = source::read(&whole[..cut], None) {
            assert_eq!(modules.rego()[0].1, policy);
        }
    }
}

#[test]
fn a_small_bundle_that_is_large_inside_is_refused() {
    let large = " ".repeat(17 << 20);
    let packed = bundle(&[("p.rego", &large)]);
    assert!(packed.len() < 1 << 20, "it looks small");
    assert_eq!(source::read(&packed, None), Err(LoadError::TooLarge));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..64 {
        bomb.write_all(&[0; 1 << 20]).expect("it is written");
    }
    assert!(source::read(&bomb.finish().expect("it is written"), None).is_err());
    let many: Vec<(String, &str)> = (0..300).map(|n| (format!("p{n}.rego"), "package a")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert_eq!(read(&many), Err(LoadError::TooLarge));
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

/// `.signatures.json` by HS256, as `opa sign` writes it.
fn signatures(secret: &str, files: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256"})), part(&json!({"files": files})));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    json!({"signatures": [format!("{message}.{signature}")]}).to_string()
}

#[test]
fn a_signature_holds_for_exactly_what_was_signed() {
    let policy = rules("allow := true");
    let files = json!([
        {"name": "p.rego", "hash": hash(policy.as_bytes()), "algorithm": "SHA-256"},
        // Documents are hashed as what they say, without white space and in order.
        {"name": "data.json", "hash": hash(br#"{"a":{"b":[1,"x"],"c":null}}"#), "algorithm": "SHA-256"},
    ]);
    let (signed, data) =
        (signatures("secret", &files), "{ \"a\": {\"c\": null, \"b\": [1, \"x\"]} }");
    let key = BundleKey::new("HS256", "secret", None).expect("a key");
    let with = |files: &[(&str, &str)]| source::read(&bundle(files), Some(&key));
    let whole = [(".signatures.json", &*signed), ("p.rego", &policy), ("data.json", data)];
    assert!(with(&whole).is_ok(), "{:?}", with(&whole));
    let other = policy.replace("true", "1");
    let by_another = signatures("other", &files);
    for wrong in [
        vec![whole[1], whole[2]],
        vec![whole[0], ("p.rego", &other), whole[2]],
        vec![whole[0], whole[1], ("data.json", "{}")],
        vec![whole[0], whole[1]],
        vec![whole[0], whole[1], whole[2], ("q.rego", "package q")],
        vec![(".signatures.json", "{}"), whole[1], whole[2]],
        vec![(".signatures.json", &*by_another), whole[1], whole[2]],
    ] {
        assert!(matches!(with(&wrong), Err(LoadError::Signature(_))), "{:?}", with(&wrong));
    }
    // Without a key nobody asks.
    assert!(source::read(&bundle(&[(".signatures.json", "{}"), whole[1]]), None).is_ok());
    let plain = source::read(policy.as_bytes(), Some(&key));
    assert!(matches!(plain, Err(LoadError::Signature(_))), "a text cannot be signed");
    let scoped = BundleKey::new("HS256", "secret", Some("write".into())).expect("a key");
    assert!(source::read(&bundle(&whole), Some(&scoped)).is_err(), "of another scope");
    assert!(BundleKey::new("none", "x", None).is_err());
    assert!(BundleKey::new("RS256", "x", None).is_err());
    assert!(BundleKey::new("HS256", "", None).is_err());
}
