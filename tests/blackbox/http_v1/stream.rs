//! Cases 82-87, 89 and 90: the event stream, byte by byte.

use holdfast_tests::server::Launch;
use holdfast_tests::sse::{Block, PREAMBLE, Sse};
use holdfast_tests::{Server, http};
use serde_json::json;

use super::{ask, get, set};

#[tokio::test]
async fn case_82_headers_and_preamble() {
    let server = Server::dev().await;
    let mut stream = Sse::open(server.port(), "/v1/watch", None).await;
    for line in [
        "content-type: text/event-stream\r\n",
        "cache-control: no-cache\r\n",
        "x-accel-buffering: no\r\n",
        "connection: keep-alive\r\n",
    ] {
        assert!(stream.head.contains(line), "{line} in {}", stream.head);
    }
    assert_eq!(stream.exactly(PREAMBLE.len()).await, PREAMBLE);
}

#[tokio::test]
async fn case_83_a_set() {
    let server = Server::dev().await;
    let mut stream = Sse::opened(server.port(), "/v1/watch?namespaces=a", None).await;
    let first = set(&server, "app/timeout", "30").await;
    let time = first["createdAt"].as_str().expect("a time").trim_end_matches('Z');
    // The stream writes times without zeros at their end.
    let time = format!("{}Z", if time.contains('.') { time.trim_end_matches('0') } else { time });
    assert_eq!(
        stream.text().await.expect("a block"),
        format!(
            "id: 1\nevent: set\ndata: {{\"type\":\"SET\",\"namespace\":\"a\",\"key\":\"app/timeout\",\"value\":\"MzA=\",\
             \"codec\":\"json\",\"version\":1,\"created_at\":\"{time}\",\"updated_at\":\"{time}\"}}\n\n"
        )
    );
    set(&server, "app/timeout", "31").await;
    let second = stream.event().await;
    assert_eq!((second.id, second.json()["version"].clone()), (Some(2), json!(2)));
    assert_eq!(second.json()["created_at"], time.as_str());
}

#[tokio::test]
async fn case_84_a_delete_and_aliases() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let mut stream = Sse::opened(server.port(), "/v1/watch?namespaces=a&prefixes=k", None).await;
    assert_eq!(ask(&server, "DELETE", "/v1/namespaces/a/keys/k", "").await.status, 200);
    assert_eq!(
        stream.text().await.expect("a block"),
        "id: 2\nevent: delete\ndata: {\"type\":\"DELETE\",\"namespace\":\"a\",\"key\":\"k\"}\n\n"
    );
    // Aliases pass every filter.
    assert_eq!(ask(&server, "PUT", "/v1/aliases/x", r#"{"target":"t"}"#).await.status, 200);
    let alias = stream.event().await;
    assert_eq!((alias.id, alias.event.as_deref()), (Some(3), Some("alias_set")));
    let data = alias.json();
    let shown = [&data["type"], &data["namespace"], &data["key"], &data["value"], &data["version"]];
    assert_eq!(shown, [&json!("ALIAS_SET"), &json!(""), &json!("x"), &json!("InQi"), &json!(1)]);
    assert_eq!(ask(&server, "DELETE", "/v1/aliases/x", "").await.status, 200);
    assert_eq!(
        stream.text().await.expect("a block"),
        "id: 4\nevent: alias_delete\ndata: {\"type\":\"ALIAS_DELETE\",\"namespace\":\"\",\"key\":\"x\"}\n\n"
    );
}

#[tokio::test]
async fn case_85_heartbeats() {
    let server = Launch::default().settings("sse.heartbeat = \"50ms\"").start().await;
    let mut stream = Sse::opened(server.port(), "/v1/watch?namespaces=a", None).await;
    for _ in 0..3 {
        assert_eq!(stream.text().await.expect("a block"), ": heartbeat\n\n");
    }
    // What is filtered away moves the place of the client and fires nothing.
    let other = r#"{"value":"MQ=="}"#;
    assert_eq!(ask(&server, "POST", "/v1/namespaces/b/keys/k", other).await.status, 200);
    let mut text = stream.text().await.expect("a block");
    while text == ": heartbeat\n\n" {
        text = stream.text().await.expect("a block");
    }
    assert_eq!(text, "id: 1\n\n");
    assert_eq!(stream.text().await.expect("a block"), ": heartbeat\n\n");
    set(&server, "k", "1").await;
    assert_eq!(stream.event().await.id, Some(2));
}

/// A client that is cut off before its first event knows all the same where it was.
#[tokio::test]
async fn a_quiet_stream_soon_says_where_it_stands() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let mut stream = Sse::opened(server.port(), "/v1/watch?namespaces=none", None).await;
    assert_eq!(stream.text().await.expect("a block"), "id: 1\n\n");
}

#[tokio::test]
async fn case_86_another_method() {
    let server = Server::dev().await;
    for method in ["POST", "PUT", "DELETE"] {
        let answer = ask(&server, method, "/v1/watch", "").await;
        assert_eq!((answer.status, answer.text().as_str()), (405, "Method Not Allowed\n"));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
}

#[tokio::test]
async fn case_87_too_much_to_filter_by() {
    let server = Server::dev().await;
    let many = |name: &str, count: usize| vec![format!("{name}=x"); count].join("&");
    let long = "y".repeat(257);
    for (query, says) in [
        (many("namespaces", 101), "too many namespaces (max 100)\n"),
        (many("prefixes", 101), "too many prefixes (max 100)\n"),
        (format!("namespaces={long}"), "namespace value too long (max 256 bytes)\n"),
        (format!("prefixes={long}"), "prefix value too long (max 256 bytes)\n"),
    ] {
        let answer = get(&server, &format!("/v1/watch?{query}")).await;
        assert_eq!((answer.status, answer.text().as_str()), (400, says));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    let query = format!("{}&prefixes={}", many("namespaces", 100), &long[1..]);
    Sse::opened(server.port(), &format!("/v1/watch?{query}"), None).await;
    let smaller = "sse.query_values = 2\nsse.query_value_bytes = 3";
    let server = Launch::default().settings(smaller).start().await;
    let answer = get(&server, "/v1/watch?prefixes=a&prefixes=b&prefixes=c").await;
    assert_eq!(answer.text(), "too many prefixes (max 2)\n");
    let answer = get(&server, "/v1/watch?prefixes=abcd").await;
    assert_eq!(answer.text(), "prefix value too long (max 3 bytes)\n");
}

#[tokio::test]
async fn case_89_without_ids() {
    let settings = "sse.event_buffer = 0\nsse.heartbeat = \"50ms\"";
    let server = Launch::default().settings(settings).start().await;
    set(&server, "before", "1").await;
    let mut stream = Sse::opened(server.port(), "/v1/watch", None).await;
    assert_eq!(stream.text().await.expect("a block"), ": heartbeat\n\n");
    set(&server, "k", "1").await;
    let block = stream.event().await;
    assert_eq!((block.id, block.event.as_deref()), (None, Some("set")));
    assert_eq!(block.json()["key"], "k");
    assert_eq!(stream.text().await.expect("a block"), ": heartbeat\n\n");
}

/// The headers are out before anybody is refused.
#[tokio::test]
async fn case_90_denied() {
    let server = Launch::default().closed().start().await;
    let answer = http::get(server.port(), "/v1/watch").await.expect("an answer");
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let refusal = Block::parse(text.strip_prefix(PREAMBLE).expect("the preamble"));
    assert_eq!((refusal.id, refusal.event.as_deref()), (None, Some("error")));
    let why = "credentials are required: send \"authorization: Bearer <token>\"";
    assert_eq!(refusal.json(), json!({ "error": why }));
}

/// What a page of HTML would take for markup is escaped.
#[tokio::test]
async fn markup_is_escaped() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let mut stream = Sse::opened(server.port(), "/v1/watch", None).await;
    let key = "<b>&\u{2028}ä\"\\";
    holdfast.commit(vec![holdfast_tests::client::put("a", key, "1")]).await.expect("committed");
    let text = stream.text().await.expect("a block");
    assert!(text.contains(r#""key":"\u003cb\u003e\u0026\u2028ä\"\\""#), "{text}");
    assert_eq!(Block::parse(&text).json()["key"], key);
}
