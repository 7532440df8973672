//! SIGKILL at random moments under 64 concurrent writers: every acknowledged write is there after the restart, the
//! revisions are dense, and entries and events agree.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use holdfast_api::holdfast_v1::{CommitRequest, CommitResponse, EventKind};
use holdfast_tests::client::{delete, put};
use holdfast_tests::dice::Dice;
use holdfast_tests::log::{self, Commit};
use holdfast_tests::{Config, Holdfast, Server, torture};
use tokio::task::JoinSet;

const WRITERS: u64 = 64;
const CONNECTIONS: usize = 4;
/// A new data directory after so many kills, so that the whole log can be read after each of them.
const KILLS_OF_ONE_LOG: usize = 20;

/// A write that the server acknowledged.
enum Acknowledged {
    /// By config.v1: the version that it made.
    Set { namespace: String, key: String, version: u64, value: String },
    /// By holdfast.v1: what was asked and what was answered.
    Batch { request: CommitRequest, answer: CommitResponse },
}

/// One of the 64: writes until the server is gone; what was acknowledged.
async fn write(
    who: u64,
    config: Config,
    holdfast: Holdfast,
    mut dice: Dice,
    unique: Arc<AtomicU64>,
) -> Vec<Acknowledged> {
    let namespace = format!("w{who}");
    let mut acknowledged = Vec::new();
    loop {
        let number = unique.fetch_add(1, Ordering::Relaxed);
        // Small and large values lie in different places of the store.
        let value = format!("\"{number} {}\"", "x".repeat(dice.below(1_500) as usize));
        if dice.once_in(4) {
            let request = batch(&namespace, number, value, &mut dice);
            match holdfast.commit_as(request.clone()).await {
                Ok(answer) => acknowledged.push(Acknowledged::Batch { request, answer }),
                Err(_) => return acknowledged,
            }
        } else {
            let key = format!("k{}", dice.below(8));
            match config.set(&namespace, &key, &value).await {
                Ok(entry) => acknowledged.push(Acknowledged::Set {
                    namespace: namespace.clone(),
                    key,
                    version: entry.version.try_into().expect("versions are positive"),
                    value,
                }),
                Err(_) => return acknowledged,
            }
        }
    }
}

/// Writes to two keys of the writer and one that all share; now and then a key goes and comes back.
fn batch(namespace: &str, number: u64, value: String, dice: &mut Dice) -> CommitRequest {
    let mut gone = delete(namespace, "now-and-then");
    if let Some(holdfast_api::holdfast_v1::write::Action::Delete(delete)) = &mut gone.action {
        delete.missing_ok = true;
    }
    let third =
        if dice.once_in(2) { gone } else { put(namespace, "now-and-then", number.to_string()) };
    let shared = format!("k{}", dice.below(4));
    CommitRequest {
        writes: vec![
            put(namespace, "batch", value),
            put("shared", &shared, number.to_string()),
            third,
        ],
        reason: number.to_string(),
        ..Default::default()
    }
}

/// Starts the writers, kills the server after a random time; what was acknowledged.
async fn kill_under_load(
    server: &mut Server,
    dice: &mut Dice,
    unique: &Arc<AtomicU64>,
) -> Vec<Acknowledged> {
    let mut writers = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push((server.config().await, server.holdfast().await));
    }
    for who in 0..WRITERS {
        let (config, holdfast) = connections[who as usize % CONNECTIONS].clone();
        writers.spawn(write(who, config, holdfast, dice.fork(), Arc::clone(unique)));
    }
    tokio::time::sleep(Duration::from_millis(5 + dice.below(400))).await;
    server.kill();
    writers.join_all().await.into_iter().flatten().collect()
}

/// Every acknowledged write is in the log as it was asked for.
fn assert_all_there(acknowledged: &[Acknowledged], commits: &[Commit]) {
    let mut sets = HashMap::new();
    for event in commits.iter().flat_map(|commit| &commit.events) {
        if event.kind == EventKind::EVENT_KIND_SET {
            sets.insert(
                (event.namespace.as_str(), event.key.as_str(), event.value.as_ref()),
                event.version,
            );
        }
    }
    for write in acknowledged {
        match write {
            Acknowledged::Set { namespace, key, version, value } => {
                let found = sets.get(&(namespace.as_str(), key.as_str(), value.as_bytes()));
                assert_eq!(
                    found,
                    Some(version),
                    "an acknowledged set of {namespace}/{key} is missing"
                );
            }
            Acknowledged::Batch { request, answer } => assert_batch(request, answer, commits),
        }
    }
}

fn assert_batch(request: &CommitRequest, answer: &CommitResponse, commits: &[Commit]) {
    let place = answer.revision as usize - 1;
    let commit = commits.get(place).unwrap_or_else(|| panic!("commit {place} is missing"));
    assert_eq!(commit.reason, request.reason, "another commit has the number that was answered");
    let ids = answer.results.iter().filter(|result| !result.id.is_empty());
    let ids: Vec<&str> = ids.map(|result| result.id.as_str()).collect();
    let found: Vec<&str> = commit.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(found, ids, "the commit has the events that were answered");
}

/// A batch is there as a whole or not at all, acknowledged or not.
fn assert_no_half_batch(commits: &[Commit]) {
    for commit in commits.iter().filter(|commit| !commit.reason.is_empty()) {
        let has = |key: &str| commit.events.iter().any(|event| event.key == key);
        let shared = commit.events.iter().any(|event| event.namespace == "shared");
        assert!(has("batch") && shared, "half a batch: {commit:?}");
    }
}

async fn kill_one_log(kills: usize, dice: &mut Dice) -> (usize, usize) {
    let mut server = Server::dev().await;
    let unique = Arc::new(AtomicU64::new(0));
    let mut acknowledged = Vec::new();
    let mut commits = Vec::new();
    for _ in 0..kills {
        acknowledged.extend(kill_under_load(&mut server, dice, &unique).await);
        server.start_again().await;
        commits = log::check(&server.holdfast().await).await;
        assert_all_there(&acknowledged, &commits);
        assert_no_half_batch(&commits);
    }
    (acknowledged.len(), commits.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_by_a_kill() {
    let kills = torture::form(20, 200);
    let mut dice = Dice::new("crash");
    let (mut acknowledged, mut committed) = (0, 0);
    for _ in 0..kills / KILLS_OF_ONE_LOG {
        let (some, all) = kill_one_log(KILLS_OF_ONE_LOG, &mut dice).await;
        acknowledged += some;
        committed += all;
    }
    assert!(acknowledged > kills * 10, "only {acknowledged} writes: this was no load");
    torture::figure("SIGKILL under 64 writers: kills", kills);
    torture::figure("SIGKILL under 64 writers: acknowledged writes, all found again", acknowledged);
    torture::figure("SIGKILL under 64 writers: commits in the logs", committed);
}

/// What a client saw it can see again: a reader never meets a revision that a crash takes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_watcher_saw_survives_the_kill() {
    let kills = torture::form(5, 50);
    let mut dice = Dice::new("crash, watched");
    let mut server = Server::dev().await;
    let unique = Arc::new(AtomicU64::new(0));
    let mut seen: Vec<Commit> = Vec::new();
    for _ in 0..kills {
        let after = seen.last().map_or(0, |commit| commit.revision);
        let start = holdfast_api::holdfast_v1::watch_request::Start::AfterRevision(after);
        let stream = server.holdfast().await.watch(&[], Some(start)).await.expect("a watch");
        let watcher = tokio::spawn(async move {
            let mut watch = log::Watch::new(stream);
            let mut seen = Vec::new();
            while let Ok(commit) = watch.next_commit().await {
                seen.push(commit);
            }
            seen
        });
        kill_under_load(&mut server, &mut dice, &unique).await;
        seen.extend(watcher.await.expect("the watcher does not panic"));
        server.start_again().await;
        let commits = log::read_after(&server.holdfast().await, 0).await.expect("the whole log");
        assert!(commits.len() >= seen.len(), "{} commits, {} were seen", commits.len(), seen.len());
        assert_eq!(commits[..seen.len()], seen, "what was seen is what is there");
        // The rest was written, but nobody had seen it when the server was killed.
        seen = commits;
    }
}
