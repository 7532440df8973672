//! Cases 1-4, 20, 22: streams. A stream is live when its headers have come.

use holdfast_api::stategate::{EventRef, SearchEventOpts};
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{events_by, states_by, values};
use holdfast_tests::{Server, Stategate};
use serde_json::json;
use tonic::Code;

use super::{envelope, invalid, is_v4};

#[tokio::test]
async fn cases_1_to_3_events_of_three_sets() {
    let server = Server::dev().await;
    events_of_three_sets(&server.stategate().await).await;
}

/// The suite of the original.
pub(super) async fn events_of_three_sets(client: &Stategate) {
    let mut stream = client.stream("acme", "message", "").await.expect("live");
    let hello = json!({"message": "hello world"});
    for _ in 0..3 {
        client.set("acme", "message", "favorite_quote", hello.clone()).await.expect("set");
    }
    let mut first = 0;
    for _ in 0..3 {
        let event = stream.next().await;
        assert!(is_v4(&event.id) && event.time > first && event.claims.is_set(), "{event:?}");
        assert_eq!((&*event.state.domain, &*event.state.r#type), ("acme", "message"));
        assert_eq!(event.state.key, "favorite_quote");
        assert_eq!(values(&event.state), hello);
        first = event.time;
    }
    assert!(stream.is_quiet().await);
    let mut events = events_by("acme", "message", "");
    (events.key, events.limit) = ("favorite_quote".into(), 3);
    events.min = first - first % 60_000_000_000 - 60_000_000_000;
    assert_eq!(client.search_events(events).await.expect("found").events.len(), 3);
    let mut states = states_by("acme", "message", r#"{"message":"hello world"}"#);
    states.limit = 3;
    let found = client.search(states).await.expect("found").state_values;
    assert_eq!(found.len(), 1);
    assert_eq!(values(&found[0]), hello);
}

#[tokio::test]
async fn case_4_a_stream_beside_a_set_and_a_get() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut stream = client.stream("accounting", "user", "").await.expect("live");
    let streaming = tokio::spawn(async move { stream.next().await });
    client.set("accounting", "user", "fresh", json!({"a": [1]})).await.expect("set");
    assert_eq!(client.get("accounting", "user", "fresh").await.expect("there"), json!({"a": [1]}));
    assert_eq!(streaming.await.expect("no panic").state.key, "fresh");
}

#[tokio::test]
async fn case_20_only_what_was_asked_for() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut stream = client.stream("a", "b.c", "").await.expect("live");
    for (domain, kind) in
        [("a.b", "c"), ("a", "b"), ("a", "b.c.d"), ("b.c", "a"), ("a", "b.c/"), ("a", "_")]
    {
        client.set(domain, kind, "k", json!({})).await.expect("set");
    }
    client.set("a", "b.c", "wanted", json!({})).await.expect("set");
    assert_eq!(stream.next().await.state.key, "wanted");
}

#[tokio::test]
async fn case_22_a_stream_that_is_cancelled_leaves_nothing() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for _ in 0..50 {
        let mut stream = client.stream("d", "t", "").await.expect("live");
        client.set("d", "t", "k", json!({})).await.expect("set");
        stream.next().await;
    }
    // Dropped streams are reset; the server notices each in its own time.
    for _ in 0..300 {
        let metrics = holdfast_tests::http::get(server.admin_port(), "/metrics").await;
        let metrics = metrics.expect("metrics").text();
        let watchers = metrics.lines().find(|line| line.starts_with("holdfast_watchers "));
        if watchers.expect("it is counted").ends_with(" 0") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("watchers are left");
}

/// Nothing is lost between two streams; the original has no way to resume.
#[tokio::test]
async fn a_stream_goes_on_behind_a_revision_or_an_event() {
    let mut server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..6 {
        client.set("d", "t", "k", json!({"n": n})).await.expect("set");
        client.set("d", "other", "k", json!({})).await.expect("set");
    }
    let all = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    server.kill();
    server.start_again().await;
    let client = server.stategate().await;
    for since in [all[2].id.clone(), all[2].revision.to_string()] {
        let mut stream = client.stream("d", "t", &since).await.expect("live");
        for event in &all[3..] {
            assert_eq!(&stream.next().await, event);
        }
        assert!(stream.is_quiet().await);
    }
    let mut from_the_beginning = client.stream("d", "t", "0").await.expect("live");
    assert_eq!(&from_the_beginning.next().await, &all[0]);
    let why = "invalid field Since: value 'x' must be a revision or the id of an event";
    assert_eq!(invalid(client.stream("d", "t", "x").await), why);
    let unknown = "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";
    assert!(invalid(client.stream("d", "t", unknown).await).starts_with("invalid field Since"));
    let failure = envelope(client.stream("d", "t", "99999999").await, Code::OutOfRange);
    assert_eq!(failure["info"], "failed to stream events");
}

/// A commit of several events is entered in its middle.
#[tokio::test]
async fn a_stream_goes_on_inside_a_commit() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let writes =
        ["t/a", "t/b", "u/c", "t/d"].map(|key| holdfast_tests::client::put("d", key, "{}"));
    server.holdfast().await.commit(writes.to_vec()).await.expect("committed");
    let all = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let keys = |events: &[holdfast_api::stategate::Event]| -> Vec<String> {
        events.iter().map(|event| event.state.key.clone()).collect()
    };
    assert_eq!(keys(&all), ["a", "b", "d"]);
    let mut stream = client.stream("d", "t", &all[0].id).await.expect("live");
    assert_eq!([stream.next().await, stream.next().await], all[1..]);
}

/// Section 12.6.
#[tokio::test]
async fn removals_are_events_where_the_settings_say_so() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut stream = client.stream("d", "t", "").await.expect("live");
    client.set("d", "t", "k", json!({"n": 1})).await.expect("set");
    client.del("d", "t", "k").await.expect("deleted");
    client.set("d", "t", "k", json!({"n": 2})).await.expect("set");
    assert_eq!(values(&stream.next().await.state), json!({"n": 1}));
    assert_eq!(values(&stream.next().await.state), json!({"n": 2}));
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    assert_eq!(events.len(), 2);

    let server = Launch::default().settings("state.del_events = 'on'").start().await;
    let client = server.stategate().await;
    let mut stream = client.stream("d", "t", "").await.expect("live");
    client.set("d", "t", "k", json!({"n": 1})).await.expect("set");
    client.del("d", "t", "k").await.expect("deleted");
    client.set("d", "t", "k", json!({"n": 2})).await.expect("set");
    server.config().await.delete("d", "t/k").await.expect("deleted");
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let seen: Vec<_> = events.iter().map(|e| (values(&e.state), &*e.method)).collect();
    assert_eq!(
        seen,
        [
            (json!({"n": 1}), "/stategate.StateService/Set"),
            (json!({"n": 1}), "/stategate.StateService/Del"),
            (json!({"n": 2}), "/stategate.StateService/Set"),
            (json!({"n": 2}), "config.v1/Delete/Del"),
        ]
    );
    for event in &events {
        assert_eq!(&stream.next().await, event);
    }
}

/// The old effect of Del, by setting: what is gone has no events, and what was made again has those since then.
#[tokio::test]
async fn events_of_what_was_removed_can_be_left_out() {
    let server = Launch::default().settings("state.forget_removed = true").start().await;
    let client = server.stategate().await;
    for n in 0..2 {
        client.set("d", "t", "k", json!({"n": n})).await.expect("set");
        client.set("d", "t", "other", json!({"n": n})).await.expect("set");
    }
    let numbers = async |key: &str| {
        let search = SearchEventOpts { key: key.into(), ..events_by("d", "t", "") };
        let events = client.search_events(search).await.expect("found").events;
        events.iter().map(|e| values(&e.state)["n"].as_f64().expect("n")).collect::<Vec<_>>()
    };
    let first = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    assert_eq!((numbers("k").await, first.len()), (vec![0.0, 1.0], 4));
    client.del("d", "t", "k").await.expect("deleted");
    assert_eq!((numbers("k").await.len(), numbers("").await.len()), (0, 2));
    let of = EventRef { id: first[0].id.clone(), key: "k".into(), ..event_of("d", "t") };
    let gone = client.events().get(of).await.expect_err("it is left out");
    assert_eq!(gone.code(), Code::NotFound);
    client.set("d", "t", "k", json!({"n": 2})).await.expect("set");
    assert_eq!((numbers("k").await, numbers("other").await), (vec![2.0], vec![0.0, 1.0]));
}

fn event_of(domain: &str, kind: &str) -> EventRef {
    EventRef { domain: domain.into(), r#type: kind.into(), ..EventRef::default() }
}
