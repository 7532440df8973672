//! The account that nodes keep in one table: whoever wrote where, it is there once, and in the order of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use holdfast_services::{Nats, Postgres};
use holdfast_tests::dice::Dice;
use holdfast_tests::faults::Fault;
use holdfast_tests::log::{self, Commit};
use holdfast_tests::{Config, torture};
use tokio::task::JoinSet;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(60);
const WRITERS: u64 = 12;

/// Two nodes that keep their account in a database of its own on the same server.
async fn start(suite: &str, more: &str) -> Option<Cluster> {
    let postgres = Postgres::start(suite)?;
    let nats = Nats::start(suite)?;
    postgres.psql("postgres", "CREATE DATABASE account");
    let url = postgres.url();
    let (before, _) = url.rsplit_once('/').expect("a URL with a database");
    let settings = format!("[audit]\nsql = '{before}/account'\n{more}");
    Some(Cluster::over(postgres, nats, 2, &settings).await)
}

/// A line of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    operation: String,
    key: String,
    outcome: String,
    revision: u64,
    micros: u64,
}

/// All of it, in the order in which it was kept.
async fn account(cluster: &Cluster) -> Vec<Line> {
    let sql = "SELECT operation, key, metadata::json->>'outcome', metadata::json->>'revision', \
               (extract(epoch FROM ts) * 1000000)::bigint FROM config_audit_log ORDER BY id";
    let rows = tokio::task::block_in_place(|| cluster.postgres.psql("account", sql));
    let line = |row: &str| {
        let fields: Vec<&str> = row.split('|').collect();
        let [operation, key, outcome, revision, micros] = fields[..] else { panic!("{row}") };
        Line {
            operation: operation.to_owned(),
            key: key.to_owned(),
            outcome: outcome.to_owned(),
            revision: revision.parse().unwrap_or_default(),
            micros: micros.parse().expect("a time"),
        }
    };
    rows.lines().map(line).collect()
}

/// What was set, by its key.
fn sets(account: &[Line]) -> BTreeMap<&str, Vec<&Line>> {
    let mut sets: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in account.iter().filter(|line| line.operation == "set") {
        assert_eq!(line.outcome, "done", "{line:?}");
        sets.entry(&line.key).or_default().push(line);
    }
    sets
}

/// Every line of a write is a commit of the log, no commit has two, and their times are in its order.
fn agrees(account: &[Line], commits: &[Commit]) {
    let keys: BTreeMap<u64, &str> =
        commits.iter().map(|commit| (commit.revision, &*commit.events[0].key)).collect();
    let mut by_revision = BTreeMap::new();
    for line in sets(account).into_values().flatten() {
        assert_eq!(keys.get(&line.revision), Some(&&*line.key), "{line:?} is in no log");
        assert!(by_revision.insert(line.revision, line.micros).is_none(), "twice: {line:?}");
    }
    assert!(by_revision.values().is_sorted(), "commits have their times from one clock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_of_both_nodes_is_one() {
    let Some(cluster) = start("nodes::audit", "").await else { return };
    let mut configs = Vec::new();
    for node in &cluster.nodes {
        configs.push(node.server.config().await);
    }
    // The first records of both, which make the table, at once.
    let (a, b) = tokio::join!(configs[0].set("app", "a", "1"), configs[1].set("app", "b", "1"));
    a.and(b).expect("both are set");
    let mut expected = Vec::new();
    for n in 0..60 {
        let (config, key) = (&configs[n % 2], format!("k{n}"));
        config.set("app", &key, "1").await.expect("a set");
        expected.push(key);
    }
    let lines = account(&cluster).await;
    let keys: Vec<&str> = lines.iter().skip(2).map(|line| &*line.key).collect();
    assert_eq!(keys, expected, "who was answered is in the account before who called after that");
    for node in &cluster.nodes {
        let commits = log::check(&node.server.holdfast().await).await;
        assert_eq!(commits.len(), lines.len());
        agrees(&lines, &commits);
    }
}

/// Sets keys of its own until the node is gone; those that were answered.
async fn write(config: Config, who: u64, round: u64, load: Arc<AtomicU64>) -> Vec<String> {
    let mut answered = Vec::new();
    for n in 0_u64.. {
        let key = format!("w{who}/{round}/{n}");
        let set = tokio::time::timeout(PATIENCE, config.set("app", &key, "1")).await;
        match set.expect("an answer or none") {
            Ok(_) => answered.push(key),
            Err(_) => break,
        }
        load.fetch_add(1, Relaxed);
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_in_the_account_whichever_node_is_killed() {
    let settings = "required = true";
    let Some(mut cluster) = start("nodes::audit", settings).await else { return };
    let kills = torture::form(4, 40);
    let mut dice = Dice::new("the account of nodes");
    let mut answered = BTreeSet::new();
    for round in 0..kills {
        let (mut writing, load) = (JoinSet::new(), Arc::new(AtomicU64::new(0)));
        for who in 0..WRITERS {
            let node = &cluster.nodes[(who % 2) as usize];
            let config = node.server.config().await;
            writing.spawn(write(config, who, round, Arc::clone(&load)));
        }
        let began = Instant::now();
        let span = Duration::from_millis(400 + dice.below(600));
        while began.elapsed() < span || load.load(Relaxed) < 5 * WRITERS {
            assert!(began.elapsed() < PATIENCE, "only {load:?}: this is no load");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The other one goes on for a moment.
        for node in [round % 2, 1 - round % 2] {
            cluster.nodes[node as usize].server.kill();
            tokio::time::sleep(Duration::from_millis(dice.below(200))).await;
        }
        answered.extend(writing.join_all().await.into_iter().flatten());
        for node in &mut cluster.nodes {
            node.server.start_again().await;
        }
    }
    let lines = account(&cluster).await;
    let sets = sets(&lines);
    for key in &answered {
        assert!(sets.contains_key(&**key), "{key} was acknowledged, and no record of it is kept");
    }
    let commits = log::check(&cluster.nodes[0].server.holdfast().await).await;
    agrees(&lines, &commits);
    // Of who heard nothing there may be no record of what became of it, but one that it was allowed.
    let allowed: BTreeSet<&str> = lines
        .iter()
        .filter(|line| (&*line.operation, &*line.outcome) == ("decision", "allowed"))
        .map(|line| &*line.key)
        .collect();
    for commit in &commits {
        assert!(allowed.contains(&*commit.events[0].key), "nobody was told before: {commit:?}");
    }
    torture::figure("one account of two nodes, both killed, times", kills);
    torture::figure("one account: acknowledged writes, all in it", answered.len());
    torture::figure(
        "one account: writes whose caller heard nothing",
        commits.len() - answered.len(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_hangs_up_is_in_the_account_too() {
    let Some(cluster) = start("nodes::audit", "").await else { return };
    for node in &cluster.nodes {
        node.server.config().await.set("app", "first", "1").await.expect("a set");
    }
    // Between being judged and being durable a write takes its time, in which its caller goes.
    for node in &cluster.nodes {
        node.to_database.suffer(Fault::Delay(Duration::from_millis(150)));
    }
    let mut gone = BTreeSet::new();
    for n in 0..30 {
        let config = cluster.nodes[n % 2].server.config().await;
        let key = format!("k{n}");
        let patience = Duration::from_millis(40 * n as u64);
        let set = config.set("app", &key, "1");
        if tokio::time::timeout(patience, set).await.is_err() {
            gone.insert(key);
        }
    }
    for node in &cluster.nodes {
        node.to_database.suffer(Fault::None);
    }
    let began = Instant::now();
    // Behind everything that was on its way.
    for node in &cluster.nodes {
        node.server.config().await.set("app", "last", "1").await.expect("a set");
    }
    loop {
        let lines = account(&cluster).await;
        let commits = log::check(&cluster.nodes[0].server.holdfast().await).await;
        agrees(&lines, &commits);
        if lines.len() == commits.len() {
            let gone = commits.iter().filter(|commit| gone.contains(&commit.events[0].key)).count();
            assert!(gone > 0, "some were committed when their caller had gone");
            torture::figure("one account: writes whose caller hung up meanwhile", gone);
            return;
        }
        let (kept, all) = (lines.len(), commits.len());
        assert!(began.elapsed() < PATIENCE, "{kept} records of {all} commits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
