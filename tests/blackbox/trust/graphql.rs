//! stategate in GraphQL: who is let in is asked of each field, by the headers of the request or by what a socket began with.

use holdfast_tests::Server;
use holdfast_tests::graphql::{Heard, PATH, Talk, ask, ask_with, fault};
use holdfast_tests::http;
use serde_json::{Value, json};

use super::Closed;

const GET: &str = r#"{ getEntity(input: {domain: "a", type: "t", key: "k"}) { key } __typename }"#;
const SET: &str =
    r#"mutation { setEntity(input: {domain: "a", type: "t", key: "k", values: {}}) }"#;
const EVENTS: &str =
    r#"subscription { streamEvents(input: {domain: "a", type: "t", since: "0"}) { id } }"#;

async fn by(server: &Server, token: &str, query: &str) -> Value {
    let shown = format!("Bearer {token}");
    ask_with(server, &[("authorization", &shown)], &json!({ "query": query })).await
}

#[tokio::test]
async fn each_field_is_refused_or_answered_by_itself() {
    let closed = Closed::start().await;
    let server = &closed.server;
    closed.role("reader", &["read,list a"]).await;
    let reader = closed.token("ann", &["reader"]).await.token;
    assert_eq!(by(server, &server.root_token(), SET).await["data"], json!({ "setEntity": null }));
    let read = by(server, &reader, GET).await;
    assert_eq!(read["data"]["getEntity"]["key"], "k", "{read}");
    let denied = by(server, &reader, SET).await;
    assert_eq!(fault(&denied).0, "PERMISSION_DENIED", "{denied}");
    for answer in [ask(server, &json!({ "query": GET })).await, by(server, "nonsense", GET).await] {
        assert_eq!(fault(&answer).0, "UNAUTHENTICATED", "{answer}");
        let rest = json!({ "getEntity": null, "__typename": "Query" });
        assert_eq!(answer["data"], rest, "the schema is no secret");
    }
    let shown = format!("Bearer {reader}");
    let path = format!(
        "{PATH}?query=%7BgetEntity(input%3A%7Bdomain%3A%22a%22%2Ctype%3A%22t%22%2Ckey%3A%22k%22%7D)%7Bkey%7D%7D"
    );
    let get = http::request(server.port(), "GET", &path, &[("authorization", &shown)], b"").await;
    assert_eq!(get.expect("an answer").json()["data"]["getEntity"]["key"], "k");
}

#[tokio::test]
async fn a_socket_shows_credentials_in_its_first_message_or_its_headers() {
    let closed = Closed::start().await;
    let server = &closed.server;
    by(server, &server.root_token(), SET).await;
    closed.role("watcher", &["read,watch a"]).await;
    let issued = closed.token("ann", &["watcher"]).await;
    let shown = format!("Bearer {}", issued.token);
    let begin = |payload: Value| json!({ "type": "connection_init", "payload": payload });
    let follow =
        |kind: &str, id: &str| json!({ "type": kind, "id": id, "payload": { "query": EVENTS } });
    for (protocol, kind) in [("graphql-transport-ws", "subscribe"), ("graphql-ws", "start")] {
        let header = [("authorization", &*shown)];
        for (headers, payload) in [
            (&[][..], json!({ "Authorization": shown })),
            (&header[..], Value::Null),
            // What the first message says stands for the header.
            (&[("authorization", "Bearer nonsense")][..], json!({ "authorization": shown })),
        ] {
            let mut talk = Talk::open(server, protocol, headers).await.expect("a socket");
            talk.say(begin(payload)).await;
            assert_eq!(talk.said().await["type"], "connection_ack");
            talk.say(follow(kind, "1")).await;
            let said = talk.said().await;
            assert!(said["payload"]["data"]["streamEvents"]["id"].is_string(), "{said}");
            talk.say(json!({ "type": kind, "id": "2", "payload": { "query": SET } })).await;
            assert_eq!(fault(&talk.said().await["payload"]).0, "PERMISSION_DENIED");
        }
        let mut talk = Talk::open(server, protocol, &[]).await.expect("a socket");
        talk.say(begin(json!({}))).await;
        assert_eq!(talk.said().await["type"], "connection_ack");
        talk.say(follow(kind, "1")).await;
        assert_eq!(fault(&talk.said().await["payload"]).0, "UNAUTHENTICATED");
    }
    for wrong in ["Bearer nonsense", "nonsense", "a\u{7}b"] {
        let mut talk = Talk::open(server, "graphql-transport-ws", &[]).await.expect("a socket");
        talk.say(begin(json!({ "Authorization": wrong }))).await;
        assert_eq!(talk.hear().await, Heard::Goodbye(4403), "{wrong}");
        let mut talk = Talk::open(server, "graphql-ws", &[]).await.expect("a socket");
        talk.say(begin(json!({ "Authorization": wrong }))).await;
        assert_eq!(talk.said().await["type"], "connection_error", "{wrong}");
    }
    // A token that ends, ends what it opened, and opens nothing more.
    let mut talk = Talk::open(server, "graphql-transport-ws", &[]).await.expect("a socket");
    talk.say(begin(json!({ "Authorization": shown }))).await;
    assert_eq!(talk.said().await["type"], "connection_ack");
    talk.say(follow("subscribe", "1")).await;
    assert!(talk.said().await["payload"]["data"]["streamEvents"]["id"].is_string());
    let request = holdfast_api::holdfast_v1::RevokeTokenRequest {
        id: issued.id,
        ..holdfast_api::holdfast_v1::RevokeTokenRequest::default()
    };
    closed.root.trust().revoke_token(request).await.expect("revoked");
    let said = talk.said().await;
    assert_eq!(fault(&said["payload"]).0, "UNAUTHENTICATED", "{said}");
    assert_eq!(talk.said().await["type"], "complete");
    talk.say(follow("subscribe", "2")).await;
    assert_eq!(fault(&talk.said().await["payload"]).0, "UNAUTHENTICATED");
}
