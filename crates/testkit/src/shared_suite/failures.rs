//! Connections that break and servers that go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_model::Revision;
use holdfast_store::{AppendError, At, Store, StoreError};
use tokio::task::JoinHandle;

use super::{Server, Waits, append, head, open, pause, written};
use crate::scribe::{Scribe, key};

/// What happened to the groups that a writer tried to append.
#[derive(Default)]
struct Tried {
    acknowledged: BTreeMap<u64, String>,
    unknown: Vec<String>,
}

/// Two writers, until they are told to stop.
struct Writers {
    stop: Arc<AtomicBool>,
    writing: Vec<JoinHandle<Tried>>,
}

impl Writers {
    async fn start(server: &dyn Server, place: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut writing = Vec::new();
        for name in ["a", "b"] {
            let (store, stop) = (open(server, place).await, Arc::clone(&stop));
            writing.push(tokio::spawn(async move { write_on(store, name, stop).await }));
        }
        Self { stop, writing }
    }

    async fn end(self) -> Vec<Tried> {
        self.stop.store(true, Ordering::Release);
        let mut tried = Vec::new();
        for writer in self.writing {
            tried.push(writer.await.expect("no panic"));
        }
        tried
    }
}

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

pub(super) async fn connections_that_are_killed_lose_and_repeat_nothing(server: &dyn Server) {
    const KILLS: usize = 25;
    let place = server.place();
    let writers = Writers::start(server, &place).await;
    for _ in 0..KILLS {
        pause(40).await;
        server.break_connections();
    }
    let tried = writers.end().await;
    let unknown = tried.iter().map(|tried| tried.unknown.len()).sum::<usize>();
    assert_eq!(unknown, 0, "the server was there all the time");
    let acknowledged = check(&*open(server, &place).await, tried).await;
    println!(
        "figure: {acknowledged} groups acknowledged across {KILLS} rounds of killed connections"
    );
    assert!(acknowledged > KILLS);
}

pub(super) async fn a_server_that_crashes_loses_nothing_acknowledged(server: &dyn Server) {
    let place = server.place();
    let writers = Writers::start(server, &place).await;
    for _ in 0..3 {
        pause(300).await;
        server.kill();
        pause(200).await;
        server.run();
    }
    pause(300).await;
    let tried = writers.end().await;
    let store = open(server, &place).await;
    assert_eq!(head(&*store).await.epoch.0, 1, "it is the same database");
    let acknowledged = check(&*store, tried).await;
    println!("figure: {acknowledged} groups acknowledged across three crashes");
    assert!(acknowledged > 0);
}

pub(super) async fn a_server_that_is_away_is_said_and_found_again(server: &dyn Server) {
    let short = Duration::from_millis(700);
    let waits = Waits { append: short, acquire: short, statement: short };
    let place = server.place();
    let store = server.open(&place, Some(waits)).await.expect("it opens");
    append(&*store, &["before"]).await;
    let before = head(&*store).await;
    server.kill();
    let mut scribe = Scribe::continuing(before);
    let group = scribe.set(&key("race", "k"), "away");
    // The first try may have been on its way when the connection was found broken.
    let first = store.append(&before, group.clone()).await.expect_err("nobody there");
    let open_or_not = matches!(first, AppendError::Unknown(_) | AppendError::Unavailable(_));
    assert!(open_or_not, "{first:?}");
    let second = store.append(&before, group.clone()).await.expect_err("nobody there");
    assert!(matches!(second, AppendError::Unavailable(_)), "{second:?}");
    let read = store.get_many(&[key("race", "before")], At::Latest).await;
    assert!(matches!(read, Err(StoreError::Io { .. })), "{read:?}");
    let absent = server.open(&place, Some(waits)).await.err();
    assert!(matches!(absent, Some(StoreError::Io { .. })), "{absent:?}");
    server.run();
    let now = store.append(&before, group).await.expect("it is back");
    assert_eq!(now.revision, Revision(2));
    assert_eq!(head(&*store).await.revision, Revision(2));
}

pub(super) async fn a_server_that_hangs_is_given_up_in_time_and_the_group_is_there_once(
    server: &dyn Server,
) {
    let half = Duration::from_millis(500);
    let waits = Waits { append: half, acquire: half, statement: Duration::from_millis(400) };
    let place = server.place();
    let store = server.open(&place, Some(waits)).await.expect("it opens");
    append(&*store, &["before"]).await;
    let before = head(&*store).await;
    let mut scribe = Scribe::continuing(before);
    let group = scribe.set(&key("race", "k"), "frozen");
    server.freeze();
    let frozen = store.append(&before, group.clone()).await.expect_err("no answer");
    assert!(matches!(frozen, AppendError::Unknown(_)), "{frozen:?}");
    assert!(store.head().await.is_err());
    server.thaw();
    let patient = open(server, &place).await;
    let again = patient.append(&before, group).await;
    let is_there = matches!(again, Ok(_) | Err(AppendError::Moved(_)));
    assert!(is_there, "{again:?}");
    let log = written(&*patient).await;
    assert_eq!(log.len(), 2);
    assert_eq!(log[&2], ["frozen"]);
}
