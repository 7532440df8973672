//! Cases 2, 16-18: search in events.

use std::collections::HashSet;

use holdfast_api::stategate::{SearchEventOpts, Sort};
use holdfast_tests::client::put;
use holdfast_tests::stategate::{claims, events_by, values};
use holdfast_tests::{Server, Stategate};
use serde_json::json;

use super::is_v4;

async fn found(client: &Stategate, search: SearchEventOpts) -> Vec<i64> {
    let events = client.search_events(search).await.expect("found").events;
    events.iter().map(|event| values(&event.state)["n"].as_f64().expect("n") as i64).collect()
}

#[tokio::test]
async fn case_16_times_are_inclusive() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..5 {
        client.set("d", "t", "k", json!({"n": n})).await.expect("set");
    }
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let times: Vec<i64> = events.iter().map(|event| event.time).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    let between = |min, max| SearchEventOpts { min, max, ..events_by("d", "t", "") };
    assert_eq!(found(&client, between(times[1], times[3])).await, [1, 2, 3]);
    assert_eq!(found(&client, between(times[1] + 1, times[3] - 1)).await, [2]);
    assert_eq!(found(&client, between(times[2], 0)).await, [2, 3, 4]);
    assert_eq!(found(&client, between(-1, times[2])).await, [0, 1, 2]);
    assert_eq!(found(&client, between(0, times[0] - 1)).await, [0i64; 0]);
    assert_eq!(found(&client, between(times[4] + 1, 0)).await, [0i64; 0]);
    assert_eq!(found(&client, between(times[3], times[1])).await, [0i64; 0]);
}

/// The contract wants a time that no other event of the type has, also where one commit made several.
#[tokio::test]
async fn case_16_events_of_one_commit_have_times_of_their_own() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for round in 0..3 {
        let write =
            |n: usize| put("d", &format!("t/k{n}"), format!(r#"{{"n":{}}}"#, round * 4 + n));
        let writes: Vec<_> = (0..4).map(write).collect();
        server.holdfast().await.commit(writes).await.expect("committed");
    }
    let mut stream = client.stream("d", "t", "0").await.expect("live");
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let times: Vec<i64> = events.iter().map(|event| event.time).collect();
    assert!(times.len() == 12 && times.is_sorted_by(|a, b| a < b), "{times:?}");
    for event in &events {
        assert_eq!(&stream.next().await, event);
    }
    let between = |min, max| SearchEventOpts { min, max, ..events_by("d", "t", "") };
    assert_eq!(found(&client, between(times[5], times[6])).await, [5, 6]);
    assert_eq!(found(&client, between(times[3], times[4])).await, [3, 4]);
    let by_time = format!(r#"{{"time":{}}}"#, times[9]);
    assert_eq!(found(&client, events_by("d", "t", &by_time)).await, [9]);
}

#[tokio::test]
async fn case_17_all_keys_of_a_type_oldest_first() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..9 {
        let key = ["z", "a", "m"][n % 3];
        client.set("d", "t", key, json!({"n": n})).await.expect("set");
        client.set("d", "other", key, json!({"n": 100})).await.expect("set");
        client.set("d", "t.t", key, json!({"n": 100})).await.expect("set");
    }
    client.del("d", "t", "a").await.expect("deleted");
    let all = events_by("d", "t", "");
    assert_eq!(found(&client, all.clone()).await, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let limited = SearchEventOpts { limit: 3, offset: 2, ..all.clone() };
    assert_eq!(found(&client, limited).await, [2, 3, 4], "the oldest ones");
    let of_key = SearchEventOpts { key: "a".into(), ..all.clone() };
    assert_eq!(found(&client, of_key).await, [1, 4, 7]);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let search = SearchEventOpts { limit: 2, cursor, ..all.clone() };
        let page = client.search_events(search).await.expect("a page");
        paged.extend(page.events.iter().map(|e| values(&e.state)["n"].as_f64().expect("n") as i64));
        cursor = page.next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(paged, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let sort = Sort { field: "n".into(), reverse: true, ..Sort::default() };
    let sorted = SearchEventOpts { sort: sort.into(), limit: 2, offset: 1, ..all };
    assert_eq!(found(&client, sorted).await, [7, 6]);
}

/// The original ignores the filter here.
#[tokio::test]
async fn filters_see_values_and_what_is_around_them() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..4 {
        let values =
            json!({"n": n, "state": "CA", "claims": {"x": n}, "time.of": 1, "_id": "mine"});
        client.set("d", "t", &format!("k{n}"), values).await.expect("set");
    }
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    for (filter, expected) in [
        (r#"{"n":{"$gte":2}}"#.to_owned(), &[2, 3][..]),
        (r#"{"state":"CA"}"#.to_owned(), &[0, 1, 2, 3]),
        (r#"{"state.key":"k1"}"#.to_owned(), &[1]),
        (r#"{"entity.key":"k2"}"#.to_owned(), &[2]),
        (r#"{"state.values.n":3}"#.to_owned(), &[3]),
        (r#"{"claims.x":1}"#.to_owned(), &[]),
        (r#"{"method":"/stategate.StateService/Set","n":0}"#.to_owned(), &[0]),
        (format!(r#"{{"_id":"{}"}}"#, events[2].id), &[2]),
        (format!(r#"{{"time":{{"$lt":{}}}}}"#, events[1].time), &[0]),
        (r#"{"_id":"mine"}"#.to_owned(), &[]),
        (r#"{"state.values._id":"mine","n":1}"#.to_owned(), &[1]),
    ] {
        assert_eq!(found(&client, events_by("d", "t", &filter)).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn case_18_ids_are_unique_and_the_same_everywhere() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut stream = client.stream("d", "t", "").await.expect("live");
    for n in 0..50 {
        client.set("d", "t", "k", json!({"n": n})).await.expect("set");
    }
    let found = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    assert_eq!(found.len(), 50);
    for event in &found {
        assert_eq!(&stream.next().await, event);
        assert!(is_v4(&event.id), "{}", event.id);
        assert_eq!(event.method, "/stategate.StateService/Set");
        assert!(claims(event).is_empty(), "without authentication there are none");
        let now = jiffies();
        assert!((now - event.time).abs() < 3_600_000_000_000, "nanoseconds: {}", event.time);
    }
    let ids: HashSet<_> = found.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), 50);
}

/// Nanoseconds since 1970.
fn jiffies() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.expect("after 1970").as_nanos()).expect("before 2262")
}
