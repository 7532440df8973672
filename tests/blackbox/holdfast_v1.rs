//! What only holdfast.v1 has: batches with conditions, idempotency keys, life times, initial state, frames, compaction.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{
    CommitRequest, Condition, Event, EventKind, Precondition, Put, Write,
};
use holdfast_tests::client::{delete, put};
use holdfast_tests::log::{self, Delivery, Watch};
use holdfast_tests::server::Launch;
use holdfast_tests::{Failure, Server};
use tonic::Code;

fn only_if(write: Write, condition: Precondition) -> Write {
    Write { r#if: condition.into(), ..write }
}

fn assert_conflict<T: std::fmt::Debug>(answer: Result<T, Failure>) {
    let failure = answer.expect_err("the condition does not hold");
    assert_eq!((failure.code, failure.reason.as_str()), (Code::Aborted, "CONFLICT"), "{failure:?}");
    assert_eq!(failure.metadata.get("key").map(String::as_str), Some("k"), "{failure:?}");
}

#[tokio::test]
async fn every_kind_of_condition_holds_or_refuses_the_whole_batch() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let first = holdfast.commit(vec![put("a", "k", "1")]).await.expect("it is committed");
    let (revision, ordinal) = (first.revision, first.results[0].ordinal);
    let hash = |value: &[u8]| Some(Bytes::copy_from_slice(blake3::hash(value).as_bytes()));
    let none = Precondition::default;
    for (right, wrong) in [
        (
            Precondition { exists: Some(true), ..none() },
            Precondition { exists: Some(false), ..none() },
        ),
        (Precondition { version: Some(1), ..none() }, Precondition { version: Some(2), ..none() }),
        (
            Precondition { mod_revision: Some(revision), ..none() },
            Precondition { mod_revision: Some(revision + 1), ..none() },
        ),
        (
            Precondition { value_hash: hash(b"1"), ..none() },
            Precondition { value_hash: hash(b"2"), ..none() },
        ),
        (
            Precondition { ordinal: Some(ordinal), ..none() },
            Precondition { ordinal: Some(ordinal + 1), ..none() },
        ),
    ] {
        let before = log::check(&holdfast).await;
        // On the key that is written, and on one that only has to be as it was.
        let writes = vec![put("a", "other", "1"), only_if(put("a", "k", "9"), wrong.clone())];
        assert_conflict(holdfast.commit(writes).await);
        let condition = |precondition: Precondition| Condition {
            namespace: "a".into(),
            key: "k".into(),
            r#if: precondition.into(),
            ..Default::default()
        };
        let beside = |precondition| CommitRequest {
            writes: vec![put("a", "other", "1")],
            conditions: vec![condition(precondition)],
            ..Default::default()
        };
        assert_conflict(holdfast.commit_as(beside(wrong)).await);
        assert_eq!(log::check(&holdfast).await, before, "nothing of it was applied");
        holdfast.commit_as(beside(right)).await.expect("the condition holds");
    }
    log::check(&holdfast).await;
}

#[tokio::test]
async fn an_idempotency_key_makes_a_retry_safe_across_a_restart() {
    let mut server = Server::dev().await;
    let request = |value: &'static str| CommitRequest {
        writes: vec![put("a", "k", value)],
        idempotency_key: "order-7".into(),
        ..Default::default()
    };
    let first = server.holdfast().await.commit_as(request("1")).await.expect("it is committed");
    assert!(!first.replayed);
    for _ in 0..2 {
        let again =
            server.holdfast().await.commit_as(request("1")).await.expect("it is remembered");
        assert!(again.replayed);
        assert_eq!((again.revision, &again.token), (first.revision, &first.token));
        assert_eq!(again.results, first.results);
        server.restart().await;
    }
    let holdfast = server.holdfast().await;
    let failure = holdfast.commit_as(request("2")).await.expect_err("another request");
    assert_eq!(
        (failure.code, failure.reason.as_str()),
        (Code::FailedPrecondition, "IDEMPOTENCY_MISMATCH")
    );
    assert_eq!(log::check(&holdfast).await.len(), 1);
}

fn with_ttl(write: Write, millis: u64) -> Write {
    let ttl = buffa_types::google::protobuf::Duration {
        seconds: (millis / 1_000).try_into().expect("small"),
        nanos: (millis % 1_000 * 1_000_000).try_into().expect("small"),
        ..Default::default()
    };
    let put = Put { value: "1".into(), ttl: ttl.into(), ..Default::default() };
    Write { action: put.into(), ..write }
}

#[tokio::test]
async fn an_entry_goes_when_its_time_has_come() {
    let mut server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let mut watch = Watch::new(holdfast.watch(&[("a", "")], None).await.expect("a watch"));
    let writes =
        vec![with_ttl(put("a", "soon", "1"), 300), with_ttl(put("a", "later", "1"), 3_600_000)];
    holdfast.commit(writes).await.expect("it is committed");
    let set = watch.next_commit().await.expect("the commit");
    assert!(set.events.iter().all(|event| event.expires_at.is_set()), "{set:?}");
    let expired = watch.next_commit().await.expect("the expiry");
    assert_eq!(expired.events.len(), 1);
    let event = &expired.events[0];
    assert_eq!((event.kind, event.key.as_str()), (EventKind::EVENT_KIND_EXPIRE.into(), "soon"));
    let config = server.config().await;
    assert_eq!(config.get("a", "soon").await.expect_err("it is gone").code, Code::NotFound);
    assert_eq!(config.list("a", "", 0, "").await.expect("a list").entries.len(), 1);
    // One whose time comes while nobody is there.
    holdfast.commit(vec![with_ttl(put("a", "away", "1"), 200)]).await.expect("it is committed");
    if server.keeps_its_log() {
        server.kill();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    if !server.is_running() {
        server.start_again().await;
    }
    let config = server.config().await;
    assert_eq!(config.get("a", "away").await.expect_err("it is gone").code, Code::NotFound);
    // A put without a life time takes it away.
    config.set("a", "later", "2").await.expect("it is written");
    let holdfast = server.holdfast().await;
    let (_, state) = log::read_state(&holdfast).await.expect("the state");
    assert!(!state[&("a".into(), "later".into())].expires_at.is_set());
}

/// State and then changes, with nothing lost or twice between them, while others write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn initial_state_and_changes_fit_together() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let fill =
        (0..2_000).map(|n| put("a", &format!("k{n:04}"), format!("\"{}\"", "v".repeat(300))));
    holdfast.commit(fill.collect()).await.expect("it is committed");
    let config = server.config().await;
    let writer = tokio::spawn(async move {
        for n in 0..600 {
            config
                .set("a", &format!("k{:04}", n * 7 % 2_000), &n.to_string())
                .await
                .expect("it is written");
        }
    });
    let mut watches = Vec::new();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let stream = holdfast.watch(&[("a", "k")], Some(Start::InitialState(true))).await;
        watches.push(Watch::new(stream.expect("a watch")));
    }
    writer.await.expect("it does not panic");
    let commits = log::check(&holdfast).await;
    let last = commits.last().expect("commits").revision;
    let expected = values(log::replay(&commits).into_values());
    for mut watch in watches {
        let Ok(Delivery::Initial(state)) = watch.next().await else { panic!("state comes first") };
        let mut seen = values(state.events.into_iter());
        let mut position = state.revision;
        while position < last {
            match watch.next().await.expect("it goes on") {
                Delivery::Commit(commit) => {
                    assert!(commit.revision > position, "{} after {position}", commit.revision);
                    position = commit.revision;
                    seen.extend(values(commit.events.into_iter()));
                }
                Delivery::Bookmark(revision, _) => position = revision,
                Delivery::Initial(more) => panic!("state comes once: {more:?}"),
            }
        }
        assert!(seen == expected, "state and changes add up to what is there");
    }
}

fn values(events: impl Iterator<Item = Event>) -> BTreeMap<String, (u64, Bytes)> {
    events.map(|event| (event.key, (event.version, event.value))).collect()
}

#[tokio::test]
async fn a_large_commit_comes_in_frames() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let value = format!("\"{}\"", "x".repeat(700_000));
    let writes = (0..8).map(|n| put("a", &format!("k{n}"), value.clone())).collect();
    holdfast.commit(writes).await.expect("it is committed");
    for start in [Start::AfterRevision(0), Start::InitialState(true)] {
        let mut stream = holdfast.watch(&[], Some(start)).await.expect("a watch");
        let (mut frames, mut events) = (0, 0);
        loop {
            let frame = stream.message().await.expect("a frame").expect("it goes on");
            // So far nothing was read: it may take longer than a bookmark does.
            if frames == 0 && frame.kind == Kind::KIND_BOOKMARK {
                continue;
            }
            assert_ne!(frame.kind, Kind::KIND_BOOKMARK);
            frames += 1;
            events += frame.events.len();
            assert_eq!(frame.revision, 1);
            if frame.last {
                break;
            }
        }
        assert!(frames >= 6, "{frames} frames for 5.6 MB: a frame holds at most 1 MiB");
        assert_eq!(events, 8);
    }
}

#[tokio::test]
async fn a_start_that_was_compacted_is_told_with_the_oldest() {
    let mut server = Launch::default().settings("retention.max_revisions = 50").start().await;
    let holdfast = server.holdfast().await;
    let mut tokens = Vec::new();
    for n in 0..200 {
        let write = if n % 10 == 9 { delete("a", "k") } else { put("a", "k", n.to_string()) };
        tokens.push(holdfast.commit(vec![write]).await.expect("it is committed").token);
    }
    let oldest_kept = log::oldest(&holdfast).await;
    assert!((3..=151).contains(&oldest_kept), "{oldest_kept}");
    let failure = holdfast.watch(&[], Some(Start::Token(tokens[0].clone()))).await;
    assert_eq!(failure.expect_err("it is gone").reason, "COMPACTED");
    // 0 is all there is; the oldest itself can be had. Compaction may still be on its way, and what was the oldest is gone then.
    let from_the_oldest = async {
        loop {
            let oldest = log::oldest(&holdfast).await;
            match log::read_after(&holdfast, oldest - 1).await {
                Err(failure) if failure.reason == "COMPACTED" => {}
                read => return read,
            }
        }
    };
    for read in [log::read_after(&holdfast, 0).await, from_the_oldest.await] {
        let commits = read.expect("what is kept");
        assert_eq!(commits.last().expect("commits").revision, 200);
        log::assert_dense(&commits, commits[0].revision - 1);
    }
    assert_eq!(
        server.config().await.get("a", "k").await.expect_err("deleted").code,
        Code::NotFound
    );
    server.restart().await;
    let holdfast = server.holdfast().await;
    assert!(log::oldest(&holdfast).await >= oldest_kept, "floors never fall");
    let written = holdfast.commit(vec![put("a", "k", "1")]).await.expect("it is committed");
    assert_eq!(written.results[0].version, 1);
    assert!(written.results[0].ordinal > 200, "ordinals are never used again: {written:?}");
}
