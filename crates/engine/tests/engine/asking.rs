//! How a node asks the store that it shares: together where it can, and not for longer than it may.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use holdfast_engine::SharedOptions;
use holdfast_store::{Store, StoreError};

use super::nodes::{UNREADABLE, Wire, database, deaf, node, text};
use super::*;

#[tokio::test]
async fn keys_that_are_asked_for_meanwhile_share_the_next_question() {
    const KEYS: usize = 64;
    let database = database();
    let wire = Wire::far_from(&database, Duration::from_millis(20));
    let store: Arc<dyn Store> = Arc::<Wire>::clone(&wire);
    let engine = Engine::open(store, Arc::new(AllowAll), deaf()).await.expect("it opens");
    let before = wire.asked.load(SeqCst);
    let names: Vec<String> = (0..KEYS).map(|n| format!("k{n}")).collect();
    let sets = names.iter().map(|name| set(&engine, "a", name, "1"));
    futures::future::join_all(sets).await;
    let questions = wire.asked.load(SeqCst) - before;
    assert!((1..=8).contains(&questions), "{questions} questions about {KEYS} keys");
    // What was written is known.
    for name in &names {
        assert_eq!(text(&engine, name).await, "1");
        set(&engine, "a", name, "2").await;
    }
    assert_eq!(wire.asked.load(SeqCst) - before, questions);
    engine.shutdown().await;
}

#[tokio::test]
async fn who_goes_away_takes_no_question_of_others_along() {
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    for n in 0..40 {
        set(&other, "a", &format!("k{n}"), &n.to_string()).await;
    }
    let wire = Wire::far_from(&database, Duration::from_millis(20));
    let store: Arc<dyn Store> = Arc::<Wire>::clone(&wire);
    let engine = Engine::open(store, Arc::new(AllowAll), deaf()).await.expect("it opens");
    let reader = |n: usize| {
        let engine = engine.clone();
        tokio::spawn(async move { text(&engine, &format!("k{n}")).await })
    };
    let readers: Vec<_> = (0..40).map(reader).collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    // Among them who drives each of the questions.
    for reader in &readers[..30] {
        reader.abort();
    }
    for (n, reader) in readers.into_iter().enumerate() {
        match tokio::time::timeout(Duration::from_secs(20), reader).await.expect("in time") {
            Ok(text) => assert_eq!(text, n.to_string()),
            Err(ended) => assert!(ended.is_cancelled() && n < 30, "{n}"),
        }
    }
    assert_eq!(text(&engine, "k0").await, "0", "a question that nobody waited for is asked anew");
    engine.shutdown().await;
    other.shutdown().await;
}

#[tokio::test]
async fn a_damaged_row_is_the_trouble_of_those_who_ask_for_it() {
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    let names: Vec<String> = (0..40).map(|n| format!("k{n}")).collect();
    for name in &names {
        set(&other, "a", name, "1").await;
    }
    let wire = Wire::far_from(&database, Duration::from_millis(20));
    let store: Arc<dyn Store> = Arc::<Wire>::clone(&wire);
    let engine = Engine::open(store, Arc::new(AllowAll), deaf()).await.expect("it opens");
    // Among those that share a question.
    let asked = names[..20].iter().map(String::as_str).chain([UNREADABLE]);
    let asked = asked.chain(names[20..].iter().map(String::as_str));
    let me = me();
    let gets = asked.map(|name| {
        let (engine, me) = (&engine, &me);
        async move { (name, engine.get(me, "a", name).await) }
    });
    for (name, got) in futures::future::join_all(gets).await {
        match got {
            Ok(entry) => assert_eq!((entry.at.key.as_str(), &*entry.value), (name, &b"1"[..])),
            Err(error) => assert!(
                name == UNREADABLE
                    && matches!(error, EngineError::Store(StoreError::Corrupt { .. })),
                "{name}: {error}"
            ),
        }
    }
    engine.shutdown().await;
    other.shutdown().await;
}

#[tokio::test]
async fn readers_are_told_while_the_committer_waits_for_the_log() {
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    let shared = deaf().shared;
    let shared = SharedOptions { patience: Duration::from_millis(50), ..shared };
    let (engine, wire) = node(&database, Options { shared, ..deaf() }).await;
    set(&other, "a", "k", "1").await;
    wire.silent.store(true, SeqCst);
    let writer = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.set(&me(), value("a", "k", "2")).await })
    };
    // Until it has found the head moved, and reads on.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let read = tokio::time::timeout(Duration::from_secs(20), engine.get(&me(), "a", "k")).await;
    let read = read.expect("not for ever");
    assert!(matches!(read, Err(EngineError::Store(StoreError::Io { .. }))), "{read:?}");
    assert!(!writer.is_finished(), "it waits for the log still");
    writer.abort();
    other.shutdown().await;
}
