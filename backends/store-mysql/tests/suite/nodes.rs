//! Several stores over one log.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_model::{Key, Namespace, Prefix, Revision};
use holdfast_services::MariaDb;
use holdfast_store::{AppendError, At, PageLimit, Row, Scan, Store, same_end};
use holdfast_store_mysql::MySqlStore;
use holdfast_testkit::scribe::{Change, Scribe, key};

use crate::{block_on, fresh, open};

/// Appends one commit with these values, judging again after each lost race; answers its revision.
pub(crate) async fn append(store: &dyn Store, values: &[String]) -> u64 {
    loop {
        let head = store.head().await.expect("a head");
        let mut scribe = Scribe::continuing(head);
        let changes = values.iter().map(|v| Change::set(&key("race", v), v.clone())).collect();
        match store.append(&head, scribe.group([changes])).await {
            Ok(now) => return now.revision.0,
            Err(AppendError::Moved(now)) => assert!(!same_end(&now, &head), "it did not move"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What each revision wrote; the chain is checked by the reading.
pub(crate) async fn written(store: &dyn Store) -> BTreeMap<u64, Vec<String>> {
    let page = store.commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let values = |commit: &holdfast_model::Commit| {
        let text = |event: &holdfast_model::Event| String::from_utf8_lossy(&event.value).into();
        commit.events.iter().map(text).collect()
    };
    page.commits.iter().map(|s| (s.commit().revision.0, values(s.commit()))).collect()
}

#[test]
fn stores_that_race_append_everything_once_without_a_hole() {
    const NODES: usize = 3;
    const EACH: usize = 40;
    let Some(mariadb) = MariaDb::start("racing stores on MariaDB") else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let mut racing = Vec::new();
        for node in 0..NODES {
            let store: Arc<MySqlStore> = open(&settings).await;
            racing.push(tokio::spawn(async move {
                let mut mine = BTreeMap::new();
                for round in 0..EACH {
                    let values = [format!("{node}-{round}-a"), format!("{node}-{round}-b")];
                    mine.insert(append(&*store, &values).await, values.to_vec());
                }
                mine
            }));
        }
        let mut expected = BTreeMap::new();
        for node in racing {
            expected.extend(node.await.expect("no panic"));
        }
        let store = open(&settings).await;
        let found = written(&*store).await;
        assert_eq!(
            found.keys().copied().collect::<Vec<_>>(),
            (1..=(NODES * EACH) as u64).collect::<Vec<_>>()
        );
        assert_eq!(found, expected);
    });
}

#[test]
fn whoever_lost_twice_cannot_lose_again() {
    let Some(mariadb) = MariaDb::start("turns on MariaDB") else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let (slow, fast) = (open(&settings).await, open(&settings).await);
        let mut head = slow.head().await.expect("a head");
        for round in 0..2 {
            append(&*fast, &[format!("fast {round}")]).await;
            let mut scribe = Scribe::continuing(head);
            let lost = slow.append(&head, scribe.set(&key("race", "slow"), "lost")).await;
            let Err(AppendError::Moved(now)) = lost else { panic!("{lost:?}") };
            head = *now;
        }
        // The lock is held: this one waits.
        let waiting = tokio::spawn({
            let fast = Arc::clone(&fast);
            async move { append(&*fast, &["fast again".into()]).await }
        });
        crate::pause(100).await;
        assert!(!waiting.is_finished(), "it went past the lock");
        let mut scribe = Scribe::continuing(head);
        let won = slow.append(&head, scribe.set(&key("race", "slow"), "won")).await;
        assert_eq!(won.expect("its turn").revision, Revision(3));
        assert_eq!(waiting.await.expect("no panic"), 4);
        // A turn that nobody uses ends by itself.
        for round in 0..2 {
            append(&*fast, &[format!("fast {round}")]).await;
            let mut scribe = Scribe::continuing(head);
            let lost = slow.append(&head, scribe.set(&key("race", "slow"), "lost")).await;
            assert!(matches!(lost, Err(AppendError::Moved(_))), "{lost:?}");
        }
        assert_eq!(append(&*fast, &["at last".into()]).await, 7);
    });
}

#[test]
fn a_reclaim_of_another_node_is_seen() {
    let Some(mariadb) = MariaDb::start("reclaim by several nodes on MariaDB") else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let (one, other) = (open(&settings).await, open(&settings).await);
        let at = key("n", "gone");
        let mut scribe = Scribe::continuing(one.head().await.expect("a head"));
        let head = scribe.head();
        let group = scribe.group([vec![Change::set(&at, "1")], vec![Change::delete(&at)]]);
        let head = one.append(&head, group).await.expect("appended");
        let floors = holdfast_model::Floors { events: Revision(9), history: Revision(9) };
        let (a, b) = tokio::join!(one.reclaim(floors), other.reclaim(floors));
        let (a, b) = (a.expect("reclaimed"), b.expect("reclaimed"));
        assert_eq!((a.commits + b.commits, a.versions + b.versions), (2, 2));
        let stale = other.append(&head, scribe.set(&at, "2")).await;
        let Err(AppendError::Moved(now)) = stale else { panic!("{stale:?}") };
        assert!(same_end(&now, &head) && now.ordinal_base == 2, "{now:?}");
        let mut scribe = Scribe::continuing(*now);
        other.append(&now, scribe.set(&at, "2")).await.expect("appended");
    });
}

/// Every character is an ordinary one, and letters differ by their case.
#[test]
fn prefixes_are_bytes() {
    let names = [
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
    let Some(mariadb) = MariaDb::start("prefixes on MariaDB") else { return };
    block_on(async {
        let store = open(&fresh(&mariadb)).await;
        let mut scribe = Scribe::continuing(store.head().await.expect("a head"));
        let head = scribe.head();
        let changes =
            |names: &[&'static str]| names.iter().map(|n| Change::set(&key("Ns", n), *n)).collect();
        store.append(&head, scribe.group([changes(&names)])).await.expect("appended");
        let head = scribe.head();
        let other = scribe.group([vec![Change::set(&key("ns", "a%b"), "other")]]);
        store.append(&head, other).await.expect("appended");
        for at in [At::Latest, At::Revision(Revision(1))] {
            for prefix in ["", "%", "_", "\\", "a", "a%", "a_", "A", "a\\", "\u{e9}", "E", "'", "K"]
            {
                let what = Scan::Entries {
                    namespace: Namespace::new("Ns").expect("a namespace"),
                    prefix: Prefix::new(prefix),
                    after: None::<Key>,
                };
                let page = store.scan(&what, at, PageLimit::rows(99)).await.expect("a page").value;
                let mut expected: Vec<_> = names.iter().filter(|n| n.starts_with(prefix)).collect();
                expected.sort_unstable();
                let found = page.rows.iter().map(|row| match row {
                    Row::Entry(entry) => entry.at.key.as_str(),
                    other => panic!("not an entry: {other:?}"),
                });
                assert!(
                    found.eq(expected.into_iter().copied()),
                    "{prefix:?} {at:?}: {:?}",
                    page.rows
                );
            }
        }
    });
}
