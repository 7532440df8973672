//! Cases 5-10: Set, Get, Del.

use holdfast_api::stategate::State;
use holdfast_tests::Server;
use holdfast_tests::stategate::{state, states_by};
use serde_json::json;
use tonic::Code;

use super::{envelope, invalid};

#[tokio::test]
async fn case_5_what_is_set_is_got() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let all = json!({
        "message": "hello \u{1F30D} ключ", "none": null, "yes": true, "no": false, "int": 42, "half": -0.5,
        "large": 1e300, "empty": {}, "list": [1, "two", [3, {"four": null}], []],
        "nested": {"a": {"b": {"c": [true]}}}, "$odd.name": 1, "": "no name",
    });
    client.set("acme", "message", "quote", all.clone()).await.expect("it is set");
    assert_eq!(client.get("acme", "message", "quote").await.expect("it is there"), all);
    // Names that a namespace or key cannot hold are states like any other.
    for (domain, kind, key) in [
        ("a/b", "t", "k"),
        ("_a", "_", "k"),
        ("ä", "a/b", "c/d"),
        ("x:2F:", "x:2F:", "x:2F:"),
        ("d", "\u{1}\u{b}", "\u{7f}"),
        ("d", "_", "a/b"),
        ("d", "x:5F:", "k"),
        ("d", "t", "/k"),
        ("d", "t", "k/"),
    ] {
        let values = json!({"of": format!("{domain} {kind} {key}")});
        client.set(domain, kind, key, values.clone()).await.expect("it is set");
        assert_eq!(client.get(domain, kind, key).await.expect("it is there"), values);
        let found = client.keys(domain, kind, "").await.expect("found");
        assert!(found.contains(&key.to_owned()), "{domain} {kind} {key}: {found:?}");
    }
}

#[tokio::test]
async fn case_6_a_set_replaces_all_of_it() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.set("d", "t", "k", json!({"a": 1, "b": {"c": 1}})).await.expect("set");
    client.set("d", "t", "k", json!({"b": {"d": 2}})).await.expect("set");
    assert_eq!(client.get("d", "t", "k").await.expect("there"), json!({"b": {"d": 2}}));
    client.set("d", "t", "k", json!({})).await.expect("set");
    assert_eq!(client.get("d", "t", "k").await.expect("there"), json!({}));
    // Section 3.1: a member `_id` is not read back.
    client.set("d", "t", "k", json!({"_id": "other", "a": 1})).await.expect("set");
    assert_eq!(client.get("d", "t", "k").await.expect("there"), json!({"a": 1}));
}

#[tokio::test]
async fn case_7_what_is_missing_is_not_found() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let failure = envelope(client.get("acme", "message", "none").await, Code::NotFound);
    let metadata = json!({"state_domain": "acme", "state_key": "none", "state_type": "message"});
    assert_eq!(failure, json!({"info": "failed to find state", "metadata": metadata, "type": 5}));
    // Names that are too long to be there are not there.
    let long = "x".repeat(2_000);
    envelope(client.get(&long, "t", "k").await, Code::NotFound);
    envelope(client.get("d", "t", &long).await, Code::NotFound);
    envelope(client.del("d", &long, "k").await, Code::NotFound);
    assert!(client.keys(&long, "t", "").await.expect("nothing").is_empty());
    let failure = envelope(client.set("d", "t", &long, json!({})).await, Code::InvalidArgument);
    assert_eq!(failure["info"], "failed to set state");
    assert!(failure["metadata"]["error"].as_str().is_some_and(|why| why.contains("1024")));
}

/// The history stays: the original loses it.
#[tokio::test]
async fn case_8_del_removes_the_state() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.set("d", "t", "k", json!({"a": 1})).await.expect("set");
    client.del("d", "t", "k").await.expect("it was there");
    envelope(client.get("d", "t", "k").await, Code::NotFound);
    let again = envelope(client.del("d", "t", "k").await, Code::NotFound);
    assert_eq!((&again["info"], &again["type"]), (&json!("failed to find state"), &json!(5)));
    let events = holdfast_tests::stategate::events_by("d", "t", "");
    assert_eq!(client.search_events(events).await.expect("found").events.len(), 1);
}

#[tokio::test]
async fn case_9_names_are_checked_in_order() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let why = |field, value: &str| {
        format!(
            r#"invalid field {field}: value '{value}' must be a string conforming to regex "^\\S+$""#
        )
    };
    let set = async |domain, kind, key| invalid(client.set(domain, kind, key, json!({})).await);
    assert_eq!(set("", " a", "").await, why("Domain", ""));
    assert_eq!(set("d", " a", "").await, why("Type", " a"));
    assert_eq!(set("d", "t", "").await, why("Key", ""));
    assert_eq!(invalid(client.get("", "", "").await), why("Domain", ""));
    assert_eq!(invalid(client.del("d", "t", "a b").await), why("Key", "a b"));
    assert_eq!(invalid(client.stream("d", "", "").await), why("Type", ""));
    let search = states_by("", "t", "not json");
    assert_eq!(invalid(client.search(search).await), why("Domain", ""));
}

#[tokio::test]
async fn case_10_values_have_to_be_there() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let without = State { values: Default::default(), ..state("d", "t", "k", json!({})) };
    let failure = client.states().set(without).await.expect_err("there are none");
    assert_eq!(failure.code(), Code::InvalidArgument);
    assert_eq!(failure.message(), "invalid field Values: message must exist");
    envelope(client.get("d", "t", "k").await, Code::NotFound);
}
