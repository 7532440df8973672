//! What the account says of what callers did.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use holdfast_auth::{AuditError, Auditor, Outcome, Record};
use holdfast_engine::{AuditOptions, Auditing, Start, Watch};
use holdfast_model::Revision;

use super::*;

/// Keeps records in memory, or fails.
#[derive(Default)]
struct Kept {
    records: Mutex<Vec<Record>>,
    fails: AtomicBool,
}

impl Kept {
    /// What was kept since the last time, in short.
    fn take(&self) -> Vec<String> {
        let records = std::mem::take(&mut *self.records.lock().expect("no panic"));
        let short = |r: &Record| {
            let outcome = match &r.outcome {
                Outcome::Done(revision) => format!("done {revision}"),
                Outcome::Allowed => "allowed".into(),
                Outcome::Denied(_) => "denied".into(),
                Outcome::Failed(_) => "failed".into(),
            };
            format!("{} {} {}/{} {outcome}", r.user, r.operation.as_str(), r.namespace, r.key)
        };
        records.iter().map(short).collect()
    }
}

#[async_trait::async_trait]
impl Auditor for Kept {
    fn name(&self) -> &str {
        "kept"
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        if self.fails.load(Relaxed) {
            return Err(AuditError { auditor: "kept".into(), why: "full".into() });
        }
        self.records.lock().expect("no panic").push(record.clone());
        Ok(())
    }
}

async fn audited(options: AuditOptions) -> (Engine, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let rule = Rule(|action, what| match (action, &*what.namespace) {
        (Action::Write, "closed") => Decision::Deny("closed".into()),
        _ => Decision::Allow,
    });
    let engine = engine_with(rule, Options::default()).await;
    (engine.audited_by(Arc::new(Auditing::new(kept.clone(), options))), kept)
}

#[tokio::test]
async fn writes_are_recorded_when_they_are_done_and_denials_when_they_happen() {
    let (engine, kept) = audited(AuditOptions::default()).await;
    set(&engine, "a", "k", "1").await;
    engine.get(&me(), "a", "k").await.expect("it is there");
    engine.delete(&me(), "a", "k").await.expect("gone");
    engine.set_alias(&me(), "short", "long", any_key).await.expect("set");
    engine.delete_alias(&me(), "short").await.expect("gone");
    engine.set(&me(), value("closed", "k", "1")).await.expect_err("denied");
    engine.delete(&me(), "a", "missing").await.expect_err("not there");
    let expected = [
        "me set a/k done 1",
        "me delete a/k done 2",
        "me alias_set /short done 3",
        "me alias_delete /short done 4",
        "me decision closed/k denied",
    ];
    assert_eq!(kept.take(), expected);
}

#[tokio::test]
async fn a_failing_auditor_fails_no_write() {
    let (engine, kept) = audited(AuditOptions::default()).await;
    kept.fails.store(true, Relaxed);
    set(&engine, "a", "k", "1").await;
    assert_eq!(engine.get(&me(), "a", "k").await.expect("it is there").value, "1");
    assert_eq!(engine.auditing().expect("there is one").failures(), 1);
}

#[tokio::test]
async fn where_records_are_required_nothing_is_written_without_one() {
    let required = AuditOptions { required: true, ..AuditOptions::default() };
    let (engine, kept) = audited(required).await;
    set(&engine, "a", "k", "1").await;
    assert_eq!(kept.take(), ["me decision a/k allowed", "me set a/k done 1"]);
    kept.fails.store(true, Relaxed);
    let refused = engine.set(&me(), value("a", "k", "2")).await;
    assert!(matches!(refused, Err(EngineError::NotAudited(_))), "{refused:?}");
    assert!(engine.delete(&me(), "a", "k").await.is_err());
    assert_eq!(engine.get(&me(), "a", "k").await.expect("as before").value, "1");
    assert_eq!(engine.status().head.revision, Revision(1));
}

#[tokio::test]
async fn values_are_digests_unless_asked_for_and_secrets_never_in_clear() {
    let values = AuditOptions {
        values: true,
        secrets: Arc::from(["read a/hidden/**".parse().expect("a rule")]),
        ..AuditOptions::default()
    };
    for (options, in_clear) in [(AuditOptions::default(), false), (values, true)] {
        let (engine, kept) = audited(options).await;
        set(&engine, "a", "open", "1").await;
        set(&engine, "a", "hidden/x", "2").await;
        let secret = Set { codec: "secret".into(), ..value("a", "s", "3") };
        engine.set(&me(), secret).await.expect("set");
        let records = std::mem::take(&mut *kept.records.lock().expect("no panic"));
        let values: Vec<_> = records.iter().map(|r| r.value.clone().expect("a value")).collect();
        assert!(values.iter().all(|value| value.digest != [0; 32]));
        assert_eq!(values[0].bytes.is_some(), in_clear);
        assert_eq!((&values[1].bytes, &values[2].bytes), (&None, &None));
    }
}

#[tokio::test]
async fn every_way_to_read_a_secret_is_recorded() {
    let (engine, kept) = audited(AuditOptions::default()).await;
    let mut watcher = engine
        .watch(&me(), Watch { start: Start::Now, ..Watch::default() })
        .await
        .expect("a watch");
    let secret = Set { codec: "secret".into(), ..value("a", "s", "3") };
    engine.set(&me(), secret).await.expect("set");
    kept.take();
    watcher.next().await.expect("the set");
    engine.get(&me(), "a", "s").await.expect("there");
    engine.snapshot(&me(), "a", "").await.expect("there");
    engine.key_history(&me(), ("a", "s"), None, 9).await.expect("there");
    assert_eq!(kept.take(), ["me secret_read a/s done 1"; 4]);
}

/// Under the names of the caller, and not where they are kept.
#[tokio::test]
async fn locks_and_cached_values_are_recorded_as_what_they_stand_for() {
    use holdfast_engine::{Cached, Lock};
    let options = AuditOptions {
        secrets: Arc::new(["read a/cache/s*".parse().expect("a rule")]),
        ..AuditOptions::default()
    };
    let (engine, kept) = audited(options).await;
    let lock = Lock { namespace: "a".into(), key: "k".into(), ..Lock::default() };
    engine.lock(&me(), lock.clone()).await.expect("taken");
    engine.unlock(&me(), "a", "k", None).await.expect("given back");
    assert_eq!(kept.take(), ["me set a/mutex/k done 1", "me delete a/mutex/k done 2"]);
    for key in ["secret", "open"] {
        let (namespace, value) = ("a".into(), Bytes::from_static(b"1"));
        let cached = Cached { namespace, key: key.into(), value, until: None };
        engine.set_cached(&me(), cached).await.expect("kept");
        engine.get_cached(&me(), "a", key).await.expect("there");
    }
    let read = "me secret_read a/cache/secret done 3";
    assert_eq!(kept.take(), ["me set a/cache/secret done 3", read, "me set a/cache/open done 4"]);
    let closed = Lock { namespace: "closed".into(), ..lock };
    assert!(engine.lock(&me(), closed).await.is_err());
    assert_eq!(kept.take(), ["me decision closed/mutex/k denied"]);
    engine.shutdown().await;
}
