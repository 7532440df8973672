//! Cases 68-71 and their like: lists, versions, snapshots, namespaces, codecs, access.

use holdfast_tests::Server;
use serde_json::{Value, json};

use super::{KEYS, ask, ask_with, assert_fails, get, set};

#[tokio::test]
async fn case_68_a_limit_that_is_no_number() {
    let server = Server::dev().await;
    for (path, field) in [
        (format!("{KEYS}?limit=abc"), "limit"),
        (format!("{KEYS}?limit="), "limit"),
        (format!("{KEYS}?limit=99999999999"), "limit"),
        (format!("{KEYS}/k/versions?version=1.5"), "version"),
        ("/v1/namespaces?limit=x".to_owned(), "limit"),
    ] {
        let answer = get(&server, &path).await;
        let message = assert_fails(&answer, 400, 3, "");
        assert!(message.starts_with(&format!("parsing field \"{field}\"")), "{path}: {message}");
    }
}

#[tokio::test]
async fn case_69_a_parameter_twice() {
    let server = Server::dev().await;
    let answer = get(&server, &format!("{KEYS}?limit=1&limit=2")).await;
    assert!(assert_fails(&answer, 400, 3, "").contains("too many values"));
}

#[tokio::test]
async fn case_70_a_parameter_that_nobody_knows() {
    let server = Server::dev().await;
    let answer = get(&server, &format!("{KEYS}?unknown=1&namespace=b")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"entries": [], "nextCursor": ""})));
}

#[tokio::test]
async fn case_71_a_snapshot_that_did_not_change() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let path = "/v1/namespaces/a/snapshot";
    let full = get(&server, path).await;
    let etag = full.json()["etag"].as_str().expect("an etag").to_owned();
    assert_eq!(full.json()["notModified"], false);
    assert_eq!(full.header("etag"), Some(format!("\"{etag}\"").as_str()));
    for name in ["if_none_match", "ifNoneMatch"] {
        let answer = get(&server, &format!("{path}?{name}={etag}")).await;
        let expected = json!({"entries": [], "etag": etag, "notModified": true});
        assert_eq!((answer.status, answer.json()), (200, expected), "{name}");
    }
    // 304 only for those who ask as HTTP does.
    let quoted = format!("\"other\", W/\"{etag}\"");
    let answer = ask_with(&server, "GET", path, &[("if-none-match", &quoted)], "").await;
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    set(&server, "k", "2").await;
    let answer = ask_with(&server, "GET", path, &[("if-none-match", &quoted)], "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn pages_join_up() {
    let server = Server::dev().await;
    for n in 0..5 {
        set(&server, &format!("app/{n}"), "1").await;
    }
    set(&server, "other", "1").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{KEYS}?prefix=app%2F&limit=2&cursor={cursor}");
        let page = get(&server, &path).await.json();
        let entries = page["entries"].as_array().expect("a list").clone();
        seen.extend(entries.iter().map(|e| e["key"].as_str().expect("a key").to_owned()));
        cursor = page["nextCursor"].as_str().expect("a cursor").to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["app/0", "app/1", "app/2", "app/3", "app/4"]);
}

fn versions(page: &Value) -> Vec<&str> {
    let entries = page["entries"].as_array().expect("a list");
    entries.iter().map(|entry| entry["version"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn versions_newest_first() {
    let server = Server::dev().await;
    for n in 1..=3 {
        set(&server, "app/k", &n.to_string()).await;
    }
    for path in ["app/k", "app%2Fk"] {
        let all = get(&server, &format!("{KEYS}/{path}/versions")).await.json();
        assert_eq!((versions(&all), &all["limit"]), (vec!["3", "2", "1"], &json!(0)));
    }
    let page = get(&server, &format!("{KEYS}/app/k/versions?limit=2")).await.json();
    assert_eq!(versions(&page), ["3", "2"]);
    assert_eq!((&page["nextCursor"], &page["limit"]), (&json!("2"), &json!(2)));
    let one = get(&server, &format!("{KEYS}/app/k/versions?version=2")).await.json();
    assert_eq!((versions(&one), &one["entries"][0]["value"]), (vec!["2"], &json!("Mg==")));
    let missing = get(&server, &format!("{KEYS}/app/k/versions?version=9")).await;
    assert_fails(&missing, 404, 5, "VERSION_NOT_FOUND");
}

#[tokio::test]
async fn namespaces_and_codecs() {
    let server = Server::dev().await;
    for namespace in ["b", "internal:x", "a"] {
        let path = format!("/v1/namespaces/{namespace}/keys/k");
        assert_eq!(ask(&server, "POST", &path, r#"{"value":"MQ=="}"#).await.status, 200);
    }
    let all = get(&server, "/v1/namespaces").await.json();
    assert_eq!(all, json!({"namespaces": ["a", "b", "internal:x"], "nextCursor": ""}));
    let first = get(&server, "/v1/namespaces?limit=1").await.json();
    assert_eq!(first["namespaces"], json!(["a"]));
    let cursor = first["nextCursor"].as_str().expect("a cursor").to_owned();
    let rest = get(&server, &format!("/v1/namespaces?cursor={cursor}")).await.json();
    assert_eq!(rest["namespaces"], json!(["b", "internal:x"]));
    assert_fails(&get(&server, "/v1/namespaces?cursor=!bad!").await, 400, 3, "INVALID_CURSOR");
    assert_eq!(get(&server, "/v1/codecs").await.json(), json!({"codecs": ["json", "secret"]}));
}

/// The header is documented for the original, which never sends it.
#[tokio::test]
async fn what_the_caller_may() {
    let server = Server::dev().await;
    let answer = get(&server, "/v1/namespaces/none/access").await;
    assert_eq!(answer.json(), json!({"canRead": true, "canWrite": true}));
    assert_eq!(answer.header("x-access-level"), Some("read-write"));
    let head = ask(&server, "HEAD", "/v1/namespaces/none/access", "").await;
    assert_eq!((head.status, head.header("x-access-level")), (200, Some("read-write")));
    assert!(head.body.is_empty());
}
