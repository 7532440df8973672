//! Events for consumers beside the API: of several nodes one publishes them, and when it ends another one goes on.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_api::stategate::{Event, SearchEventOpts};
use holdfast_channel::LinkSettings;
use holdfast_channel_nats::NatsSettings;
use holdfast_tests::faults::Fault;
use holdfast_tests::stategate::{events_by, values};
use holdfast_tests::{Stategate, torture};
use parking_lot::Mutex;
use serde_json::json;
use tokio::task::JoinHandle;

use super::cluster::Cluster;
use crate::channels::{next_event, old_consumer};

const PATIENCE: Duration = Duration::from_secs(60);
const SETTINGS: &str = "events.subjects = 'stategate/events'";

/// What one consumer heard, in the order in which it came.
struct Heard {
    events: Arc<Mutex<Vec<Event>>>,
    listening: JoinHandle<()>,
}

impl Heard {
    async fn at(cluster: &Cluster) -> Self {
        let link =
            LinkSettings { prefix: String::new(), ..LinkSettings::new([cluster.nats.url()]) };
        let channel = holdfast_channel_nats::open(NatsSettings::new(link)).expect("settings");
        let mut consumer = old_consumer(channel).await;
        let events = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&events);
        let listening = tokio::spawn(async move {
            loop {
                let event = next_event(&mut consumer).await;
                all.lock().push(event);
            }
        });
        Self { events, listening }
    }

    /// Waits until the event of this number came.
    async fn until(&self, number: u64) {
        let began = Instant::now();
        while !self.events.lock().iter().any(|event| number_of(event) == number) {
            assert!(began.elapsed() < PATIENCE, "event {number} was not published");
            assert!(!self.listening.is_finished(), "the consumer goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every event of the log came as the log has it, and for the first time in its order. How many came more than once.
    async fn check(&self, cluster: &Cluster) -> usize {
        let truth = all_events(&cluster.nodes[0].server.stategate().await).await;
        let heard = self.events.lock().clone();
        let mut seen = HashSet::new();
        let first: Vec<Event> =
            heard.iter().filter(|event| seen.insert(event.id.clone())).cloned().collect();
        let numbers = |events: &[Event]| events.iter().map(number_of).collect::<Vec<_>>();
        assert_eq!(numbers(&first), numbers(&truth));
        assert_eq!(first, truth);
        for event in &heard {
            assert!(first.contains(event), "a repeat is the same once more: {event:?}");
        }
        heard.len() - first.len()
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// As the log has them.
async fn all_events(client: &Stategate) -> Vec<Event> {
    let mut all = Vec::new();
    loop {
        let offset = i64::try_from(all.len()).expect("it fits");
        let page = SearchEventOpts { offset, ..events_by("shop", "order", "") };
        let page = client.search_events(page).await.expect("found").events;
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn number_of(event: &Event) -> u64 {
    values(&event.state)["n"].as_f64().expect("a number") as u64
}

/// Sets by turns on these nodes.
async fn write(ports: &[u16], numbers: std::ops::Range<u64>) {
    for n in numbers {
        let client = Stategate::connect(ports[n as usize % ports.len()]).await;
        let key = format!("k{}", n % 7);
        client.set("shop", "order", &key, json!({ "n": n })).await.expect("a set");
    }
}

fn ports(cluster: &Cluster) -> Vec<u16> {
    cluster.nodes.iter().map(|node| node.server.port()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_published_once_and_by_the_next_node_when_one_stops() {
    let Some(mut cluster) = Cluster::start("nodes::subjects", 2, SETTINGS).await else { return };
    let heard = Heard::at(&cluster).await;
    let both = ports(&cluster);
    write(&both, 0..100).await;
    heard.until(99).await;
    assert_eq!(heard.check(&cluster).await, 0, "two nodes, and nothing failed: each event once");
    // Each in turn, so that the one that publishes is among them. It takes leave, and nobody waits for it.
    for down in 0..2 {
        let began = Instant::now();
        let (status, _) = cluster.nodes[down].server.stop().await;
        assert!(status.success(), "{status:?}");
        let from = 100 * (down as u64 + 1);
        write(&both[1 - down..2 - down], from..from + 50).await;
        heard.until(from + 49).await;
        torture::figure(
            "subjects: ms until the next node has published 50",
            began.elapsed().as_millis(),
        );
        cluster.nodes[down].server.start_again().await;
    }
    assert_eq!(heard.check(&cluster).await, 0, "who takes leave says exactly how far it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_node_that_publishes_is_killed_no_event_is_lost() {
    let Some(mut cluster) = Cluster::start("nodes::subjects", 2, SETTINGS).await else { return };
    let heard = Heard::at(&cluster).await;
    let both = ports(&cluster);
    let kills = torture::form(2, 20);
    let mut next = 0;
    for kill in 0..kills {
        let down = kill % 2;
        let up = [both[1 - down]];
        // While it publishes, and while nobody does.
        let writing = tokio::spawn(async move { write(&up, next..next + 400).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.nodes[down].server.kill();
        writing.await.expect("the other node serves");
        next += 400;
        heard.until(next - 1).await;
        cluster.nodes[down].server.start_again().await;
    }
    let repeats = heard.check(&cluster).await;
    torture::figure("subjects: kills of a node of two", kills);
    torture::figure("subjects: events, all published in order", next);
    torture::figure("subjects: of them more than once", repeats);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_cannot_publish_lets_another_one() {
    let Some(cluster) = Cluster::start("nodes::subjects", 2, SETTINGS).await else { return };
    let heard = Heard::at(&cluster).await;
    let both = ports(&cluster);
    write(&both, 0..20).await;
    heard.until(19).await;
    for (round, node) in cluster.nodes.iter().enumerate() {
        node.to_channel.suffer(Fault::Drop);
        let from = 20 * (round as u64 + 1);
        write(&both, from..from + 20).await;
        heard.until(from + 19).await;
        node.to_channel.suffer(Fault::None);
    }
    heard.check(&cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_had_not_published_when_all_were_killed_comes_later() {
    let Some(mut cluster) = Cluster::start("nodes::subjects", 2, SETTINGS).await else { return };
    let heard = Heard::at(&cluster).await;
    let both = ports(&cluster);
    write(&both, 0..20).await;
    heard.until(19).await;
    for node in &cluster.nodes {
        node.to_channel.suffer(Fault::Drop);
    }
    write(&both, 20..40).await;
    for node in &mut cluster.nodes {
        node.server.kill();
        node.to_channel.suffer(Fault::None);
    }
    for node in &mut cluster.nodes {
        node.server.start_again().await;
    }
    heard.until(39).await;
    heard.check(&cluster).await;
}
