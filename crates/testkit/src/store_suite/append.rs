//! Behaviours 1 to 5 and 11: what an append does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use holdfast_model::{Revision, Timestamp};
use holdfast_store::{AppendError, At, Group, PageLimit, Row, Scan, SideWrite, Store, same_end};

use super::{Backend, all_history, entry_row, get, page, value};
use crate::scribe::{Change, Scribe, key};

pub(super) async fn a_new_store_is_empty_and_keeps_its_identity(backend: &dyn Backend) {
    let store = backend.open().await;
    let head = store.head().await.expect("a head");
    assert_eq!((head.revision, head.epoch.0), (Revision::ZERO, 1));
    assert_eq!(head, holdfast_model::Head::genesis(head.log));
    let page = store.commits(Revision::ZERO, usize::MAX).await.expect("an empty log");
    assert!(page.commits.is_empty());
    assert_eq!(get(&*store, &key("a", "b"), At::Latest).await, None);
    drop(store);
    assert_eq!(backend.open().await.head().await.expect("the same head"), head);
}

pub(super) async fn a_group_becomes_visible_in_one_step(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("app", "timeout"));
    let mut group = scribe.group([vec![Change::set_until(&at, "30", Timestamp(77))]]);
    group.side.push(side("idempotency/1", Some("done")));
    let head = store.append(&store.head().await.expect("a head"), group).await.expect("appended");
    assert_eq!(head, scribe.head());
    assert_eq!(store.head().await.expect("a head"), head);
    check_first_group(&*store, &scribe).await;
}

pub(super) async fn a_group_is_still_there_after_reopening(backend: &dyn Backend) {
    let store = backend.open().await;
    if !store.capabilities().durable {
        return;
    }
    let (mut scribe, at) = (scribe_of(&*store).await, key("app", "timeout"));
    let mut group = scribe.group([vec![Change::set_until(&at, "30", Timestamp(77))]]);
    group.side.push(side("idempotency/1", Some("done")));
    store.append(&store.head().await.expect("a head"), group).await.expect("appended");
    drop(store);
    let store = backend.open().await;
    assert_eq!(store.head().await.expect("a head"), scribe.head());
    check_first_group(&*store, &scribe).await;
    let group = scribe.set(&at, "31");
    store.append(&store.head().await.expect("a head"), group).await.expect("goes on");
    assert_eq!(value(&*store, &at, At::Latest).await.as_deref(), Some(b"31".as_slice()));
}

async fn check_first_group(store: &dyn Store, scribe: &Scribe) {
    let at = key("app", "timeout");
    let entry = get(store, &at, At::Latest).await.expect("the entry");
    assert_eq!(Some(&*entry), scribe.entry(&at));
    assert_eq!(all_history(store, &at, At::Latest, 9).await[0].entry().as_ref(), Some(&*entry));
    let log = store.commits(Revision::ZERO, usize::MAX).await.expect("the log");
    assert_eq!(log.commits.len(), 1);
    assert_eq!(log.commits[0].hash(), log.head.hash);
    let due = page(store, &Scan::Due(Timestamp(77)), At::Latest, PageLimit::rows(9)).await;
    assert_eq!(due.rows.into_iter().map(entry_row).collect::<Vec<_>>(), [entry]);
    let what = Scan::Side { prefix: "idem".into(), after: None };
    let rows = page(store, &what, At::Latest, PageLimit::rows(9)).await.rows;
    assert_eq!(rows, [Row::Side("idempotency/1".into(), "done".into())]);
}

pub(super) async fn a_group_after_another_head_is_refused(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("app", "a"));
    let stale = scribe.head();
    let mut other = scribe.clone();
    let first = scribe.set(&at, "first");
    let head = store.append(&stale, first).await.expect("appended");
    let refused = store.append(&stale, other.set(&at, "second")).await;
    assert!(matches!(refused, Err(AppendError::Moved(now)) if same_end(&now.head, &head)));
    assert_eq!(value(&*store, &at, At::Latest).await.as_deref(), Some(b"first".as_slice()));
    assert_eq!(all_history(&*store, &at, At::Latest, 9).await.len(), 1);
    assert_eq!(store.head().await.expect("a head"), head);
}

pub(super) async fn a_group_that_is_not_chained_is_refused(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("app", "a"));
    let head = scribe.head();
    let _lost = scribe.set(&at, "lost");
    let behind_the_lost_one = scribe.set(&at, "second");
    let refused = store.append(&head, behind_the_lost_one).await;
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
    assert_eq!(store.head().await.expect("a head"), head);
    assert_eq!(value(&*store, &at, At::Latest).await, None);
}

pub(super) async fn a_group_without_commits_writes_side_rows_only(backend: &dyn Backend) {
    let store = backend.open().await;
    let head = store.head().await.expect("a head");
    let writes = vec![side("a", Some("1")), side("b", Some("1")), side("a", Some("2"))];
    let group = Group { side: writes, ..Group::default() };
    assert_eq!(store.append(&head, group).await.expect("appended"), head);
    let all = Scan::Side { prefix: Bytes::new(), after: None };
    let rows = page(&*store, &all, At::Latest, PageLimit::rows(9)).await.rows;
    assert_eq!(rows, [Row::Side("a".into(), "2".into()), Row::Side("b".into(), "1".into())]);
    let group = Group { side: vec![side("b", None)], ..Group::default() };
    store.append(&head, group).await.expect("appended");
    let rows = page(&*store, &all, At::Latest, PageLimit::rows(9)).await.rows;
    assert_eq!(rows, [Row::Side("a".into(), "2".into())]);
}

pub(super) async fn the_last_write_of_a_key_in_a_group_wins(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at, gone) = (scribe_of(&*store).await, key("app", "hot"), key("app", "gone"));
    let head = scribe.head();
    let due = Timestamp(9);
    let group = scribe.group([
        vec![Change::set_until(&at, "1", due), Change::set(&gone, "1")],
        vec![Change::set(&at, "2")],
        vec![Change::delete(&at)],
        vec![Change::set_until(&at, "3", due), Change::delete(&gone)],
        vec![Change::set_until(&at, "4", Timestamp(10))],
    ]);
    store.append(&head, group).await.expect("appended");
    assert_eq!(get(&*store, &at, At::Latest).await.as_deref(), scribe.entry(&at));
    assert_eq!(get(&*store, &gone, At::Latest).await, None);
    assert_eq!(all_history(&*store, &at, At::Latest, 2).await.len(), 5);
    let rows = page(&*store, &Scan::Due(Timestamp(99)), At::Latest, PageLimit::rows(9)).await.rows;
    assert_eq!(rows.len(), 1, "only the newest expiry counts: {rows:?}");
    assert_eq!(value(&*store, &at, At::Revision(Revision(2))).await, Some(b"2".to_vec()));
    assert_eq!(value(&*store, &at, At::Revision(Revision(3))).await, None);
}

pub(super) async fn nobody_sees_half_a_group(backend: &dyn Backend) {
    const GROUPS: usize = 150;
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let keys = [key("a", "left"), key("b", "right")];
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| std::thread::spawn(reader(store.clone(), keys.clone(), done.clone())))
        .collect();
    for round in 0..GROUPS {
        let text = round.to_string();
        let head = scribe.head();
        let commits = keys.iter().map(|at| vec![Change::set(at, text.clone())]);
        let group = scribe.group(commits.collect::<Vec<_>>());
        store.append(&head, group).await.expect("appended");
    }
    done.store(true, Ordering::Release);
    for reader in readers {
        assert!(reader.join().expect("no torn read") > 0);
    }
}

fn reader(
    store: Arc<dyn Store>,
    keys: [holdfast_model::EntryKey; 2],
    done: Arc<AtomicBool>,
) -> impl FnOnce() -> u64 {
    move || {
        let mut reads = 0;
        let mut last = Revision::ZERO;
        loop {
            let finished = done.load(Ordering::Acquire);
            let read = futures::executor::block_on(store.get_many(&keys, At::Latest));
            let read = read.expect("a read");
            let values: Vec<_> = read.value.iter().flatten().map(|entry| &entry.value).collect();
            assert!(values.is_empty() || (values.len() == 2 && values[0] == values[1]));
            assert!(read.revision >= last && read.revision.0.is_multiple_of(2));
            last = read.revision;
            reads += 1;
            if finished {
                return reads;
            }
        }
    }
}

pub(super) async fn large_values_come_back_whole(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let sizes = [0_usize, 1, 511, 512, 513, 4_096, 70_000, 1 << 20];
    let mut random = crate::Random::new(7);
    let values: Vec<Bytes> = sizes.iter().map(|&size| random.bytes(size).into()).collect();
    let keys: Vec<_> = sizes.iter().map(|size| key("big", &format!("{size:08}"))).collect();
    let sets = |keys: &[holdfast_model::EntryKey]| {
        keys.iter().zip(&values).map(|(at, v)| Change::set(at, v.clone())).collect::<Vec<_>>()
    };
    let singles: Vec<_> = sets(&keys).into_iter().map(|change| vec![change]).collect();
    let head = scribe.head();
    let head = store.append(&head, scribe.group(singles)).await.expect("one each");
    store.append(&head, scribe.group([sets(&keys)])).await.expect("all in one commit");
    drop(store);
    let store = backend.open().await;
    if !store.capabilities().durable && store.head().await.expect("a head").revision.0 == 0 {
        return;
    }
    let log = store.commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let logged = log.commits.iter().flat_map(|c| c.commit().events.iter().map(|e| e.value.clone()));
    assert_eq!(logged.collect::<Vec<_>>(), [values.clone(), values.clone()].concat());
    for (at, expected) in keys.iter().zip(&values) {
        let past = At::Revision(Revision(sizes.len() as u64));
        assert_eq!(get(&*store, at, At::Latest).await.expect("there").value, expected);
        assert_eq!(get(&*store, at, past).await.expect("there").value, expected);
        let history = all_history(&*store, at, At::Latest, 1).await;
        assert!(history.len() == 2 && history.iter().all(|row| row.event.value == expected));
    }
}

fn side(key: &str, value: Option<&str>) -> SideWrite {
    SideWrite {
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: value.map(|value| Bytes::copy_from_slice(value.as_bytes())),
    }
}

pub(super) async fn scribe_of(store: &dyn Store) -> Scribe {
    Scribe::continuing(store.head().await.expect("a head"))
}
