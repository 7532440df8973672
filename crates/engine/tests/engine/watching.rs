use std::time::Duration;

use holdfast_engine::{Delivery, Start, Watch, WatchOptions, Watcher};
use holdfast_model::{ErrorKind, Filter, Prefix, ResumeToken, Revision};

use super::*;

async fn revision(watcher: &mut Watcher) -> u64 {
    match watcher.next().await {
        Ok(Delivery::Commit(matched)) => matched.commit.commit().revision.0,
        Ok(_) => panic!("not a commit"),
        Err(error) => panic!("{error}"),
    }
}

fn from(start: Start) -> Watch {
    Watch { start, ..Watch::default() }
}

/// So small that every way of catching up is taken.
fn tight() -> Options {
    let watch =
        WatchOptions { ring_bytes: 8 << 10, ring_commit_bytes: 2 << 10, watcher_bytes: 1 << 10 };
    Options { watch, ..Options::default() }
}

#[tokio::test]
async fn from_now_from_a_revision_and_from_a_token() {
    let engine = engine().await;
    for n in 1..=3 {
        set(&engine, "a", "k", &n.to_string()).await;
    }
    let mut now = engine.watch(&me(), Watch::default()).await.expect("a watch");
    let mut all = engine.watch(&me(), from(Start::After(Revision(0)))).await.expect("a watch");
    let token = ResumeToken::at(&engine.status().head, Revision(2));
    let mut resumed = engine.watch(&me(), from(Start::Token(token))).await.expect("a watch");
    set(&engine, "a", "k", "4").await;
    assert_eq!(revision(&mut now).await, 4);
    for expected in 1..=4 {
        assert_eq!(revision(&mut all).await, expected);
    }
    assert_eq!((revision(&mut resumed).await, revision(&mut resumed).await), (3, 4));
    engine.shutdown().await;
    let ended = now.next().await.err().expect("the watch ends");
    assert_eq!(ended.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_token_of_another_log_or_a_number_from_the_future_is_refused() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    let other = super::engine().await;
    let foreign = ResumeToken::at(&other.status().head, Revision(0));
    for start in [Start::Token(foreign), Start::After(Revision(9))] {
        let refused = engine.watch(&me(), from(start)).await.err().expect("refused");
        assert_eq!(refused.kind(), ErrorKind::ForeignLog);
    }
    engine.shutdown().await;
    other.shutdown().await;
}

#[tokio::test]
async fn initial_state_joins_up_with_what_follows() {
    let engine = engine().await;
    for n in 0..600 {
        set(&engine, if n % 2 == 0 { "a" } else { "b" }, &format!("k{n}"), "1").await;
    }
    engine.delete(&me(), "a", "k0").await.expect("a delete");
    let mut watcher = engine.watch(&me(), from(Start::Initial)).await.expect("a watch");
    set(&engine, "a", "k0", "7").await;
    let mut seen = 0;
    loop {
        let Ok(Delivery::Initial { entries, revision, last, .. }) = watcher.next().await else {
            panic!("initial state")
        };
        assert_eq!(revision, Revision(601));
        assert!(entries.iter().all(|entry| entry.value != "7"));
        seen += entries.len();
        if last {
            break;
        }
    }
    assert_eq!(seen, 599);
    assert_eq!(revision(&mut watcher).await, 602);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_bookmark_moves_past_what_is_hidden() {
    let engine = engine().await;
    let watch = Watch {
        filters: vec![Filter::below("mine", Prefix::any())],
        bookmark: Some(Duration::from_millis(10)),
        ..Watch::default()
    };
    let mut watcher = engine.watch(&me(), watch).await.expect("a watch");
    for _ in 0..20 {
        set(&engine, "other", "k", "1").await;
    }
    loop {
        let Ok(Delivery::Bookmark { revision, token }) = watcher.next().await else {
            panic!("a bookmark")
        };
        assert_eq!(token.revision, revision);
        if revision == Revision(20) {
            break;
        }
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn alias_events_pass_every_filter_when_asked_for() {
    let engine = engine().await;
    let filters = vec![Filter::below("w", Prefix::any())];
    let watch = Watch { filters, aliases: true, ..Watch::default() };
    let mut watcher = engine.watch(&me(), watch).await.expect("a watch");
    let mut plain = engine.watch(&me(), Watch::default()).await.expect("a watch");
    engine.set_alias(&me(), "x", "y", any_key).await.expect("an alias");
    set(&engine, "other", "k", "1").await;
    set(&engine, "w", "k", "1").await;
    assert_eq!((revision(&mut watcher).await, revision(&mut watcher).await), (1, 3));
    assert_eq!(revision(&mut plain).await, 2, "the server's own namespace was shown unasked");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slow_fast_and_returning_watchers_all_see_every_commit_once() {
    const WRITES: u64 = 3_000;
    let engine = engine_with(AllowAll, tight()).await;
    let watchers: Vec<_> =
        (0..24).map(|n| tokio::spawn(follow(engine.clone(), n, WRITES))).collect();
    let writers = (0..8).map(|writer| {
        let engine = engine.clone();
        tokio::spawn(async move {
            for n in 0..WRITES / 8 {
                // Now and then one that is too large for the ring.
                let text = if n % 97 == 0 { "9".repeat(3_000) } else { n.to_string() };
                let text = if text.len() > 9 { format!("\"{text}\"") } else { text };
                set(&engine, "a", &format!("k{writer}/{}", n % 10), &text).await;
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|w| w.expect("a writer"));
    for watcher in watchers {
        tokio::time::timeout(Duration::from_secs(60), watcher)
            .await
            .expect("a watcher got stuck")
            .expect("a watcher failed");
    }
    assert_eq!(engine.status().watchers, 0);
    engine.shutdown().await;
}

/// Sees commits 1 to `last` in order; every third one is slow, every third one comes back with its token again and again.
async fn follow(engine: Engine, n: u64, last: u64) {
    let mut watcher = engine.watch(&me(), from(Start::After(Revision(0)))).await.expect("a watch");
    let mut seen = 0;
    while seen < last {
        let Ok(Delivery::Commit(matched)) = watcher.next().await else { panic!("a commit") };
        assert_eq!(matched.commit.commit().revision.0, seen + 1, "watcher {n}");
        seen += 1;
        match n % 3 {
            0 if seen % 50 == 0 => tokio::time::sleep(Duration::from_millis(5)).await,
            1 if seen % 211 == 0 => {
                let token = matched.token();
                watcher = engine.watch(&me(), from(Start::Token(token))).await.expect("a watch");
            }
            _ => {}
        }
    }
}
