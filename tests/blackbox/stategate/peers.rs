//! Case 48: messages between those who are connected.

use std::collections::BTreeSet;

use holdfast_api::convert::state as convert;
use holdfast_tests::coordination::{Heard, message};
use holdfast_tests::lines::Lines;
use holdfast_tests::stategate::events_by;
use holdfast_tests::{Server, http};
use serde_json::{Value, json};

use super::{invalid, is_v4};

const NAME: [&str; 3] = ["accounting", "general", "comment"];

fn n(body: &buffa_types::google::protobuf::Struct) -> u64 {
    convert::members(body).expect("JSON")["n"].as_u64().expect("a number")
}

async fn numbers(heard: &mut Heard, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        numbers.push(n(&heard.next().await.body));
    }
    numbers
}

#[tokio::test]
async fn case_48_three_broadcasts_arrive_three_times() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.say(NAME, json!({"n": 0})).await.expect("nobody listens");
    let mut heard = client.hear(NAME, "").await.expect("live");
    let mut others = [
        client.hear(["accounting", "general", "*"], "").await.expect("live"),
        client.hear(["*", "gen*", "*mm*"], "").await.expect("live"),
    ];
    let mut elsewhere =
        client.hear(["accounting.general", "comment", "*"], "").await.expect("live");
    for n in 1..=3 {
        client.say(NAME, json!({"n": n, "deep": {"a": [null]}})).await.expect("sent");
    }
    let (mut ids, mut time) = (BTreeSet::new(), 0);
    for number in 1..=3 {
        let message = heard.next().await;
        let name = [&*message.domain, &*message.channel, &*message.r#type];
        assert_eq!((name, n(&message.body)), (NAME, number));
        assert!(is_v4(&message.id) && ids.insert(message.id.clone()), "{message:?}");
        assert!(message.time > time && message.claims.is_set(), "{message:?}");
        time = message.time;
        for other in &mut others {
            assert_eq!(other.next().await, message, "everybody gets the same");
        }
    }
    assert!(heard.is_quiet().await && elsewhere.is_quiet().await);
    let events = client.search_events(events_by("accounting", "comment", "")).await;
    assert!(events.expect("found").events.is_empty(), "they are no events");
    assert_eq!(
        server.holdfast().await.events(Default::default()).await.expect("a page").events.len(),
        0
    );
}

#[tokio::test]
async fn a_group_gets_each_message_once() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut one = client.hear(NAME, "workers").await.expect("live");
    let mut other = client.hear(["accounting", "*", "*"], "workers").await.expect("live");
    let mut third = client.hear(NAME, "others").await.expect("live");
    let mut alone = client.hear(NAME, "").await.expect("live");
    for n in 0..20 {
        client.say(NAME, json!({"n": n})).await.expect("sent");
    }
    let (first, second) = (numbers(&mut one, 10).await, numbers(&mut other, 10).await);
    assert!(one.is_quiet().await && other.is_quiet().await, "each of them has its share");
    let all: BTreeSet<u64> = first.into_iter().chain(second).collect();
    assert_eq!(all, (0..20).collect());
    let everything: Vec<u64> = (0..20).collect();
    assert_eq!(numbers(&mut third, 20).await, everything);
    assert_eq!(numbers(&mut alone, 20).await, everything);
    // Who is left gets all of it.
    drop(one);
    drop(other);
    let mut left = client.hear(NAME, "workers").await.expect("live");
    let mut n = 20;
    loop {
        // The end of the others takes a moment.
        client.say(NAME, json!({"n": n})).await.expect("sent");
        if !left.is_quiet().await {
            break;
        }
        n += 1;
        assert!(n < 100, "nothing comes");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_told_in_order() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let why = r#"must be a string conforming to regex "^\\S+$""#;
    let say = async |name| invalid(client.say(name, json!({})).await);
    assert_eq!(say(["", "", ""]).await, format!("invalid field Domain: value '' {why}"));
    assert_eq!(say(["d", " ", ""]).await, format!("invalid field Channel: value ' ' {why}"));
    assert_eq!(say(["d", "c", ""]).await, format!("invalid field Type: value '' {why}"));
    let without = holdfast_api::stategate::Message {
        body: Default::default(),
        ..message(["d", "c", "t"], json!({}))
    };
    let failure = client.peers().broadcast(without).await.expect_err("no body");
    assert_eq!(failure.message(), "invalid field Body: message must exist");
    let listen = client.hear(["d", "c", ""], "").await;
    assert_eq!(invalid(listen), format!("invalid field Type: value '' {why}"));
}

#[tokio::test]
async fn over_http() {
    let server = Server::dev().await;
    let query = "domain=accounting&channel=*&type=comment";
    let mut streams = Vec::new();
    for path in ["peer", "peers"] {
        let path = format!("/api/{path}/stream?{query}");
        let lines = Lines::open(server.port(), &path, "").await;
        assert!(lines.head.starts_with("HTTP/1.1 200"), "{}", lines.head);
        streams.push(lines);
    }
    let body = json!({
        "domain": "accounting", "channel": "general", "type": "comment", "body": {"a": [1, null]},
    });
    let text = body.to_string();
    for path in ["peer", "peers"] {
        let path = format!("/api/{path}/broadcast");
        let answer = http::request(server.port(), "POST", &path, &[], text.as_bytes()).await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, answer.json()), (200, json!({})));
    }
    for lines in &mut streams {
        for _ in 0..2 {
            let line = lines.next().await;
            let result = &line["result"];
            assert!(result["id"].as_str().is_some_and(is_v4), "{line}");
            assert!(
                result["time"].as_str().is_some_and(|time| time.parse::<i64>().is_ok()),
                "{line}"
            );
            assert_eq!((&result["body"], &result["claims"]), (&body["body"], &json!({})));
            assert_eq!(result["channel"], "general");
        }
    }
    let ask = async |method: &str, path: &str, body: &str| {
        let answer = http::request(server.port(), method, path, &[], body.as_bytes()).await;
        answer.expect("an answer")
    };
    let refused = ask("GET", "/api/peer/stream?domain=d&channel=c", "").await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(3)));
    let none = ask("POST", "/api/peer/broadcast", "").await.json();
    assert!(none["message"].as_str().is_some_and(|text| text.starts_with("invalid field Domain")));
    assert_eq!(ask("POST", "/api/peer/broadcast", "[]").await.status, 400);
    assert_eq!(ask("GET", "/api/peer/broadcast", "").await.status, 501);
    let _: Value = ask("GET", "/openapi.json", "").await.json();
}

/// A listener that reads nothing delays nobody, and is told that it missed something.
#[tokio::test]
async fn who_does_not_read_is_told_so() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut slow = client.hear(NAME, "").await.expect("live");
    let mut quick = client.hear(NAME, "").await.expect("live");
    let text = "x".repeat(64 << 10);
    for n in 0..200 {
        client.say(NAME, json!({"n": n, "text": text})).await.expect("sent");
        assert_eq!(n, super::peers::n(&quick.next().await.body));
    }
    let mut read = 0;
    let failure = loop {
        match slow.try_next().await {
            Ok(_) => read += 1,
            Err(failure) => break failure,
        }
    };
    assert!(read < 200, "{read}");
    assert_eq!(failure.code, tonic::Code::ResourceExhausted, "{failure:?}");
}
