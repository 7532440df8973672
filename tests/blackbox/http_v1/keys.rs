//! Cases 61-67, 76 and 91: one key.

use holdfast_tests::Server;
use holdfast_tests::server::Launch;
use serde_json::json;

use super::{KEYS, ask, ask_with, assert_fails, base64, get, set};

#[tokio::test]
async fn case_61_all_members_in_camel_case() {
    let server = Server::dev().await;
    let written = set(&server, "k", "30").await;
    let answer = get(&server, &format!("{KEYS}/k")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let entry = answer.json()["entry"].clone();
    assert_eq!(entry, written);
    let created = entry["createdAt"].as_str().expect("a time is a text").to_owned();
    assert!(created.ends_with('Z') && created.contains('T'), "{created}");
    let digits = created.split_once('.').map_or(0, |(_, fraction)| fraction.len() - 1);
    assert!([0, 3, 6, 9].contains(&digits), "{created}");
    assert_eq!(
        entry,
        json!({
            "namespace": "a", "key": "k", "value": "MzA=", "codec": "json", "type": 1, "version": "1",
            "createdAt": created, "updatedAt": created,
        })
    );
}

#[tokio::test]
async fn case_62_a_missing_key() {
    let server = Server::dev().await;
    let answer = get(&server, &format!("{KEYS}/missing")).await;
    assert_eq!(assert_fails(&answer, 404, 5, "NOT_FOUND"), "key not found: a/missing");
}

#[tokio::test]
async fn case_63_a_post_answers_the_entry() {
    let server = Server::dev().await;
    let answer =
        ask(&server, "POST", &format!("{KEYS}/k"), r#"{"value":"MzA=","codec":"json"}"#).await;
    assert_eq!(answer.status, 200);
    let entry = &answer.json()["entry"];
    assert_eq!((&entry["type"], &entry["value"]), (&json!(1), &json!("MzA=")));
}

#[tokio::test]
async fn case_64_create_of_what_is_there() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let body = r#"{"value":"MzA","write_mode":"WRITE_MODE_CREATE","junk":1}"#;
    let answer = ask(&server, "POST", &format!("{KEYS}/k"), body).await;
    assert_eq!(assert_fails(&answer, 409, 6, "KEY_EXISTS"), "key already exists: a/k");
    assert_eq!(get(&server, &format!("{KEYS}/k")).await.json()["entry"]["value"], "MQ==");
}

/// The original answers 500.
#[tokio::test]
async fn case_65_an_empty_body_is_an_empty_value() {
    let server = Server::dev().await;
    let answer = ask(&server, "POST", &format!("{KEYS}/k"), "").await;
    assert_fails(&answer, 400, 3, "INVALID_VALUE");
    // An empty value is no value for any codec, an opaque one is.
    let body = format!(r#"{{"value":"{}","codec":"raw"}}"#, base64(b"\x00\xff\x10"));
    let answer = ask(&server, "POST", &format!("{KEYS}/k"), &body).await;
    assert_eq!(answer.json()["entry"]["value"], "AP8Q");
}

#[tokio::test]
async fn case_66_the_path_wins() {
    let server = Server::dev().await;
    let body = r#"{"value":"MQ==","namespace":"other","key":"other"}"#;
    let entry = ask(&server, "POST", &format!("{KEYS}/k"), body).await.json()["entry"].clone();
    assert_eq!((&entry["namespace"], &entry["key"]), (&json!("a"), &json!("k")));
    assert_fails(&get(&server, "/v1/namespaces/other/keys/other").await, 404, 5, "NOT_FOUND");
}

#[tokio::test]
async fn case_67_delete_and_delete_again() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let answer = ask(&server, "DELETE", &format!("{KEYS}/k"), "").await;
    assert_eq!((answer.status, answer.json()), (200, json!({})));
    let again = ask(&server, "DELETE", &format!("{KEYS}/k"), "").await;
    assert_fails(&again, 404, 5, "NOT_FOUND");
}

/// The original answers 404 to both.
#[tokio::test]
async fn case_76_slashes_raw_and_encoded() {
    let server = Server::dev().await;
    set(&server, "app/timeout", "30").await;
    set(&server, "app%2Ftimeout", "31").await;
    for path in ["app/timeout", "app%2Ftimeout", "app%2ftimeout", "%61pp/timeout"] {
        let entry = get(&server, &format!("{KEYS}/{path}")).await.json()["entry"].clone();
        assert_eq!(
            (&entry["key"], &entry["version"]),
            (&json!("app/timeout"), &json!("2")),
            "{path}"
        );
    }
    let deleted = ask(&server, "DELETE", &format!("{KEYS}/app%2Ftimeout"), "").await;
    assert_eq!(deleted.status, 200);
    assert_eq!(get(&server, &format!("{KEYS}/app/timeout")).await.status, 404);
}

#[tokio::test]
async fn case_91_nobody_gets_in_without_a_guard() {
    let server = Launch::default().closed().start().await;
    for (method, path) in [
        ("GET", "/v1/namespaces/a/keys/k"),
        ("POST", "/v1/namespaces/a/keys/k"),
        ("DELETE", "/v1/namespaces/a/keys/k"),
        ("GET", "/v1/namespaces/a/keys"),
        ("GET", "/v1/namespaces/a/keys/k/versions"),
        ("GET", "/v1/namespaces/a/snapshot"),
        ("GET", "/v1/namespaces/a/access"),
        ("GET", "/v1/namespaces"),
        ("GET", "/v1/codecs"),
        ("GET", "/v1/aliases"),
        ("PUT", "/v1/aliases/x"),
    ] {
        for (headers, says) in [
            (&[][..], "credentials are required: send \"authorization: Bearer <token>\""),
            (
                &[("authorization", "Bearer x")][..],
                "the credentials are of no kind that this server accepts",
            ),
        ] {
            let answer = ask_with(&server, method, path, headers, "").await;
            let message = assert_fails(&answer, 401, 16, "");
            assert_eq!(message, says, "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some(says), "{method} {path}");
        }
    }
    let diff = get(&server, "/v1/namespaces/a/keys/k/diff?v1=1&v2=2").await;
    assert_eq!(diff.status, 401);
    assert!(diff.text().starts_with("credentials are required"), "{}", diff.text());
}

/// What gRPC wrote, HTTP reads, and the reverse.
#[tokio::test]
async fn one_keyspace_behind_both() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("a", "grpc", "1").await.expect("it is written");
    assert_eq!(get(&server, &format!("{KEYS}/grpc")).await.json()["entry"]["value"], "MQ==");
    set(&server, "rest", "2").await;
    assert_eq!(config.get("a", "rest").await.expect("it is there").value, "2");
}
