//! Everything that a store can be asked for, to hold two stores against each other.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::executor::block_on;
use holdfast_model::{EntryKey, Head, Prefix, Revision, Sealed, Timestamp};
use holdfast_store::{At, Page, PageLimit, Row, Scan, Store, StoreError};
use holdfast_store_fjall::{FjallOptions, FjallStore};

/// What a store holds, as far as it can be read.
#[derive(Debug, PartialEq)]
pub(crate) struct Dump {
    pub(crate) head: Head,
    pub(crate) commits: Vec<Arc<Sealed>>,
    /// Pages of all scans, in a fixed order.
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn options() -> FjallOptions {
    FjallOptions { cache_bytes: 1 << 20, reserve_bytes: 0 }
}

pub(crate) fn open(path: &Path) -> Result<FjallStore, StoreError> {
    for _ in 0..100 {
        match FjallStore::open(path, options()) {
            // A process that another test has just begun to start has all files open until it becomes another program.
            Err(StoreError::Refused(why)) if why.contains("has the data directory") => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            other => return other,
        }
    }
    FjallStore::open(path, options())
}

/// Opens a directory and reads all of it.
pub(crate) fn open_and_dump(path: &Path, keys: &[EntryKey]) -> Result<Dump, StoreError> {
    dump(&open(path)? as &dyn Store, keys)
}

/// Reads all commits, and all rows of each revision that can still be read.
pub(crate) fn dump(store: &dyn Store, keys: &[EntryKey]) -> Result<Dump, StoreError> {
    let head = block_on(store.head())?;
    let from = Revision(head.floors.events.0 - 1);
    let commits = block_on(store.commits(from, usize::MAX))?.commits;
    let mut rows = Vec::new();
    for revision in head.floors.history.0..=head.revision.0 {
        let at = At::Revision(Revision(revision));
        rows.extend(entries(store, at)?);
    }
    rows.extend(entries(store, At::Latest)?);
    for of in keys {
        let what = Scan::History { of: of.clone(), before: None };
        let kept =
            |row: &Row| matches!(row, Row::History(row) if row.revision > head.floors.history);
        // What lies below the floor is on its way out, sooner or later.
        rows.extend(scan(store, &what, At::Latest)?.rows.into_iter().filter(kept));
    }
    let side = Scan::Side { prefix: Bytes::new(), after: None };
    for what in [Scan::Due(Timestamp(i64::MAX)), side] {
        rows.extend(scan(store, &what, At::Latest)?.rows);
    }
    Ok(Dump { head, commits, rows })
}

fn entries(store: &dyn Store, at: At) -> Result<Vec<Row>, StoreError> {
    let what = Scan::Namespaces { prefix: String::new(), after: None, now: Timestamp(i64::MIN) };
    let mut rows = Vec::new();
    for name in scan(store, &what, at)?.rows {
        if let Row::Namespace(namespace) = &name {
            let namespace = namespace.clone();
            let what = Scan::Entries { namespace, prefix: Prefix::any(), after: None };
            rows.extend(scan(store, &what, at)?.rows);
        }
        rows.push(name);
    }
    Ok(rows)
}

fn scan(store: &dyn Store, what: &Scan, at: At) -> Result<Page, StoreError> {
    let page = block_on(store.scan(what, at, PageLimit::rows(100_000)))?;
    assert!(!page.value.more);
    Ok(page.value)
}
