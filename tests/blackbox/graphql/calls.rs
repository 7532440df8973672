//! Every query and every mutation, and the schema.

use std::collections::BTreeSet;

use holdfast_tests::Server;
use holdfast_tests::graphql::{ask, data, fault};
use serde_json::{Value, json};

const SET: &str = "mutation($input: EntityInput!) { setEntity(input: $input) }";
const GET: &str =
    "query($input: EntityRef!) { getEntity(input: $input) { domain type key values } }";
const EVENTS: &str = "query($input: SearchEventOpts!) { searchEvents(input: $input) { id time method revision claims cursor entity { key values } } }";

fn named(key: &str) -> Value {
    json!({ "domain": "acme", "type": "message", "key": key })
}

fn with(mut named: Value, more: Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        named[name] = value.clone();
    }
    named
}

#[tokio::test]
async fn case_52_entities_are_written_read_found_and_reverted() {
    let server = Server::dev().await;
    let values = json!({ "text": "héllo", "deep": { "list": [1, { "a": null }], "half": 0.5 } });
    let set = data(&server, SET, with(named("quote"), json!({ "values": values }))).await;
    assert_eq!(set, json!({ "setEntity": null }));
    let got = data(&server, GET, named("quote")).await;
    assert_eq!(got["getEntity"], with(named("quote"), json!({ "values": values })));

    let edit = "mutation($input: EntityInput!) { editEntity(input: $input) { key values } }";
    let input = with(named("quote"), json!({ "values": { "deep.half": 1, "new": true } }));
    let edited = data(&server, edit, input).await;
    let whole = json!({ "text": "héllo", "new": true,
        "deep": { "list": [1, { "a": null }], "half": 1 } });
    assert_eq!(edited["editEntity"], json!({ "key": "quote", "values": whole }));

    data(&server, SET, with(named("other"), json!({ "values": { "text": "bye" } }))).await;
    let search =
        "query($input: SearchEntityOpts!) { searchEntities(input: $input) { key cursor } }";
    let of_type = json!({ "domain": "acme", "type": "message" });
    let found = |more: Value| data(&server, search, with(of_type.clone(), more));
    let first = found(json!({ "limit": 1 })).await["searchEntities"].clone();
    assert_eq!(first[0]["key"], "quote");
    let next = found(json!({ "limit": 1, "cursor": first[0]["cursor"] })).await;
    assert_eq!(next["searchEntities"][0]["key"], "other");
    let filtered = found(json!({ "limit": 9, "query_string": "{\"text\":\"bye\"}" })).await;
    assert_eq!(filtered["searchEntities"], json!([{ "key": "other", "cursor": null }]));
    let sort = json!({ "limit": 9, "sort": { "field": "text", "reverse": true }, "offset": 1 });
    assert_eq!(found(sort).await["searchEntities"][0]["key"], "other");

    let input = with(of_type, json!({ "limit": 10, "key": "quote" }));
    let events = data(&server, EVENTS, input).await["searchEvents"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(2), "{events}");
    assert_eq!(events[0]["method"], "/stategate.EntityService/Set");
    assert_eq!(events[1]["entity"]["values"], whole);
    let (first, second) = (events[0]["time"].as_i64(), events[1]["time"].as_i64());
    assert!(first > Some(1_600_000_000_000_000_000) && second > first, "{events}");
    let of_event = with(named("quote"), json!({ "id": events[0]["id"] }));
    let get =
        "query($input: EventRef!) { getEvent(input: $input) { id entity { values } redelivered } }";
    let event = data(&server, get, of_event.clone()).await;
    let expected =
        json!({ "id": events[0]["id"], "entity": { "values": values }, "redelivered": false });
    assert_eq!(event["getEvent"], expected);

    let revert = "mutation($input: EventRef!) { revertEntity(input: $input) { key values } }";
    let reverted = data(&server, revert, of_event).await;
    assert_eq!(reverted["revertEntity"], json!({ "key": "quote", "values": values }));
    assert_eq!(data(&server, GET, named("quote")).await["getEntity"]["values"], values);

    let del = "mutation($input: EntityRef!) { delEntity(input: $input) }";
    assert_eq!(data(&server, del, named("quote")).await, json!({ "delEntity": null }));
    let gone =
        ask(&server, &json!({ "query": GET, "variables": { "input": named("quote") } })).await;
    let (code, message) = fault(&gone);
    let message: Value = serde_json::from_str(&message).expect("the envelope of the contract");
    assert_eq!((&*code, &message["type"]), ("NOT_FOUND", &json!(5)), "{gone}");
    assert_eq!(gone["data"], json!({ "getEntity": null }));
    assert_eq!(gone["errors"][0]["path"], json!(["getEntity"]));
}

#[tokio::test]
async fn cached_values_locks_and_fences() {
    let server = Server::dev().await;
    let of = |key: &str| json!({ "domain": "acme", "key": key });
    let set = "mutation($input: CacheInput!) { setCache(input: $input) }";
    let get = "query($input: CacheRef!) { getCache(input: $input) { domain key value exp } }";
    let exp = "2100-01-02T03:04:05.5Z";
    for value in [json!({ "a": [1, null] }), json!("text"), json!(7), json!([true])] {
        let input = with(of("c"), json!({ "value": value, "exp": exp }));
        assert_eq!(data(&server, set, input).await, json!({ "setCache": null }));
        let got = data(&server, get, of("c")).await["getCache"].clone();
        assert_eq!((&got["value"], &got["key"]), (&value, &json!("c")));
        assert!(got["exp"].as_str().is_some_and(|exp| exp.starts_with("2100-01-02T03:04:05.5")));
    }
    let del = "mutation($input: CacheRef!) { delCache(input: $input) }";
    assert_eq!(data(&server, del, of("c")).await, json!({ "delCache": null }));
    let gone = ask(&server, &json!({ "query": get, "variables": { "input": of("c") } })).await;
    assert_eq!(fault(&gone).0, "NOT_FOUND", "{gone}");

    let lock = "mutation($input: MutexInput!) { lockMutex(input: $input) }";
    let acquire =
        "mutation($input: MutexInput!) { acquireMutex(input: $input) { owner revision } }";
    let unlock = "mutation($input: MutexRef!) { unlockMutex(input: $input) }";
    assert_eq!(data(&server, lock, of("m")).await, json!({ "lockMutex": null }));
    let taken = ask(&server, &json!({ "query": lock, "variables": { "input": of("m") } })).await;
    assert_eq!(fault(&taken).0, "ALREADY_EXISTS", "{taken}");
    assert_eq!(data(&server, unlock, of("m")).await, json!({ "unlockMutex": null }));
    let ann = with(of("m"), json!({ "owner": "ann" }));
    let held = data(&server, acquire, ann.clone()).await["acquireMutex"].clone();
    assert_eq!(held["owner"], "ann");
    let fence = with(of("m"), json!({ "revision": held["revision"] }));
    let write = with(named("quote"), json!({ "values": { "n": 1 }, "fence": fence }));
    data(&server, SET, write.clone()).await;
    data(&server, unlock, ann).await;
    data(&server, lock, of("m")).await;
    let stale = ask(&server, &json!({ "query": SET, "variables": { "input": write } })).await;
    assert_eq!(fault(&stale).0, "FAILED_PRECONDITION", "{stale}");
}

#[tokio::test]
async fn what_is_wrong_about_an_input_is_told() {
    let server = Server::dev().await;
    let query = "query($input: SearchEntityOpts!) { searchEntities(input: $input) { key } }";
    for (input, expected) in [
        (json!({ "domain": "a b", "type": "t", "limit": 1 }), "invalid field Domain"),
        (json!({ "domain": "a", "type": "t", "limit": 0 }), "invalid field Limit"),
    ] {
        let answer =
            ask(&server, &json!({ "query": query, "variables": { "input": input } })).await;
        let (code, message) = fault(&answer);
        assert!(code == "INVALID_ARGUMENT" && message.starts_with(expected), "{answer}");
    }
    for (query, variables) in [
        ("{ getEntity { key } }", json!({})),
        ("{ nothing }", json!({})),
        ("{ getEntity(input: {domain: 1, type: \"t\", key: \"k\"}) { key } }", json!({})),
        ("{ getEntity(input: {domain: \"d\", type: \"t\", key: \"k\", x: 1}) { key } }", json!({})),
        (SET, json!({ "input": with(named("k"), json!({ "values": [1] })) })),
        (
            "mutation($input: MutexInput!) { lockMutex(input: $input) }",
            json!({ "input": { "domain": "d", "key": "k", "exp": "tomorrow" } }),
        ),
        ("{ getEntity(input:", json!({})),
    ] {
        let answer = ask(&server, &json!({ "query": query, "variables": variables })).await;
        let (_, message) = fault(&answer);
        assert!(!message.is_empty() && answer["data"].is_null(), "{query}: {answer}");
    }
}

/// What tools ask for first.
const INTROSPECTION: &str = include_str!("introspection.graphql");

#[tokio::test]
async fn the_schema_is_told_to_tools() {
    let server = Server::dev().await;
    let answer = ask(&server, &json!({ "query": INTROSPECTION })).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let schema = &answer["data"]["__schema"];
    let fields = |name: &str| -> BTreeSet<String> {
        let types = schema["types"].as_array().expect("types");
        let of = types.iter().find(|of| of["name"] == name).expect(name);
        let members = if of["fields"].is_null() { &of["inputFields"] } else { &of["fields"] };
        let members = members.as_array().expect("members").iter();
        members.map(|member| member["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let expected = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    for (name, members) in [
        ("Query", "getEntity getEvent getCache searchEvents searchEntities"),
        (
            "Mutation",
            "setCache delCache setEntity delEntity lockMutex unlockMutex broadcastMessage editEntity revertEntity ackEvents acquireMutex",
        ),
        ("Subscription", "streamEvents streamMessages"),
        ("SearchEventOpts", "domain type key query_string min max limit offset sort cursor"),
        ("StreamEventOpts", "domain type consumer_group since acknowledge max_unacked"),
        ("StreamMessageOpts", "domain channel type consumer_group"),
        ("EventRef", "domain type key id fence"),
        ("MutexInput", "domain key exp owner"),
        ("Event", "id entity claims time method revision redelivered cursor"),
    ] {
        assert_eq!(fields(name), expected(members), "{name}");
    }
    let types = schema["types"].as_array().expect("types").iter();
    let scalars = types.filter(|of| of["kind"] == "SCALAR").map(|of| of["name"].clone());
    let scalars: Vec<Value> = scalars.collect();
    for name in ["Time", "Map", "Any"] {
        assert!(scalars.contains(&json!(name)), "{scalars:?}");
    }
    let operations = ["queryType", "mutationType", "subscriptionType"];
    let names = operations.map(|kind| schema[kind]["name"].clone());
    assert_eq!(names, ["Query", "Mutation", "Subscription"]);
}
