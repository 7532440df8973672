//! Behaviour 8: the log.

use holdfast_model::Revision;
use holdfast_store::Store;

use super::Backend;
use super::append::scribe_of;
use crate::scribe::{Change, key};

pub(super) async fn commits_are_whole_and_within_the_budget(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let head = scribe.head();
    let commits = (1..=9_usize).map(|n| {
        (0..n).map(|i| Change::set(&key("n", &format!("{n}/{i}")), vec![0; 100 * n])).collect()
    });
    let group = scribe.group(commits.collect::<Vec<_>>());
    let written = group.commits.clone();
    store.append(&head, group).await.expect("appended");
    let weights: Vec<usize> = written.iter().map(|sealed| sealed.commit().weight()).collect();
    for after in 0..=9_usize {
        for budget in [0, 1, weights[0], weights[0] + weights[1], 10_000, usize::MAX] {
            let page = store.commits(Revision(after as u64), budget).await.expect("a page");
            let rest = &weights[after..];
            let fits = (0..=rest.len()).rev().find(|n| rest[..*n].iter().sum::<usize>() <= budget);
            let expected = fits.unwrap_or(0).max(1).min(rest.len());
            assert_eq!(page.commits, written[after..after + expected], "{budget} behind {after}");
            assert_eq!(page.head.revision.0, 9);
        }
    }
}

pub(super) async fn commits_are_chained_across_groups_and_reopening(backend: &dyn Backend) {
    let mut store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    for round in 0..10 {
        let head = scribe.head();
        let groups = (0..round % 3 + 1).map(|n| vec![Change::set(&key("n", "k"), n.to_string())]);
        let group = scribe.group(groups.collect::<Vec<_>>());
        store.append(&head, group).await.expect("appended");
        if round % 4 == 3 && store.capabilities().durable {
            drop(store);
            store = backend.open().await;
        }
    }
    check_chain(&*store).await;
}

async fn check_chain(store: &dyn Store) {
    let page = store.commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let mut before = holdfast_model::Head::genesis(page.head.log);
    for sealed in &page.commits {
        assert_eq!(sealed.commit().revision, before.next_revision());
        assert_eq!(sealed.commit().previous_hash, before.hash);
        assert!(sealed.commit().time > before.time);
        before.revision = sealed.commit().revision;
        before.hash = sealed.hash();
        before.time = sealed.commit().time;
    }
    assert_eq!((before.revision, before.hash), (page.head.revision, page.head.hash));
}
