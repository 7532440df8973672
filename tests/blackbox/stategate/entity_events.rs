//! Cases 45 and 51: events of entities.

use holdfast_api::stategate::{SearchEventOpts, Sort};
use holdfast_tests::Server;
use holdfast_tests::entities::event_ref;
use holdfast_tests::stategate::{events_by, values};
use serde_json::json;
use tonic::Code;

use super::{envelope, invalid, is_v4};

/// The suite of the original.
#[tokio::test]
async fn case_45_three_sets_and_an_edit() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let at = ("acme", "message", "favorite_quote");
    for _ in 0..3 {
        client.put(at.0, at.1, at.2, json!({"message": "hello world"})).await.expect("set");
    }
    let edited = client.edit(at.0, at.1, at.2, json!({"messagev2": "hello world 2"})).await;
    let merged = json!({"message": "hello world", "messagev2": "hello world 2"});
    assert_eq!(edited.expect("edited"), merged);
    let opts = SearchEventOpts {
        sort: Sort { field: "time".into(), reverse: true, ..Sort::default() }.into(),
        ..events_by(
            at.0,
            at.1,
            r#"{"entity.key": "favorite_quote", "entity.values.message": "hello world"}"#,
        )
    };
    let events = client.search_events(opts).await.expect("found").events;
    assert_eq!(events.len(), 4);
    assert_eq!(values(&events[0].state), merged);
    let methods: Vec<&str> = events.iter().map(|event| &*event.method).collect();
    let (set, edit) = ("/stategate.EntityService/Set", "/stategate.EntityService/Edit");
    assert_eq!(methods, [edit, set, set, set]);
    let reverted = client.revert(event_ref(at.0, at.1, at.2, &events[1].id)).await;
    assert_eq!(reverted.expect("reverted"), values(&events[1].state));
    assert_eq!(client.entity(at.0, at.1, at.2).await.expect("there"), values(&events[1].state));
}

#[tokio::test]
async fn case_51_one_event() {
    let mut server = Server::dev().await;
    let client = server.stategate().await;
    let mut stream = client.stream("d", "t", "").await.expect("live");
    for key in ["a", "b", "a"] {
        client.put("d", "t", key, json!({"key": key})).await.expect("set");
    }
    // Several in one commit, and some of other dialects.
    let writes = ["t/a", "u/a", "t/x/y"].map(|key| holdfast_tests::client::put("d", key, "{}"));
    server.holdfast().await.commit(writes.to_vec()).await.expect("committed");
    let mut events = Vec::new();
    for _ in 0..5 {
        events.push(stream.next().await);
    }
    for again in [false, true] {
        if again {
            server.kill();
            server.start_again().await;
        }
        let client = server.stategate().await;
        for event in &events {
            assert!(is_v4(&event.id));
            let of = |key: &str| event_ref("d", "t", key, &event.id);
            assert_eq!(&client.event(of(&event.state.key)).await.expect("there"), event);
            assert_eq!(&client.event(of("")).await.expect("of any key"), event);
            let upper = event_ref("d", "t", "", &event.id.to_uppercase());
            assert_eq!(&client.event(upper).await.expect("the same"), event);
            for (domain, kind, key) in [("d", "t", "none"), ("d", "u", ""), ("e", "t", "")] {
                let of = event_ref(domain, kind, key, &event.id);
                let told = envelope(client.event(of).await, Code::NotFound);
                assert_eq!(
                    (&told["info"], &told["type"]),
                    (&json!("failed to find event"), &json!(5))
                );
                assert_eq!(told["metadata"]["event_id"], event.id);
                assert_eq!(told["metadata"]["entity_domain"], domain);
                assert_eq!(told["metadata"].get("entity_key").is_some(), !key.is_empty());
            }
        }
    }
    let client = server.stategate().await;
    for unknown in ["6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1", ""] {
        envelope(client.event(event_ref("d", "t", "a", unknown)).await, Code::NotFound);
    }
    for malformed in
        ["x", "6f5902ac-2370-7b32-8cb4-94d7a4b5d1b1", "6f5902ac23704b328cb494d7a4b5d1b1"]
    {
        let told = invalid(client.event(event_ref("d", "t", "a", malformed)).await);
        assert!(told.starts_with(&format!("invalid field Id: value '{malformed}'")), "{told}");
    }
}
