//! Behaviour 6, and the history of a key.

use std::sync::Arc;

use holdfast_model::{EventKind, Floors, Revision, Timestamp};
use holdfast_store::{At, Found, PageLimit, Scan, StoreError};

use super::append::scribe_of;
use super::{Backend, all_entries, all_history, get, page, value};
use crate::scribe::{Change, key};

pub(super) async fn a_read_at_a_revision_is_the_state_of_that_moment(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at, other) = (scribe_of(&*store).await, key("n", "a"), key("n", "b"));
    let mut states = vec![None];
    for round in 1..=12_u32 {
        let head = scribe.head();
        let change = match round % 4 {
            0 => Change::delete(&at),
            1 => Change::set_until(&at, round.to_string(), Timestamp(1)),
            _ => Change::set(&at, round.to_string()),
        };
        let group = scribe.group([vec![change, Change::set(&other, "x")]]);
        store.append(&head, group).await.expect("appended");
        states.push(scribe.entry(&at).cloned());
    }
    for (revision, expected) in states.iter().enumerate() {
        let moment = At::Revision(Revision(revision as u64));
        assert_eq!(get(&*store, &at, moment).await.as_deref(), expected.as_ref());
        let listed = all_entries(&*store, "n", moment, 1).await;
        assert_eq!(listed.iter().find(|entry| entry.at == at).map(|e| &**e), expected.as_ref());
        let read = store.get_many(&[], moment).await.expect("a read");
        assert_eq!(read.revision.0, revision as u64);
        let history = all_history(&*store, &at, moment, 5).await;
        assert_eq!(history.len(), revision);
    }
}

pub(super) async fn the_future_is_refused(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("n", "a"));
    let head = scribe.head();
    store.append(&head, scribe.set(&at, "1")).await.expect("appended");
    let future = At::Revision(Revision(2));
    let read = store.get_many(&[at], future).await;
    assert!(matches!(read, Err(StoreError::Future { asked: Revision(2), head: Revision(1) })));
    let what = Scan::Due(Timestamp(0));
    let scan = store.scan(&what, future, PageLimit::rows(1)).await;
    assert!(matches!(scan, Err(StoreError::Future { .. })));
    let log = store.commits(Revision(2), usize::MAX).await;
    assert!(matches!(log, Err(StoreError::Future { .. })));
}

pub(super) async fn events_of_a_key_come_newest_first(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("n", "a"));
    let longer = key("n", "a/b");
    for round in 0..7 {
        let head = scribe.head();
        let changes = vec![Change::set(&at, round.to_string()), Change::set(&longer, "x")];
        store.append(&head, scribe.group([changes])).await.expect("appended");
    }
    for rows in 1..=8 {
        let history = all_history(&*store, &at, At::Latest, rows).await;
        let revisions: Vec<_> = history.iter().map(|row| row.revision.0).collect();
        assert_eq!(revisions, [7, 6, 5, 4, 3, 2, 1], "{rows} rows a page");
        let ordinals: Vec<_> = history.iter().map(|row| row.event.ordinal).collect();
        assert_eq!(ordinals, [7, 6, 5, 4, 3, 2, 1]);
    }
    let what = Scan::History { of: at, before: Some(Revision(3)) };
    let older = page(&*store, &what, At::Latest, PageLimit::rows(2)).await;
    assert!(older.rows.len() == 2 && !older.more);
    let none = Scan::History { of: key("n", "never"), before: None };
    assert!(page(&*store, &none, At::Latest, PageLimit::rows(1)).await.rows.is_empty());
}

pub(super) async fn several_events_of_a_key_in_one_commit_are_kept(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at) = (scribe_of(&*store).await, key("n", "a"));
    let head = scribe.head();
    let first = vec![Change::set_until(&at, "old", Timestamp(5))];
    let second = vec![Change::expire(&at), Change::set(&at, "new")];
    store.append(&head, scribe.group([first, second])).await.expect("appended");
    for rows in 1..=4 {
        let history = all_history(&*store, &at, At::Latest, rows).await;
        let kinds: Vec<_> = history.iter().map(|row| (row.revision.0, row.event.kind)).collect();
        let expected = [(2, EventKind::Set), (2, EventKind::Expire), (1, EventKind::Set)];
        assert_eq!(kinds, expected, "{rows} rows a page");
    }
    assert_eq!(get(&*store, &at, At::Latest).await.as_deref(), scribe.entry(&at));
    assert_eq!(value(&*store, &at, At::Revision(Revision(2))).await, Some(b"new".to_vec()));
    assert_eq!(value(&*store, &at, At::Revision(Revision(1))).await, Some(b"old".to_vec()));
}

/// A store may keep the events of a small commit in another place than those of a large one.
pub(super) async fn events_are_found_however_large_their_commit_is(backend: &dyn Backend) {
    let mut store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let keys: Vec<_> = (0..300).map(|number| key("n", &format!("k{number}"))).collect();
    let mut rows = vec![Vec::new(); keys.len()];
    let mut states = Vec::new();
    for round in 0..7 {
        let head = scribe.head();
        let size = [1, 2, 60, 300][round % 4];
        // Empty, small and large values, so that each has another place in its commit.
        let value = |number: usize| format!("{round}-{number}-").repeat(number % 7 * 25);
        let changes = (0..size).map(|number| Change::set(&keys[number], value(number)));
        let group = scribe.group([changes.collect()]);
        for (rows, event) in rows.iter_mut().zip(&group.commits[0].commit().events) {
            rows.insert(0, event.clone());
        }
        store.append(&head, group).await.expect("appended");
        states.push(keys.iter().map(|at| scribe.entry(at).cloned()).collect::<Vec<_>>());
    }
    if store.capabilities().durable {
        drop(store);
        store = backend.open().await;
    }
    for (at, expected) in keys.iter().zip(&rows) {
        let history = all_history(&*store, at, At::Latest, 3).await;
        assert!(history.iter().map(|row| &row.event).eq(expected), "{at}");
    }
    for floor in [1, 3, 4, 5, 7] {
        let floors = Floors { events: Revision(floor + 1), history: Revision(floor) };
        store.reclaim(floors).await.expect("reclaimed");
        for (revision, expected) in (1..).zip(&states).filter(|(revision, _)| *revision >= floor) {
            let moment = At::Revision(Revision(revision));
            let read = store.get_many(&keys, moment).await.expect("a read").value;
            let same = read.iter().map(Option::as_deref).eq(expected.iter().map(Option::as_ref));
            assert!(same, "at {revision}, floor {floor}");
        }
    }
}

pub(super) async fn a_superseded_version_shows_in_the_history_only(backend: &dyn Backend) {
    let store = backend.open().await;
    let (mut scribe, at, never) = (scribe_of(&*store).await, key("n", "a"), key("n", "never"));
    let head = scribe.head();
    let group = scribe.group([
        vec![Change::set(&at, "winner")],
        vec![Change::superseded(&at, "loser"), Change::superseded(&never, "loser")],
    ]);
    store.append(&head, group).await.expect("appended");
    for moment in [At::Latest, At::Revision(Revision(2))] {
        assert_eq!(value(&*store, &at, moment).await, Some(b"winner".to_vec()));
        assert_eq!(value(&*store, &never, moment).await, None);
        assert_eq!(all_entries(&*store, "n", moment, 9).await.len(), 1);
    }
    let history = all_history(&*store, &at, At::Latest, 9).await;
    assert_eq!(history[0].event.kind, EventKind::Superseded);
    assert_eq!(history[0].event.value, "loser");
    assert_eq!(all_history(&*store, &never, At::Latest, 9).await.len(), 1);
}

pub(super) async fn a_lookup_tells_what_there_is_or_was(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let names = ["there", "large", "gone", "never", "beaten", "gone and beaten", "only beaten"];
    let keys = names.map(|name| key("n", name));
    let [there, large, gone, _, beaten, gone_beaten, only_beaten] = &keys;
    let head = scribe.head();
    let group = scribe.group([
        [there, gone, beaten, gone_beaten].map(|at| Change::set(at, "first")).to_vec(),
        vec![Change::set(there, "second"), Change::delete(gone), Change::delete(gone_beaten)],
        [beaten, gone_beaten, only_beaten].map(|at| Change::superseded(at, "loser")).to_vec(),
        vec![Change::set(large, vec![7; 100_000])],
    ]);
    store.append(&head, group).await.expect("appended");
    let found = store.lookup(&keys).await.expect("a lookup");
    assert_eq!(found.revision, Revision(4));
    let is = |found: &Found| match found {
        Found::Entry(entry) => Some(entry.value.len()),
        Found::Gone { .. } => None,
    };
    let lengths = found.value.iter().map(is).collect::<Vec<_>>();
    assert_eq!(lengths, [Some(6), Some(100_000), None, None, Some(5), None, None]);
    for (at, found) in keys.iter().zip(&found.value) {
        let history = all_history(&*store, at, At::Latest, 9).await;
        let last = history.first().map_or(0, |row| row.event.ordinal);
        match found {
            Found::Entry(entry) => {
                let entry = Some(Arc::clone(entry));
                assert_eq!(get(&*store, at, At::Latest).await, entry, "{at}");
            }
            Found::Gone { last_ordinal } => assert_eq!(*last_ordinal, last, "{at}"),
        }
    }
    assert_eq!(store.lookup(&[]).await.expect("a lookup").value, []);
}
