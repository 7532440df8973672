//! Case 88: Last-Event-ID, from any retained revision, over restarts; commits of several events; what is told when the place
//! is gone.

use std::time::Duration;

use holdfast_tests::client::put;
use holdfast_tests::server::Launch;
use holdfast_tests::sse::{Block, Sse};
use holdfast_tests::{Server, log};
use serde_json::json;

use super::set;

async fn keys(stream: &mut Sse, count: usize) -> Vec<(u64, String)> {
    let mut keys = Vec::new();
    for _ in 0..count {
        let block = stream.event().await;
        let key = block.json()["key"].as_str().expect("a key").to_owned();
        keys.push((block.id.expect("an id"), key));
    }
    keys
}

async fn assert_quiet(stream: &mut Sse) {
    let next = tokio::time::timeout(Duration::from_millis(300), stream.event()).await;
    assert!(next.is_err(), "nothing more was expected: {next:?}");
}

#[tokio::test]
async fn case_88_only_what_is_newer() {
    let mut server = Server::dev().await;
    for n in 1..=5 {
        set(&server, &format!("k{n}"), "1").await;
    }
    let all: Vec<_> = (1..=5).map(|n| (n, format!("k{n}"))).collect();
    for restarted in [false, true] {
        if restarted {
            server.kill();
            server.start_again().await;
        }
        let path = "/v1/watch?namespaces=a";
        let mut stream = Sse::opened(server.port(), path, Some("3")).await;
        assert_eq!(keys(&mut stream, 2).await, all[3..]);
        let mut stream = Sse::opened(server.port(), path, Some("0")).await;
        assert_eq!(keys(&mut stream, 5).await, all);
        for none in [Some("abc"), Some(""), Some("-1"), None, Some("5")] {
            let mut stream = Sse::opened(server.port(), path, none).await;
            assert_quiet(&mut stream).await;
        }
    }
    // Old events first, then new ones.
    let mut stream = Sse::opened(server.port(), "/v1/watch?namespaces=a", Some("4")).await;
    set(&server, "k6", "1").await;
    assert_eq!(keys(&mut stream, 2).await, [(5, "k5".into()), (6, "k6".into())]);
}

/// The original replays what the filter would not let through.
#[tokio::test]
async fn what_is_replayed_passes_the_filter() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    for writes in [
        vec![put("a", "app/1", "1"), put("b", "app/2", "2")],
        vec![put("b", "app/3", "3")],
        vec![put("a", "other", "4"), put("a", "app/5", "5"), put("b", "x", "6")],
    ] {
        holdfast.commit(writes).await.expect("it is committed");
    }
    let path = "/v1/watch?namespaces=a&prefixes=app%2F";
    let mut stream = Sse::opened(server.port(), path, Some("0")).await;
    assert_eq!(keys(&mut stream, 2).await, [(1, "app/1".into()), (3, "app/5".into())]);
    assert_quiet(&mut stream).await;
}

/// Who is cut off inside a commit gets that commit again, and nothing else twice.
#[tokio::test]
async fn the_id_is_on_the_last_event_of_a_commit() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let writes = ["x", "y", "z"].map(|key| put("a", key, "1")).to_vec();
    holdfast.commit(writes).await.expect("it is committed");
    holdfast.commit(vec![put("a", "next", "1")]).await.expect("it is committed");
    let mut stream = Sse::opened(server.port(), "/v1/watch", Some("0")).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let block = stream.event().await;
        assert_eq!(block.event.as_deref(), Some("set"));
        seen.push((block.id, block.json()["key"].as_str().expect("a key").to_owned()));
    }
    let named = |id, key: &str| (id, key.to_owned());
    let expected =
        [named(None, "x"), named(None, "y"), named(Some(1), "z"), named(Some(2), "next")];
    assert_eq!(seen, expected);
    // The last of those that the filter lets through.
    let mut stream = Sse::opened(server.port(), "/v1/watch?prefixes=x&prefixes=y", Some("0")).await;
    let (x, y) = (stream.event().await, stream.event().await);
    assert_eq!((x.id, y.id), (None, Some(1)));
}

#[tokio::test]
async fn a_place_that_is_gone_is_told() {
    let mut server = Launch::default().settings("retention.max_revisions = 10").start().await;
    for n in 1..=200 {
        set(&server, &format!("k{n}"), "1").await;
    }
    server.stop().await;
    server.start_again().await;
    let reset = loop {
        // Until the server has compacted what it may.
        let mut stream = Sse::opened(server.port(), "/v1/watch", Some("1")).await;
        let block = stream.event().await;
        if block.event.as_deref() == Some("reset") {
            let (id, data) = (block.id.expect("an id"), block.json());
            assert_eq!((&data["reason"], &data["revision"]), (&json!("COMPACTED"), &json!(id)));
            let oldest = data["oldest"].as_u64().expect("a revision");
            assert!(oldest > 2 && oldest <= id, "{data}");
            // It goes on from there, and the place that it told is good.
            set(&server, "after", "1").await;
            assert_eq!(stream.event().await.id, Some(id + 1));
            break id;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut again = Sse::opened(server.port(), "/v1/watch", Some(&reset.to_string())).await;
    assert_eq!(again.event().await.id, Some(reset + 1));
    // 0 is the oldest there is, whatever has gone before.
    let mut oldest = Sse::opened(server.port(), "/v1/watch", Some("0")).await;
    assert_eq!(oldest.event().await.event.as_deref(), Some("set"));
}

#[tokio::test]
async fn a_place_of_another_log_is_told() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    for id in ["999", "18446744073709551615", "99999999999999999999999999"] {
        let mut stream = Sse::opened(server.port(), "/v1/watch", Some(id)).await;
        let text = stream.text().await.expect("a block");
        let block = Block::parse(&text);
        assert_eq!((block.id, block.event.as_deref()), (Some(1), Some("reset")), "{text}");
        let told = json!({"reason": "FOREIGN_LOG", "oldest": 1, "revision": 1});
        assert_eq!(block.json(), told);
    }
}

/// What an EventSource does: come back with the last id, over an orderly stop and over a kill.
#[tokio::test]
async fn reconnecting_loses_and_repeats_nothing() {
    let mut server = Server::dev().await;
    let (mut seen, mut last) = (Vec::new(), 0_u64);
    for round in 0..6 {
        let id = last.to_string();
        let mut stream = Sse::opened(server.port(), "/v1/watch", Some(&id)).await;
        for n in 0..10 {
            set(&server, &format!("r{round}-{n}"), "1").await;
        }
        for (id, key) in keys(&mut stream, if round == 0 { 7 } else { 10 }).await {
            assert!(id > last, "{id} behind {last}");
            last = id;
            seen.push(key);
        }
        if round % 2 == 0 {
            server.stop().await;
        } else {
            server.kill();
        }
        server.start_again().await;
    }
    let id = last.to_string();
    let mut stream = Sse::opened(server.port(), "/v1/watch", Some(&id)).await;
    seen.extend(keys(&mut stream, 3).await.into_iter().map(|(_, key)| key));
    let commits = log::check(&server.holdfast().await).await;
    let committed: Vec<_> =
        commits.iter().flat_map(|c| c.events.iter().map(|e| e.key.clone())).collect();
    assert_eq!(seen, committed);
}

#[tokio::test]
async fn an_orderly_stop_ends_the_stream() {
    let mut server = Server::dev().await;
    let mut stream = Sse::opened(server.port(), "/v1/watch", None).await;
    set(&server, "k", "1").await;
    assert_eq!(stream.event().await.id, Some(1));
    let (status, _) = server.stop().await;
    assert!(status.success());
    while let Some(block) = stream.block().await {
        assert!(block.data.is_none(), "no error is told: {block:?}");
    }
}
