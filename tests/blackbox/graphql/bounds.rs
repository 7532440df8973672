//! What a request may ask for at most.

use std::time::Duration;

use holdfast_tests::Server;
use holdfast_tests::graphql::{PATH, ask, fault, send};
use holdfast_tests::server::Launch;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const GET: &str = r#"getEntity(input: {domain: "d", type: "t", key: "k"}) { key }"#;

async fn refused(server: &Server, query: &str) -> String {
    let answer = ask(server, &json!({ "query": query })).await;
    let (_, message) = fault(&answer);
    assert!(!message.is_empty() && answer["data"].is_null(), "{query:.100}: {answer}");
    message
}

fn aliased(count: usize, field: &str) -> String {
    (0..count).map(|n| format!("a{n}: {field} ")).collect()
}

#[tokio::test]
async fn aliases_cost_what_they_ask_for() {
    let server = Server::dev().await;
    let answer = ask(&server, &json!({ "query": format!("{{ {} }}", aliased(150, GET)) })).await;
    assert_eq!(answer["data"].as_object().map(serde_json::Map::len), Some(150));
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(150), "none of them is there");
    assert!(refused(&server, &format!("{{ {} }}", aliased(250, GET))).await.contains("complex"));
    let search = |limit: usize| {
        format!(r#"searchEntities(input: {{domain: "d", type: "t", limit: {limit}}}) {{ key }}"#)
    };
    let one = ask(&server, &json!({ "query": format!("{{ {} }}", search(10_000)) })).await;
    assert_eq!(one["data"], json!({ "searchEntities": [] }));
    assert!(
        refused(&server, &format!("{{ {} }}", aliased(2, &search(10_000))))
            .await
            .contains("complex")
    );
    let set = r#"setEntity(input: {domain: "d", type: "t", key: "k", values: {}})"#;
    let many = format!("mutation {{ {} }}", aliased(250, set));
    assert!(refused(&server, &many).await.contains("complex"));
    let still = ask(&server, &json!({ "query": format!("{{ {GET} }}") })).await;
    assert_eq!(fault(&still).0, "NOT_FOUND", "nothing was written");
    // The limit of a variable counts, too.
    let query = "query($i: SearchEntityOpts!) { a: searchEntities(input: $i) { key } b: searchEntities(input: $i) { key } }";
    let variables = json!({ "i": { "domain": "d", "type": "t", "limit": 10_000 } });
    let answer = ask(&server, &json!({ "query": query, "variables": variables })).await;
    assert!(fault(&answer).1.contains("complex"), "{answer}");
}

#[tokio::test]
async fn depth_and_cost_are_settings() {
    let settings = "graphql.max_depth = 4\ngraphql.max_cost = 20";
    let server = Launch::default().settings(settings).start().await;
    let types = |inner: &str| format!("{{ __schema {{ types {{ {inner} }} }} }}");
    let fine = ask(&server, &json!({ "query": types("fields { name }") })).await;
    assert_eq!(fine["errors"], Value::Null, "{fine}");
    assert!(refused(&server, &types("fields { type { name } }")).await.contains("deep"));
    assert!(refused(&server, &format!("{{ {} }}", aliased(2, GET))).await.contains("complex"));
}

#[tokio::test]
async fn what_would_take_long_to_look_at_is_not_looked_at() {
    let mut server = Server::dev().await;
    let doubling: String =
        (0..30).map(|n| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }} ", n + 1)).collect();
    let bomb = format!("{{ ...f0 }} {doubling} fragment f30 on Query {{ __typename }}");
    assert!(refused(&server, &bomb).await.contains("complex"));
    let circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    refused(&server, circle).await;
    let nested =
        format!("{{ getEntity(input: {}1{}) {{ key }} }}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(refused(&server, &nested).await.contains("deep"));
    let fields = format!("{}{}", "{ a ".repeat(5_000), "}".repeat(5_000));
    assert!(refused(&server, &fields).await.contains("deep"));
    let long = format!("{{ __typename }} #{}", "x".repeat(1_100 << 10));
    assert!(refused(&server, &long).await.contains("bytes"));
    let directives = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(1_000));
    refused(&server, &directives).await;
    let chain: String =
        (0..1_000).map(|n| format!("fragment f{n} on Query {{ ...f{} }} ", n + 1)).collect();
    refused(&server, &format!("{{ ...f0 }} {chain}")).await;
    assert!(server.is_running());
}

/// Refused before it is read, in the form of GraphQL, whatever form it has itself; nothing of it is done.
#[tokio::test]
async fn a_body_that_is_too_large_is_413_and_says_so() {
    let settings = "limits.request_bytes = '1MiB'\nlimits.commit_bytes = '1MiB'";
    let server = Launch::default().settings(settings).start().await;
    let set = r#"mutation { setEntity(input: {domain: "d", type: "t", key: "k", values: {}}) }"#;
    let large =
        json!({ "query": set, "variables": { "rest": "x".repeat(1_100 << 10) } }).to_string();
    let several = format!("[{large}]");
    let form = format!(
        "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{large}\r\n--b--\r\n"
    );
    for (kind, body) in [
        ("application/json", &large),
        ("application/json", &several),
        ("multipart/form-data; boundary=b", &form),
    ] {
        let answer = send(&server, &[("content-type", kind)], body.as_bytes()).await;
        let told = fault(&answer.json());
        assert_eq!((answer.status, &*told.0), (413, "INVALID_ARGUMENT"), "{kind}");
        assert_eq!(told.1, "the body has more than 1048576 bytes", "{kind}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let chunked = unannounced(&server, large.as_bytes()).await;
    assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
    assert!(chunked.contains("the body has more than 1048576 bytes"), "{chunked}");
    let there = ask(&server, &json!({ "query": format!("{{ {GET} }}") })).await;
    assert_eq!(fault(&there).0, "NOT_FOUND", "nothing was written");
    // What is within the bound is answered.
    let small = json!({ "query": set, "variables": { "rest": "x".repeat(900 << 10) } });
    assert_eq!(ask(&server, &small).await["data"], json!({ "setEntity": null }));
}

/// The answer to a body whose length is not said before.
async fn unannounced(server: &Server, body: &[u8]) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    // It may hang up before it has heard everything.
    let _ = socket.write_all(&[body, b"\r\n0\r\n\r\n"].concat()).await;
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    let whole = |answer: &[u8]| String::from_utf8_lossy(answer).contains("\"errors\"");
    while !whole(&answer) {
        let read = timeout(Duration::from_secs(30), socket.read(&mut buffer)).await;
        let length = read.expect("in time").expect("it reads");
        assert!(length > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}
