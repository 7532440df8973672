use holdfast_engine::{Cached, Watch};
use holdfast_model::ErrorKind;

use super::*;

async fn keep(
    engine: &Engine,
    key: &str,
    value: &str,
    until: Option<i64>,
) -> Result<(), ErrorKind> {
    let cached = Cached {
        namespace: "a".into(),
        key: key.into(),
        value: Bytes::from(value.to_owned()),
        until: until.map(Timestamp),
    };
    engine.set_cached(&me(), cached).await.map_err(|error| error.kind())
}

async fn kept(engine: &Engine, key: &str) -> Option<(Bytes, Option<i64>)> {
    match engine.get_cached(&me(), "a", key).await {
        Ok(entry) => Some((entry.value.clone(), entry.expires_at.map(|at| at.0))),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            None
        }
    }
}

#[tokio::test]
async fn a_value_stays_until_its_time() {
    let clock = Arc::new(Hands(AtomicI64::new(1_000)));
    let options = Options { clock: Arc::<Hands>::clone(&clock), ..Options::default() };
    let engine = engine_with(AllowAll, options).await;
    keep(&engine, "k", "{\"a\":null}", Some(2_000)).await.expect("kept");
    keep(&engine, "n", "null", None).await.expect("kept");
    let value = Bytes::from_static(b"{\"a\":null}");
    assert_eq!(kept(&engine, "k").await, Some((value, Some(2_000))), "the very time");
    clock.0.store(2_000, Relaxed);
    assert_eq!(kept(&engine, "k").await, None);
    assert_eq!(kept(&engine, "n").await, Some((Bytes::from_static(b"null"), None)));
    // What has expired already is not kept, and the value before is gone.
    keep(&engine, "n", "1", Some(1_999)).await.expect("done");
    assert_eq!(kept(&engine, "n").await, None);
    engine.delete_cached(&me(), "a", "n").await.expect("it need not be there");
    engine.shutdown().await;
}

#[tokio::test]
async fn names_do_not_meet() {
    let engine = engine().await;
    for (namespace, key) in [("a", "b.c"), ("a.b", "c"), ("a", "b/c"), ("b", "c")] {
        let value = Bytes::from(format!("\"{namespace} {key}\""));
        let (namespace, key) = (namespace.into(), key.into());
        let cached = Cached { namespace, key, value, until: None };
        engine.set_cached(&me(), cached).await.expect("kept");
    }
    engine.unlock(&me(), "a", "b/c", None).await.expect("another kind of name");
    for (namespace, key) in [("a", "b.c"), ("a.b", "c"), ("a", "b/c"), ("b", "c")] {
        let found = engine.get_cached(&me(), namespace, key).await.expect("there");
        assert_eq!(found.value, format!("\"{namespace} {key}\""));
        assert_eq!(
            (found.at.namespace.as_str(), found.at.key.as_str()),
            (namespace, &*format!("cache/{key}"))
        );
    }
    assert!(is_not_found(engine.get(&me(), "a", "cache/b.c").await), "it is no entry there");
    engine.shutdown().await;
}

#[tokio::test]
async fn the_guard_is_asked_about_the_value() {
    let rule = |action, what: &Resource| match (action, &*what.namespace, &*what.key) {
        (Action::Read, "a", "cache/r") | (Action::Write, "a", "cache/w" | "cache/r") => {
            Decision::Allow
        }
        (Action::Delete, "a", "cache/d") => Decision::Allow,
        _ => Decision::Deny("no".into()),
    };
    let engine = engine_with(Rule(rule), Options::default()).await;
    keep(&engine, "r", "1", None).await.expect("allowed");
    keep(&engine, "w", "1", None).await.expect("allowed");
    assert_eq!(keep(&engine, "d", "1", None).await, Err(ErrorKind::PermissionDenied));
    assert!(kept(&engine, "r").await.is_some());
    let read = engine.get_cached(&me(), "a", "w").await.expect_err("denied");
    assert_eq!(read.kind(), ErrorKind::PermissionDenied);
    engine.delete_cached(&me(), "a", "d").await.expect("allowed");
    let delete = engine.delete_cached(&me(), "a", "r").await.expect_err("denied");
    assert_eq!(delete.kind(), ErrorKind::PermissionDenied);
    engine.shutdown().await;
}

#[tokio::test]
async fn watchers_do_not_see_cached_values() {
    let engine = engine().await;
    let mut watcher = engine.watch(&me(), Watch::default()).await.expect("a watch");
    keep(&engine, "k", "1", None).await.expect("kept");
    set(&engine, "a", "x", "1").await;
    let Ok(holdfast_engine::Delivery::Commit(matched)) = watcher.next().await else {
        panic!("a commit")
    };
    assert_eq!(matched.commit.commit().events[0].at.key.as_str(), "x");
    engine.shutdown().await;
}
