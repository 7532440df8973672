//! The suite of stores that nodes share: races, connections that break, servers that go, databases that are not the one that was, tables
//! and rows that are not as they should be. All on real servers.
//!
//! A backend implements [`Server`] and calls [`run`] in a test. What every store has to show is in [`crate::store_suite`].

mod epochs;
mod failures;
mod prefixes;
mod races;
mod rows;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use holdfast_model::{Commit, Event, Head, Revision};
use holdfast_store::{AppendError, Store, StoreError, same_end};

pub use epochs::check_new_epoch;

use crate::scribe::{Change, Scribe, key};

/// How long a store waits, where a case wants it short.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// For an append.
    pub append: Duration,
    /// For a connection.
    pub acquire: Duration,
    /// For a statement.
    pub statement: Duration,
}

/// A database server of the test's own, in which logs lie in places with a name: schemas or databases.
#[async_trait]
pub trait Server: Send + Sync {
    /// The name of a new place, in which a store may make its tables.
    fn place(&self) -> String;

    /// Opens the log of a place, with its usual patience or another one.
    async fn open(&self, place: &str, waits: Option<Waits>) -> Result<Arc<dyn Store>, StoreError>;

    /// Runs SQL in a place, past the store; fields of its answer between `|`, rows between lines.
    fn sql(&self, place: &str, sql: &str) -> String;

    /// SQL for `column` with a bit of byte `at` turned over, which counts from 0.
    fn flipped(&self, column: &str, at: usize) -> String;

    /// Ends every connection of a store.
    fn break_connections(&self);

    /// Ends the server in the middle of what it does.
    fn kill(&self);

    /// Starts it again.
    fn run(&self);

    /// Stops its time.
    fn freeze(&self);

    /// Lets it go on.
    fn thaw(&self);
}

type Case = for<'a> fn(&'a dyn Server) -> BoxFuture<'a, ()>;

/// Runs every case, one after the other, each in a place of its own.
pub async fn run(server: &dyn Server) {
    for (name, case) in CASES {
        println!("shared store case: {name}");
        case(server).await;
    }
}

macro_rules! cases {
    ($($room:ident :: $case:ident),* $(,)?) => {
        &[$((stringify!($case), |server| Box::pin($room::$case(server)))),*]
    };
}

/// Name and body of every case.
pub const CASES: &[(&str, Case)] = cases![
    races::stores_that_race_append_everything_once_without_a_hole,
    races::whoever_lost_twice_cannot_lose_again,
    races::a_turn_brings_the_head_and_keeps_the_others_waiting,
    races::who_stands_down_keeps_nobody_waiting,
    races::a_node_that_stops_in_its_turn_is_passed,
    races::a_reclaim_of_another_node_is_seen,
    prefixes::prefixes_are_bytes,
    schema::many_nodes_may_open_an_empty_database_at_once,
    schema::tables_of_a_newer_release_are_refused,
    rows::rows_that_were_changed_are_said_with_their_place_and_a_remedy,
    epochs::another_database_begins_an_epoch,
    epochs::a_log_that_lost_what_a_node_has_seen_begins_an_epoch,
    failures::connections_that_are_killed_lose_and_repeat_nothing,
    failures::a_server_that_crashes_loses_nothing_acknowledged,
    failures::a_server_that_is_away_is_said_and_found_again,
    failures::a_server_that_hangs_is_given_up_in_time_and_the_group_is_there_once,
];

async fn open(server: &dyn Server, place: &str) -> Arc<dyn Store> {
    server.open(place, None).await.expect("it opens")
}

async fn head(store: &dyn Store) -> Head {
    store.head().await.expect("a head")
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Appends one commit with these values, judging again after each lost race; answers its revision.
pub async fn append(store: &dyn Store, values: &[&str]) -> u64 {
    loop {
        let head = head(store).await;
        let mut scribe = Scribe::continuing(head);
        let set = |value: &&str| Change::set(&key("race", value), (*value).to_owned());
        let group = scribe.group([values.iter().map(set).collect()]);
        match store.append(&head, group).await {
            Ok(now) => return now.revision.0,
            Err(AppendError::Moved(now)) => {
                assert!(!same_end(&now.head, &head), "it did not move");
                let mut before = head.hash;
                for sealed in &now.commits {
                    assert_eq!(sealed.commit().previous_hash, before, "what comes along leads on");
                    assert!(sealed.commit().revision <= now.head.revision);
                    before = sealed.hash();
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// What each revision wrote; the chain is checked by the reading.
async fn written(store: &dyn Store) -> BTreeMap<u64, Vec<String>> {
    let page = store.commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let text = |event: &Event| String::from_utf8_lossy(&event.value).into_owned();
    let values = |commit: &Commit| commit.events.iter().map(text).collect();
    page.commits.iter().map(|s| (s.commit().revision.0, values(s.commit()))).collect()
}
