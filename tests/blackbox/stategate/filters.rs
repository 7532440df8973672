//! Cases 11-15: search in states.

use holdfast_api::stategate::{SearchStateOpts, Sort};
use holdfast_tests::stategate::{events_by, states_by, values};
use holdfast_tests::{Server, Stategate};
use serde_json::json;
use tonic::Code;

use super::{envelope, invalid};

/// Keys that are not in the order of their creation.
const KEYS: [&str; 7] = ["m", "c", "x", "a", "k", "b", "z"];

async fn filled(server: &Server) -> Stategate {
    let client = server.stategate().await;
    for (number, key) in KEYS.into_iter().enumerate() {
        let values =
            json!({"n": number, "text": format!("Text {key}"), "deep": {"list": [number, "x"]}});
        client.set("d", "t", key, values).await.expect("set");
    }
    client
}

#[tokio::test]
async fn case_11_a_limit_is_above_zero() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for limit in [0, -1] {
        let why = format!("invalid field Limit: value '{limit}' must be greater than '0'");
        let search = SearchStateOpts { limit, ..states_by("d", "t", "") };
        assert_eq!(invalid(client.search(search).await), why);
        let mut search = events_by("d", "t", "");
        search.limit = limit;
        assert_eq!(invalid(client.search_events(search).await), why);
    }
    let huge = SearchStateOpts { limit: i64::MAX, ..states_by("d", "t", "") };
    client.search(huge).await.expect("a limit is never too large");
}

/// States come by their creation, which the original leaves open.
#[tokio::test]
async fn case_12_pages_have_no_gaps_and_no_repeats() {
    let server = Server::dev().await;
    let client = filled(&server).await;
    client.set("d", "t", "c", json!({"n": 100})).await.expect("set again, and not created again");
    for size in 1..=8 {
        let mut paged = Vec::new();
        let mut offset = 0;
        loop {
            let search = SearchStateOpts { limit: size, offset, ..states_by("d", "t", "") };
            let page = client.search(search).await.expect("a page").state_values;
            if page.is_empty() {
                break;
            }
            offset += size;
            paged.extend(page.into_iter().map(|state| state.key));
        }
        assert_eq!(paged, KEYS, "pages of {size}");
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let search = SearchStateOpts { limit: size, cursor, ..states_by("d", "t", "") };
            let page = client.search(search).await.expect("a page");
            paged.extend(page.state_values.into_iter().map(|state| state.key));
            cursor = page.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        assert_eq!(paged, KEYS, "pages of {size} by cursor");
    }
    let negative = SearchStateOpts { offset: -3, ..states_by("d", "t", "") };
    assert_eq!(client.search(negative).await.expect("all").state_values.len(), KEYS.len());
    let foreign = SearchStateOpts { cursor: "nonsense".into(), ..states_by("d", "t", "") };
    assert_eq!(
        invalid(client.search(foreign).await),
        "invalid field Cursor: not one of this search"
    );
}

#[tokio::test]
async fn case_13_filters_find_what_they_say() {
    let server = Server::dev().await;
    let client = filled(&server).await;
    for (filter, keys) in [
        (r#"{"text":"Text x"}"#, &["x"][..]),
        (r#"{"deep.list":3}"#, &["a"]),
        (r#"{"deep.list.0":3}"#, &["a"]),
        (r#"{"n":{"$gt":4}}"#, &["b", "z"]),
        (r#"{"n":{"$gte":1,"$lt":3}}"#, &["c", "x"]),
        (r#"{"n":{"$in":[0,6,9]}}"#, &["m", "z"]),
        (r#"{"$or":[{"n":1},{"text":"Text b"}]}"#, &["c", "b"]),
        (r#"{"missing":{"$exists":true}}"#, &[]),
        (r#"{"text":{"$regex":"^text [ax]$","$options":"i"}}"#, &["x", "a"]),
        (r#"{"_id":"k"}"#, &["k"]),
        (r#"{"_id":"none"}"#, &[]),
        (r#"{"_id":{"$in":["a","b"]}}"#, &["a", "b"]),
        (r#"{"_id":"k","n":1}"#, &[]),
    ] {
        assert_eq!(client.keys("d", "t", filter).await.expect(filter), keys, "{filter}");
    }
    let sorted = SearchStateOpts {
        sort: Sort { field: "text".into(), reverse: true, ..Sort::default() }.into(),
        limit: 3,
        offset: 1,
        ..states_by("d", "t", "")
    };
    let sorted = client.search(sorted).await.expect("sorted").state_values;
    assert_eq!(sorted.iter().map(|state| &*state.key).collect::<Vec<_>>(), ["x", "m", "k"]);
    assert_eq!(values(&sorted[0])["n"], 2);
}

#[tokio::test]
async fn case_14_what_is_no_filter_is_told() {
    let server = Server::dev().await;
    let client = filled(&server).await;
    for text in ["not json", "[]", "7", "{"] {
        let failure = envelope(client.keys("d", "t", text).await, Code::Internal);
        assert_eq!(failure["info"], "failed to decode query string", "{text}");
        let failure =
            envelope(client.search_events(events_by("d", "t", text)).await, Code::Internal);
        assert_eq!(failure["info"], "failed to decode query string", "{text}");
    }
    assert_eq!(client.keys("d", "t", "null").await.expect("all"), KEYS);
    let failure = envelope(client.keys("d", "t", r#"{"a":{"$nope":1}}"#).await, Code::Internal);
    assert_eq!(failure["info"], "failed to search states");
    let code = client.keys("d", "t", r#"{"$where":"sleep(1000)"}"#).await;
    envelope(code, Code::InvalidArgument);
}

#[tokio::test]
async fn case_15_what_is_unknown_is_empty() {
    let server = Server::dev().await;
    let client = filled(&server).await;
    for (domain, kind) in [("none", "t"), ("d", "none"), ("d", "_"), ("d.t", "t")] {
        assert!(client.keys(domain, kind, "").await.expect("empty").is_empty());
        let events = client.search_events(events_by(domain, kind, "")).await.expect("empty");
        assert!(events.events.is_empty());
    }
}
