//! Entities: a state under its newer name, with searches, removals and failures of its own.

use buffa::Message;
use holdfast_api::stategate::{Entity, Fence, Mutex, MutexRef, SearchEntityOpts, Sort};
use holdfast_tests::entities::{entities_by, entity, entity_ref, event_ref, values_of};
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{events_by, values};
use holdfast_tests::{Server, http};
use serde_json::{Value, json};
use tonic::Code;

use super::web::{framed, frames};
use super::{envelope, invalid};

/// Section 12.1: one entry, two names.
#[tokio::test]
async fn an_entity_is_a_state() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let all = json!({"deep": {"list": [1, {"a": null}]}, "ключ": "ä", "no": false});
    client.put("acme", "user", "1", all.clone()).await.expect("set");
    assert_eq!(client.get("acme", "user", "1").await.expect("a state"), all);
    client.set("acme", "user", "1", json!({"n": 2})).await.expect("set");
    assert_eq!(client.entity("acme", "user", "1").await.expect("an entity"), json!({"n": 2}));
    let entry = server.config().await.get("acme", "user/1").await.expect("an entry");
    assert_eq!(&*entry.value, br#"{"n":2}"#);
    client.remove("acme", "user", "1").await.expect("removed");
    client.get("acme", "user", "1").await.expect_err("it is gone");
    // A star is a character of names like any other.
    client.put("*", "us*", "*", json!({"star": true})).await.expect("set");
    assert_eq!(client.entity("*", "us*", "*").await.expect("there"), json!({"star": true}));
    client.entity("a", "us*", "*").await.expect_err("another one");
}

#[tokio::test]
async fn failures_speak_of_entities() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let names = json!({"entity_domain": "acme", "entity_key": "1", "entity_type": "user"});
    let missing = [
        client.entity("acme", "user", "1").await.map(drop),
        client.remove("acme", "user", "1").await,
        client.edit("acme", "user", "1", json!({"a": 1})).await.map(drop),
        client.edit("acme", "user", "1", json!({})).await.map(drop),
    ];
    for answer in missing {
        let told = envelope(answer, Code::NotFound);
        let wanted = json!({"info": "failed to find entity", "metadata": names, "type": 5});
        assert_eq!(told, wanted);
    }
    let id = "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";
    let told = envelope(client.revert(event_ref("acme", "user", "1", id)).await, Code::NotFound);
    assert_eq!((&told["info"], &told["type"]), (&json!("failed to find event"), &json!(5)));
    assert_eq!(told["metadata"]["event_id"], id);
    let told = envelope(client.find(entities_by("acme", "user", "no JSON")).await, Code::Internal);
    assert_eq!(told["info"], "failed to decode query string");
    assert_eq!(told["metadata"]["entity_type"], "user");
    let told = envelope(
        client.find(entities_by("acme", "user", r#"{"$where": "1"}"#)).await,
        Code::InvalidArgument,
    );
    assert_eq!(told["info"], "failed to search entities");

    let why = r#"must be a string conforming to regex "^\\S+$""#;
    let bad = client.put("acme", " a", "", json!({})).await;
    assert_eq!(invalid(bad), format!("invalid field Type: value ' a' {why}"));
    let no_values = Entity { values: Default::default(), ..entity("acme", "user", "1", json!({})) };
    for answer in [
        client.entities().set(no_values.clone()).await.map(drop),
        client.entities().edit(no_values).await.map(drop),
    ] {
        let status = answer.expect_err("no values");
        assert_eq!(status.message(), "invalid field Values: message must exist");
    }
    let no_limit = SearchEntityOpts { limit: 0, ..entities_by("acme", "user", "") };
    let told = invalid(client.find(no_limit).await);
    assert_eq!(told, "invalid field Limit: value '0' must be greater than '0'");
}

/// A write that is fenced is made only while its lock is held.
#[tokio::test]
async fn a_lost_lock_stops_every_write() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.put("acme", "user", "1", json!({"n": 1})).await.expect("set");
    let events = client.search_events(events_by("acme", "user", "")).await.expect("found").events;
    let mut locks = Vec::new();
    for owner in ["ann", "bob"] {
        if !locks.is_empty() {
            let lock =
                MutexRef { domain: "acme".into(), key: "lock".into(), ..MutexRef::default() };
            client.mutexes().unlock(lock).await.expect("given back");
        }
        let lock = Mutex {
            domain: "acme".into(),
            key: "lock".into(),
            owner: owner.into(),
            ..Mutex::default()
        };
        locks.push(client.mutexes().lock(lock).await.expect("taken").into_inner().revision);
    }
    for (revision, is_held) in [(locks[0], false), (locks[1], true)] {
        let fence =
            || Fence { domain: "acme".into(), key: "lock".into(), revision, ..Fence::default() };
        let mut entity = entity("acme", "user", "1", json!({"n": 2}));
        entity.fence = fence().into();
        let mut event = event_ref("acme", "user", "1", &events[0].id);
        event.fence = fence().into();
        let mut of = entity_ref("acme", "user", "1");
        of.fence = fence().into();
        let answers = [
            client.entities().set(entity.clone()).await.map(drop),
            client.entities().edit(entity).await.map(drop),
            client.entities().revert(event).await.map(drop),
            client.entities().del(of).await.map(drop),
        ];
        let codes = answers.map(|answer| answer.map_or_else(|status| status.code(), |()| Code::Ok));
        let code = if is_held { Code::Ok } else { Code::FailedPrecondition };
        assert_eq!(codes, [code; 4]);
        if !is_held {
            let now = client.entity("acme", "user", "1").await.expect("there");
            assert_eq!(now, json!({"n": 1}));
        }
    }
    client.entity("acme", "user", "1").await.expect_err("it was removed in the end");
}

#[tokio::test]
async fn searches_filter_sort_and_go_on() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..10 {
        client
            .put("d", "t", &format!("k{n}"), json!({"n": 9 - n, "even": n % 2 == 0}))
            .await
            .expect("set");
    }
    let keys = |found: &[Entity]| found.iter().map(|e| e.key.clone()).collect::<Vec<_>>();
    let even = client.find(entities_by("d", "t", r#"{"even": true}"#)).await.expect("found");
    assert_eq!(keys(&even.entities), ["k0", "k2", "k4", "k6", "k8"]);
    assert_eq!(values_of(&even.entities[0]), json!({"n": 9, "even": true}));
    let by = |field: &str, reverse| SearchEntityOpts {
        sort: Sort { field: field.into(), reverse, ..Sort::default() }.into(),
        limit: 3,
        ..entities_by("d", "t", "")
    };
    let sorted = client.find(by("n", false)).await.expect("found");
    assert_eq!(keys(&sorted.entities), ["k9", "k8", "k7"]);
    let sorted = client.find(SearchEntityOpts { offset: 2, ..by("n", true) }).await.expect("found");
    assert_eq!(keys(&sorted.entities), ["k2", "k3", "k4"]);
    let page = SearchEntityOpts { limit: 4, offset: -1, ..entities_by("d", "t", "") };
    let first = client.find(page.clone()).await.expect("found");
    assert_eq!(keys(&first.entities), ["k0", "k1", "k2", "k3"]);
    let next = SearchEntityOpts { cursor: first.next_cursor, ..page };
    let second = client.find(next).await.expect("found");
    assert_eq!(keys(&second.entities), ["k4", "k5", "k6", "k7"]);
    let none = client.find(entities_by("none", "none", "")).await.expect("nothing");
    assert!(none.entities.is_empty());
}

/// Section 12.6: by default removals of entities are events, and no others are.
#[tokio::test]
async fn which_removals_are_events() {
    let of_entity = "/stategate.EntityService/Del";
    let of_state = "/stategate.StateService/Del";
    let of_config = "config.v1/Delete/Del";
    for (setting, shown) in [
        ("", &[of_entity][..]),
        ("state.del_events = 'entities'", &[of_entity]),
        ("state.del_events = 'off'", &[]),
        ("state.del_events = 'on'", &[of_state, of_entity, of_config]),
    ] {
        let server = Launch::default().settings(setting).start().await;
        let client = server.stategate().await;
        let mut stream = client.stream("d", "t", "").await.expect("live");
        for (n, key) in ["state", "entity", "config"].iter().enumerate() {
            client.set("d", "t", key, json!({"n": n})).await.expect("set");
        }
        client.del("d", "t", "state").await.expect("deleted");
        client.remove("d", "t", "entity").await.expect("deleted");
        server.config().await.delete("d", "t/config").await.expect("deleted");
        client.set("d", "t", "last", json!({})).await.expect("set");
        let mut seen = Vec::new();
        loop {
            let event = stream.next().await;
            if event.state.key == "last" {
                break;
            }
            seen.push(event);
        }
        let methods: Vec<&str> = seen[3..].iter().map(|event| &*event.method).collect();
        assert_eq!(methods, shown, "{setting}");
        for event in &seen[3..] {
            let before = seen[..3].iter().find(|set| set.state.key == event.state.key);
            assert_eq!(values(&event.state), values(&before.expect("it was set").state));
        }
        let found = client.search_events(events_by("d", "t", "")).await.expect("found").events;
        assert_eq!(found[..found.len() - 1], seen, "{setting}");
        for event in &seen {
            let of = event_ref("d", "t", &event.state.key, &event.id);
            assert_eq!(&client.event(of).await.expect("there"), event);
        }
    }
}

/// Over gRPC-Web, binary, on the port of everything else.
#[tokio::test]
async fn entities_over_grpc_web() {
    let server = Server::dev().await;
    let call = async |method: &str, body: Vec<u8>| -> Vec<(u8, Vec<u8>)> {
        let path = format!("/stategate.EntityService/{method}");
        let answer = http::post(server.port(), &path, "application/grpc-web+proto", &body).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        frames(&answer.body)
    };
    call("Set", framed(&entity("d", "t", "k", json!({"a": {"b": 1}})))).await;
    let edited = call("Edit", framed(&entity("d", "t", "k", json!({"a.c": 2})))).await;
    let edited = Entity::decode_from_slice(&edited[0].1).expect("an entity");
    let wanted: Value = json!({"a": {"b": 1, "c": 2}});
    assert_eq!(values_of(&edited), wanted);
    let got = call("Get", framed(&entity_ref("d", "t", "k"))).await;
    assert_eq!(Entity::decode_from_slice(&got[0].1).expect("an entity"), edited);
}
