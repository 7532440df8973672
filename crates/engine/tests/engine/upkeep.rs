use std::num::NonZeroUsize;
use std::time::Duration;

use holdfast_engine::{
    CommitRequest, Delivery, RequestedAction, RequestedWrite, Retention, Start, Watch,
};
use holdfast_model::{ErrorKind, EventKind, Precondition, Revision};

use super::*;

fn quick(clock: &Arc<Hands>) -> Options {
    Options {
        sweep_interval: Duration::from_millis(5),
        clock: Arc::<Hands>::clone(clock),
        ..Options::default()
    }
}

async fn set_with_ttl(engine: &Engine, key: &str, ttl: u64) {
    let action = RequestedAction::Put {
        value: Bytes::from_static(b"1"),
        codec: String::new(),
        ttl: Some(Duration::from_nanos(ttl)),
        mode: WriteMode::Upsert,
    };
    let condition = Precondition::default();
    let write = RequestedWrite { namespace: "a".into(), key: key.into(), action, condition };
    let request = CommitRequest { writes: vec![write], ..Default::default() };
    engine.commit(&me(), request).await.expect("a commit");
}

#[tokio::test]
async fn an_expired_entry_is_hidden_at_once_and_removed_by_an_event() {
    let clock = Arc::new(Hands(AtomicI64::new(1_000)));
    let engine = engine_with(AllowAll, quick(&clock)).await;
    let mut watcher = engine.watch(&me(), Watch::default()).await.expect("a watch");
    set_with_ttl(&engine, "k", 500).await;
    assert!(engine.get(&me(), "a", "k").await.is_ok());
    clock.0.store(1_500, Relaxed);
    assert!(is_not_found(engine.get(&me(), "a", "k").await));
    let kinds = [EventKind::Set, EventKind::Expire];
    for kind in kinds {
        let Ok(Delivery::Commit(matched)) = watcher.next().await else { panic!("a commit") };
        assert_eq!(matched.commit.commit().events[0].kind, kind);
    }
    let past = engine.get_at(&me(), "a", "k", Revision(1)).await.expect("it was there then");
    assert_eq!(past.value, "1");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_clock_that_steps_back_pauses_expiry_not_writes() {
    let clock = Arc::new(Hands(AtomicI64::new(10_000)));
    let engine = engine_with(AllowAll, quick(&clock)).await;
    set_with_ttl(&engine, "k", 500).await;
    clock.0.store(1, Relaxed);
    let entry = set(&engine, "a", "other", "1").await;
    assert!(entry.modified_at > Timestamp(10_000));
    assert!(engine.status().clock_behind);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(engine.get(&me(), "a", "k").await.is_ok());
    engine.shutdown().await;
}

async fn wait_for_floor(engine: &Engine, floor: u64) {
    let reached = async {
        while engine.status().head.floors.events < Revision(floor) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), reached).await;
    assert!(waited.is_ok(), "the floor stays at {:?}", engine.status().head.floors);
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_by_count_age_and_size_takes_a_prefix() {
    let by_count = Retention { max_revisions: NonZeroUsize::new(10), ..Retention::default() };
    let by_age = Retention { max_age: Some(Duration::from_nanos(10)), ..Retention::default() };
    let by_size = Retention { max_bytes: Some(3_000), ..Retention::default() };
    for retention in [by_count, by_age, by_size] {
        let clock = Arc::new(Hands(AtomicI64::new(0)));
        let engine = engine_with(AllowAll, Options { retention, ..quick(&clock) }).await;
        for n in 1..=100 {
            clock.0.store(n, Relaxed);
            set(&engine, "a", &format!("k{}", n % 7), &n.to_string()).await;
        }
        wait_for_floor(&engine, 70).await;
        let floors = engine.status().head.floors;
        assert!(floors.events <= Revision(100) && floors.history <= floors.events, "{floors:?}");
        let watch = Watch { start: Start::After(Revision(5)), ..Watch::default() };
        let refused = engine.watch(&me(), watch).await.err().expect("compacted");
        assert_eq!(refused.kind(), ErrorKind::Compacted);
        let old = engine.get_at(&me(), "a", "k1", Revision(5)).await.expect_err("compacted");
        assert_eq!(old.kind(), ErrorKind::Compacted);
        for n in 94..=100 {
            let key = format!("k{}", n % 7);
            let entry = engine.get(&me(), "a", &key).await.expect("current values stay");
            assert_eq!(entry.value, n.to_string());
        }
        let all = Watch { start: Start::After(Revision::ZERO), ..Watch::default() };
        let mut watcher = engine.watch(&me(), all).await.expect("all there is");
        let Ok(Delivery::Commit(first)) = watcher.next().await else { panic!("a commit") };
        assert!(first.commit.commit().revision >= floors.events);
        engine.shutdown().await;
    }
}
