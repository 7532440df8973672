use std::time::Duration;

use holdfast_auth::{Action, Decision, Resource};
use holdfast_engine::{
    Change, CommitRequest, Limits, Moment, RequestedAction, RequestedWrite, Rollback, RollbackScope,
};
use holdfast_model::{ErrorKind, Precondition, Revision, ValueType};

use super::*;

fn to(revision: u64) -> Rollback {
    Rollback {
        namespace: "a".into(),
        scope: RollbackScope::Below(String::new()),
        to: Moment::Revision(Revision(revision)),
        dry_run: false,
        expect_head: None,
        reason: String::new(),
        idempotency_key: String::new(),
    }
}

async fn put(engine: &Engine, key: &str, bytes: &'static [u8], codec: &str, ttl: Option<u64>) {
    let action = RequestedAction::Put {
        value: Bytes::from_static(bytes),
        codec: codec.into(),
        ttl: ttl.map(Duration::from_secs),
        mode: WriteMode::Upsert,
    };
    let condition = Precondition::default();
    let write = RequestedWrite { namespace: "a".into(), key: key.into(), action, condition };
    let request = CommitRequest { writes: vec![write], ..Default::default() };
    engine.commit(&me(), request).await.expect("a commit");
}

/// Keys, values, codecs, types and life times.
async fn state(engine: &Engine) -> Vec<(String, Bytes, String, ValueType, Option<i64>)> {
    let snapshot = engine.snapshot(&me(), "a", "").await.expect("a snapshot");
    let essence = |e: &Arc<Entry>| {
        let ttl = e.expires_at.map(|due| due.0 - e.modified_at.0);
        (e.at.key.to_string(), e.value.clone(), e.codec.as_str().to_owned(), e.value_type, ttl)
    };
    snapshot.entries.iter().map(essence).collect()
}

#[tokio::test]
async fn a_namespace_becomes_what_it_was_in_one_commit() {
    let engine = engine().await;
    put(&engine, "raw", b"\x00\xff", "raw", None).await;
    put(&engine, "lease", b"1", "json", Some(3_600)).await;
    put(&engine, "same", b"true", "json", None).await;
    put(&engine, "gone", b"\"x\"", "json", None).await;
    let before = state(&engine).await;
    put(&engine, "raw", b"[1]", "json", None).await;
    put(&engine, "lease", b"1", "json", None).await;
    put(&engine, "new", b"1", "json", None).await;
    engine.delete(&me(), "a", "gone").await.expect("deleted");
    let plan = engine.rollback(&me(), Rollback { dry_run: true, ..to(4) }).await.expect("a plan");
    assert!(plan.commit.is_none() && plan.head == Revision(8));
    let steps: Vec<_> = plan.plan.iter().map(|d| (d.key.as_str(), d.change)).collect();
    let expected = [
        ("gone", Change::Added),
        ("lease", Change::Changed),
        ("new", Change::Removed),
        ("raw", Change::Changed),
    ];
    assert_eq!(steps, expected);
    assert_eq!(engine.status().head.revision, Revision(8));
    let expect_head = Some(plan.head);
    let done = engine.rollback(&me(), Rollback { expect_head, ..to(4) }).await.expect("done");
    let commit = done.commit.expect("a commit");
    assert_eq!((commit.revision, commit.results.len()), (Revision(9), 4));
    assert_eq!(state(&engine).await, before);
    let again = engine.rollback(&me(), to(4)).await.expect("nothing to do but the lease");
    assert_eq!(again.plan.iter().map(|d| d.key.as_str()).collect::<Vec<_>>(), ["lease"]);
    engine.shutdown().await;
}

#[tokio::test]
async fn one_key_or_a_prefix_leaves_the_rest_alone() {
    let engine = engine().await;
    for key in ["k", "k2", "k/x", "other"] {
        set(&engine, "a", key, "1").await;
    }
    for key in ["k", "k2", "k/x", "other"] {
        set(&engine, "a", key, "2").await;
    }
    let one = Rollback { scope: RollbackScope::Key("k".into()), ..to(4) };
    let done = engine.rollback(&me(), one).await.expect("done");
    assert_eq!(done.plan.len(), 1);
    let below = Rollback { scope: RollbackScope::Below("k/".into()), ..to(4) };
    engine.rollback(&me(), below).await.expect("done");
    for (key, value) in [("k", "1"), ("k2", "2"), ("k/x", "1"), ("other", "2")] {
        assert_eq!(engine.get(&me(), "a", key).await.expect("there").value, value, "{key}");
    }
    let nothing = engine.rollback(&me(), to(10)).await.expect("already so");
    assert_eq!(nothing.commit.expect("an answer").revision, Revision(10));
    assert_eq!(engine.status().head.revision, Revision(10));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_plan_that_is_no_longer_true_is_refused_and_a_retry_is_safe() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    set(&engine, "a", "k", "2").await;
    set(&engine, "b", "k", "1").await;
    let moved = Rollback { expect_head: Some(Revision(1)), ..to(1) };
    let refused = engine.rollback(&me(), moved).await.expect_err("k was written since");
    assert!(refused.kind() == ErrorKind::Conflict && refused.to_string().contains("a/k"));
    // Another namespace does not count.
    let once =
        || Rollback { expect_head: Some(Revision(2)), idempotency_key: "once".into(), ..to(1) };
    let first = engine.rollback(&me(), once()).await.expect("done").commit.expect("a commit");
    let again = engine.rollback(&me(), once()).await.expect("replayed").commit.expect("a commit");
    assert!(again.replayed && again.revision == first.revision);
    for (rollback, kind) in [
        (to(99), ErrorKind::FutureRevision),
        (Rollback { namespace: "internal:holdfast".into(), ..to(1) }, ErrorKind::ReadOnly),
        (Rollback { reason: "r".repeat(2_000), ..to(1) }, ErrorKind::InvalidArgument),
    ] {
        assert_eq!(engine.rollback(&me(), rollback).await.expect_err("refused").kind(), kind);
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn more_than_a_commit_may_hold_is_refused_with_its_size() {
    let limits = Limits { commit_events: 10, ..Limits::default() };
    let engine = engine_with(AllowAll, Options { limits, ..Options::default() }).await;
    for n in 0..25 {
        set(&engine, "a", &format!("k{n:02}"), "1").await;
    }
    let refused = engine.rollback(&me(), to(0)).await.expect_err("25 keys");
    assert_eq!(refused.kind(), ErrorKind::TooLarge);
    let said = refused.to_string();
    assert!(said.contains("25 keys") && said.contains("prefix by prefix"), "{said}");
    let part = Rollback { scope: RollbackScope::Below("k0".into()), ..to(0) };
    assert_eq!(engine.rollback(&me(), part).await.expect("ten keys").plan.len(), 10);
    engine.shutdown().await;
}

/// Lets everybody read, and write only what begins with `mine`.
fn mine_to_write(action: Action, what: &Resource) -> Decision {
    let reads = matches!(action, Action::Read | Action::List | Action::Watch);
    let seed = what.namespace == "a" && what.key.starts_with("theirs") && action == Action::Write;
    let allowed = reads || what.key.starts_with("mine") || seed;
    if allowed { Decision::Allow } else { Decision::Deny("not yours".into()) }
}

#[tokio::test]
async fn every_key_of_a_rollback_is_asked_about() {
    let engine = engine_with(Rule(mine_to_write), Options::default()).await;
    set(&engine, "a", "mine/k", "1").await;
    set(&engine, "a", "theirs/k", "1").await;
    let refused = engine.rollback(&me(), to(0)).await.expect_err("a delete that is not allowed");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    assert_eq!(engine.status().head.revision, Revision(2), "nothing of it was applied");
    let mine = Rollback { scope: RollbackScope::Below("mine".into()), ..to(0) };
    assert_eq!(engine.rollback(&me(), mine).await.expect("allowed").plan.len(), 1);
    engine.shutdown().await;
}

/// Writers that never stop do not make a rollback half of one state and half of another.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_beside_writers_is_of_one_moment() {
    let engine = engine().await;
    for n in 0..50 {
        set(&engine, "a", &format!("k{n:02}"), "0").await;
    }
    let writer = {
        let engine = engine.clone();
        tokio::spawn(async move {
            for n in 0..200 {
                set(&engine, "a", &format!("k{:02}", n % 50), &n.to_string()).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    let mut done = 0;
    for _ in 0..20 {
        match engine.rollback(&me(), to(50)).await {
            Ok(answer) => {
                let revision = answer.commit.expect("a commit").revision;
                let moment = Moment::Revision(revision);
                let state = engine.snapshot_at(&me(), "a", "", moment).await.expect("a snapshot");
                assert!(state.entries.iter().all(|entry| entry.value == "0"), "half a rollback");
                done += 1;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}"),
        }
    }
    writer.await.expect("the writer does not panic");
    assert!(done > 0, "not one of 20 came through");
    engine.shutdown().await;
}
