//! Pages of the memory store.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Entry, EntryKey, Key, Namespace, Prefix, Revision, Timestamp};

use super::state::{State, entry_in};
use crate::read::{At, HistoryRow, Page, PageBuilder, PageLimit, Row, Scan};

pub(super) fn page(state: &State, what: &Scan, at: At, limit: PageLimit) -> Page {
    let mut page = PageBuilder::new(limit);
    let mut push = |row| page.push(row);
    match what {
        Scan::Entries { namespace, prefix, after } => {
            let mut entries = entries(state, at, namespace, prefix, after.as_ref());
            let _ = entries.all(|entry| push(Row::Entry(entry)));
        }
        Scan::Namespaces { prefix, after, now } => {
            let mut names = namespaces(state, at, prefix, after.as_ref(), *now);
            let _ = names.all(|name| push(Row::Namespace(name)));
        }
        Scan::History { of, before } => {
            let newest = newest(at);
            let mut rows = state.history.get(of).into_iter().flatten().rev().filter(|row| {
                row.revision <= newest && before.is_none_or(|before| row.revision < before)
            });
            let _ = rows.all(|row| push(Row::History(row.clone())));
        }
        Scan::Kept { below, after } => {
            let newest = newest(at);
            let wanted = |row: &HistoryRow| row.revision < *below && row.revision <= newest;
            let mut rows = kept(state, after.as_ref()).filter(|row| wanted(row));
            let _ = rows.all(|row| push(Row::History(row.clone())));
        }
        Scan::Due(now) => {
            let mut due = state.due.iter().take_while(|(due, _)| due <= now);
            let _ = due.all(|(_, key)| push(Row::Entry(state.entries[key].clone())));
        }
        Scan::Side { prefix, after } => {
            let from = after.as_ref().map_or(Bound::Included(prefix), Bound::Excluded);
            let range = state.side.range::<Bytes, _>((from, Bound::Unbounded));
            let mut rows = range
                .skip_while(|(key, _)| *key < prefix)
                .take_while(|(key, _)| key.starts_with(prefix));
            let _ = rows.all(|(key, value)| push(Row::Side(key.clone(), value.clone())));
        }
    }
    page.finish()
}

fn newest(at: At) -> Revision {
    match at {
        At::Latest => Revision(u64::MAX),
        At::Revision(revision) => revision,
    }
}

/// The history of all keys behind `after`, newest first.
fn kept<'a>(
    state: &'a State,
    after: Option<&'a (EntryKey, Revision)>,
) -> impl Iterator<Item = &'a Arc<HistoryRow>> {
    let start = after.map_or(Bound::Unbounded, |(key, _)| Bound::Included(key));
    let rows = state.history.range::<EntryKey, _>((start, Bound::Unbounded));
    let behind = move |at: &EntryKey, row: &HistoryRow| {
        after.is_none_or(|(key, revision)| at != key || row.revision < *revision)
    };
    rows.flat_map(move |(at, rows)| rows.iter().rev().filter(move |row| behind(at, row)))
}

fn entries<'a>(
    state: &'a State,
    at: At,
    namespace: &'a Namespace,
    prefix: &'a Prefix,
    after: Option<&Key>,
) -> Box<dyn Iterator<Item = Arc<Entry>> + 'a> {
    let wanted = move |key: &EntryKey| key.namespace == *namespace && prefix.matches(&key.key);
    let first = after.cloned().or_else(|| Key::new(prefix.as_str()).ok());
    let start = match (first, after) {
        (Some(key), Some(_)) => Bound::Excluded(EntryKey::new(namespace.clone(), key)),
        (Some(key), None) => Bound::Included(EntryKey::new(namespace.clone(), key)),
        (None, _) => Bound::Unbounded,
    };
    match at {
        At::Latest => {
            let rows = state.entries.range((start, Bound::Unbounded));
            let rows = rows.skip_while(move |(key, _)| !wanted(key) && key.namespace <= *namespace);
            Box::new(rows.take_while(move |(key, _)| wanted(key)).map(|(_, entry)| entry.clone()))
        }
        At::Revision(revision) => {
            let rows = state.history.range((start, Bound::Unbounded));
            let rows = rows.skip_while(move |(key, _)| !wanted(key) && key.namespace <= *namespace);
            let rows = rows.take_while(move |(key, _)| wanted(key));
            Box::new(rows.filter_map(move |(_, rows)| entry_in(rows, revision)))
        }
    }
}

fn namespaces<'a>(
    state: &'a State,
    at: At,
    prefix: &'a str,
    after: Option<&'a Namespace>,
    now: Timestamp,
) -> Box<dyn Iterator<Item = Namespace> + 'a> {
    let live: Box<dyn Iterator<Item = Arc<Entry>>> = match at {
        At::Latest => Box::new(state.entries.values().cloned()),
        At::Revision(revision) => {
            Box::new(state.history.values().filter_map(move |rows| entry_in(rows, revision)))
        }
    };
    let mut last = None;
    let names = live.filter(move |entry| !entry.expired(now)).map(|e| e.at.namespace.clone());
    Box::new(names.filter(move |name| {
        let wanted = name.as_str().starts_with(prefix) && after.is_none_or(|after| name > after);
        wanted && last.replace(name.clone()).as_ref() != Some(name)
    }))
}
