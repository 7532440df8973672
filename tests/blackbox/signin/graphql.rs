//! stategate in GraphQL with the session of a browser: what a page of another site may make it do, which is nothing.

use holdfast_tests::Server;
use holdfast_tests::graphql::{PATH, Talk, fault};
use serde_json::{Value, json};

use super::{at, authority, signed_in, with_passphrase};

const GET: &str = r#"{ getEntity(input: {domain: "a", type: "t", key: "k"}) { key } }"#;
const SET: &str =
    r#"mutation { setEntity(input: {domain: "a", type: "t", key: "k", values: {}}) }"#;
const DEL: &str = r#"mutation { delEntity(input: {domain: "a", type: "t", key: "k"}) }"#;
const EVENTS: &str =
    r#"subscription { streamEvents(input: {domain: "a", type: "t", since: "0"}) { id } }"#;

/// What an operation is answered on a socket with these headers that begins with this payload; a refusal of the socket is one of all.
async fn said(
    server: &Server,
    headers: &[(&'static str, &str)],
    payload: Value,
    query: &str,
) -> Value {
    let mut talk = Talk::open(server, "graphql-transport-ws", headers).await.expect("a socket");
    talk.say(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(talk.said().await["type"], "connection_ack");
    talk.say(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })).await;
    let said = talk.said().await;
    assert_eq!(said["type"], "next", "{said}");
    said["payload"].clone()
}

/// A browser sends the cookie with the handshake of any page, and lets that page read what comes: unlike a GET this is no safe way.
#[tokio::test]
async fn a_socket_of_another_site_does_nothing_with_the_session() {
    let server = with_passphrase("signin.roles = ['writer']").await;
    let mut visitor = signed_in(&server).await;
    let cookie = visitor.shown(&authority(&server));
    let own = format!("http://{}", authority(&server));
    let root = format!("Bearer {}", server.root_token());
    let evil = ("origin", "https://evil.example");
    let cross = ("sec-fetch-site", "cross-site");
    for headers in [
        &[][..],
        &[evil],
        &[("origin", "null")],
        &[evil, cross],
        &[("origin", &own), ("sec-fetch-site", "same-site")],
    ] {
        let with_cookie = [&[("cookie", &*cookie)], headers].concat();
        for query in [SET, DEL, GET, EVENTS] {
            let refused = said(&server, &with_cookie, Value::Null, query).await;
            assert_eq!(fault(&refused).0, "PERMISSION_DENIED", "{headers:?} {query}: {refused}");
            let data = refused["data"].as_object();
            assert!(data.is_none_or(|data| data.values().all(Value::is_null)), "{refused}");
        }
        let body = json!({ "query": SET }).to_string();
        let all = [&[("content-type", "application/json")], headers].concat();
        let answer = visitor.send("POST", &at(&server, PATH), &all, body.as_bytes()).await;
        assert_eq!(fault(&answer.json()).0, "PERMISSION_DENIED", "POST {headers:?}");
    }
    let own_page = [("cookie", &*cookie), ("origin", &*own)];
    let there = said(&server, &own_page, Value::Null, GET).await;
    assert_eq!(fault(&there).0, "NOT_FOUND", "nothing was written: {there}");

    let vouched = [("cookie", &*cookie), ("sec-fetch-site", "same-origin")];
    for headers in [&own_page, &vouched] {
        let written = said(&server, headers, Value::Null, SET).await;
        assert_eq!(written["data"], json!({ "setEntity": null }), "{headers:?}: {written}");
        let got = said(&server, headers, Value::Null, GET).await;
        assert_eq!(got["data"]["getEntity"]["key"], "k", "{got}");
        let event = said(&server, headers, Value::Null, EVENTS).await;
        assert!(event["data"]["streamEvents"]["id"].is_string(), "{event}");
        let removed = said(&server, headers, Value::Null, DEL).await;
        assert_eq!(removed["data"], json!({ "delEntity": null }), "{removed}");
    }
    // Who shows a token is judged by that, on a page of any site: no browser sends it by itself.
    let in_header = [("cookie", &*cookie), evil, cross, ("authorization", &*root)];
    let written = said(&server, &in_header, Value::Null, SET).await;
    assert_eq!(written["data"], json!({ "setEntity": null }), "{written}");
    let payload = json!({ "Authorization": root });
    let written = said(&server, &in_header[..3], payload, SET).await;
    assert_eq!(written["data"], json!({ "setEntity": null }), "{written}");
}
