//! Seeded schedules of faults: whatever the network and the servers do, no update is lost, nothing is presented as fresh that was not
//! so within `max_staleness`, no write is applied twice, and in the end everybody knows the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use holdfast_client::client::watch::WatchOptions;
use holdfast_client::source::{Change, Update};
use holdfast_client::{Client, Config, Kind, Namespace};
use holdfast_tests::dice::Dice;
use holdfast_tests::faults::{Fault, Network};
use holdfast_tests::torture::{figure, form};
use holdfast_tests::{ForeignServer, Server, skip};

use super::builder;
use super::world::{Held, Side, World};

/// At once, over one pair of servers.
const TOGETHER: usize = 25;
const STALENESS: Duration = Duration::from_millis(1_000);
/// The clock of reads is exact to some milliseconds.
const SLACK: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_made_up_whatever_the_network_does() {
    let schedules = form(TOGETHER, 1_000);
    let mut dice = Dice::new("client schedules");
    let mut seen = Seen::default();
    for group in 0..schedules / TOGETHER {
        let mut servers = [Server::dev().await, Server::dev().await];
        let endpoints = [servers[0].endpoint(), servers[1].endpoint()];
        let ports = [servers[0].port(), servers[1].port()];
        let done = Arc::new(AtomicBool::new(false));
        let runs = (0..TOGETHER).map(|n| {
            let world = world(format!("g{group}s{n}"), ports, &endpoints);
            tokio::spawn(schedule(world, dice.fork(), true))
        });
        let runs: Vec<_> = runs.collect();
        let mut killer = dice.fork();
        let kills = async {
            let mut kills = 0;
            while !done.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(500 + killer.below(1_500))).await;
                let victim = &mut servers[usize::try_from(killer.below(2)).expect("0 or 1")];
                victim.kill();
                tokio::time::sleep(Duration::from_millis(killer.below(700))).await;
                victim.start_again().await;
                kills += 1;
            }
            kills
        };
        let all = async {
            let ended = join_all(runs).await;
            done.store(true, Ordering::Relaxed);
            ended
        };
        let (kills, ended) = tokio::join!(kills, all);
        seen.kills += kills;
        for run in ended {
            seen.add(&run.expect("the schedule holds"));
        }
        println!("{} of {schedules} schedules", seen.schedules);
    }
    seen.report("client schedules");
    assert!(seen.fresh > 0 && seen.stale > 0 && seen.begins > 0 && seen.changes > 0, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_up_over_config_v1_alone() {
    if !ForeignServer::is_here() {
        return skip::skipped("client schedules over config.v1", "there is no Python gRPC server");
    }
    let (one, two) = (ForeignServer::start().await, ForeignServer::start().await);
    let mut dice = Dice::new("client schedules, config.v1");
    let mut seen = Seen::default();
    for group in 0..form(1, 10) {
        let runs = (0..6).map(|n| {
            let endpoints = [one.endpoint(), two.endpoint()];
            let world = world(format!("g{group}s{n}"), [one.port(), two.port()], &endpoints);
            tokio::spawn(schedule(world, dice.fork(), false))
        });
        for run in join_all(runs.collect::<Vec<_>>()).await {
            seen.add(&run.expect("the schedule holds"));
        }
    }
    seen.report("client schedules, config.v1");
    assert!(seen.fresh > 0, "{seen:?}");
}

fn world(namespace: String, ports: [u16; 2], endpoints: &[String; 2]) -> World {
    let side = |n: usize| Side::new(ports[n], patient(&endpoints[n]));
    World::new(namespace, [side(0), side(1)])
}

/// Of the writer, which goes around the network.
fn patient(endpoint: &str) -> Client {
    builder(endpoint).connections(1).retries(20).retry_budget(1_000).build().expect("a client")
}

/// What was seen of schedules.
#[derive(Debug, Default)]
struct Seen {
    schedules: usize,
    kills: usize,
    faults: usize,
    fresh: usize,
    stale: usize,
    refused: usize,
    own: usize,
    begins: usize,
    changes: usize,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.schedules += 1;
        self.faults += other.faults;
        self.fresh += other.fresh;
        self.stale += other.stale;
        self.refused += other.refused;
        self.own += other.own;
        self.begins += other.begins;
        self.changes += other.changes;
    }

    fn report(&self, name: &str) {
        let Self { schedules, kills, faults, fresh, stale, refused, own, begins, changes } = self;
        figure(
            name,
            format!(
                "{schedules} schedules, {faults} faults, {kills} kills; {fresh} reads fresh, {stale} stale, {refused} refused; \
                 {own} own writes, {changes} changes watched one by one, {begins} states told anew"
            ),
        );
    }
}

async fn schedule(world: World, mut dice: Dice, log: bool) -> Seen {
    let world = Arc::new(world);
    let network = Network::to(world.sides[0].port).await;
    for key in &world.keys {
        world.write(0, key, false).await;
        world.write(1, key, false).await;
    }
    world.lead_to(0, |port| network.lead_to(port));
    let client = builder(&network.endpoint())
        .attempt_timeout(Duration::from_millis(700))
        .deadline(Duration::from_secs(2))
        .connect_timeout(Duration::from_millis(700))
        .build()
        .expect("a client");
    let config = Config::over(client.clone())
        .max_staleness(STALENESS)
        .watch_backoff(Duration::from_millis(20), Duration::from_millis(200))
        .open()
        .expect("a config");
    let namespace = config.namespace(&world.namespace);
    let over = AtomicBool::new(false);
    let (reader_dice, own_dice) = (dice.fork(), dice.fork());
    let turmoil = async {
        let faults = turmoil(&world, &network, &mut dice).await;
        over.store(true, Ordering::Relaxed);
        faults
    };
    let watcher = async { if log { watch(&world, &client, &over).await } else { (0, 0) } };
    let (faults, reads, own, (begins, changes)) = tokio::join!(
        turmoil,
        read(&world, &namespace, reader_dice, &over),
        write_own(&namespace, own_dice, &over),
        watcher,
    );
    everybody_knows(&world, &namespace).await;
    if log {
        each_own_write_once(&world, &own).await;
    }
    config.close().await;
    client.close();
    let acked = own.iter().filter(|(_, acknowledged)| **acknowledged).count();
    Seen { faults, own: acked, begins, changes, ..reads }
}

/// Faults of the network, and writes behind it.
async fn turmoil(world: &World, network: &Network, dice: &mut Dice) -> usize {
    let mut side = 0;
    let count = 3 + dice.below(4);
    for _ in 0..count {
        let fault = match dice.below(7) {
            0 => Fault::Drop,
            1 => Fault::Reset,
            2 => Fault::Delay(Duration::from_millis(10 + dice.below(120))),
            3 => Fault::Stall,
            4 => Fault::Trickle(1 + usize::try_from(dice.below(200)).expect("small")),
            5 => {
                side = 1 - side;
                world.lead_to(side, |port| network.lead_to(port));
                Fault::None
            }
            _ => Fault::None,
        };
        network.suffer(fault);
        let ends = Instant::now() + Duration::from_millis(100 + dice.below(2_000));
        while Instant::now() < ends {
            let key = dice.below(world.keys.len() as u64);
            let key = &world.keys[usize::try_from(key).expect("small")];
            world.write(side, key, dice.once_in(8)).await;
            tokio::time::sleep(Duration::from_millis(dice.below(60))).await;
        }
        network.suffer(Fault::None);
        tokio::time::sleep(Duration::from_millis(dice.below(300))).await;
    }
    usize::try_from(count).expect("small")
}

/// Reads all the time, and holds what it reads against what was true.
async fn read(world: &World, namespace: &Namespace, mut dice: Dice, over: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !over.load(Ordering::Relaxed) {
        let key = dice.below(world.keys.len() as u64);
        let key = &world.keys[usize::try_from(key).expect("small")];
        let asked = Instant::now();
        let read = namespace.get(key).await;
        let since = asked - STALENESS - SLACK;
        match read {
            Ok(value) if value.is_stale() => seen.stale += 1,
            Ok(value) => {
                seen.fresh += 1;
                let held: Held = Some(value.decode().expect("a number"));
                let true_then = world.truth.could_be(key, held, since, Instant::now());
                assert!(
                    true_then,
                    "{key} of {} read as {held:?}: {}",
                    world.namespace,
                    world.truth.tell(key, asked)
                );
            }
            Err(error) if error.kind() == Kind::NotFound => {
                seen.fresh += 1;
                let true_then = world.truth.could_be(key, None, since, Instant::now());
                assert!(
                    true_then,
                    "{key} of {} read as missing: {}",
                    world.namespace,
                    world.truth.tell(key, asked)
                );
            }
            Err(error) => {
                assert!(error.is_passing(), "{error:?}");
                seen.refused += 1;
            }
        }
        tokio::time::sleep(Duration::from_millis(dice.below(20))).await;
    }
    seen
}

/// Writes through the bad network, each value once: which were acknowledged.
async fn write_own(
    namespace: &Namespace,
    mut dice: Dice,
    over: &AtomicBool,
) -> BTreeMap<u64, bool> {
    let mut own = BTreeMap::new();
    let mut n = 0_u64;
    while !over.load(Ordering::Relaxed) {
        n += 1;
        let acknowledged = namespace.set("own", &n).await.is_ok();
        own.insert(n, acknowledged);
        tokio::time::sleep(Duration::from_millis(dice.below(150))).await;
    }
    own
}

/// Sees every change one by one: between two states that are told anew, none may be missing, double or out of order.
async fn watch(world: &World, client: &Client, over: &AtomicBool) -> (usize, usize) {
    let options = WatchOptions { prefix: "app/".into(), ..WatchOptions::default() };
    let mut watch = client.watch(&world.namespace, options);
    let mut runs: Vec<BTreeMap<String, Vec<Held>>> = Vec::new();
    let (mut begins, mut changes) = (0, 0);
    while !over.load(Ordering::Relaxed) {
        let news = tokio::time::timeout(Duration::from_millis(50), watch.next()).await;
        let Ok(news) = news else { continue };
        match news.expect("it goes on").expect("it does not end") {
            Update::Begin(_) => {
                begins += 1;
                runs.push(BTreeMap::new());
            }
            Update::Entries(entries) => {
                let run = runs.last_mut().expect("a beginning");
                for entry in entries {
                    run.entry(entry.key.to_string()).or_default().push(held(&entry.value));
                }
            }
            Update::Changes { changes: came, .. } => {
                let run = runs.last_mut().expect("a beginning");
                for change in came {
                    changes += 1;
                    let now = match &change {
                        Change::Set(entry) => held(&entry.value),
                        Change::Gone { .. } => None,
                    };
                    run.entry(change.key().to_string()).or_default().push(now);
                }
            }
            Update::Complete { .. } | Update::Confirmed { .. } => {}
        }
    }
    for run in &runs {
        for (key, seen) in run {
            let written = world.sides.iter().map(|side| side.written.lock().get(key).cloned());
            let fits = written
                .flatten()
                .any(|written| written.windows(seen.len()).any(|part| part == seen.as_slice()));
            assert!(fits, "{key} of {}: {seen:?} is no part of what was written", world.namespace);
        }
    }
    (begins, changes)
}

fn held(value: &[u8]) -> Held {
    Some(std::str::from_utf8(value).expect("text").parse().expect("a number"))
}

/// When the network is well again, memory holds what is true.
async fn everybody_knows(world: &World, namespace: &Namespace) {
    let began = Instant::now();
    'again: loop {
        assert!(began.elapsed() < PATIENCE, "{}: {:?}", world.namespace, namespace.status());
        tokio::time::sleep(Duration::from_millis(20)).await;
        for key in &world.keys {
            let read = match namespace.get(key).await {
                Ok(value) if value.is_stale() => continue 'again,
                Ok(value) => held(value.bytes()),
                Err(error) if error.kind() == Kind::NotFound => None,
                Err(_) => continue 'again,
            };
            if read != world.truth.now(key) {
                continue 'again;
            }
        }
        return;
    }
}

/// What was acknowledged stands in the history of a server; nothing stands there twice. (What was under way when the network began to
/// lead to the other server may stand in both.)
async fn each_own_write_once(world: &World, own: &BTreeMap<u64, bool>) {
    let mut found = BTreeSet::new();
    for side in &world.sides {
        let versions = loop {
            match side.client.history(&world.namespace, "own", 0).await {
                Ok(versions) => break versions,
                Err(error) if error.kind() == Kind::NotFound => break Vec::new(),
                // It was killed under the question.
                Err(error) => assert!(error.is_passing(), "{error:?}"),
            }
        };
        let mut here = BTreeSet::new();
        for entry in versions.into_iter().filter_map(|version| version.entry) {
            let n = held(&entry.value).expect("a number");
            assert!(here.insert(n), "{n} of {} was written twice", world.namespace);
        }
        found.append(&mut here);
    }
    for (n, acknowledged) in own {
        let lost = *acknowledged && !found.contains(n);
        assert!(!lost, "{n} of {} was acknowledged and is lost", world.namespace);
    }
}
