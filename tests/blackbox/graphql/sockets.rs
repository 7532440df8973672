//! Subscriptions, in both protocols.

use holdfast_tests::Server;
use holdfast_tests::graphql::{Heard, Talk, ask, data, fault};
use serde_json::{Value, json};

/// Subprotocol, how an operation begins and ends, how its answers are called.
const PROTOCOLS: [(&str, &str, &str, &str); 2] = [
    ("graphql-transport-ws", "subscribe", "complete", "next"),
    ("graphql-ws", "start", "stop", "data"),
];
const EVENTS: &str = "subscription($input: StreamEventOpts!) { streamEvents(input: $input) { id method redelivered entity { key values } } }";
const MESSAGES: &str = "subscription($input: StreamMessageOpts!) { streamMessages(input: $input) { id domain channel type body claims time } }";
const SET: &str = "mutation($input: EntityInput!) { setEntity(input: $input) }";

fn entity(key: &str, n: i64) -> Value {
    json!({ "domain": "acme", "type": "message", "key": key, "values": { "n": n } })
}

fn operation(kind: &str, id: &str, query: &str, input: Value) -> Value {
    json!({ "type": kind, "id": id, "payload": { "query": query, "variables": { "input": input } } })
}

#[tokio::test]
async fn events_come_in_both_protocols() {
    for (protocol, begin, end, answer) in PROTOCOLS {
        let server = Server::dev().await;
        data(&server, SET, entity("a", 1)).await;
        let mut talk = Talk::begin(&server, protocol, Value::Null).await;
        let input = json!({ "domain": "ac*", "type": "message", "since": "0" });
        talk.say(operation(begin, "1", EVENTS, input)).await;
        for n in 1..4 {
            let said = talk.said().await;
            assert_eq!((&said["type"], &said["id"]), (&json!(answer), &json!("1")), "{said}");
            let event = &said["payload"]["data"]["streamEvents"];
            assert_eq!(event["entity"], json!({ "key": "a", "values": { "n": n } }));
            assert_eq!(event["method"], "/stategate.EntityService/Set");
            data(&server, SET, entity("a", n + 1)).await;
        }
        assert_eq!(talk.said().await["type"], answer);
        talk.say(json!({ "type": end, "id": "1" })).await;
        let ended = json!({ "type": "complete", "id": "1" });
        assert_eq!(talk.said().await, ended, "{protocol}");
        data(&server, SET, entity("a", 9)).await;
        assert!(talk.is_quiet().await, "{protocol}");
        // What is no subscription is answered too.
        talk.say(operation(begin, "2", SET, entity("b", 1))).await;
        assert_eq!(talk.said().await["payload"]["data"], json!({ "setEntity": null }));
        assert_eq!(talk.said().await, json!({ "type": "complete", "id": "2" }));
    }
}

#[tokio::test]
async fn messages_of_peers_come_too() {
    let server = Server::dev().await;
    let mut talk = Talk::begin(&server, "graphql-transport-ws", json!({})).await;
    let input = json!({ "domain": "acme", "channel": "general", "type": "c*" });
    talk.say(operation("subscribe", "m", MESSAGES, input)).await;
    let broadcast = "mutation($input: MessageInput!) { broadcastMessage(input: $input) }";
    let message =
        json!({ "domain": "acme", "channel": "general", "type": "comment", "body": { "a": [1] } });
    // Who listens gets what comes from then on: when that is nobody says.
    let heard = loop {
        assert_eq!(
            data(&server, broadcast, message.clone()).await["broadcastMessage"],
            Value::Null
        );
        if !talk.is_quiet().await {
            data(&server, broadcast, message.clone()).await;
            break talk.said().await;
        }
    };
    let heard = &heard["payload"]["data"]["streamMessages"];
    assert_eq!(heard["body"], json!({ "a": [1] }));
    assert_eq!((&heard["channel"], &heard["type"]), (&json!("general"), &json!("comment")));
    assert!(heard["time"].as_i64() > Some(1_600_000_000_000_000_000), "{heard}");
}

#[tokio::test]
async fn groups_share_and_acknowledge() {
    let server = Server::dev().await;
    let mut talk = Talk::begin(&server, "graphql-transport-ws", json!({})).await;
    let group = json!({
        "domain": "acme", "type": "message", "consumer_group": "g", "acknowledge": true,
        "max_unacked": 1, "since": "0",
    });
    data(&server, SET, entity("a", 1)).await;
    data(&server, SET, entity("a", 2)).await;
    talk.say(operation("subscribe", "1", EVENTS, group)).await;
    let first = talk.said().await["payload"]["data"]["streamEvents"].clone();
    assert_eq!(first["entity"]["values"]["n"], 1);
    assert!(talk.is_quiet().await, "one at a time");
    let ack = "mutation($input: AckOpts!) { ackEvents(input: $input) }";
    let input = json!({
        "domain": "acme", "type": "message", "consumer_group": "g", "ids": [first["id"]],
    });
    assert_eq!(data(&server, ack, input).await, json!({ "ackEvents": 1 }));
    let second = talk.said().await["payload"]["data"]["streamEvents"].clone();
    assert_eq!(second["entity"]["values"]["n"], 2);
}

#[tokio::test]
async fn what_cannot_begin_is_told() {
    let server = Server::dev().await;
    for (protocol, begin, _, answer) in PROTOCOLS {
        let mut talk = Talk::begin(&server, protocol, Value::Null).await;
        for (input, expected) in [
            (json!({ "domain": "", "type": "t" }), "invalid field Domain"),
            (json!({ "domain": "d", "type": "t", "since": "x" }), ""),
        ] {
            talk.say(operation(begin, "1", EVENTS, input)).await;
            let said = talk.said().await;
            assert_eq!(said["type"], answer, "{said}");
            assert!(fault(&said["payload"]).1.starts_with(expected), "{said}");
            assert!(!fault(&said["payload"]).0.is_empty(), "{said}");
            assert_eq!(talk.said().await["type"], "complete");
        }
        talk.say(json!({ "type": begin, "id": "2", "payload": { "query": "{ nothing }" } })).await;
        assert!(talk.said().await["payload"]["errors"][0]["message"].is_string());
        assert_eq!(talk.said().await["type"], "complete");
    }
    // A subscription over POST has nowhere to go on.
    let input = json!({ "domain": "d", "type": "t" });
    let answer = ask(&server, &json!({ "query": EVENTS, "variables": { "input": input } })).await;
    assert!(!fault(&answer).1.is_empty(), "{answer}");
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_goodbye() {
    let server = Server::dev().await;
    let begin = json!({ "type": "connection_init" });
    let subscribe = operation("subscribe", "1", EVENTS, json!({ "domain": "d", "type": "t" }));
    for (texts, code) in [
        (vec!["nonsense".to_owned()], 4400),
        (vec![json!({ "type": "nothing" }).to_string()], 4400),
        (vec![subscribe.to_string()], 4401),
        (vec![begin.to_string(), begin.to_string()], 4429),
    ] {
        let mut talk = Talk::open(&server, "graphql-transport-ws", &[]).await.expect("a socket");
        for text in &texts {
            talk.text(text.clone()).await;
        }
        let mut heard = talk.hear().await;
        while matches!(heard, Heard::Said(_)) {
            heard = talk.hear().await;
        }
        assert_eq!(heard, Heard::Goodbye(code), "{texts:?}");
    }
    let mut talk = Talk::begin(&server, "graphql-transport-ws", Value::Null).await;
    talk.say(json!({ "type": "ping" })).await;
    assert_eq!(talk.said().await, json!({ "type": "pong" }));
    assert!(Talk::open(&server, "grpc-websockets", &[]).await.is_err(), "it is not spoken here");
}

#[tokio::test]
async fn a_connection_has_so_many_operations_at_once() {
    let server = Server::dev().await;
    let mut talk = Talk::begin(&server, "graphql-transport-ws", Value::Null).await;
    let input = || json!({ "domain": "d", "type": "t" });
    for n in 0..100 {
        talk.say(operation("subscribe", &n.to_string(), EVENTS, input())).await;
    }
    talk.say(operation("subscribe", "more", EVENTS, input())).await;
    let said = talk.said().await;
    assert_eq!((&said["id"], &*fault(&said["payload"]).0), (&json!("more"), "RESOURCE_EXHAUSTED"));
    assert_eq!(talk.said().await, json!({ "type": "complete", "id": "more" }));
    talk.say(json!({ "type": "complete", "id": "7" })).await;
    assert_eq!(talk.said().await, json!({ "type": "complete", "id": "7" }));
    talk.say(operation("subscribe", "more", EVENTS, input())).await;
    assert!(talk.is_quiet().await, "there is room again");
}
