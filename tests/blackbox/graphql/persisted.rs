//! Requests by the hash of their text.

use holdfast_tests::Server;
use holdfast_tests::graphql::{PATH, ask, fault, send};
use holdfast_tests::http;
use serde_json::{Value, json};

const TEXT: &str = "{ __typename }";
/// SHA-256 of it.
const HASH: &str = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";

fn by(hash: &str, version: i32) -> Value {
    json!({ "persistedQuery": { "version": version, "sha256Hash": hash } })
}

#[tokio::test]
async fn a_text_that_was_sent_once_is_known_by_its_hash() {
    let server = Server::dev().await;
    let short = json!({ "extensions": by(HASH, 1) });
    let unknown = ask(&server, &short).await;
    let expected = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    let (code, message) = fault(&unknown);
    assert_eq!((&*code, &*message), expected);
    let whole = ask(&server, &json!({ "query": TEXT, "extensions": by(HASH, 1) })).await;
    assert_eq!(whole["data"], json!({ "__typename": "Query" }), "{whole}");
    assert_eq!(ask(&server, &short).await["data"], json!({ "__typename": "Query" }));
    let path = format!(
        "{PATH}?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{HASH}%22%7D%7D"
    );
    let answer = http::get(server.port(), &path).await.expect("an answer");
    assert_eq!(answer.json()["data"], json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn a_hash_of_something_else_is_none() {
    let server = Server::dev().await;
    let wrong = HASH.replace('e', "f");
    for (extensions, code) in [
        (by(&wrong, 1), "BAD_REQUEST"),
        (by(HASH, 2), "PERSISTED_QUERY_NOT_SUPPORTED"),
        (json!({ "persistedQuery": 7 }), "BAD_REQUEST"),
    ] {
        let body = json!({ "query": TEXT, "extensions": extensions }).to_string();
        let answer = send(&server, &[("content-type", "application/json")], body.as_bytes()).await;
        assert_eq!(fault(&answer.json()).0, code, "{extensions}");
    }
    let short = ask(&server, &json!({ "extensions": by(&wrong, 1) })).await;
    assert_eq!(fault(&short).0, "PERSISTED_QUERY_NOT_FOUND");
}
