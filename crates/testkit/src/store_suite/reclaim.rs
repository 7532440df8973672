//! Behaviour 10: floors and reclaim.

use std::sync::Arc;

use holdfast_model::{EntryKey, Floors, Revision};
use holdfast_store::{At, Store, StoreError};

use super::append::scribe_of;
use super::{Backend, all_entries, all_history, get, value};
use crate::scribe::{Change, Scribe, key};

/// Ten rounds over three keys: revision r sets `k{r % 3}` to r.
async fn rounds(store: &dyn Store, scribe: &mut Scribe, rounds: u64) {
    for _ in 0..rounds {
        let head = scribe.head();
        let revision = head.next_revision().0;
        let at = key("n", &format!("k{}", revision % 3));
        store.append(&head, scribe.set(&at, revision.to_string())).await.expect("appended");
    }
}

fn floors(events: u64, history: u64) -> Floors {
    Floors { events: Revision(events), history: Revision(history) }
}

pub(super) async fn floors_rise_and_never_fall(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    rounds(&*store, &mut scribe, 10).await;
    store.reclaim(floors(4, 6)).await.expect("reclaimed");
    store.reclaim(floors(3, 7)).await.expect("reclaimed");
    let head = store.head().await.expect("a head");
    assert_eq!(head.floors, floors(4, 7));
    let log = store.commits(Revision(2), usize::MAX).await;
    let oldest = Revision(4);
    assert!(matches!(log, Err(StoreError::Compacted { oldest: o, .. }) if o == oldest), "{log:?}");
    let log = store.commits(Revision(3), usize::MAX).await.expect("from the floor on");
    assert_eq!(log.commits.len(), 7);
    let past = store.get_many(&[key("n", "k0")], At::Revision(Revision(6))).await;
    assert!(matches!(past, Err(StoreError::Compacted { oldest: Revision(7), .. })), "{past:?}");
    store.reclaim(floors(99, 99)).await.expect("as far as the log goes");
    assert_eq!(store.head().await.expect("a head").floors, floors(11, 10));
    let log = store.commits(Revision(10), usize::MAX).await.expect("nothing behind the head");
    assert!(log.commits.is_empty());
    assert_eq!(all_entries(&*store, "n", At::Latest, 2).await.len(), 3);
    if store.capabilities().durable {
        drop(store);
        let store = backend.open().await;
        let mut reopened = store.head().await.expect("a head");
        assert_eq!(reopened.floors, floors(11, 10));
        reopened.floors = head.floors;
        assert_eq!(reopened, head);
        rounds(&*store, &mut scribe, 1).await;
    }
}

pub(super) async fn reads_at_the_floor_stay_exact(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    rounds(&*store, &mut scribe, 20).await;
    let keys: Vec<EntryKey> = (0..3).map(|n| key("n", &format!("k{n}"))).collect();
    for floor in [5, 6, 13, 20] {
        let mut before = Vec::new();
        for revision in floor..=20 {
            let at = At::Revision(Revision(revision));
            before.push(store.get_many(&keys, at).await.expect("a read").value);
        }
        store.reclaim(floors(floor + 1, floor)).await.expect("reclaimed");
        for revision in floor..=20 {
            let at = At::Revision(Revision(revision));
            let now = store.get_many(&keys, at).await.expect("a read").value;
            assert_eq!(now, before[(revision - floor) as usize], "at {revision}, floor {floor}");
            let listed = all_entries(&*store, "n", at, 2).await;
            assert!(listed.iter().eq(now.iter().flatten()), "at {revision}, floor {floor}");
        }
    }
    for at in &keys {
        assert_eq!(all_history(&*store, at, At::Latest, 9).await.len(), 1);
    }
}

pub(super) async fn a_removed_key_goes_and_its_ordinal_stays(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at, other) = (scribe_of(&*store).await, key("n", "a"), key("n", "b"));
    let head = scribe.head();
    let group = scribe.group([
        vec![Change::set(&at, "1")],
        vec![Change::set(&at, "2")],
        vec![Change::delete(&at)],
        vec![Change::set(&other, "1")],
        vec![Change::set(&at, "3"), Change::set(&key("n", "c"), "1")],
        vec![Change::delete(&at)],
        vec![Change::set(&other, "2")],
    ]);
    store.append(&head, group).await.expect("appended");
    store.reclaim(floors(5, 4)).await.expect("reclaimed");
    let head = store.head().await.expect("a head");
    assert!(head.ordinal_base >= 3, "the delete of ordinal 3 is forgotten: {}", head.ordinal_base);
    assert_eq!(all_history(&*store, &at, At::Latest, 9).await.len(), 2);
    assert_eq!(value(&*store, &at, At::Revision(Revision(5))).await, Some(b"3".to_vec()));
    assert_eq!(value(&*store, &at, At::Revision(Revision(4))).await, None);
    store.reclaim(floors(8, 7)).await.expect("reclaimed");
    let head = store.head().await.expect("a head");
    assert!(head.ordinal_base >= 5, "the delete of ordinal 5 is forgotten: {}", head.ordinal_base);
    assert!(all_history(&*store, &at, At::Latest, 9).await.is_empty());
    assert_eq!(get(&*store, &at, At::Latest).await, None);
    assert_eq!(all_entries(&*store, "n", At::Latest, 9).await.len(), 2);
}

pub(super) async fn reclaim_runs_beside_appends_and_reads(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    rounds(&*store, &mut scribe, 30).await;
    let sweeper = {
        let store = store.clone();
        move || {
            for floor in 1..60 {
                let run = store.reclaim(floors(floor + 1, floor));
                futures::executor::block_on(run).expect("reclaimed");
            }
        }
    };
    let sweeper = std::thread::spawn(sweeper);
    rounds(&*store, &mut scribe, 60).await;
    sweeper.join().expect("the sweeper goes through");
    let head = store.head().await.expect("a head");
    assert_eq!(head.revision, Revision(90));
    assert_eq!(head.hash, scribe.head().hash);
    for revision in head.floors.history.0..=90 {
        for back in 0..3 {
            let expected = revision - back;
            let at = key("n", &format!("k{}", expected % 3));
            let found = value(&*store, &at, At::Revision(Revision(revision))).await;
            assert_eq!(found, Some(expected.to_string().into_bytes()), "{at} at {revision}");
        }
    }
}

pub(super) async fn what_is_large_and_kept_stays_whole(backend: &dyn Backend) {
    let store: Arc<dyn Store> = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let mut random = crate::Random::new(11);
    let kept = key("n", "kept");
    let big = random.bytes(40_000);
    let head = scribe.head();
    store.append(&head, scribe.set(&kept, big.clone())).await.expect("appended");
    for _ in 0..10 {
        let head = scribe.head();
        let group = scribe.set(&key("n", "hot"), random.bytes(20_000));
        store.append(&head, group).await.expect("appended");
    }
    store.reclaim(floors(12, 11)).await.expect("reclaimed");
    assert_eq!(value(&*store, &kept, At::Latest).await.as_ref(), Some(&big));
    let head = scribe.head();
    store.append(&head, scribe.set(&kept, "small now")).await.expect("appended");
    assert_eq!(value(&*store, &kept, At::Revision(Revision(11))).await.as_ref(), Some(&big));
    store.reclaim(floors(13, 12)).await.expect("reclaimed");
    assert_eq!(value(&*store, &kept, At::Latest).await, Some(b"small now".to_vec()));
    assert_eq!(all_history(&*store, &kept, At::Latest, 9).await.len(), 1);
}
