//! Cases 43 and 44: many writers at once, and SIGKILL in the middle of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use holdfast_api::stategate::{Event, SearchEventOpts};
use holdfast_tests::stategate::{events_by, values};
use holdfast_tests::{Server, Stategate, torture};
use serde_json::json;

/// All events of a type, page by page.
async fn all(client: &Stategate, domain: &str, kind: &str) -> Vec<Event> {
    let (mut events, mut cursor) = (Vec::new(), String::new());
    loop {
        let search = SearchEventOpts { limit: 10_000, cursor, ..events_by(domain, kind, "") };
        let page = client.search_events(search).await.expect("a page");
        events.extend(page.events);
        cursor = page.next_cursor;
        if cursor.is_empty() {
            return events;
        }
    }
}

fn number(event: &Event) -> u64 {
    values(&event.state)["n"].as_f64().expect("a number") as u64
}

#[tokio::test]
async fn case_43_as_many_events_as_sets() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let sets = (0..500).map(|n| {
        let client = client.clone();
        async move { client.set("d", "t", "k", json!({"n": n})).await }
    });
    for set in futures::future::join_all(sets).await {
        set.expect("set");
    }
    let events = all(&client, "d", "t").await;
    assert_eq!(events.len(), 500);
    let last = values(&events.last().expect("there are some").state);
    assert_eq!(client.get("d", "t", "k").await.expect("there"), last);
    assert!(events.is_sorted_by(|a, b| a.time < b.time), "times rise strictly");
}

const CLIENTS: usize = 64;
/// Keys of one client.
const KEYS: u64 = 20;

/// Whoever got an answer finds the state and its event after the restart, and a write that nobody saw answered is whole or not
/// there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn case_44_what_was_acknowledged_survives_sigkill() {
    let sets: usize = torture::form(5_000, 100_000);
    let mut server = Server::dev().await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let port = server.port();
    let writers: Vec<_> = (0..CLIENTS)
        .map(|writer| {
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let client = Stategate::connect(port).await;
                let mut done = Vec::new();
                for n in 0u64.. {
                    let key = format!("w{writer}-{}", n % KEYS);
                    if client.set("storm", "t", &key, json!({"n": n})).await.is_err() {
                        return (done, Some((key, n)));
                    }
                    done.push((key, n));
                    acknowledged.fetch_add(1, SeqCst);
                }
                (done, None)
            })
        })
        .collect();
    while acknowledged.load(SeqCst) < sets {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    server.kill();
    let mut written = Vec::new();
    for writer in writers {
        written.push(writer.await.expect("no panic"));
    }
    server.start_again().await;
    let client = server.stategate().await;
    let events = all(&client, "storm", "t").await;
    assert!(events.is_sorted_by(|a, b| a.time < b.time), "times rise strictly");
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in &events {
        found.entry(event.state.key.clone()).or_default().push(number(event));
    }
    let (mut in_all, mut open) = (0, 0);
    for (done, unanswered) in &written {
        let mut last: BTreeMap<&str, u64> = BTreeMap::new();
        for (key, n) in done {
            assert!(found[key].contains(n), "{key} {n} was acknowledged");
            last.insert(key, *n);
            in_all += 1;
        }
        let maybe = unanswered
            .as_ref()
            .filter(|(key, n)| found.get(key).is_some_and(|numbers| numbers.contains(n)));
        if let Some((key, n)) = maybe {
            last.insert(key, *n);
            open += 1;
        }
        for (key, n) in last {
            let state = client.get("storm", "t", key).await.expect("it is there");
            assert_eq!(state, json!({"n": n}), "{key}");
        }
    }
    assert_eq!(events.len(), in_all + open, "as many events as sets");
    assert!(in_all >= sets);
    torture::figure("states set before SIGKILL, none of them lost", in_all);
}
