//! One consumer group whose members are connected to several nodes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use holdfast_api::stategate::Event;
use holdfast_tests::stategate::{Group, values};
use holdfast_tests::{Stategate, torture};
use parking_lot::Mutex;
use serde_json::json;
use tokio::task::JoinSet;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(120);
const GROUP: Group<'static> =
    Group { domain: "shop", kind: "order", name: "billing", acknowledges: true };

/// What one member processed: the key, the number in the value, whether it was called a repeat.
type Account = Arc<Mutex<Vec<(String, u64, bool)>>>;

fn number(event: &Event) -> u64 {
    values(&event.state)["n"].as_f64().expect("a number") as u64
}

async fn connect(port: u16) -> Option<Stategate> {
    tokio::time::timeout(Duration::from_millis(500), Stategate::connect(port)).await.ok()
}

/// A member at one node, for as long as that runs; it comes back. Acknowledges at the next node.
async fn member(ports: Vec<u16>, at: usize, account: Account, live: Arc<AtomicUsize>) {
    loop {
        let Some(client) = connect(ports[at]).await else { continue };
        let Ok(mut stream) = client.share(&GROUP).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        live.fetch_add(1, Relaxed);
        while let Some(event) = stream.until_end().await {
            let key = event.state.key.clone();
            account.lock().push((key, number(&event), event.redelivered));
            for other in 1..=ports.len() {
                let port = ports[(at + other) % ports.len()];
                let Some(client) = connect(port).await else { continue };
                if client.ack(&GROUP, vec![event.id.clone()]).await.is_ok() {
                    break;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_on_all_nodes_share_the_events_of_one_group() {
    let Some(mut cluster) = Cluster::start("nodes::groups", 3, "").await else { return };
    let ports: Vec<u16> = cluster.nodes.iter().map(|node| node.server.port()).collect();
    let accounts: Vec<Account> = (0..3).map(|_| Account::default()).collect();
    let live = Arc::new(AtomicUsize::new(0));
    let mut members = JoinSet::new();
    for (at, account) in accounts.iter().enumerate() {
        members.spawn(member(ports.clone(), at, Arc::clone(account), Arc::clone(&live)));
    }
    let began = Instant::now();
    while live.load(Relaxed) < 3 {
        assert!(began.elapsed() < PATIENCE, "members on all nodes");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let written = write(&ports, 0..150).await;
    wait_for_all(&accounts, &written).await;
    for (at, account) in accounts.iter().enumerate() {
        let processed = account.lock().len();
        assert!(processed > 0, "the member at node {at} got {processed} of 150");
    }
    let all = || accounts.iter().flat_map(|account| account.lock().clone());
    let repeats = all().filter(|(_, _, repeated)| *repeated).count();
    assert_eq!((all().count(), repeats), (150, 0), "nothing failed, and nothing came twice");

    // Whichever node reads for the group: each is killed in turn while writes go on.
    let mut written = written;
    for down in 0..3 {
        cluster.nodes[down].server.kill();
        let up: Vec<u16> = (0..3).filter(|n| *n != down).map(|n| ports[n]).collect();
        let from = 1_000 * (down as u64 + 1);
        written.extend(write(&up, from..from + 60).await);
        wait_for_all(&accounts, &written).await;
        cluster.nodes[down].server.start_again().await;
    }
    for account in &accounts {
        in_order(&account.lock());
    }
    let repeats = all().filter(|(_, _, repeated)| *repeated).count();
    torture::figure("one group on three nodes, each killed: repeats of 330 events", repeats);
}

/// Which groups there are, how many members they have and where they are read, any node says; none removes what another one uses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_knows_of_the_groups_of_all_nodes() {
    let Some(cluster) = Cluster::start("nodes::groups", 2, "").await else { return };
    let [reading, other] = [0, 1].map(|at| &cluster.nodes[at].server);
    let client = reading.stategate().await;
    let mut member = client.share(&GROUP).await.expect("a member");
    write(&[reading.port()], 0..3).await;
    for _ in 0..3 {
        member.next().await;
    }
    let asked = other.holdfast().await;
    let known = async |members: u32, in_flight: u32, is_read: bool| {
        let began = Instant::now();
        loop {
            let groups = asked.groups("shop").await.expect("a list");
            if let [group] = &groups[..]
                && (group.members, group.in_flight) == (members, in_flight)
                && group.node.is_empty() != is_read
            {
                return group.clone();
            }
            assert!(began.elapsed() < PATIENCE, "{groups:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let group = known(1, 3, true).await;
    assert!(group.node.ends_with(&format!(":{}", reading.port())), "{group:?}");
    let place = group.revision;
    let name = [GROUP.domain, GROUP.kind, GROUP.name];
    let refused = asked.remove_group(name).await.expect_err("it is used");
    assert_eq!((&*refused.reason, refused.metadata["members"].as_str()), ("CONFLICT", "1"));
    drop(member);
    let left = known(0, 0, false).await;
    assert_eq!(left.revision, place, "it stands where it was: {left:?}");
    let began = Instant::now();
    while let Err(failure) = asked.remove_group(name).await {
        assert_eq!(failure.reason, "CONFLICT", "{failure:?}");
        assert!(began.elapsed() < PATIENCE, "{failure:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for node in [reading, other] {
        let groups = node.holdfast().await.groups("").await.expect("a list");
        assert!(groups.is_empty(), "{groups:?}");
    }
    // It can be begun again, by any node.
    let mut again = other.stategate().await.share(&GROUP).await.expect("a member");
    write(&[reading.port()], 3..4).await;
    assert_eq!(number(&again.next().await), 3);
}

/// Sets by turns on these nodes; each number on one of ten keys.
async fn write(ports: &[u16], numbers: std::ops::Range<u64>) -> BTreeSet<(String, u64)> {
    let mut written = BTreeSet::new();
    for n in numbers {
        let client = Stategate::connect(ports[n as usize % ports.len()]).await;
        let key = format!("k{}", n % 10);
        client.set("shop", "order", &key, json!({ "n": n })).await.expect("a set");
        written.insert((key, n));
    }
    written
}

async fn wait_for_all(accounts: &[Account], written: &BTreeSet<(String, u64)>) {
    let began = Instant::now();
    loop {
        let processed: HashSet<(String, u64)> = accounts
            .iter()
            .flat_map(|account| account.lock().clone())
            .map(|(key, n, _)| (key, n))
            .collect();
        let missing: Vec<_> = written.iter().filter(|event| !processed.contains(*event)).collect();
        if missing.is_empty() {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "nobody processed {missing:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What one member got of a key came in its order, but for what is called a repeat.
fn in_order(processed: &[(String, u64, bool)]) {
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for (key, n, repeated) in processed {
        let before = newest.insert(key, *n);
        assert!(*repeated || before < Some(*n), "{key}: {n} behind {before:?}");
    }
}
