//! What a request may ask for at most.

use holdfast_tests::Server;
use holdfast_tests::graphql::{ask, fault};
use holdfast_tests::server::Launch;
use serde_json::{Value, json};

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
    let long = format!("{{ __typename }} #{}", "x".repeat(80 << 10));
    assert!(refused(&server, &long).await.contains("bytes"));
    let directives = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(1_000));
    refused(&server, &directives).await;
    let chain: String =
        (0..1_000).map(|n| format!("fragment f{n} on Query {{ ...f{} }} ", n + 1)).collect();
    refused(&server, &format!("{{ ...f0 }} {chain}")).await;
    assert!(server.is_running());
}
