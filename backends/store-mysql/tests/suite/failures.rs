//! Connections that break and servers that go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_model::Revision;
use holdfast_services::MariaDb;
use holdfast_store::{AppendError, At, Store, StoreError};
use holdfast_store_mysql::MySqlSettings;
use holdfast_testkit::scribe::{Scribe, key};

use crate::nodes::{append, written};
use crate::{block_on, fresh, open, pause};

/// What happened to a group that a writer tried to append.
#[derive(Default)]
struct Tried {
    acknowledged: BTreeMap<u64, String>,
    unknown: Vec<String>,
}

/// Appends until it is told to stop, noting what was acknowledged.
async fn write_on(store: Arc<dyn Store>, name: &str, stop: Arc<AtomicBool>) -> Tried {
    let mut tried = Tried::default();
    for round in 0.. {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let value = format!("{name}-{round}");
        let Ok(head) = store.head().await else { continue };
        let mut scribe = Scribe::continuing(head);
        match store.append(&head, scribe.set(&key("race", name), value.clone())).await {
            Ok(now) => drop(tried.acknowledged.insert(now.revision.0, value)),
            Err(AppendError::Moved(_) | AppendError::Unavailable(_)) => {}
            Err(AppendError::Unknown(_)) => tried.unknown.push(value),
            Err(other) => panic!("{other}"),
        }
    }
    tried
}

/// Every acknowledged group is there once and where it was said to be; what was not acknowledged is there at most once.
async fn check(store: &dyn Store, writers: Vec<Tried>) -> usize {
    let log = written(store).await;
    assert!(log.keys().copied().eq(1..=log.len() as u64), "no hole");
    let mut values: Vec<_> = log.values().flatten().collect();
    let all = values.len();
    values.sort();
    values.dedup();
    assert_eq!(values.len(), all, "a group is there twice");
    let mut acknowledged = 0;
    for tried in writers {
        acknowledged += tried.acknowledged.len();
        for (revision, value) in tried.acknowledged {
            assert_eq!(log.get(&revision), Some(&vec![value]), "revision {revision}");
        }
    }
    acknowledged
}

#[test]
fn connections_that_are_killed_lose_and_repeat_nothing() {
    const KILLS: usize = 25;
    let Some(mariadb) = MariaDb::start("killed connections on MariaDB") else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for name in ["a", "b"] {
            let (store, stop) = (open(&settings).await, Arc::clone(&stop));
            writers.push(tokio::spawn(async move { write_on(store, name, stop).await }));
        }
        for _ in 0..KILLS {
            pause(40).await;
            mariadb.sql("KILL USER holdfast");
        }
        stop.store(true, Ordering::Release);
        let mut tried = Vec::new();
        for writer in writers {
            tried.push(writer.await.expect("no panic"));
        }
        assert!(
            tried.iter().all(|tried| tried.unknown.is_empty()),
            "the server was there all the time"
        );
        let acknowledged = check(&*open(&settings).await, tried).await;
        println!(
            "figure: {acknowledged} groups acknowledged across {KILLS} rounds of killed connections"
        );
        assert!(acknowledged > KILLS);
    });
}

#[test]
fn a_server_that_crashes_loses_nothing_acknowledged() {
    let Some(mariadb) = MariaDb::start("a crashing MariaDB") else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for name in ["a", "b"] {
            let (store, stop) = (open(&settings).await, Arc::clone(&stop));
            writers.push(tokio::spawn(async move { write_on(store, name, stop).await }));
        }
        for _ in 0..3 {
            pause(300).await;
            mariadb.service().kill();
            pause(200).await;
            mariadb.service().run();
        }
        pause(300).await;
        stop.store(true, Ordering::Release);
        let mut tried = Vec::new();
        for writer in writers {
            tried.push(writer.await.expect("no panic"));
        }
        let store = open(&settings).await;
        assert_eq!(store.head().await.expect("a head").epoch.0, 1, "it is the same database");
        let acknowledged = check(&*store, tried).await;
        println!("figure: {acknowledged} groups acknowledged across three crashes");
        assert!(acknowledged > 0);
    });
}

#[test]
fn a_server_that_is_away_is_said_and_found_again() {
    let Some(mariadb) = MariaDb::start("an absent MariaDB") else { return };
    block_on(async {
        let short = Duration::from_millis(700);
        let settings = MySqlSettings {
            append_deadline: short,
            acquire_timeout: short,
            statement_timeout: short,
            ..fresh(&mariadb)
        };
        let store = open(&settings).await;
        append(&*store, &["before".into()]).await;
        let head = store.head().await.expect("a head");
        mariadb.service().kill();
        let mut scribe = Scribe::continuing(head);
        let group = scribe.set(&key("race", "k"), "away");
        // The first try may have been on its way when the connection was found broken.
        let first = store.append(&head, group.clone()).await.expect_err("nobody there");
        assert!(
            matches!(first, AppendError::Unknown(_) | AppendError::Unavailable(_)),
            "{first:?}"
        );
        let second = store.append(&head, group.clone()).await.expect_err("nobody there");
        assert!(matches!(second, AppendError::Unavailable(_)), "{second:?}");
        let read = store.get_many(&[key("race", "before")], At::Latest).await;
        assert!(matches!(read, Err(StoreError::Io { .. })), "{read:?}");
        let absent = holdfast_store_mysql::open(&settings).await;
        assert!(matches!(absent, Err(StoreError::Io { .. })), "{absent:?}");
        mariadb.service().run();
        let now = store.append(&head, group).await.expect("it is back");
        assert_eq!(now.revision, Revision(2));
        assert_eq!(store.head().await.expect("a head").revision, Revision(2));
    });
}

#[test]
fn a_server_that_hangs_is_given_up_in_time_and_the_group_is_there_once() {
    let Some(mariadb) = MariaDb::start("a frozen MariaDB") else { return };
    block_on(async {
        let settings = MySqlSettings {
            append_deadline: Duration::from_millis(500),
            acquire_timeout: Duration::from_millis(500),
            statement_timeout: Duration::from_millis(400),
            ..fresh(&mariadb)
        };
        let store = open(&settings).await;
        append(&*store, &["before".into()]).await;
        let head = store.head().await.expect("a head");
        let mut scribe = Scribe::continuing(head);
        let group = scribe.set(&key("race", "k"), "frozen");
        mariadb.service().freeze();
        let frozen = store.append(&head, group.clone()).await.expect_err("no answer");
        assert!(matches!(frozen, AppendError::Unknown(_)), "{frozen:?}");
        assert!(store.head().await.is_err());
        mariadb.service().thaw();
        let patient = open(&fresh_like(&settings)).await;
        let again = patient.append(&head, group).await;
        let is_there = matches!(again, Ok(_) | Err(AppendError::Moved(_)));
        assert!(is_there, "{again:?}");
        let log = written(&*patient).await;
        assert_eq!(log.len(), 2);
        assert_eq!(log[&2], ["frozen"]);
    });
}

fn fresh_like(settings: &MySqlSettings) -> MySqlSettings {
    MySqlSettings::new(settings.url.clone())
}
