//! Entity tags: the mod revision of an entry, and writes under a condition.

use holdfast_tests::Server;

use super::{KEYS, ask_with, assert_fails, get, set};

const BODY: &str = r#"{"value":"MQ=="}"#;

#[tokio::test]
async fn an_entry_is_tagged_with_its_revision() {
    let server = Server::dev().await;
    set(&server, "other", "1").await;
    set(&server, "k", "1").await;
    let path = format!("{KEYS}/k");
    assert_eq!(get(&server, &path).await.header("etag"), Some("\"2\""));
    let known = ask_with(&server, "GET", &path, &[("if-none-match", "\"2\"")], "").await;
    assert_eq!((known.status, known.header("etag"), known.body.len()), (304, Some("\"2\""), 0));
    set(&server, "k", "1").await;
    let known = ask_with(&server, "GET", &path, &[("if-none-match", "\"2\"")], "").await;
    assert_eq!((known.status, known.header("etag")), (200, Some("\"3\"")));
}

#[tokio::test]
async fn writes_under_a_condition() {
    let server = Server::dev().await;
    let path = format!("{KEYS}/k");
    let write = |method: &'static str, name: &'static str, tag: &'static str| {
        let (server, path) = (&server, &path);
        async move { ask_with(server, method, path, &[(name, tag)], BODY).await }
    };
    assert_fails(&write("POST", "if-match", "*").await, 412, 10, "");
    assert_fails(&write("DELETE", "if-match", "\"1\"").await, 412, 10, "");
    let created = write("POST", "if-none-match", "*").await;
    assert_eq!((created.status, created.header("etag")), (200, Some("\"1\"")));
    let message = assert_fails(&write("POST", "if-none-match", "*").await, 412, 10, "");
    assert_eq!(message, "condition not met for a/k: it exists");
    assert_eq!(write("POST", "if-match", "\"1\"").await.header("etag"), Some("\"2\""));
    let message = assert_fails(&write("POST", "if-match", "\"1\"").await, 412, 10, "");
    assert_eq!(message, "condition not met for a/k: it was last written at revision 2");
    assert_fails(&write("DELETE", "if-match", "\"1\"").await, 412, 10, "");
    assert_eq!(get(&server, &path).await.json()["entry"]["version"], "2");
    assert_eq!(write("DELETE", "if-match", "\"2\"").await.status, 200);
}

/// A condition that is not understood is refused: unheeded it would be worse than none.
#[tokio::test]
async fn conditions_that_make_no_sense() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let path = format!("{KEYS}/k");
    for (name, tag) in [
        ("if-match", "1"),
        ("if-match", "\"1"),
        ("if-match", "\"1\", \"2\""),
        ("if-none-match", "\"1\""),
    ] {
        let answer = ask_with(&server, "POST", &path, &[(name, tag)], BODY).await;
        assert_fails(&answer, 400, 3, "");
    }
    let both = [("if-match", "*"), ("if-none-match", "*")];
    assert_fails(&ask_with(&server, "POST", &path, &both, BODY).await, 400, 3, "");
    assert_eq!(get(&server, &path).await.json()["entry"]["version"], "1");
}

/// Eight writers add one by reading and writing under a condition: no step is lost.
#[tokio::test]
async fn compare_and_set_loses_nothing() {
    let server = std::sync::Arc::new(Server::dev().await);
    set(&server, "count", "0").await;
    let path = format!("{KEYS}/count");
    let writer = |server: std::sync::Arc<Server>, path: String| async move {
        for _ in 0..5 {
            loop {
                let read = get(&server, &path).await;
                let tag = read.header("etag").expect("a tag").to_owned();
                let version: u64 = read.json()["entry"]["version"]
                    .as_str()
                    .expect("a text")
                    .parse()
                    .expect("a number");
                let body =
                    format!(r#"{{"value":"{}"}}"#, super::base64(version.to_string().as_bytes()));
                let wrote = ask_with(&server, "POST", &path, &[("if-match", &tag)], &body).await;
                match wrote.status {
                    200 => break,
                    412 => {}
                    other => panic!("{other}: {}", wrote.text()),
                }
            }
        }
    };
    let writers: Vec<_> =
        (0..8).map(|_| tokio::spawn(writer(server.clone(), path.clone()))).collect();
    for writer in writers {
        writer.await.expect("no panic");
    }
    let entry = get(&server, &path).await.json()["entry"].clone();
    assert_eq!(entry["version"], "41");
    assert_eq!(entry["value"], super::base64(b"40"));
}
