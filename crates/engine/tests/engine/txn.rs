use holdfast_engine::{
    Branch, RequestedAction, RequestedCompare, RequestedRead, RequestedWrite, Txn,
};
use holdfast_model::{ErrorKind, Precondition, Relation, Revision, Target};

use super::*;

fn put(key: &str, text: &str) -> RequestedWrite {
    let action = RequestedAction::Put {
        value: Bytes::from(text.to_owned()),
        codec: String::new(),
        ttl: None,
        mode: WriteMode::Upsert,
    };
    let condition = Precondition::default();
    RequestedWrite { namespace: "a".into(), key: key.into(), action, condition }
}

fn compare(key: &str, target: Target, relation: Relation) -> RequestedCompare {
    RequestedCompare { namespace: "a".into(), key: key.into(), target, relation }
}

fn read(key: &str) -> RequestedRead {
    RequestedRead { namespace: "a".into(), key: key.into() }
}

fn branch(writes: Vec<RequestedWrite>, reads: &[&str]) -> Branch {
    Branch { writes, reads: reads.iter().map(|key| read(key)).collect() }
}

#[tokio::test]
async fn a_transaction_does_one_of_two_things_and_reads_behind_it() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    let txn = |value: &str| Txn {
        compares: vec![
            compare("k", Target::Value(Bytes::from(value.to_owned())), Relation::Equal),
            compare("none", Target::Version(0), Relation::Equal),
        ],
        then: branch(vec![put("k", "2"), put("done", "true")], &["k", "none"]),
        otherwise: branch(vec![put("missed", "1")], &["missed", "k"]),
        ..Txn::default()
    };
    let won = engine.txn(&me(), txn("1")).await.expect("it holds");
    assert!(won.succeeded && won.commit.revision == Revision(2) && won.commit.results.len() == 2);
    let values = |reads: &[Option<Arc<Entry>>]| -> Vec<Option<Bytes>> {
        reads.iter().map(|entry| entry.as_ref().map(|entry| entry.value.clone())).collect()
    };
    assert_eq!(values(&won.reads), [Some("2".into()), None]);
    let lost = engine.txn(&me(), txn("1")).await.expect("it does not hold, which is no error");
    assert!(!lost.succeeded && lost.commit.results[0].key == "missed");
    assert_eq!(values(&lost.reads), [Some("1".into()), Some("2".into())]);
    assert_eq!(engine.get(&me(), "a", "k").await.expect("there").value, "2");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_transaction_that_only_looks_writes_nothing() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    let txn = Txn {
        compares: vec![compare("k", Target::ModRevision(Revision(1)), Relation::Less)],
        otherwise: branch(vec![], &["k"]),
        ..Txn::default()
    };
    let done = engine.txn(&me(), txn).await.expect("it looks");
    assert!(!done.succeeded && done.reads[0].is_some());
    assert_eq!((done.commit.revision, engine.status().head.revision), (Revision(1), Revision(1)));
    let nothing = engine.txn(&me(), Txn::default()).await.expect_err("nothing to do");
    assert_eq!(nothing.kind(), ErrorKind::InvalidArgument);
    engine.shutdown().await;
}

#[tokio::test]
async fn conditions_inside_a_branch_refuse_it_by_its_own_count() {
    let engine = engine().await;
    let mut guarded = put("b", "1");
    guarded.condition = Precondition::exists();
    let txn = Txn {
        compares: vec![compare("k", Target::Version(1), Relation::Equal)],
        then: branch(vec![put("x", "1"), put("y", "1")], &[]),
        otherwise: branch(vec![put("a", "1"), guarded], &[]),
        ..Txn::default()
    };
    let refused = engine.txn(&me(), txn).await.expect_err("b does not exist");
    assert!(matches!(refused, EngineError::Conflict { write: Some(1), .. }), "{refused}");
    assert_eq!(engine.status().head.revision, Revision::ZERO);
    let twice = Txn { then: branch(vec![put("x", "1"), put("x", "2")], &[]), ..Txn::default() };
    let refused = engine.txn(&me(), twice).await.expect_err("one key twice");
    assert!(refused.to_string().starts_with("then.writes[1].key"), "{refused}");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_retry_takes_the_branch_of_the_first_time() {
    let engine = engine().await;
    let txn = || Txn {
        compares: vec![compare("k", Target::Version(0), Relation::Greater)],
        then: branch(vec![put("k", "\"then\"")], &["k"]),
        otherwise: branch(vec![put("k", "\"otherwise\"")], &["k"]),
        idempotency_key: "once".into(),
        ..Txn::default()
    };
    let first = engine.txn(&me(), txn()).await.expect("done");
    set(&engine, "a", "k", "1").await;
    let again = engine.txn(&me(), txn()).await.expect("a replay");
    assert!(!first.succeeded && !again.succeeded && again.commit.replayed);
    assert_eq!(again.commit.revision, first.commit.revision);
    assert_eq!(again.reads[0].as_ref().map(|e| e.value.clone()), Some("\"otherwise\"".into()));
    let other = Txn { reason: "another".into(), ..txn() };
    let refused = engine.txn(&me(), other).await.expect_err("another request");
    assert_eq!(refused.kind(), ErrorKind::IdempotencyMismatch);
    engine.shutdown().await;
}
