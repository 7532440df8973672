use holdfast_auth::{Action, AllowAll, AuthError, Decision, DenyAll, Resource};
use holdfast_engine::{List, Options, Versions};
use holdfast_model::{ErrorKind, Revision};

use super::*;

#[tokio::test]
async fn a_value_is_written_read_and_gone() {
    let engine = engine().await;
    let first = set(&engine, "a", "k", "1").await;
    assert_eq!((first.version, first.mod_revision), (1, Revision(1)));
    let second = set(&engine, "a", "k", "2").await;
    assert_eq!((second.version, second.created_at), (2, first.created_at));
    assert_eq!(*engine.get(&me(), "a", "k").await.expect("there"), *second);
    engine.delete(&me(), "a", "k").await.expect("a delete");
    assert!(is_not_found(engine.get(&me(), "a", "k").await));
    assert!(is_not_found(engine.delete(&me(), "a", "k").await));
    let again = set(&engine, "a", "k", "3").await;
    assert_eq!((again.version, again.ordinal, again.create_revision), (1, 4, Revision(4)));
    let past = engine.get_at(&me(), "a", "k", Revision(1)).await.expect("history");
    assert_eq!(past.value, "1");
    assert!(is_not_found(engine.get_at(&me(), "a", "k", Revision(3)).await));
    engine.shutdown().await;
}

#[tokio::test]
async fn names_are_judged_after_the_guard() {
    let engine = engine_with(DenyAll, Options::default()).await;
    let refused = engine.set(&me(), value("bad/ns", "k", "1")).await.expect_err("denied");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    engine.shutdown().await;
    let engine = super::engine().await;
    let refused = engine.set(&me(), value("bad/ns", "k", "1")).await.expect_err("a bad name");
    assert_eq!(refused.kind(), ErrorKind::InvalidNamespace);
    let refused = engine.set(&me(), value("internal:holdfast", "k", "1")).await;
    assert_eq!(refused.expect_err("the server's own").kind(), ErrorKind::ReadOnly);
    engine.shutdown().await;
}

/// Lets nobody see keys that begin with `secret`.
fn no_secrets(action: Action, what: &Resource) -> Decision {
    let secret = action == Action::Read && what.key.starts_with("secret");
    if secret { Decision::Deny("no".into()) } else { Decision::Allow }
}

#[tokio::test]
async fn a_guard_decides_for_each_key() {
    let engine = engine_with(Rule(no_secrets), Options::default()).await;
    set(&engine, "a", "secret/x", "1").await;
    let refused = engine.get(&me(), "a", "secret/x").await.expect_err("hidden");
    assert!(matches!(refused, EngineError::Auth(AuthError::Denied(why)) if why == "no"));
    engine.shutdown().await;
}

#[tokio::test]
async fn pages_neither_overlap_nor_skip() {
    let engine = engine().await;
    for n in 0..25 {
        set(&engine, "a", &format!("k{n:02}"), "1").await;
    }
    set(&engine, "b", "k", "1").await;
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let list = List { namespace: "a".into(), prefix: "k".into(), limit: Some(7), after };
        let page = engine.list(&me(), list).await.expect("a page");
        seen.extend(page.entries.iter().map(|e| e.at.key.to_string()));
        if !page.more {
            break;
        }
        after = seen.last().cloned();
    }
    let all: Vec<_> = (0..25).map(|n| format!("k{n:02}")).collect();
    assert_eq!(seen, all);
    engine.shutdown().await;
}

#[tokio::test]
async fn sixteen_writers_lose_no_increment() {
    let engine = engine().await;
    let writers = (0..16).map(|_| {
        let engine = engine.clone();
        tokio::spawn(async move { set(&engine, "a", "k", "1").await.version })
    });
    let mut versions: Vec<u64> =
        futures::future::join_all(writers).await.into_iter().map(|v| v.expect("joined")).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<_>>());
    engine.shutdown().await;
}

#[tokio::test]
async fn versions_are_of_the_current_incarnation() {
    let engine = engine().await;
    set(&engine, "a", "k", "0").await;
    engine.delete(&me(), "a", "k").await.expect("a delete");
    for n in 1..=5 {
        set(&engine, "a", "k", &n.to_string()).await;
    }
    let ask = |version, limit, below| Versions {
        namespace: "a".into(),
        key: "k".into(),
        version,
        limit,
        below,
        key_rule: any_key,
    };
    let versions = async |wanted| {
        let page = engine.versions(&me(), wanted).await.expect("versions");
        (page.entries.iter().map(|e| e.version).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(versions(ask(None, None, None)).await, (vec![5, 4, 3, 2, 1], false));
    assert_eq!(versions(ask(None, Some(2), None)).await, (vec![5, 4], true));
    assert_eq!(versions(ask(None, Some(2), Some(4))).await, (vec![3, 2], true));
    assert_eq!(versions(ask(None, Some(2), Some(2))).await, (vec![1], false));
    assert_eq!(versions(ask(Some(2), None, None)).await, (vec![2], false));
    let missing = engine.versions(&me(), ask(Some(99), None, None)).await.expect_err("missing");
    assert_eq!(missing.kind(), ErrorKind::VersionNotFound);
    engine.shutdown().await;
}

#[tokio::test]
async fn snapshots_tell_whether_anything_changed() {
    let engine = engine_with(AllowAll, Options::default()).await;
    for key in ["key1", "key2", "key3"] {
        set(&engine, "a", key, "1").await;
    }
    let first = engine.snapshot(&me(), "a", "").await.expect("a snapshot");
    assert_eq!(first.etag, "c7475a94cb71538528caa88904ef6dda8f245ff94414b43e0051c315ff0eedf5");
    let same = engine.snapshot(&me(), "a", &first.etag).await.expect("a snapshot");
    assert!(same.not_modified && same.entries.is_empty());
    engine.delete(&me(), "a", "key1").await.expect("a delete");
    set(&engine, "a", "key1", "1").await;
    let again = engine.snapshot(&me(), "a", &first.etag).await.expect("a snapshot");
    assert!(!again.not_modified, "created again at version 1, and the tag did not change");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_is_alone_may_be_inside_another_executor() {
    let engine = engine().await;
    // The committer's thread takes the first; from then on nobody else is there.
    set(&engine, "a", "k", "1").await;
    set(&engine, "a", "k", "2").await;
    let inside = engine.clone();
    let committed = tokio::task::spawn_blocking(move || {
        futures::executor::block_on(inside.set(&me(), value("a", "k", "3")))
    });
    assert_eq!(committed.await.expect("no panic").expect("a set").version, 3);
    engine.shutdown().await;
    let refused = engine.set(&me(), value("a", "k", "4")).await.expect_err("it has stopped");
    assert!(matches!(refused, EngineError::Stopping), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_meet_and_part_again_lose_no_write() {
    const WRITERS: u64 = 3;
    const WRITES: u64 = 200;
    let engine = engine().await;
    let writers = (0..WRITERS).map(|writer| {
        let engine = engine.clone();
        tokio::spawn(async move {
            for n in 0..WRITES {
                set(&engine, "a", "k", &n.to_string()).await;
                // At different paces, so that each is alone now and then.
                for _ in 0..(n * (writer + 1)) % 7 {
                    tokio::task::yield_now().await;
                }
            }
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.expect("no panic");
    }
    assert_eq!(engine.get(&me(), "a", "k").await.expect("there").version, WRITERS * WRITES);
    assert_eq!(engine.status().head.revision.0, WRITERS * WRITES);
    engine.shutdown().await;
}
