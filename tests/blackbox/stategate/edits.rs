//! Edit and Revert: what was there decides what is written, in one step.

use holdfast_tests::Server;
use holdfast_tests::entities::event_ref;
use holdfast_tests::stategate::{events_by, values};
use serde_json::{Value, json};
use tonic::Code;

use super::{envelope, invalid};

#[tokio::test]
async fn an_edit_leaves_what_it_does_not_name() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let before = json!({"a": 1, "deep": {"x": {"y": 1}, "z": [0, {"w": 1}]}, "with.dot": 1});
    client.put("d", "t", "k", before).await.expect("set");
    let mut stream = client.stream("d", "t", "").await.expect("live");
    for (edit, after) in [
        (
            json!({"a": 2, "b": null}),
            json!({"a": 2, "b": null, "deep": {"x": {"y": 1}, "z": [0, {"w": 1}]}, "with.dot": 1}),
        ),
        (
            json!({"deep.x.v": [], "deep.z.1.w": 2, "with.dot": 2, "new.path": true}),
            json!({"a": 2, "b": null, "deep": {"x": {"y": 1, "v": []}, "z": [0, {"w": 2}]}, "with.dot": 2, "new": {"path": true}}),
        ),
        (
            json!({"deep": {"only": 1}}),
            json!({"a": 2, "b": null, "deep": {"only": 1}, "with.dot": 2, "new": {"path": true}}),
        ),
    ] {
        assert_eq!(client.edit("d", "t", "k", edit).await.expect("edited"), after);
        assert_eq!(client.entity("d", "t", "k").await.expect("there"), after);
        // The event has all of it.
        let event = stream.next().await;
        assert_eq!(
            (values(&event.state), &*event.method),
            (after, "/stategate.EntityService/Edit")
        );
    }
    let now = client.entity("d", "t", "k").await.expect("there");
    assert_eq!(client.edit("d", "t", "k", json!({})).await.expect("nothing to do"), now);
    for bad in [
        json!({"a.x": 1}),
        json!({"deep": 1, "deep.x": 2}),
        json!({"b": 1, "with.dot.x": 1, "with": 2}),
    ] {
        let told = envelope(client.edit("d", "t", "k", bad).await, Code::InvalidArgument);
        assert_eq!(told["info"], "failed to edit entity");
        assert!(told["metadata"]["error"].is_string(), "{told}");
    }
    assert!(stream.is_quiet().await, "nothing of that is an event");
    assert_eq!(client.entity("d", "t", "k").await.expect("there"), now);
}

/// What another dialect wrote is not made something else by half.
#[tokio::test]
async fn only_objects_are_edited() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let config = server.config().await;
    for (key, value) in [("list", "[1]"), ("text", "\"x\"")] {
        config.set("d", &format!("t/{key}"), value).await.expect("set");
        let told =
            envelope(client.edit("d", "t", key, json!({"a": 1})).await, Code::InvalidArgument);
        assert!(
            told["metadata"]["error"].as_str().is_some_and(|why| why.contains("no JSON object"))
        );
    }
    config.set("d", "t/object", r#"{"a": 1}"#).await.expect("set");
    let edited = client.edit("d", "t", "object", json!({"b": 2})).await.expect("edited");
    assert_eq!(edited, json!({"a": 1, "b": 2}));
}

/// 16 editors of one entity at once: every member of every one is there in the end, and in an event of its own.
#[tokio::test]
async fn editors_lose_nothing() {
    const EDITORS: usize = 16;
    const EDITS: usize = 25;
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.put("d", "t", "k", json!({"lists": {}})).await.expect("set");
    let editors = (0..EDITORS).map(|editor| {
        let client = client.clone();
        tokio::spawn(async move {
            for n in 0..EDITS {
                let edit = json!({format!("lists.{editor}-{n}"): n, format!("last-{editor}"): n});
                let edited = client.edit("d", "t", "k", edit).await.expect("edited");
                assert_eq!(edited["lists"][format!("{editor}-{n}")], n);
                assert_eq!(edited[format!("last-{editor}")], n);
            }
        })
    });
    for editor in editors.collect::<Vec<_>>() {
        editor.await.expect("no panic");
    }
    let all = client.entity("d", "t", "k").await.expect("there");
    assert_eq!(all["lists"].as_object().expect("an object").len(), EDITORS * EDITS);
    let mut events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    assert_eq!(events.len(), EDITORS * EDITS + 1);
    // Each holds what the one before it held, and one more.
    let sizes = events
        .iter()
        .map(|e| values(&e.state)["lists"].as_object().map_or(0, serde_json::Map::len));
    assert!(sizes.eq(0..=EDITORS * EDITS));
    assert_eq!(values(&events.pop().expect("the last").state), all);
}

/// A removal between reading and writing is seen: nobody brings back what is gone by an edit of what it was.
#[tokio::test]
async fn an_edit_does_not_bring_back_what_is_removed() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for round in 0..50 {
        client.put("d", "t", "k", json!({"round": round})).await.expect("set");
        let (edited, removed) = tokio::join!(
            client.edit("d", "t", "k", json!({"edited": true})),
            client.remove("d", "t", "k")
        );
        removed.expect("it was there");
        match edited {
            Ok(values) => assert_eq!(values, json!({"round": round, "edited": true})),
            Err(failure) => assert_eq!(failure.code, Code::NotFound, "{failure:?}"),
        }
        client.entity("d", "t", "k").await.expect_err("it is gone");
    }
}

#[tokio::test]
async fn a_revert_writes_what_an_event_left() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..3 {
        client.put("d", "t", "k", json!({"n": n, "deep": [{"n": n}]})).await.expect("set");
    }
    client.put("d", "t", "other", json!({"other": true})).await.expect("set");
    client.put("d", "other", "k", json!({"other": true})).await.expect("set");
    client.remove("d", "t", "k").await.expect("removed");
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let [first, _, third, other, removal] = &events[..] else { panic!("{events:?}") };
    let mut stream = client.stream("d", "t", "").await.expect("live");
    // What a removal event stands for is what was removed. It brings back what is gone.
    for event in [removal, first, third] {
        let reverted = client.revert(event_ref("d", "t", "k", &event.id)).await.expect("reverted");
        assert_eq!(reverted, values(&event.state));
        assert_eq!(client.entity("d", "t", "k").await.expect("there"), reverted);
        let made = stream.next().await;
        assert_eq!(
            (values(&made.state), &*made.method),
            (reverted, "/stategate.EntityService/Revert")
        );
        assert_ne!(made.id, event.id);
    }
    let now = client.entity("d", "t", "k").await.expect("there");
    for (kind, key, id) in [
        ("t", "k", other.id.as_str()),
        ("other", "k", first.id.as_str()),
        ("t", "none", first.id.as_str()),
        ("t", "k", "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1"),
        ("t", "k", ""),
    ] {
        let told = envelope(client.revert(event_ref("d", kind, key, id)).await, Code::NotFound);
        assert_eq!(told["info"], "failed to find event", "{kind} {key} {id}");
    }
    for id in ["x", "6f5902ac-2370-7b32-8cb4-94d7a4b5d1b1"] {
        let told = invalid(client.revert(event_ref("d", "t", "k", id)).await);
        assert!(told.starts_with(&format!("invalid field Id: value '{id}'")), "{told}");
    }
    assert!(
        invalid(client.revert(event_ref("d", "t", "", "x")).await).starts_with("invalid field Key")
    );
    assert_eq!(client.entity("d", "t", "k").await.expect("there"), now);
    assert!(stream.is_quiet().await);
}

/// Bytes of another dialect come back as they were.
#[tokio::test]
async fn a_revert_keeps_what_is_no_json() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let config = server.config().await;
    config.set("d", "t/k", "[1, 2]").await.expect("set");
    client.put("d", "t", "k", json!({"a": 1})).await.expect("set");
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let reverted = client.revert(event_ref("d", "t", "k", &events[0].id)).await.expect("reverted");
    assert_eq!(reverted, json!({"value": [1, 2]}));
    assert_eq!(&*config.get("d", "t/k").await.expect("there").value, b"[1, 2]");
    let last: Value = client.entity("d", "t", "k").await.expect("there");
    assert_eq!(last, reverted);
}
