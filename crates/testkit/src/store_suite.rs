//! The conformance suite of [`Store`]: each behaviour of its contract, checked on a real backend.
//!
//! A backend implements [`Backend`] (about ten lines) and calls [`run`] in a test. A behaviour that a backend cannot show
//! is not skipped in silence: the contract has none that is optional.

mod append;
mod history;
mod kept;
mod log;
mod reclaim;
mod scan;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use holdfast_model::{Entry, EntryKey, Revision};
use holdfast_store::{At, HistoryRow, Page, PageLimit, Row, Scan, Store};

/// Opens one backend over one place that starts empty.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Opens the place. Called again, after the store of the call before was dropped, it opens the same place again.
    async fn open(&self) -> Arc<dyn Store>;
}

type Case = for<'a> fn(&'a dyn Backend) -> BoxFuture<'a, ()>;

/// Runs every case, each on a backend of its own.
pub async fn run<B: Backend>(make: impl Fn() -> B) {
    for (name, case) in CASES {
        println!("store case: {name}");
        case(&make()).await;
    }
}

macro_rules! cases {
    ($($room:ident :: $case:ident),* $(,)?) => {
        &[$((stringify!($case), |backend| Box::pin($room::$case(backend)))),*]
    };
}

/// Name and body of every case.
pub const CASES: &[(&str, Case)] = cases![
    append::a_new_store_is_empty_and_keeps_its_identity,
    append::a_group_becomes_visible_in_one_step,
    append::a_group_is_still_there_after_reopening,
    append::a_group_after_another_head_is_refused,
    append::a_group_that_is_not_chained_is_refused,
    append::a_group_without_commits_writes_side_rows_only,
    append::the_last_write_of_a_key_in_a_group_wins,
    append::nobody_sees_half_a_group,
    append::large_values_come_back_whole,
    scan::entries_come_in_byte_order_and_in_exact_pages,
    scan::a_page_keeps_its_bytes_but_has_at_least_one_row,
    scan::namespaces_are_those_with_live_entries,
    scan::due_entries_come_soonest_first_and_only_while_they_are_current,
    scan::side_rows_come_by_prefix,
    history::a_read_at_a_revision_is_the_state_of_that_moment,
    history::the_future_is_refused,
    history::events_of_a_key_come_newest_first,
    history::several_events_of_a_key_in_one_commit_are_kept,
    history::events_are_found_however_large_their_commit_is,
    history::a_superseded_version_shows_in_the_history_only,
    history::a_lookup_tells_what_there_is_or_was,
    kept::rows_of_all_keys_come_by_key_and_newest_first,
    kept::the_bound_and_the_moment_hold,
    kept::what_a_reclaim_leaves_is_kept,
    log::commits_are_whole_and_within_the_budget,
    log::commits_are_chained_across_groups_and_reopening,
    reclaim::floors_rise_and_never_fall,
    reclaim::reads_at_the_floor_stay_exact,
    reclaim::a_removed_key_goes_and_its_ordinal_stays,
    reclaim::reclaim_runs_beside_appends_and_reads,
    reclaim::what_is_large_and_kept_stays_whole,
];

async fn get(store: &dyn Store, key: &EntryKey, at: At) -> Option<Arc<Entry>> {
    let mut read = store.get_many(std::slice::from_ref(key), at).await.expect("a read");
    read.value.pop().expect("one answer for one key")
}

async fn value(store: &dyn Store, key: &EntryKey, at: At) -> Option<Vec<u8>> {
    get(store, key, at).await.map(|entry| entry.value.to_vec())
}

async fn page(store: &dyn Store, what: &Scan, at: At, limit: PageLimit) -> Page {
    store.scan(what, at, limit).await.expect("a scan").value
}

/// All rows of the entries of a namespace, read in pages of `rows`.
async fn all_entries(store: &dyn Store, namespace: &str, at: At, rows: usize) -> Vec<Arc<Entry>> {
    let namespace = holdfast_model::Namespace::new(namespace).expect("a valid namespace");
    let mut entries: Vec<Arc<Entry>> = Vec::new();
    loop {
        let after = entries.last().map(|entry| entry.at.key.clone());
        let prefix = holdfast_model::Prefix::any();
        let what = Scan::Entries { namespace: namespace.clone(), prefix, after };
        let page = page(store, &what, at, PageLimit::rows(rows)).await;
        entries.extend(page.rows.into_iter().map(entry_row));
        if !page.more {
            return entries;
        }
    }
}

/// The whole history of a key, read in pages of `rows`.
async fn all_history(
    store: &dyn Store,
    of: &EntryKey,
    at: At,
    rows: usize,
) -> Vec<Arc<HistoryRow>> {
    let mut events: Vec<Arc<HistoryRow>> = Vec::new();
    loop {
        let before: Option<Revision> = events.last().map(|row| row.revision);
        let what = Scan::History { of: of.clone(), before };
        let page = page(store, &what, at, PageLimit::rows(rows)).await;
        events.extend(page.rows.into_iter().map(history_row));
        if !page.more {
            return events;
        }
    }
}

fn entry_row(row: Row) -> Arc<Entry> {
    match row {
        Row::Entry(entry) => entry,
        other => panic!("not an entry: {other:?}"),
    }
}

fn history_row(row: Row) -> Arc<HistoryRow> {
    match row {
        Row::History(row) => row,
        other => panic!("not a row of the history: {other:?}"),
    }
}
