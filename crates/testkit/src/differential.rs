//! Random groups on a store, held against a model so plain that it is right by reading it.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_model::{Entry, EntryKey, Floors, Prefix, Revision, Sealed, Timestamp};
use holdfast_store::{At, Found, PageLimit, Row, Scan, Store};

use crate::random::Random;
use crate::scribe::{Change, Scribe, key};
use crate::store_suite::Backend;

const NAMESPACES: [&str; 3] = ["a", "a.b", "b"];
const KEYS: [&str; 6] = ["k", "k/1", "k/1/x", "k/2", "l", "\u{e9}"];

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Seed of all choices.
    pub seed: u64,
    /// Appends, between which it reclaims, reopens and reads.
    pub steps: usize,
}

/// The state after each commit, and the commits.
struct Model {
    states: Vec<BTreeMap<EntryKey, Entry>>,
    commits: Vec<Arc<Sealed>>,
}

/// Runs random groups, reclaims and reopenings, and after each checks reads at random revisions; at the end, at all.
pub async fn run(backend: &dyn Backend, plan: Plan) {
    let mut random = Random::new(plan.seed);
    let mut store = backend.open().await;
    let mut scribe = Scribe::continuing(store.head().await.expect("a head"));
    let mut model = Model { states: vec![BTreeMap::new()], commits: Vec::new() };
    for _ in 0..plan.steps {
        append(&*store, &mut scribe, &mut model, &mut random).await;
        if random.once_in(12) {
            reclaim(&*store, &model, &mut random).await;
        }
        if random.once_in(25) && store.capabilities().durable {
            drop(store);
            store = backend.open().await;
        }
        let floor = store.head().await.expect("a head").floors.history.0 as usize;
        let at = floor + random.below(model.states.len() - floor);
        check_state(&*store, &model, at).await;
        check_state(&*store, &model, model.states.len() - 1).await;
    }
    check_log(&*store, &model).await;
    let floor = store.head().await.expect("a head").floors.history.0 as usize;
    for at in floor..model.states.len() {
        check_state(&*store, &model, at).await;
    }
}

async fn append(store: &dyn Store, scribe: &mut Scribe, model: &mut Model, random: &mut Random) {
    let mut head = scribe.head();
    // A shared store refuses whoever does not know what was reclaimed; the scribe remembers every ordinal itself.
    head.ordinal_base = store.head().await.expect("a head").ordinal_base;
    let mut group = holdfast_store::Group::default();
    for _ in 0..=random.below(4) {
        let mut changes: Vec<Change> = Vec::new();
        for _ in 0..=random.below(3) {
            let change = change(scribe, random);
            if changes.iter().all(|other| other.at != change.at) {
                changes.push(change);
            }
        }
        group.commits.extend(scribe.group([changes]).commits);
    }
    for sealed in &group.commits {
        let mut state = model.states.last().expect("the first state").clone();
        for event in &sealed.commit().events {
            match event.entry(sealed.commit()) {
                Some(entry) => drop(state.insert(event.at.clone(), entry)),
                None if event.kind.removes() => drop(state.remove(&event.at)),
                None => {}
            }
        }
        model.states.push(state);
        model.commits.push(sealed.clone());
    }
    store.append(&head, group).await.expect("appended");
}

fn change(scribe: &Scribe, random: &mut Random) -> Change {
    let at = key(NAMESPACES[random.below(NAMESPACES.len())], KEYS[random.below(KEYS.len())]);
    let size = if random.once_in(5) { 513 + random.below(3_000) } else { random.below(100) };
    let value = random.bytes(size);
    match random.below(10) {
        0..=1 if scribe.entry(&at).is_some() => Change::delete(&at),
        2 if scribe.entry(&at).is_some() => Change::expire(&at),
        3 => Change::superseded(&at, value),
        4 => Change::set_until(&at, value, Timestamp(random.below(40) as i64)),
        _ => Change::set(&at, value),
    }
}

async fn reclaim(store: &dyn Store, model: &Model, random: &mut Random) {
    let newest = model.states.len() as u64 - 1;
    let events = Revision(newest.saturating_sub(random.below(30) as u64));
    let history = Revision(newest.saturating_sub(random.below(30) as u64));
    store.reclaim(Floors { events, history }).await.expect("reclaimed");
}

async fn check_state(store: &dyn Store, model: &Model, revision: usize) {
    let at = if revision + 1 == model.states.len() {
        At::Latest
    } else {
        At::Revision(Revision(revision as u64))
    };
    let state = &model.states[revision];
    let keys: Vec<EntryKey> =
        NAMESPACES.iter().flat_map(|n| KEYS.iter().map(|k| key(n, k))).collect();
    let read = store.get_many(&keys, at).await.expect("a read");
    assert_eq!(read.revision.0 as usize, revision);
    let found = read.value.iter().map(Option::as_deref);
    assert!(found.eq(keys.iter().map(|key| state.get(key))), "entries at {revision}");
    if at == At::Latest {
        let looked_up = store.lookup(&keys).await.expect("a lookup").value;
        let entries = looked_up.iter().map(|found| match found {
            Found::Entry(entry) => Some(&**entry),
            Found::Gone { .. } => None,
        });
        assert!(entries.eq(keys.iter().map(|key| state.get(key))), "keys looked up");
    }
    for namespace in NAMESPACES {
        for prefix in ["", "k/", "k/1"] {
            let what = Scan::Entries {
                namespace: key(namespace, "k").namespace,
                prefix: Prefix::new(prefix),
                after: None,
            };
            let page = store.scan(&what, at, PageLimit::rows(99)).await.expect("a scan");
            let expected = state.values().filter(|entry| {
                entry.at.namespace.as_str() == namespace
                    && entry.at.key.as_str().starts_with(prefix)
            });
            let rows = page.value.rows.iter().map(|row| match row {
                Row::Entry(entry) => &**entry,
                other => panic!("not an entry: {other:?}"),
            });
            assert!(rows.eq(expected), "list of {namespace}/{prefix} at {revision}");
        }
    }
    check_namespaces(store, state, at).await;
    if at == At::Latest {
        check_due(store, state).await;
    }
}

async fn check_namespaces(store: &dyn Store, state: &BTreeMap<EntryKey, Entry>, at: At) {
    let now = Timestamp(20);
    let what = Scan::Namespaces { prefix: String::new(), after: None, now };
    let page = store.scan(&what, at, PageLimit::rows(99)).await.expect("a scan").value;
    let live = |name: &str| {
        state.values().any(|entry| entry.at.namespace.as_str() == name && !entry.expired(now))
    };
    let expected = NAMESPACES.iter().filter(|name| live(name));
    let found = page.rows.iter().map(|row| match row {
        Row::Namespace(name) => name.as_str(),
        other => panic!("not a namespace: {other:?}"),
    });
    assert!(found.eq(expected.copied()), "namespaces at {at:?}: {:?}", page.rows);
}

async fn check_due(store: &dyn Store, state: &BTreeMap<EntryKey, Entry>) {
    let what = Scan::Due(Timestamp(20));
    let page = store.scan(&what, At::Latest, PageLimit::rows(99)).await.expect("a scan").value;
    let mut expected: Vec<_> = state.values().filter(|e| e.expired(Timestamp(20))).collect();
    expected.sort_by_key(|entry| (entry.expires_at, entry.at.clone()));
    let found = page.rows.iter().map(|row| match row {
        Row::Entry(entry) => &**entry,
        other => panic!("not an entry: {other:?}"),
    });
    assert!(found.eq(expected), "due entries: {:?}", page.rows);
}

async fn check_log(store: &dyn Store, model: &Model) {
    let floor = store.head().await.expect("a head").floors.events;
    let page = store.commits(Revision(floor.0 - 1), usize::MAX).await.expect("the log");
    assert_eq!(page.commits, model.commits[floor.0 as usize - 1..]);
}
