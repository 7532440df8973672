//! Three nodes that are killed, frozen and cut off in turn, while writers and watchers on all of them go on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_tests::dice::Dice;
use holdfast_tests::faults::Fault;
use holdfast_tests::log::{self, Commit};
use holdfast_tests::register::{self, Operation, What};
use holdfast_tests::{Holdfast, torture};
use rustix::process::Signal;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::cluster::Cluster;
use crate::transactions::{look_at, operation};

const NODES: usize = 3;
const WRITERS: u64 = 32;
const KEYS: u64 = 8;
const PATIENCE: Duration = Duration::from_secs(120);
/// For how long anybody waits for a node.
const ANSWER: Duration = Duration::from_secs(3);

/// What all who take part know.
struct World {
    ports: Vec<u16>,
    over: AtomicBool,
    /// The newest revision, once it is over.
    end: AtomicU64,
    answered: AtomicU64,
}

impl World {
    async fn client(&self, dice: &mut Dice) -> Holdfast {
        loop {
            let port = self.ports[dice.below(NODES as u64) as usize];
            let connected = timeout(Duration::from_secs(1), Holdfast::connect(port));
            if let Ok(client) = connected.await {
                return client;
            }
        }
    }
}

/// What one writer knows of what it did.
#[derive(Default)]
struct Deeds {
    /// What was answered, each with the number of its key.
    history: Vec<(u64, Operation)>,
    /// Values that were refused.
    refused: Vec<String>,
}

/// Writes and reads on some node until it fails or for a while, then on another one. What it wrote it sometimes looks for elsewhere.
async fn write(world: Arc<World>, who: u64, mut dice: Dice) -> Deeds {
    let mut deeds = Deeds::default();
    let mut number = 0;
    while !world.over.load(Relaxed) {
        let holdfast = world.client(&mut dice).await;
        let elsewhere = world.client(&mut dice).await;
        for _ in 0..50 {
            let key = dice.below(KEYS);
            number += 1;
            let value = format!("\"{who}/{number}\"");
            let name = format!("k{key}");
            let done = operation(&holdfast, &name, value.clone(), &mut dice);
            // A frozen node does not say that it is frozen.
            let Ok(Ok(done)) = timeout(ANSWER, done).await else { break };
            let Some(operation) = done else {
                deeds.refused.push(value);
                continue;
            };
            let wrote = matches!(operation.what, What::Write { .. });
            deeds.history.push((key, operation));
            world.answered.fetch_add(1, Relaxed);
            if wrote && dice.below(3) == 0 {
                let Ok(Ok(seen)) = timeout(ANSWER, look_at(&elsewhere, &name)).await else { break };
                deeds.history.push((key, seen));
                world.answered.fetch_add(1, Relaxed);
            }
            if world.over.load(Relaxed) {
                break;
            }
        }
    }
    deeds
}

/// Watches on some node until that fails or says nothing for a while, then on another one, from where it was.
async fn watch(world: Arc<World>, mut dice: Dice) -> Vec<Commit> {
    let mut seen: Vec<Commit> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let end = world.end.load(Relaxed);
        if end > 0 && seen.last().is_some_and(|last| last.revision >= end) {
            return seen;
        }
        let holdfast = world.client(&mut dice).await;
        let start = token.clone().map_or(Start::AfterRevision(0), Start::Token);
        let begun = holdfast.watch(&[], Some(start));
        let Ok(Ok(stream)) = timeout(ANSWER, begun).await else {
            continue;
        };
        let mut watch = log::Watch::new(stream);
        let leaves = Instant::now() + Duration::from_millis(500 + dice.below(10_000));
        while Instant::now() < leaves {
            match timeout(ANSWER, watch.next_commit()).await {
                Ok(Ok(commit)) => {
                    token = Some(commit.token.clone());
                    seen.push(commit);
                }
                Ok(Err(_)) | Err(_) => break,
            }
            let end = world.end.load(Relaxed);
            if end > 0 && seen.last().is_some_and(|last| last.revision >= end) {
                break;
            }
        }
    }
}

/// One node suffers for a while.
async fn fault(cluster: &mut Cluster, dice: &mut Dice) -> &'static str {
    let pause = Duration::from_millis(100 + dice.below(900));
    let kind = dice.below(7);
    let which = dice.below(NODES as u64) as usize;
    let node = &mut cluster.nodes[which];
    let name = match kind {
        0 | 1 => {
            node.server.kill();
            tokio::time::sleep(pause).await;
            node.server.start_again().await;
            return "killed";
        }
        2 => {
            node.server.signal(Signal::STOP);
            tokio::time::sleep(pause).await;
            node.server.signal(Signal::CONT);
            return "frozen";
        }
        3 => {
            node.suffer(Fault::Stall);
            "cut off in silence"
        }
        4 => {
            node.suffer(Fault::Reset);
            "cut off with resets"
        }
        5 => {
            node.to_database.suffer(Fault::Drop);
            "cut off from the database"
        }
        _ => {
            node.to_channel.suffer(Fault::Drop);
            "cut off from the channel"
        }
    };
    tokio::time::sleep(pause).await;
    node.suffer(Fault::None);
    name
}

async fn everybody_ready(cluster: &Cluster) {
    for node in &cluster.nodes {
        let began = Instant::now();
        while !node.server.is_ready().await {
            assert!(began.elapsed() < PATIENCE, "not ready again\n{}", node.server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A load on all nodes of a cluster, and what it has to be explained by.
struct Storm {
    world: Arc<World>,
    writing: JoinSet<Deeds>,
    watching: JoinSet<Vec<Commit>>,
}

impl Storm {
    fn begin(cluster: &Cluster, watchers: usize, dice: &mut Dice) -> Self {
        let ports = cluster.nodes.iter().map(|node| node.server.port()).collect();
        let world = Arc::new(World {
            ports,
            over: AtomicBool::new(false),
            end: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        });
        let (mut writing, mut watching) = (JoinSet::new(), JoinSet::new());
        for who in 0..WRITERS {
            writing.spawn(write(Arc::clone(&world), who, dice.fork()));
        }
        for _ in 0..watchers {
            watching.spawn(watch(Arc::clone(&world), dice.fork()));
        }
        Self { world, writing, watching }
    }

    /// Nothing was lost, and everybody saw the same. How many operations were answered, and all commits.
    async fn end(self, cluster: &Cluster) -> (u64, Vec<Commit>) {
        everybody_ready(cluster).await;
        let Self { world, writing, watching } = self;
        world.over.store(true, Relaxed);
        let mut histories: Vec<Vec<Operation>> = vec![Vec::new(); KEYS as usize];
        let mut refused = Vec::new();
        for deeds in writing.join_all().await {
            refused.extend(deeds.refused);
            for (key, operation) in deeds.history {
                histories[key as usize].push(operation);
            }
        }
        let commits = log::check(&cluster.nodes[0].server.holdfast().await).await;
        let end = commits.last().expect("there was a load").revision;
        world.end.store(end, Relaxed);
        for node in &cluster.nodes[1..] {
            let there = log::check(&node.server.holdfast().await).await;
            assert_eq!(there, commits, "one log on all nodes");
        }
        assert_acknowledged(&histories, &commits);
        assert_once(&refused, &commits);
        for history in &histories {
            register::check(history).unwrap_or_else(|why| panic!("not linearizable: {why}"));
        }
        let done = timeout(PATIENCE, watching.join_all()).await;
        for seen in done.expect("every watcher comes to the end") {
            let (count, all) = (seen.len(), commits.len());
            assert!(seen == commits, "a watcher saw another sequence: {count} of {all}");
        }
        (world.answered.load(Relaxed), commits)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_die_freeze_and_are_cut_off_lose_nothing() {
    let faults = torture::form(20, 500);
    let mut dice = Dice::new("nodes");
    let Some(mut cluster) = Cluster::start("nodes::storm", NODES, "").await else { return };
    let storm = Storm::begin(&cluster, torture::form(30, 100), &mut dice);
    let mut kinds: HashMap<&str, u32> = HashMap::new();
    for _ in 0..faults {
        tokio::time::sleep(Duration::from_millis(200 + dice.below(600))).await;
        let kind = fault(&mut cluster, &mut dice).await;
        *kinds.entry(kind).or_default() += 1;
    }
    let (answered, commits) = storm.end(&cluster).await;
    assert!(answered > faults * 20, "only {answered} operations: this was no load");
    torture::figure("three nodes over PostgreSQL and NATS: faults", format!("{faults} {kinds:?}"));
    torture::figure("three nodes: operations answered, all explained", answered);
    torture::figure("three nodes: commits that each watcher saw", commits.len());
}

/// The database ends in one of three ways and comes back.
fn restart(cluster: &Cluster, dice: &mut Dice) -> &'static str {
    let (postgres, database) = (&cluster.postgres, cluster.postgres.service());
    let pause = Duration::from_millis(dice.below(1_500));
    let kind = match dice.below(3) {
        0 => {
            // Sessions end, others than with the signal that asks for patience.
            let mut stop = postgres.command("pg_ctl");
            let stop = stop.args(["stop", "-m", "fast", "-s", "-D"]).arg(postgres.data());
            assert!(stop.status().expect("pg_ctl").success());
            database.stop();
            "stopped"
        }
        1 => {
            database.kill();
            "killed"
        }
        _ => {
            database.freeze();
            std::thread::sleep(pause);
            database.thaw();
            return "frozen";
        }
    };
    std::thread::sleep(pause);
    database.run();
    kind
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_restarts_and_a_channel_that_garbles_lose_nothing() {
    let faults = torture::form(5, 100);
    let mut dice = Dice::new("nodes, their services");
    let cluster = Cluster::start_noisy("nodes::storm", NODES, dice.fork()).await;
    let Some(cluster) = cluster else { return };
    let storm = Storm::begin(&cluster, torture::form(10, 100), &mut dice);
    let mut kinds: HashMap<&str, u32> = HashMap::new();
    for _ in 0..faults {
        tokio::time::sleep(Duration::from_millis(500 + dice.below(1_500))).await;
        let kind = tokio::task::block_in_place(|| restart(&cluster, &mut dice));
        *kinds.entry(kind).or_default() += 1;
    }
    let (answered, commits) = storm.end(&cluster).await;
    assert!(answered > faults * 20, "only {answered} operations: this was no load");
    let told = cluster.noise.as_ref().expect("a noisy one").told();
    let [lost, repeated, late] =
        [&told.lost, &told.repeated, &told.late].map(|count| count.load(Relaxed));
    assert!(lost > 0 && repeated > 0 && late > 0, "{told:?}");
    torture::figure("database restarted, channel garbled", format!("{faults} {kinds:?} {told:?}"));
    torture::figure("garbled: operations answered, all explained", answered);
    torture::figure("garbled: commits that each watcher saw", commits.len());
    // Every write by itself, so that a ring that is lost is not made up for by the next one.
    let way = longest_way(&cluster).await;
    torture::figure("garbled: longest of 100 ways to another node, poll interval 250 ms", way);
}

/// Milliseconds from the answer of a write on one node until a watcher on another has it, at most.
async fn longest_way(cluster: &Cluster) -> u128 {
    let (from, to) = (&cluster.nodes[0].server, &cluster.nodes[1].server);
    let (writer, reader) = (from.config().await, to.holdfast().await);
    let now = reader.watch(&[], None).await.expect("a watch");
    let mut watch = log::Watch::new(now);
    let mut longest = Duration::ZERO;
    for n in 0..100 {
        writer.set("way", "k", &n.to_string()).await.expect("a set");
        let answered = Instant::now();
        let next = timeout(PATIENCE, watch.next_commit()).await;
        let commit = next.expect("it comes").expect("it goes on");
        assert_eq!(commit.events[0].value, n.to_string());
        longest = longest.max(answered.elapsed());
    }
    longest.as_millis()
}

/// Every acknowledged write is the commit that it was told it is.
fn assert_acknowledged(histories: &[Vec<Operation>], commits: &[Commit]) {
    for operation in histories.iter().flatten() {
        if let What::Write { revision, value } = &operation.what {
            let commit = &commits[*revision as usize - 1];
            assert_eq!(commit.events[0].value, value.as_bytes(), "{operation:?}");
        }
    }
}

/// Every write is in the log once at most, however often its answer was lost on the way from the database, and one that was refused
/// is not there.
fn assert_once(refused: &[String], commits: &[Commit]) {
    let mut written = HashSet::new();
    for event in commits.iter().flat_map(|commit| &commit.events) {
        assert!(written.insert(&event.value[..]), "written twice: {event:?}");
    }
    assert!(!refused.is_empty(), "conditions that do not hold are among what is tried");
    for value in refused {
        assert!(!written.contains(value.as_bytes()), "{value} was refused, and is in the log");
    }
}
