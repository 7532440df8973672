//! Behaviour 7: order and pages.

use holdfast_model::{Key, Namespace, Prefix, Revision, Timestamp};
use holdfast_store::{At, PageLimit, Row, Scan};

use super::append::scribe_of;
use super::{Backend, all_entries, entry_row, page};
use crate::scribe::{Change, key};

const NAMES: [&str; 9] = ["a", "a/b", "a/b/c", "a/bc", "a0", "ab", "b", "\u{e9}", "\u{10ffff}"];

pub(super) async fn entries_come_in_byte_order_and_in_exact_pages(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let head = scribe.head();
    let mut changes = Vec::new();
    for namespace in ["n", "n.a", "n0", "na"] {
        changes.extend(NAMES.iter().rev().map(|name| Change::set(&key(namespace, name), *name)));
    }
    store.append(&head, scribe.group([changes])).await.expect("appended");
    let group = scribe.group([NAMES.map(|name| Change::delete(&key("n0", name))).to_vec()]);
    let head = store.head().await.expect("a head");
    store.append(&head, group).await.expect("appended");
    for at in [At::Latest, At::Revision(Revision(1)), At::Revision(Revision(2))] {
        for rows in 1..=NAMES.len() + 1 {
            let found = all_entries(&*store, "n", at, rows).await;
            let names: Vec<_> = found.iter().map(|entry| entry.at.key.as_str()).collect();
            assert_eq!(names, NAMES, "{rows} rows a page, {at:?}");
        }
        let gone = all_entries(&*store, "n0", at, 4).await.len();
        assert_eq!(gone, if at == At::Revision(Revision(1)) { NAMES.len() } else { 0 });
        for prefix in ["", "a", "a/", "a/b", "a/b/", "b", "c", "\u{e9}", "zz"] {
            let expected = NAMES.iter().filter(|name| name.starts_with(prefix)).count();
            let what = entries("n", prefix, None);
            let exact = page(&*store, &what, at, PageLimit::rows(expected)).await;
            assert!(!exact.more && exact.rows.len() == expected, "prefix {prefix:?} {exact:?}");
            let what = entries("n", prefix, Some("a/b"));
            let behind = page(&*store, &what, at, PageLimit::rows(99)).await;
            let after = NAMES.iter().filter(|name| name.starts_with(prefix) && **name > "a/b");
            assert_eq!(behind.rows.len(), after.count(), "prefix {prefix:?}");
        }
    }
}

fn entries(namespace: &str, prefix: &str, after: Option<&str>) -> Scan {
    Scan::Entries {
        namespace: Namespace::new(namespace).expect("a valid namespace"),
        prefix: Prefix::new(prefix),
        after: after.map(|key| Key::new(key).expect("a valid key")),
    }
}

pub(super) async fn a_page_keeps_its_bytes_but_has_at_least_one_row(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let head = scribe.head();
    let changes = (0..4).map(|n| Change::set(&key("n", &format!("k{n}")), vec![b'x'; 1_000]));
    store.append(&head, scribe.group([changes.collect()])).await.expect("appended");
    let weight = scribe.entry(&key("n", "k0")).expect("written").weight();
    for (bytes, rows) in
        [(1, 1), (weight, 1), (2 * weight - 1, 1), (2 * weight, 2), (9 * weight, 4)]
    {
        let limit = PageLimit::rows(99).and_bytes(bytes);
        let page = page(&*store, &entries("n", "", None), At::Latest, limit).await;
        assert_eq!((page.rows.len(), page.more), (rows, rows < 4), "{bytes} bytes");
    }
}

pub(super) async fn namespaces_are_those_with_live_entries(backend: &dyn Backend) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let head = scribe.head();
    let due = Timestamp(50);
    let group = scribe.group([
        vec![
            Change::set(&key("a.b", "k"), "1"),
            Change::set(&key("a", "k"), "1"),
            Change::set(&key("a", "l"), "1"),
            Change::set(&key("gone", "k"), "1"),
            Change::set_until(&key("due", "k"), "1", due),
            Change::set_until(&key("mixed", "k"), "1", due),
            Change::set(&key("mixed", "l"), "1"),
        ],
        vec![Change::delete(&key("gone", "k"))],
    ]);
    store.append(&head, group).await.expect("appended");
    let names = async |prefix: &str, after: Option<&str>, now: i64, at: At, rows: usize| {
        let after = after.map(|name| Namespace::new(name).expect("a valid namespace"));
        let what = Scan::Namespaces { prefix: prefix.into(), after, now: Timestamp(now) };
        let page = page(&*store, &what, at, PageLimit::rows(rows)).await;
        let name = |row: &Row| match row {
            Row::Namespace(name) => name.to_string(),
            other => panic!("not a namespace: {other:?}"),
        };
        (page.rows.iter().map(name).collect::<Vec<_>>().join(" "), page.more)
    };
    let first = At::Revision(Revision(1));
    let text = |text: &str, more| (text.to_owned(), more);
    assert_eq!(names("", None, 49, At::Latest, 9).await, text("a a.b due mixed", false));
    assert_eq!(names("", None, 50, At::Latest, 9).await, text("a a.b mixed", false));
    assert_eq!(names("", None, 49, first, 9).await, text("a a.b due gone mixed", false));
    assert_eq!(names("", Some("a"), 49, At::Latest, 1).await, text("a.b", true));
    assert_eq!(names("a", None, 49, At::Latest, 2).await, text("a a.b", false));
    assert_eq!(names("a.", None, 49, first, 2).await, text("a.b", false));
    assert_eq!(names("", Some("mixed"), 49, first, 2).await, text("", false));
}

pub(super) async fn due_entries_come_soonest_first_and_only_while_they_are_current(
    backend: &dyn Backend,
) {
    let store = backend.open().await;
    let mut scribe = scribe_of(&*store).await;
    let at = |name: &str| key("n", name);
    let until = |name: &str, due| Change::set_until(&at(name), "v", Timestamp(due));
    let head = scribe.head();
    let first = vec![until("c", 30), until("a", 20), until("b", 10), until("d", 20), until("e", 5)];
    let head = store.append(&head, scribe.group([first])).await.expect("appended");
    let second = vec![Change::expire(&at("b")), Change::set(&at("e"), "stays"), until("c", 20)];
    store.append(&head, scribe.group([second])).await.expect("appended");
    let due = async |now, rows| {
        let what = Scan::Due(Timestamp(now));
        let page = page(&*store, &what, At::Latest, PageLimit::rows(rows)).await;
        let names = page.rows.into_iter().map(|row| entry_row(row).at.key.to_string());
        (names.collect::<Vec<_>>().join(""), page.more)
    };
    assert_eq!(due(19, 9).await, (String::new(), false));
    assert_eq!(due(20, 9).await, ("acd".to_owned(), false));
    assert_eq!(due(99, 2).await, ("ac".to_owned(), true));
    let head = store.head().await.expect("a head");
    let third = vec![until("a", 99), Change::delete(&at("d"))];
    store.append(&head, scribe.group([third])).await.expect("appended");
    assert_eq!(due(20, 9).await, ("c".to_owned(), false));
    assert_eq!(due(99, 9).await, ("ca".to_owned(), false));
}

pub(super) async fn side_rows_come_by_prefix(backend: &dyn Backend) {
    let store = backend.open().await;
    let head = store.head().await.expect("a head");
    let keys: [&[u8]; 6] = [b"a", b"a\0", b"a\xff", b"b", b"\xff", b"\xff\xff"];
    let side = keys.iter().map(|key| holdfast_store::SideWrite {
        key: bytes::Bytes::copy_from_slice(key),
        value: Some(bytes::Bytes::copy_from_slice(key)),
    });
    let group = holdfast_store::Group { side: side.collect(), ..Default::default() };
    store.append(&head, group).await.expect("appended");
    for prefix in [b"".as_slice(), b"a", b"\xff", b"\xff\xff", b"c"] {
        let mut found: Vec<Vec<u8>> = Vec::new();
        loop {
            let after = found.last().map(|key| bytes::Bytes::copy_from_slice(key));
            let what = Scan::Side { prefix: bytes::Bytes::copy_from_slice(prefix), after };
            let page = page(&*store, &what, At::Latest, PageLimit::rows(2)).await;
            found.extend(page.rows.iter().map(|row| match row {
                Row::Side(key, value) if key == value => key.to_vec(),
                other => panic!("not the side row written: {other:?}"),
            }));
            if !page.more {
                break;
            }
        }
        let expected: Vec<_> = keys.iter().filter(|key| key.starts_with(prefix)).collect();
        assert!(found.iter().eq(expected), "prefix {prefix:?}: {found:?}");
    }
}
