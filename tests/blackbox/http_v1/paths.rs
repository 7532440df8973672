//! Cases 74, 75 and 81: methods and paths.

use holdfast_tests::Server;
use serde_json::json;

use super::{KEYS, ask, assert_fails, get, set};

/// The original answers 501 with the same body.
#[tokio::test]
async fn case_74_another_method() {
    let server = Server::dev().await;
    for (method, path) in [
        ("PATCH", format!("{KEYS}/k")),
        ("PUT", format!("{KEYS}/k")),
        ("POST", KEYS.to_owned()),
        ("DELETE", "/v1/namespaces".to_owned()),
        ("POST", "/v1/aliases".to_owned()),
        ("OPTIONS", "/v1/codecs".to_owned()),
    ] {
        let answer = ask(&server, method, &path, "{}").await;
        assert_eq!(assert_fails(&answer, 405, 12, ""), "Method Not Allowed", "{method} {path}");
        let allowed = answer.header("allow").expect("what is allowed");
        assert!(allowed.contains("GET") && !allowed.contains(method), "{allowed}");
    }
}

#[tokio::test]
async fn case_75_a_path_that_nobody_serves() {
    let server = Server::dev().await;
    for path in ["/v1/nonexistent", "/", "/v1", "/v3/x", "/v1/namespaces/a", "/V1/namespaces"] {
        let answer = get(&server, path).await;
        assert_eq!(assert_fails(&answer, 404, 5, ""), "Not Found", "{path}");
    }
}

/// The original answers 501.
#[tokio::test]
async fn case_81_head_is_get_without_a_body() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    for path in
        [&format!("{KEYS}/k"), KEYS, "/v1/namespaces", "/v1/codecs", "/v1/namespaces/a/snapshot"]
    {
        let read = get(&server, path).await;
        let head = ask(&server, "HEAD", path, "").await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for name in ["content-length", "content-type", "etag"] {
            assert_eq!(head.header(name), read.header(name), "{path}: {name}");
        }
    }
    let missing = ask(&server, "HEAD", &format!("{KEYS}/missing"), "").await;
    assert_eq!((missing.status, missing.body.len()), (404, 0));
    // The original opens the stream and hangs.
    let watch = ask(&server, "HEAD", "/v1/watch", "").await;
    assert_eq!((watch.status, watch.header("content-type")), (200, Some("text/event-stream")));
}

#[tokio::test]
async fn empty_names_are_missing_names() {
    let server = Server::dev().await;
    for method in ["GET", "POST", "DELETE"] {
        let answer = ask(&server, method, &format!("{KEYS}/"), "").await;
        assert_eq!(assert_fails(&answer, 400, 3, ""), "key is required", "{method}");
    }
    let versions = get(&server, &format!("{KEYS}//versions")).await;
    assert_eq!(assert_fails(&versions, 400, 3, ""), "key is required");
}

#[tokio::test]
async fn names_that_look_like_paths() {
    let server = Server::dev().await;
    for key in ["a//b", ".", "versions", "diff", "keys", "a/versions/b", "A_1.-"] {
        let entry = set(&server, key, "1").await;
        assert_eq!(entry["key"], key);
        let read = get(&server, &format!("{KEYS}/{key}")).await.json();
        assert_eq!(read["entry"]["key"], key);
    }
    // A write takes the whole rest; a read needs the slash encoded.
    assert_eq!(set(&server, "app/versions", "1").await["key"], "app/versions");
    let encoded = get(&server, &format!("{KEYS}/app%2Fversions")).await.json();
    assert_eq!(encoded["entry"]["key"], "app/versions");
    let raw = get(&server, &format!("{KEYS}/app/versions")).await;
    assert_eq!(assert_fails(&raw, 404, 5, "NOT_FOUND"), "key not found: a/app");
    let colon =
        ask(&server, "POST", "/v1/namespaces/internal%3Afoo/keys/x", r#"{"value":"MQ=="}"#).await;
    assert_eq!(colon.json()["entry"]["namespace"], json!("internal:foo"));
}

#[tokio::test]
async fn names_that_cannot_be() {
    let server = Server::dev().await;
    let body = r#"{"value":"MQ=="}"#;
    for key in ["a%20b", "a..b", "%2Fa", "a%2F", "a:b", "%00"] {
        let answer = ask(&server, "POST", &format!("{KEYS}/{key}"), body).await;
        assert_fails(&answer, 400, 3, "INVALID_KEY");
        assert_fails(&get(&server, &format!("{KEYS}/{key}")).await, 404, 5, "NOT_FOUND");
    }
    let answer = ask(&server, "POST", "/v1/namespaces/-a/keys/k", body).await;
    assert_fails(&answer, 400, 3, "INVALID_NAMESPACE");
    let answer = get(&server, &format!("{KEYS}/%FF")).await;
    assert!(assert_fails(&answer, 400, 3, "").contains("UTF-8"));
}
