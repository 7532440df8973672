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

#[tokio::test]
async fn what_comes_with_a_lost_race_is_not_asked_for_again() {
    // Nothing, a part, all of it, and more than was there when the race was lost.
    for (along, reads) in [(0, 1), (2, 1), (3, 0), (9, 0)] {
        let database = database();
        let (other, _) = node(&database, deaf()).await;
        let (engine, wire) = node(&database, deaf()).await;
        wire.along.store(along, SeqCst);
        for value in ["1", "2", "3"] {
            set(&other, "a", "k", value).await;
        }
        let before = wire.read.load(SeqCst);
        set(&engine, "a", "mine", "4").await;
        assert_eq!(wire.read.load(SeqCst) - before, reads, "{along} commits came along");
        assert_eq!(text(&engine, "k").await, "3");
        assert_eq!(text(&other, "mine").await, "4");
        engine.shutdown().await;
        other.shutdown().await;
    }
}

#[tokio::test]
async fn who_has_nothing_to_append_after_a_lost_race_says_so() {
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    let (engine, wire) = node(&database, deaf()).await;
    // It is judged behind its own commit, and again behind the other's.
    let seen = set(&engine, "a", "k", "1").await;
    set(&other, "a", "k", "2").await;
    let condition =
        Precondition { mod_revision: Some(seen.mod_revision), ..Precondition::default() };
    let refused = engine.set(&me(), Set { condition, ..value("a", "k", "3") }).await;
    assert!(matches!(refused, Err(EngineError::Conflict { .. })), "{refused:?}");
    assert_eq!(wire.stood_down.load(SeqCst), 1);
    set(&engine, "a", "mine", "1").await;
    assert_eq!(wire.stood_down.load(SeqCst), 1, "no race, no turn");
    engine.shutdown().await;
    other.shutdown().await;
}

#[tokio::test]
async fn who_queues_reads_what_others_appended_before_anything_is_judged() {
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    let (engine, wire) = node(&database, deaf()).await;
    wire.queues.store(true, SeqCst);
    let seen = set(&other, "a", "k", "1").await;
    let condition =
        || Precondition { mod_revision: Some(seen.mod_revision), ..Precondition::default() };
    let read = wire.read.load(SeqCst);
    let next = Set { condition: condition(), ..value("a", "k", "2") };
    engine.set(&me(), next.clone()).await.expect("judged behind what the other wrote");
    assert_eq!(wire.appends.load(SeqCst), 1, "nothing is sent in vain");
    assert_eq!(wire.read.load(SeqCst), read, "what came with the turn is not asked for");
    let refused = engine.set(&me(), next).await;
    assert!(matches!(refused, Err(EngineError::Conflict { .. })), "{refused:?}");
    assert_eq!(wire.appends.load(SeqCst), 1);
    assert_eq!(wire.stood_down.load(SeqCst), 1, "a turn without an append is given back");
    engine.shutdown().await;
    other.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn rings_that_follow_each_other_fast_are_answered_together() {
    const RINGS: usize = 200;
    let database = database();
    let (other, _) = node(&database, deaf()).await;
    let (engine, wire) = node(&database, deaf()).await;
    let before = wire.read.load(SeqCst);
    for n in 0..RINGS {
        set(&other, "a", "k", &n.to_string()).await;
        engine.heard(Some(other.head().revision));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let read = wire.read.load(SeqCst) - before;
    assert!(
        (RINGS / 20..=RINGS / 3).contains(&read),
        "{RINGS} rings, {read} times the log was read"
    );
    // A reader waits for no pause.
    let (asked, last) = (tokio::time::Instant::now(), (RINGS - 1).to_string());
    engine.heard(None);
    assert_eq!(text(&engine, "k").await, last);
    set(&other, "a", "k", "-1").await;
    assert_eq!(text(&engine, "k").await, "-1");
    assert_eq!(asked.elapsed(), Duration::ZERO);
    engine.shutdown().await;
    other.shutdown().await;
}
