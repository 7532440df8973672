use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_engine::{
    CommitRequest, Counted, Moment, Quota, Quotas, RequestedAction, RequestedCondition,
    RequestedWrite, Rollback, RollbackScope, Watch,
};
use holdfast_model::{ErrorKind, Filter, Revision};
use holdfast_store::Store;
use proptest::prelude::*;

use super::*;

const KEYS: u64 = 4;
const BYTES: u64 = 60;

fn limited(quota: Quota) -> Options {
    let quotas = Quotas::new(quota, &[]).expect("no patterns");
    Options { quotas, ..Options::default() }
}

fn put(namespace: &str, key: &str, bytes: usize, ttl: Option<u64>) -> RequestedWrite {
    RequestedWrite {
        namespace: namespace.into(),
        key: key.into(),
        action: RequestedAction::Put {
            value: Bytes::from(vec![b'7'; bytes]),
            codec: "raw".into(),
            ttl: ttl.map(Duration::from_nanos),
            mode: WriteMode::Upsert,
        },
        condition: Precondition::default(),
    }
}

fn delete(namespace: &str, key: &str) -> RequestedWrite {
    let action = RequestedAction::Delete { missing_ok: true };
    RequestedWrite { action, ..put(namespace, key, 0, None) }
}

fn commit(writes: Vec<RequestedWrite>) -> CommitRequest {
    CommitRequest { writes, ..Default::default() }
}

#[tokio::test]
async fn what_would_be_too_much_is_refused_as_a_whole_and_says_what() {
    let options = limited(Quota { keys: Some(2), bytes: Some(10), watchers: None });
    let engine = engine_with(AllowAll, options).await;
    engine.commit(&me(), commit(vec![put("a", "x", 4, None)])).await.expect("room");
    let three = vec![put("b", "free", 1, None), put("a", "y", 1, None), put("a", "z", 1, None)];
    let refused = engine.commit(&me(), commit(three)).await.expect_err("three keys");
    assert_eq!(refused.kind(), ErrorKind::QuotaExceeded);
    let EngineError::QuotaExceeded { namespace, what, wanted, quota } = refused else {
        panic!("{refused}")
    };
    assert_eq!((namespace.as_str(), what, wanted, quota), ("a", Counted::Keys, 3, 2));
    assert!(is_not_found(engine.get(&me(), "b", "free").await), "refused as a whole");
    let refused = engine.commit(&me(), commit(vec![put("a", "x", 11, None)])).await;
    let refused = refused.expect_err("eleven bytes");
    assert!(
        matches!(refused, EngineError::QuotaExceeded { what: Counted::Bytes, wanted: 11, .. }),
        "{refused}"
    );
    // What a batch frees counts for what it takes.
    engine.commit(&me(), commit(vec![put("a", "y", 6, None)])).await.expect("ten bytes");
    let swapped = vec![put("a", "z", 4, None), delete("a", "x")];
    engine.commit(&me(), commit(swapped)).await.expect("as many keys as before");
    // Aliases and tokens are in namespaces of the server.
    for n in 0..4 {
        engine.set_alias(&me(), &format!("alias{n}"), "target", any_key).await.expect("no quota");
    }
    engine.shutdown().await;
}

#[tokio::test]
async fn who_holds_too_much_can_delete_and_shrink() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let open = async |quota| {
        let engine = Engine::open(Arc::clone(&store), Arc::new(AllowAll), limited(quota)).await;
        engine.expect("it opens")
    };
    let engine = open(Quota::default()).await;
    let writes = ["x", "y", "z"].map(|key| put("a", key, 10, None));
    engine.commit(&me(), commit(writes.to_vec())).await.expect("no quota");
    engine.shutdown().await;
    let engine = open(Quota { keys: Some(1), bytes: Some(5), watchers: None }).await;
    let refused = engine.commit(&me(), commit(vec![put("a", "x", 11, None)])).await;
    assert_eq!(refused.expect_err("more than before").kind(), ErrorKind::QuotaExceeded);
    engine.commit(&me(), commit(vec![put("a", "x", 10, None)])).await.expect("no more than before");
    engine.commit(&me(), commit(vec![put("a", "x", 9, None)])).await.expect("less");
    engine.commit(&me(), commit(vec![delete("a", "y")])).await.expect("a delete passes");
    let again = engine.commit(&me(), commit(vec![put("a", "y", 1, None)])).await;
    assert_eq!(again.expect_err("one key too many").kind(), ErrorKind::QuotaExceeded);
    engine.shutdown().await;
}

#[tokio::test]
async fn watchers_of_a_namespace_are_counted_while_they_are_open() {
    let options = limited(Quota { watchers: Some(2), ..Quota::default() });
    let engine = engine_with(AllowAll, options).await;
    let of = |names: &[&str]| {
        let namespaces = names.iter().map(|name| (*name).to_owned()).collect();
        Watch { filters: vec![Filter { namespaces, prefixes: vec![] }], ..Watch::default() }
    };
    let first = engine.watch(&me(), of(&["a"])).await.expect("a place");
    let _second = engine.watch(&me(), of(&["a", "b"])).await.expect("a place");
    let Err(refused) = engine.watch(&me(), of(&["b", "a"])).await else { panic!("a third") };
    assert_eq!(refused.kind(), ErrorKind::QuotaExceeded);
    let _everything = engine.watch(&me(), Watch::default()).await.expect("names no namespace");
    let _own = engine.as_server().watch(&me(), of(&["a"])).await.expect("the server's own");
    drop(first);
    let _third = engine.watch(&me(), of(&["b", "a"])).await.expect("a place again");
    engine.shutdown().await;
}

#[derive(Debug, Clone)]
enum Step {
    /// Writes of namespace, key, bytes (`None`: a delete) and life time; a condition looks at one more key.
    Commit { writes: Vec<(bool, u8, Option<usize>, Option<u64>)>, looks_at: Option<u8> },
    /// To what namespace `a` was so many steps ago.
    Rollback(usize),
    /// Time passes.
    Wait(u64),
    /// The engine is opened again on its store.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let write = (
        any::<bool>(),
        0..6_u8,
        proptest::option::weighted(0.8, 1..40_usize),
        proptest::option::of(1..4_u64),
    );
    let writes = proptest::collection::vec(write, 1..5);
    let commits = (writes, proptest::option::of(0..6_u8))
        .prop_map(|(writes, looks_at)| Step::Commit { writes, looks_at });
    prop_oneof![
        8 => commits,
        1 => (0..5_usize).prop_map(Step::Rollback),
        2 => (1..3_u64).prop_map(Step::Wait),
        1 => Just(Step::Restart),
    ]
}

/// A tick of the test's clock: far more than the commits of one step take of the log's time.
const TICK: i64 = 1_000_000;

/// Bytes, and when they end, by namespace and key.
type State = BTreeMap<(bool, u8), (usize, Option<i64>)>;

#[derive(Default)]
struct Model {
    state: State,
    now: i64,
    past: Vec<(Revision, State)>,
}

impl Model {
    fn used(state: &State, namespace: bool) -> (u64, u64) {
        let of = state.iter().filter(|((name, _), _)| *name == namespace);
        of.fold((0, 0), |(keys, bytes), (_, (size, _))| (keys + 1, bytes + *size as u64))
    }

    fn expire(&mut self, names: impl Iterator<Item = (bool, u8)>) {
        for name in names {
            let due = self.state.get(&name).and_then(|(_, due)| *due);
            if due.is_some_and(|due| due <= self.now) {
                self.state.remove(&name);
            }
        }
    }

    /// True, and applied, when every namespace has room.
    fn apply(&mut self, after: State) -> bool {
        let room = [false, true].into_iter().all(|namespace| {
            let (keys_before, bytes_before) = Self::used(&self.state, namespace);
            let (keys, bytes) = Self::used(&after, namespace);
            (keys <= KEYS || keys <= keys_before) && (bytes <= BYTES || bytes <= bytes_before)
        });
        if room {
            self.state = after;
        }
        room
    }
}

fn name(namespace: bool) -> &'static str {
    if namespace { "a" } else { "b" }
}

async fn run(steps: Vec<Step>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let clock = Arc::new(Hands(AtomicI64::new(TICK)));
    let open = async || {
        let quota = Quota { keys: Some(KEYS), bytes: Some(BYTES), watchers: None };
        // Only what is touched expires: the test has to know when.
        let options = Options {
            clock: Arc::<Hands>::clone(&clock),
            sweep_interval: Duration::from_secs(3_600),
            ..limited(quota)
        };
        // An engine sweeps when it begins, but not by a clock that is behind its log.
        clock.0.store(0, Relaxed);
        let engine = Engine::open(Arc::clone(&store), Arc::new(AllowAll), options).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
        // Both may be woken together, and then this one goes first.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        engine.expect("it opens")
    };
    let mut engine = open().await;
    let mut model = Model { now: TICK, ..Model::default() };
    for (at, step) in steps.into_iter().enumerate() {
        model.now += TICK;
        clock.0.store(model.now, Relaxed);
        match step {
            Step::Wait(ticks) => model.now += TICK * ticks as i64,
            Step::Restart => {
                engine.shutdown().await;
                engine = open().await;
            }
            Step::Rollback(back) => {
                let Some((revision, before)) = model.past.iter().rev().nth(back).cloned() else {
                    continue;
                };
                if revision == Revision::ZERO {
                    continue;
                }
                let rollback = Rollback {
                    namespace: "a".into(),
                    scope: RollbackScope::Below(String::new()),
                    to: Moment::Revision(revision),
                    dry_run: false,
                    expect_head: None,
                    reason: String::new(),
                    idempotency_key: String::new(),
                };
                let mut after = model.state.clone();
                after.retain(|(namespace, _), _| !namespace);
                after.extend(before.into_iter().filter(|((namespace, _), _)| *namespace));
                let allowed = model.apply(after);
                check(at, allowed, engine.rollback(&me(), rollback).await.map(drop));
            }
            Step::Commit { writes, looks_at } => {
                let mut seen = std::collections::BTreeSet::new();
                let writes: Vec<_> =
                    writes.into_iter().filter(|w| seen.insert((w.0, w.1))).collect();
                // Of the namespace that is rolled back nothing expires.
                let ttl = |namespace: bool, ttl: Option<u64>| ttl.filter(|_| !namespace);
                let requested = writes.iter().map(|(namespace, key, bytes, life)| {
                    let key = format!("k{key}");
                    let life = ttl(*namespace, *life).map(|ticks| ticks * TICK as u64 - 500_000);
                    match bytes {
                        Some(bytes) => put(name(*namespace), &key, *bytes, life),
                        None => delete(name(*namespace), &key),
                    }
                });
                let conditions = looks_at.iter().map(|key| RequestedCondition {
                    namespace: "b".into(),
                    key: format!("k{key}"),
                    condition: Precondition::default(),
                });
                let request = CommitRequest {
                    writes: requested.collect(),
                    conditions: conditions.collect(),
                    ..Default::default()
                };
                let names = writes.iter().map(|w| (w.0, w.1)).chain(looks_at.map(|k| (false, k)));
                model.expire(names);
                let mut after = model.state.clone();
                for (namespace, key, bytes, life) in &writes {
                    let due = ttl(*namespace, *life)
                        .map(|ticks| model.now + ticks as i64 * TICK - 500_000);
                    match bytes {
                        Some(bytes) => drop(after.insert((*namespace, *key), (*bytes, due))),
                        None => drop(after.remove(&(*namespace, *key))),
                    }
                }
                let allowed = model.apply(after);
                check(at, allowed, engine.commit(&me(), request).await.map(drop));
            }
        }
        model.past.push((engine.status().head.revision, model.state.clone()));
    }
    engine.shutdown().await;
}

fn check(at: usize, allowed: bool, answer: Result<(), EngineError>) {
    match answer {
        Ok(()) => assert!(allowed, "step {at} went beyond a quota"),
        Err(EngineError::QuotaExceeded { .. }) => assert!(!allowed, "step {at} had room"),
        Err(error) => panic!("step {at}: {error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is written, deleted, expired, rolled back and restarted, exactly what a plain count says is refused.
    #[test]
    fn exactly_what_the_model_refuses_is_refused(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(run(steps));
    }
}
