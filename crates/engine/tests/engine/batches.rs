use holdfast_engine::{CommitRequest, Limits, RequestedAction, RequestedCondition, RequestedWrite};
use holdfast_model::{ErrorKind, Precondition, Revision};

use super::*;

fn put(namespace: &str, key: &str, text: &str) -> RequestedWrite {
    RequestedWrite {
        namespace: namespace.into(),
        key: key.into(),
        action: RequestedAction::Put {
            value: Bytes::from(text.to_owned()),
            codec: String::new(),
            ttl: None,
            mode: WriteMode::Upsert,
        },
        condition: Precondition::default(),
    }
}

#[tokio::test]
async fn a_commit_is_one_revision_over_any_namespaces() {
    let engine = engine().await;
    let writes = vec![put("a", "x", "1"), put("b", "y", "2")];
    let request = CommitRequest { writes, reason: "why".into(), ..Default::default() };
    let answer = engine.commit(&me(), request).await.expect("a commit");
    assert_eq!((answer.revision, answer.results.len()), (Revision(1), 2));
    for (namespace, key) in [("a", "x"), ("b", "y")] {
        let entry = engine.get(&me(), namespace, key).await.expect("there");
        assert_eq!(entry.mod_revision, Revision(1));
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn names_count_whatever_is_done_to_them() {
    let limits = Limits { commit_bytes: 2_000, ..Limits::default() };
    let engine = engine_with(AllowAll, Options { limits, ..Options::default() }).await;
    let delete = |n: usize| RequestedWrite {
        action: RequestedAction::Delete { missing_ok: true },
        ..put("a", &format!("{n}{}", "k".repeat(99)), "")
    };
    let writes = (0..30).map(delete).collect();
    let request = CommitRequest { writes, ..CommitRequest::default() };
    let refused = engine.commit(&me(), request).await.expect_err("3,000 bytes of names");
    assert_eq!(refused.kind(), ErrorKind::TooLarge);
    let writes = (0..10).map(delete).collect();
    let request = CommitRequest { writes, ..CommitRequest::default() };
    engine.commit(&me(), request).await.expect("1,000 bytes of names");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_condition_that_fails_applies_nothing() {
    let engine = engine().await;
    set(&engine, "a", "x", "1").await;
    let mut write = put("a", "x", "2");
    write.condition.version = Some(7);
    let request = CommitRequest { writes: vec![put("a", "y", "1"), write], ..Default::default() };
    let refused = engine.commit(&me(), request).await.expect_err("a wrong version");
    assert!(matches!(refused, EngineError::Conflict { write: Some(1), .. }), "{refused}");
    assert!(is_not_found(engine.get(&me(), "a", "y").await));
    let beside = RequestedCondition {
        namespace: "a".into(),
        key: "x".into(),
        condition: Precondition::absent(),
    };
    let request = CommitRequest {
        writes: vec![put("a", "y", "1")],
        conditions: vec![beside],
        ..Default::default()
    };
    let refused = engine.commit(&me(), request).await.expect_err("it exists");
    assert!(matches!(refused, EngineError::Conflict { write: None, .. }), "{refused}");
    assert_eq!(engine.status().head.revision, Revision(1));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_retry_under_the_same_key_changes_nothing() {
    let engine = engine().await;
    let request = |text: &str| CommitRequest {
        writes: vec![put("a", "x", text)],
        idempotency_key: "once".into(),
        ..Default::default()
    };
    let first = engine.commit(&me(), request("1")).await.expect("a commit");
    let again = engine.commit(&me(), request("1")).await.expect("a replay");
    assert!(again.replayed && !first.replayed);
    assert_eq!((again.revision, again.results[0].id), (first.revision, first.results[0].id));
    let other = engine.commit(&me(), request("2")).await.expect_err("another request");
    assert_eq!(other.kind(), ErrorKind::IdempotencyMismatch);
    let you = Caller { identity: Identity::named("you"), ..me() };
    let yours = engine.commit(&you, request("2")).await.expect("another identity");
    assert!(!yours.replayed);
    engine.shutdown().await;
}

#[tokio::test]
async fn what_one_commit_cannot_hold_is_refused_with_its_size() {
    let engine = engine().await;
    let writes = (0..10_001).map(|n| put("a", &format!("k{n}"), "1")).collect();
    let refused = engine.commit(&me(), CommitRequest { writes, ..Default::default() }).await;
    let refused = refused.expect_err("too many");
    assert!(refused.to_string().contains("10001"), "{refused}");
    let big = "\"".to_owned() + &"v".repeat(1_000_000) + "\"";
    let writes = (0..9).map(|n| put("a", &format!("k{n}"), &big)).collect();
    let refused = engine.commit(&me(), CommitRequest { writes, ..Default::default() }).await;
    assert_eq!(refused.expect_err("too large").kind(), ErrorKind::TooLarge);
    let writes = vec![put("a", "x", "1"), put("a", "x", "2")];
    let refused = engine.commit(&me(), CommitRequest { writes, ..Default::default() }).await;
    let refused = refused.expect_err("one key twice");
    assert!(refused.to_string().starts_with("writes[1].key"), "{refused}");
    assert_eq!(engine.status().head.revision, Revision::ZERO);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_caller_that_hangs_up_loses_only_the_answer() {
    let engine = engine().await;
    let waiting = engine.clone();
    let task = tokio::spawn(async move { waiting.set(&me(), value("a", "k", "1")).await });
    while engine.status().head.revision == Revision::ZERO && !task.is_finished() {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert_eq!(engine.get(&me(), "a", "k").await.expect("committed").value, "1");
    let late = Caller { deadline: Some(std::time::Instant::now()), ..me() };
    std::thread::sleep(std::time::Duration::from_millis(2));
    let refused = engine.set(&late, value("a", "late", "1")).await.expect_err("too late");
    assert_eq!(refused.kind(), ErrorKind::DeadlineExceeded);
    assert!(is_not_found(engine.get(&me(), "a", "late").await));
    engine.shutdown().await;
}
