//! Messages of peers: whoever listens, on whichever node, gets what is sent at any; of a group one member does.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use holdfast_api::convert::state as convert;
use holdfast_api::stategate::PeerMessage;
use holdfast_tests::Stategate;
use holdfast_tests::coordination::Heard;
use holdfast_tests::faults::Fault;
use serde_json::json;
use tokio::time::timeout;
use tonic::Code;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(60);
const NAME: [&str; 3] = ["accounting", "general", "comment"];

async fn clients(cluster: &Cluster) -> Vec<Stategate> {
    let mut clients = Vec::new();
    for node in &cluster.nodes {
        clients.push(node.server.stategate().await);
    }
    clients
}

async fn next(heard: &mut Heard) -> PeerMessage {
    timeout(PATIENCE, heard.next()).await.expect("a message comes")
}

fn n(message: &PeerMessage) -> u64 {
    convert::members(&message.body).expect("JSON")["n"].as_u64().expect("a number")
}

/// Waits until the nodes know of each other: one that has just come is not on the way of messages for groups yet.
async fn meet(clients: &[Stategate]) {
    const MEETING: [&str; 3] = ["meeting", "of", "nodes"];
    for (from, client) in clients.iter().enumerate() {
        for to in clients {
            let group = format!("meet {from}");
            let mut heard = to.hear(MEETING, &group).await.expect("live");
            let began = Instant::now();
            loop {
                client.say(MEETING, json!({"n": 0})).await.expect("sent");
                if timeout(Duration::from_millis(200), heard.next()).await.is_ok() {
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "the nodes do not meet");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_hears_what_is_sent_on_any_node_in_the_order_of_its_sender() {
    let Some(cluster) = Cluster::start("nodes::peers", 2, "").await else { return };
    let clients = clients(&cluster).await;
    let mut heard = Vec::new();
    for client in &clients {
        heard.push(client.hear(NAME, "").await.expect("live"));
        heard.push(client.hear(["*", "gen*", "*"], "").await.expect("live"));
    }
    let mut elsewhere = clients[1].hear(["accounting", "special", "*"], "").await.expect("live");
    // Nothing is waited for: a stream is live when it answers, on every node.
    for number in 0..100_u64 {
        clients[0].say(NAME, json!({"n": number, "from": 0})).await.expect("sent");
        clients[1].say(NAME, json!({"n": number, "from": 1})).await.expect("sent");
    }
    let mut all = Vec::new();
    for heard in &mut heard {
        let mut got = Vec::new();
        for _ in 0..200 {
            got.push(next(heard).await);
        }
        assert!(heard.is_quiet().await, "each message once");
        for from in 0..2 {
            let of_one = |message: &&PeerMessage| {
                convert::members(&message.body).expect("JSON")["from"] == json!(from)
            };
            let numbers: Vec<u64> = got.iter().filter(of_one).map(n).collect();
            assert_eq!(numbers, (0..100).collect::<Vec<_>>(), "from node {from}");
        }
        got.sort_by(|one, other| one.id.cmp(&other.id));
        all.push(got);
    }
    for other in &all[1..] {
        assert_eq!(*other, all[0], "the same message, id and time on every node");
    }
    let ids: BTreeSet<_> = all[0].iter().map(|message| message.id.clone()).collect();
    assert_eq!(ids.len(), 200);
    assert!(elsewhere.is_quiet().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_group_over_two_nodes_one_member_gets_each_message() {
    let Some(mut cluster) = Cluster::start("nodes::peers", 2, "").await else { return };
    let clients = clients(&cluster).await;
    meet(&clients).await;
    let mut one = clients[0].hear(NAME, "workers").await.expect("live");
    let mut other = clients[1].hear(["accounting", "*", "*"], "workers").await.expect("live");
    let mut third = clients[1].hear(NAME, "others").await.expect("live");
    let mut alone = clients[0].hear(NAME, "").await.expect("live");
    for number in 0..20_u64 {
        clients[0].say(NAME, json!({ "n": number })).await.expect("sent");
    }
    let everything: BTreeSet<u64> = (0..20).collect();
    let mut got = BTreeSet::new();
    for heard in [&mut one, &mut other] {
        // Each node has its turn.
        for _ in 0..10 {
            assert!(got.insert(n(&next(heard).await)), "twice");
        }
    }
    assert_eq!(got, everything);
    for heard in [&mut third, &mut alone] {
        let mut got = BTreeSet::new();
        for _ in 0..20 {
            assert!(got.insert(n(&next(heard).await)), "twice");
        }
        assert_eq!(got, everything);
    }
    for heard in [&mut one, &mut other, &mut third, &mut alone] {
        assert!(heard.is_quiet().await);
    }
    // Who is left gets all of it, also when the node of the others has just died.
    drop((one, alone));
    cluster.nodes[0].server.kill();
    let began = Instant::now();
    let (mut last, mut in_a_row) = (100, 0);
    // Until the dead node does not count any more, some messages are on their way to it.
    while in_a_row < 10 {
        clients[1].say(NAME, json!({ "n": last })).await.expect("sent");
        let came = timeout(Duration::from_millis(200), other.next()).await;
        in_a_row = if came.is_ok_and(|message| n(&message) == last) { in_a_row + 1 } else { 0 };
        assert!(began.elapsed() < PATIENCE, "the group hears nothing any more");
        last += 1;
    }
    for number in 1_000..1_020_u64 {
        clients[1].say(NAME, json!({ "n": number })).await.expect("sent");
    }
    let mut got = BTreeSet::new();
    while got.len() < 20 {
        let number = n(&next(&mut other).await);
        if number >= 1_000 {
            assert!(got.insert(number), "twice");
        }
    }
    assert_eq!(got, (1_000..1_020).collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_channel_carries_is_refused_and_a_channel_that_is_away_fails_nobody() {
    let Some(cluster) = Cluster::start("nodes::peers", 2, "").await else { return };
    let clients = clients(&cluster).await;
    let mut here = clients[0].hear(NAME, "").await.expect("live");
    let mut there = clients[1].hear(NAME, "").await.expect("live");
    let large = clients[0].say(NAME, json!({ "n": 0, "text": "x".repeat(1 << 20) })).await;
    let failure = large.expect_err("it is too large");
    assert_eq!(failure.code, Code::InvalidArgument);
    assert!(failure.message.contains("is too large for other nodes"), "{}", failure.message);
    let most = "x".repeat((1 << 20) - (8 << 10));
    clients[0].say(NAME, json!({ "n": 1, "text": most })).await.expect("sent");
    for heard in [&mut here, &mut there] {
        assert_eq!(n(&next(heard).await), 1, "of the other one nothing was sent");
    }
    cluster.nodes[0].to_channel.suffer(Fault::Drop);
    clients[0].say(NAME, json!({"n": 2})).await.expect("sent");
    assert_eq!(n(&next(&mut here).await), 2);
    cluster.nodes[0].to_channel.suffer(Fault::None);
    let began = Instant::now();
    let mut number = 3;
    loop {
        clients[0].say(NAME, json!({ "n": number })).await.expect("sent");
        let came = timeout(Duration::from_millis(200), there.next()).await;
        if came.is_ok_and(|message| n(&message) >= 3) {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "the node is not heard again");
        number += 1;
    }
}
