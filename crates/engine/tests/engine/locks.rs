use holdfast_engine::{Fence, List, Lock, Locked, Moment, Search, Watch};
use holdfast_model::{ErrorKind, Revision};

use super::*;

fn wanted(owner: &str, until: Option<i64>) -> Lock {
    Lock {
        namespace: "a".into(),
        key: "k".into(),
        owner: owner.into(),
        until: until.map(Timestamp),
    }
}

async fn take(engine: &Engine, owner: &str, until: Option<i64>) -> Result<Locked, ErrorKind> {
    engine.lock(&me(), wanted(owner, until)).await.map_err(|error| error.kind())
}

async fn give_back(engine: &Engine, owner: Option<&str>) -> Result<(), ErrorKind> {
    engine.unlock(&me(), "a", "k", owner).await.map_err(|error| error.kind())
}

/// A caller who writes under the lock that was taken then.
fn under(revision: Revision) -> Caller {
    let fence = Fence { namespace: "a".into(), key: "k".into(), revision };
    Caller { fence: Some(Arc::new(fence)), ..me() }
}

async fn clocked(now: i64) -> (Engine, Arc<Hands>) {
    let clock = Arc::new(Hands(AtomicI64::new(now)));
    let options = Options { clock: Arc::<Hands>::clone(&clock), ..Options::default() };
    (engine_with(AllowAll, options).await, clock)
}

#[tokio::test]
async fn one_owner_has_it_at_a_time() {
    let engine = engine().await;
    let first = take(&engine, "", None).await.expect("nobody has it");
    assert!(first.owner.len() >= 32, "{first:?}");
    assert_eq!(take(&engine, "", None).await, Err(ErrorKind::KeyExists));
    assert_eq!(take(&engine, "other", None).await, Err(ErrorKind::KeyExists));
    set(&engine, "a", "x", "1").await;
    let again = take(&engine, &first.owner, None).await.expect("it is theirs");
    assert_eq!(again, first, "kept for longer it is the same lock");
    give_back(&engine, None).await.expect("whoever has it");
    give_back(&engine, None).await.expect("nobody has it");
    let second = take(&engine, "other", None).await.expect("nobody has it");
    assert!(second.revision > first.revision);
    assert_eq!(second.owner, "other");
    engine.shutdown().await;
}

#[tokio::test]
async fn only_its_owner_gives_it_back_with_a_name() {
    let engine = engine().await;
    assert_eq!(give_back(&engine, Some("me")).await, Err(ErrorKind::Conflict));
    take(&engine, "me", None).await.expect("taken");
    assert_eq!(give_back(&engine, Some("you")).await, Err(ErrorKind::Conflict));
    give_back(&engine, Some("me")).await.expect("it is theirs");
    assert_eq!(give_back(&engine, Some("me")).await, Err(ErrorKind::Conflict));
    engine.shutdown().await;
}

#[tokio::test]
async fn it_runs_out_at_its_time() {
    let (engine, clock) = clocked(1_000).await;
    assert_eq!(take(&engine, "me", Some(1_000)).await, Err(ErrorKind::InvalidArgument));
    let first = take(&engine, "me", Some(2_000)).await.expect("taken");
    clock.0.store(1_999, Relaxed);
    assert_eq!(take(&engine, "you", None).await, Err(ErrorKind::KeyExists));
    let kept = take(&engine, "me", Some(3_000)).await.expect("kept for longer");
    assert_eq!(kept, first);
    clock.0.store(2_999, Relaxed);
    assert_eq!(take(&engine, "you", None).await, Err(ErrorKind::KeyExists));
    clock.0.store(3_000, Relaxed);
    assert_eq!(give_back(&engine, Some("me")).await, Err(ErrorKind::Conflict));
    let second = take(&engine, "me", None).await.expect("it has run out");
    assert!(second.revision > first.revision, "the same owner takes it anew");
    engine.shutdown().await;
}

#[tokio::test]
async fn what_is_written_under_a_lost_lock_is_refused() {
    let (engine, clock) = clocked(1_000).await;
    let write = async |revision, text| {
        let written = engine.set(&under(revision), value("a", "x", text)).await;
        written.map(drop).map_err(|error| error.kind())
    };
    let first = take(&engine, "me", Some(5_000)).await.expect("taken").revision;
    write(first, "1").await.expect("it is held");
    take(&engine, "me", Some(6_000)).await.expect("kept for longer");
    write(first, "2").await.expect("it is the same lock");
    assert_eq!(write(Revision(first.0 + 1), "3").await, Err(ErrorKind::Conflict));
    clock.0.store(6_000, Relaxed);
    assert_eq!(write(first, "4").await, Err(ErrorKind::Conflict), "nobody has it");
    let second = take(&engine, "you", None).await.expect("it has run out").revision;
    assert_eq!(write(first, "5").await, Err(ErrorKind::Conflict), "somebody else has it");
    write(second, "6").await.expect("it is held");
    let deleted = engine.delete(&under(first), "a", "x").await.expect_err("it is lost");
    assert!(matches!(deleted, EngineError::Fenced { revision, .. } if revision == first));
    assert_eq!(engine.get(&me(), "a", "x").await.expect("there").value, "6");
    engine.delete(&under(second), "a", "x").await.expect("it is held");
    engine.shutdown().await;
}

/// The lock is one more condition, wherever a commit has its others.
#[tokio::test]
async fn commits_and_transactions_are_fenced_too() {
    use holdfast_engine::{
        Branch, CommitRequest, RequestedAction, RequestedCompare, RequestedCondition,
        RequestedRead, RequestedWrite, Txn,
    };
    use holdfast_model::{Relation, Target};
    let engine = engine().await;
    let held = take(&engine, "me", None).await.expect("taken").revision;
    let write = |key: &str| RequestedWrite {
        namespace: "b".into(),
        key: key.into(),
        action: RequestedAction::Put {
            value: Bytes::from_static(b"1"),
            codec: String::new(),
            ttl: None,
            mode: WriteMode::Upsert,
        },
        condition: Precondition::default(),
    };
    let absent = RequestedCondition {
        namespace: "c".into(),
        key: "none".into(),
        condition: Precondition::absent(),
    };
    let request = CommitRequest {
        writes: vec![write("x"), write("y")],
        conditions: vec![absent],
        ..CommitRequest::default()
    };
    let read = RequestedRead { namespace: "b".into(), key: "x".into() };
    let branch = |key: &str| Branch { writes: vec![write(key)], reads: vec![read.clone()] };
    let txn = Txn {
        compares: vec![RequestedCompare {
            namespace: "b".into(),
            key: "z".into(),
            target: Target::Version(0),
            relation: Relation::Equal,
        }],
        then: branch("z"),
        otherwise: branch("w"),
        reason: String::new(),
        idempotency_key: String::new(),
    };
    for (caller, fails) in [(under(held), false), (under(Revision(held.0 + 7)), true)] {
        let committed = engine.commit(&caller, request.clone()).await;
        assert_eq!(matches!(committed, Err(EngineError::Fenced { .. })), fails, "{committed:?}");
        let done = engine.txn(&caller, txn.clone()).await;
        assert_eq!(matches!(done, Err(EngineError::Fenced { .. })), fails, "{done:?}");
        assert!(fails || done.is_ok_and(|done| done.reads.len() == 1));
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn the_guard_is_asked_about_the_lock_and_not_about_where_it_is_kept() {
    let rule = |action, what: &Resource| match (action, &*what.namespace, &*what.key) {
        (Action::Write, "a", "mutex/k" | "x") | (Action::Read, "a", "mutex/seen") => {
            Decision::Allow
        }
        _ => Decision::Deny("no".into()),
    };
    let engine = engine_with(Rule(rule), Options::default()).await;
    let held = take(&engine, "me", None).await.expect("allowed");
    let other = Lock { key: "other".into(), ..wanted("me", None) };
    let denied = engine.lock(&me(), other).await.expect_err("not that one");
    assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
    let denied = engine.unlock(&me(), "a", "other", None).await.expect_err("not that one");
    assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
    // Who may not read a lock learns nothing of it from a write.
    let denied = engine.set(&under(held.revision), value("a", "x", "1")).await;
    assert_eq!(denied.expect_err("no right to read").kind(), ErrorKind::PermissionDenied);
    give_back(&engine, Some("me")).await.expect("allowed");
    for namespace in ["internal:holdfast.locks", "internal:holdfast"] {
        let own = Lock { namespace: namespace.into(), ..wanted("me", None) };
        assert!(engine.lock(&me(), own).await.is_err(), "{namespace}");
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn nobody_sees_locks_among_their_own() {
    let engine = engine().await;
    let mut watcher = engine.watch(&me(), Watch::default()).await.expect("a watch");
    take(&engine, "secret-owner", None).await.expect("taken");
    set(&engine, "a", "x", "1").await;
    let Ok(holdfast_engine::Delivery::Commit(matched)) = watcher.next().await else {
        panic!("a commit")
    };
    assert_eq!(matched.commit.commit().events[0].at.key.as_str(), "x");
    let names = engine.list_namespaces(&me(), "", 9, None).await.expect("names").namespaces;
    assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["a"]);
    let search = Search {
        namespace: None,
        prefix: String::new(),
        pattern: "k".into(),
        regex: false,
        ignore_case: false,
        keys: true,
        values: true,
        moment: Moment::Latest,
        live: false,
        after: None,
        limit: 10,
    };
    assert!(engine.search(&me(), search).await.expect("a page").found.is_empty());
    // Those who administer the server see that there is a lock, and not whose.
    let list = List {
        namespace: "internal:holdfast.locks".into(),
        prefix: String::new(),
        limit: None,
        after: None,
    };
    let entries = engine.list(&me(), list).await.expect("a list").entries;
    assert_eq!(entries.iter().map(|e| e.at.key.as_str()).collect::<Vec<_>>(), ["a/k"]);
    assert!(!String::from_utf8_lossy(&entries[0].value).contains("secret"));
    engine.shutdown().await;
}

/// Each adds one to a number that it reads and writes under the lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_under_a_lock_loses_nothing() {
    const CONTENDERS: usize = 32;
    const ROUNDS: usize = 5;
    let engine = engine().await;
    set(&engine, "a", "n", "0").await;
    let contend = |engine: Engine| async move {
        for _ in 0..ROUNDS {
            let held = loop {
                match take(&engine, "", None).await {
                    Ok(held) => break held,
                    Err(kind) => assert_eq!(kind, ErrorKind::KeyExists),
                }
                tokio::task::yield_now().await;
            };
            let entry = engine.get(&me(), "a", "n").await.expect("there");
            let number: usize = serde_json::from_slice(&entry.value).expect("a number");
            tokio::task::yield_now().await;
            let next = value("a", "n", &(number + 1).to_string());
            engine.set(&under(held.revision), next).await.expect("it is held");
            give_back(&engine, Some(&held.owner)).await.expect("it is theirs");
        }
    };
    let contenders: Vec<_> =
        (0..CONTENDERS).map(|_| tokio::spawn(contend(engine.clone()))).collect();
    for contender in contenders {
        contender.await.expect("no panic");
    }
    let entry = engine.get(&me(), "a", "n").await.expect("there");
    assert_eq!(entry.value, (CONTENDERS * ROUNDS).to_string());
    engine.shutdown().await;
}
