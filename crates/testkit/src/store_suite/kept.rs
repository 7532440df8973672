//! Behaviour 7, of the rows of all keys: what a copy takes beside the commits.

use std::sync::Arc;

use holdfast_model::{EntryKey, EventKind, Floors, Revision, Timestamp};
use holdfast_store::{At, HistoryRow, PageLimit, Scan, Store};

use super::append::scribe_of;
use super::{Backend, history_row, page};
use crate::scribe::{Change, key};

/// Read in pages of `rows`, which never part the rows of one commit of one key.
async fn kept(store: &dyn Store, below: u64, at: At, rows: usize) -> Vec<Arc<HistoryRow>> {
    let mut all: Vec<Arc<HistoryRow>> = Vec::new();
    loop {
        let after = all.last().map(place);
        let what = Scan::Kept { below: Revision(below), after: after.clone() };
        let page = page(store, &what, at, PageLimit::rows(rows)).await;
        let part: Vec<_> = page.rows.into_iter().map(history_row).collect();
        assert!(
            part.first().is_none_or(|first| Some(place(first)) != after),
            "a commit was parted"
        );
        all.extend(part);
        if !page.more {
            return all;
        }
    }
}

fn place(row: &Arc<HistoryRow>) -> (EntryKey, Revision) {
    (row.event.at.clone(), row.revision)
}

fn names(rows: &[Arc<HistoryRow>]) -> Vec<(String, u64, EventKind)> {
    rows.iter().map(|row| (row.event.at.to_string(), row.revision.0, row.event.kind)).collect()
}

/// Three commits: the first writes all keys, the second several events of one key, the third removes one.
async fn three_commits(store: &dyn Store) -> [EntryKey; 4] {
    let mut scribe = scribe_of(store).await;
    let keys = [key("m", "z"), key("n", "a"), key("n", "a/b"), key("n.a", "a")];
    let first = keys.iter().rev().map(|at| Change::set_until(at, vec![b'x'; 900], Timestamp(5)));
    let second = vec![
        Change::expire(&keys[1]),
        Change::set(&keys[1], "new"),
        Change::superseded(&keys[2], "loser"),
    ];
    let third = vec![Change::delete(&keys[2])];
    let head = scribe.head();
    let group = scribe.group([first.collect(), second, third]);
    store.append(&head, group).await.expect("appended");
    keys
}

pub(super) async fn rows_of_all_keys_come_by_key_and_newest_first(backend: &dyn Backend) {
    let store = backend.open().await;
    let keys = three_commits(&*store).await.map(|at| at.to_string());
    let [z, a, ab, other] = &keys;
    let expected = vec![
        (z.clone(), 1, EventKind::Set),
        (a.clone(), 2, EventKind::Set),
        (a.clone(), 2, EventKind::Expire),
        (a.clone(), 1, EventKind::Set),
        (ab.clone(), 3, EventKind::Delete),
        (ab.clone(), 2, EventKind::Superseded),
        (ab.clone(), 1, EventKind::Set),
        (other.clone(), 1, EventKind::Set),
    ];
    for rows in 1..=9 {
        let found = kept(&*store, 99, At::Latest, rows).await;
        assert_eq!(names(&found), expected, "{rows} rows a page");
        assert_eq!(found[3].event.value.len(), 900);
    }
}

pub(super) async fn the_bound_and_the_moment_hold(backend: &dyn Backend) {
    let store = backend.open().await;
    three_commits(&*store).await;
    for bound in 0..=4 {
        let below = kept(&*store, bound, At::Latest, 2).await;
        assert!(below.iter().all(|row| row.revision < Revision(bound)), "below {bound}");
        assert_eq!(below.len(), [0, 0, 4, 7, 8][bound as usize], "below {bound}");
        if bound > 0 {
            let moment = At::Revision(Revision(bound - 1));
            assert_eq!(names(&kept(&*store, 99, moment, 3).await), names(&below), "at {moment:?}");
        }
    }
}

pub(super) async fn what_a_reclaim_leaves_is_kept(backend: &dyn Backend) {
    let store = backend.open().await;
    let keys = three_commits(&*store).await;
    let floors = |events, history| Floors { events: Revision(events), history: Revision(history) };
    store.reclaim(floors(4, 2)).await.expect("reclaimed");
    // The commits are gone for watches, but reads at 2 still need this.
    let found = names(&kept(&*store, 4, At::Latest, 2).await);
    for needed in [(&keys[0], 1), (&keys[1], 2), (&keys[2], 3), (&keys[2], 1), (&keys[3], 1)] {
        let there = found
            .iter()
            .any(|(at, revision, _)| (at, *revision) == (&needed.0.to_string(), needed.1));
        assert!(there, "{needed:?} in {found:?}");
    }
    store.reclaim(floors(4, 3)).await.expect("reclaimed");
    let found = names(&kept(&*store, 4, At::Latest, 2).await);
    let left: Vec<_> = found.iter().map(|(at, revision, _)| (at.clone(), *revision)).collect();
    let expected = [(&keys[0], 1), (&keys[1], 2), (&keys[3], 1)].map(|(at, r)| (at.to_string(), r));
    assert_eq!(left, expected);
}
