//! Names are bytes to a database: every character is an ordinary one, and letters differ by their case.

use holdfast_model::{Namespace, Prefix, Revision};
use holdfast_store::{At, PageLimit, Row, Scan, Store};

use super::{Server, head, open};
use crate::scribe::{Change, Scribe, key};

const NAMES: [&str; 15] = [
    "%",
    "%a",
    "_",
    "_a",
    "\\",
    "\\%",
    "a%b",
    "a_b",
    "aXb",
    "A%B",
    "a\\b",
    "\u{e9}a",
    "E\u{301}a",
    "'; --",
    "k",
];
const PREFIXES: [&str; 13] =
    ["", "%", "_", "\\", "a", "a%", "a_", "A", "a\\", "\u{e9}", "E", "'", "K"];

pub(super) async fn prefixes_are_bytes(server: &dyn Server) {
    let store = open(server, &server.place()).await;
    let before = head(&*store).await;
    let mut scribe = Scribe::continuing(before);
    let all = NAMES.map(|name| Change::set(&key("Ns", name), name)).to_vec();
    let head = store.append(&before, scribe.group([all])).await.expect("appended");
    let other = scribe.group([vec![Change::set(&key("ns", "a%b"), "other")]]);
    store.append(&head, other).await.expect("appended");
    for at in [At::Latest, At::Revision(Revision(1))] {
        for prefix in PREFIXES {
            let mut expected: Vec<_> = NAMES.iter().filter(|n| n.starts_with(prefix)).collect();
            expected.sort_unstable();
            let found = names(&*store, prefix, at).await;
            assert!(found.iter().eq(expected), "{prefix:?} {at:?}: {found:?}");
        }
    }
}

async fn names(store: &dyn Store, prefix: &str, at: At) -> Vec<String> {
    let namespace = Namespace::new("Ns").expect("a namespace");
    let what = Scan::Entries { namespace, prefix: Prefix::new(prefix), after: None };
    let page = store.scan(&what, at, PageLimit::rows(99)).await.expect("a page").value;
    let name = |row: Row| match row {
        Row::Entry(entry) => entry.at.key.as_str().to_owned(),
        other => panic!("not an entry: {other:?}"),
    };
    page.rows.into_iter().map(name).collect()
}
