//! One entry through every dialect: what one writes, all others see.

use std::process::Stdio;
use std::time::Duration;

use holdfast_api::config_v1::ChangeType;
use holdfast_api::holdfast_v1::HistoryRequest;
use holdfast_tests::sse::Sse;
use holdfast_tests::stategate::{events_by, values};
use holdfast_tests::{Server, cli, http};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::test]
async fn a_state_is_an_entry_for_everybody() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&["acme"], &[]).await.expect("a watch");
    let mut sse = Sse::opened(server.port(), "/v1/watch?namespaces=acme", None).await;
    let verb = cli::command(&server, &["-n", "acme", "watch", "--initial", "-o", "json"]);
    let mut verb = tokio::process::Command::from(verb)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(verb.stdout.take().expect("a pipe")).lines();
    let path = "/api/state/ref/acme/message/quote";
    let body = br#"{"text":"hello","n":1}"#;
    let set = http::request(server.port(), "POST", path, &[], body).await.expect("an answer");
    assert_eq!(set.status, 200);

    let entry = config.get("acme", "message/quote").await.expect("it is there");
    assert_eq!(entry.codec, "json");
    let value: Value = serde_json::from_slice(&entry.value).expect("JSON");
    assert_eq!(value, json!({"n": 1, "text": "hello"}));
    let change = watch.message().await.expect("an event").expect("the watch goes on");
    assert_eq!(change.r#type.as_known(), Some(ChangeType::CHANGE_TYPE_SET));
    assert_eq!(change.entry.as_option(), Some(&entry));
    let block = sse.event().await;
    assert!(block.data.is_some_and(|data| data.contains("message/quote")));
    let request = HistoryRequest {
        namespace: "acme".into(),
        key: "message/quote".into(),
        ..HistoryRequest::default()
    };
    let history = server.holdfast().await.history(request).await.expect("a history");
    assert_eq!(history.events.len(), 1);
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
    let line = line.expect("in time").expect("a text").expect("the verb goes on");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&line["key"], &line["value"]), (&json!("message/quote"), &value));
}

#[tokio::test]
async fn an_entry_is_a_state_whatever_wrote_it() {
    let server = Server::dev().await;
    let (config, client) = (server.config().await, server.stategate().await);
    let mut stream = client.stream("app", "db", "").await.expect("live");
    for (value, codec, shown) in [
        (r#"{"a":{"b":[1]}}"#, "json", json!({"a": {"b": [1]}})),
        ("[1,2]", "json", json!({"value": [1, 2]})),
        ("\"text\"", "json", json!({"value": "text"})),
        ("7", "json", json!({"value": 7})),
        ("a: 1", "yaml", json!({"bytes": "YTogMQ==", "codec": "yaml"})),
    ] {
        let bytes = bytes::Bytes::copy_from_slice(value.as_bytes());
        config.set_as("app", "db/host", bytes, codec, 0).await.expect("written");
        assert_eq!(client.get("app", "db", "host").await.expect("there"), shown);
        let event = stream.next().await;
        assert_eq!(values(&event.state), shown);
        assert_eq!(event.method, "config.v1/Set");
    }
    config.set("app", "plain", "1").await.expect("written");
    let spaces = holdfast_tests::client::put("app", "a b/c d", "1");
    server.holdfast().await.commit(vec![spaces]).await.expect("written");
    assert_eq!(client.get("app", "_", "plain").await.expect("there"), json!({"value": 1}));
    assert_eq!(client.get("app", "ax:20:b", "cx:20:d").await.expect("there"), json!({"value": 1}));
    assert_eq!(client.keys("app", "_", "").await.expect("found"), ["plain"]);
    assert_eq!(client.keys("app", "db", r#"{"codec":"yaml"}"#).await.expect("found"), ["host"]);
    client.del("app", "db", "host").await.expect("deleted");
    config.get("app", "db/host").await.expect_err("it is gone");
    let events = client.search_events(events_by("app", "db", "")).await.expect("found").events;
    assert_eq!(events.len(), 5);
}
