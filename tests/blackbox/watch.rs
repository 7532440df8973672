//! 100 watchers, half of them over gRPC and half over server-sent events, some slow, some resuming again and again, all across
//! restarts of the server: each sees exactly the committed sequence while 50,000 writes happen, and the server's memory stays
//! bounded.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_api::Streaming;
use holdfast_api::config_v1::{ChangeType, WatchResponse};
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::{Event, EventKind};
use holdfast_tests::client::{connect, put};
use holdfast_tests::dice::Dice;
use holdfast_tests::log::{self, Commit, Delivery, Watch};
use holdfast_tests::server::Launch;
use holdfast_tests::sse::Sse;
use holdfast_tests::{Config, Holdfast, Server, memory, torture};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;

const NAMESPACES: u64 = 10;
const WRITERS: u64 = 64;
/// What the server may hold beyond its idle figure and its caches.
const GROWTH_BYTES: u64 = 64 << 20;

/// What a watcher saw: the revision of each commit, and a hash over the events that its filter let through.
type Seen = Vec<(u64, u64)>;

/// Of what both dialects say about an event.
#[derive(Hash)]
struct Essence {
    namespace: String,
    key: String,
    version: u64,
    value: Vec<u8>,
}

impl Essence {
    fn of(event: &Event) -> Self {
        assert_eq!(event.kind, EventKind::EVENT_KIND_SET, "there are only sets: {event:?}");
        Self {
            namespace: event.namespace.clone(),
            key: event.key.clone(),
            version: event.version,
            value: event.value.to_vec(),
        }
    }

    /// From the data of a server-sent event.
    fn read(data: &str) -> Self {
        let data: Value = serde_json::from_str(data).expect("data is JSON");
        let text = |name: &str| data[name].as_str().expect("a text").to_owned();
        assert_eq!(text("type"), "SET");
        let value = STANDARD.decode(text("value")).expect("base64");
        let version = data["version"].as_u64().expect("a number");
        Self { namespace: text("namespace"), key: text("key"), version, value }
    }
}

fn digest(events: impl Iterator<Item = Essence>) -> u64 {
    let mut hasher = DefaultHasher::new();
    events.for_each(|event| event.hash(&mut hasher));
    hasher.finish()
}

/// What a watcher of `namespace` (all, when empty) has to see of a log.
fn expected(commits: &[Commit], namespace: &str) -> Seen {
    let wanted = |event: &&Event| namespace.is_empty() || event.namespace == namespace;
    let passing = commits.iter().filter(|commit| commit.events.iter().any(|event| wanted(&event)));
    let seen = |commit: &Commit| {
        (commit.revision, digest(commit.events.iter().filter(wanted).map(Essence::of)))
    };
    passing.map(seen).collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Habit {
    Steady,
    /// Reads a little, then sleeps.
    Slow,
    /// Hangs up after a while and resumes with its token.
    Restless,
}

/// Over which API a watcher watches.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wire {
    /// holdfast.v1 over gRPC; it resumes with a token.
    Grpc,
    /// Server-sent events; it resumes with an id.
    Sse,
}

/// A watcher that goes on until it has seen the final revision, whatever happens to the server.
struct Watcher {
    port: u16,
    namespace: String,
    habit: Habit,
    wire: Wire,
    /// `u64::MAX` until the writers are done.
    last: Arc<AtomicU64>,
    dice: Dice,
    seen: Seen,
    token: Option<String>,
    position: u64,
    resumed: u64,
}

impl Watcher {
    async fn run(mut self) -> Self {
        while self.position < self.last.load(Ordering::Relaxed) {
            if self.wire == Wire::Sse {
                self.run_sse().await;
                continue;
            }
            let server = Holdfast::on(connect(self.port).await);
            let start = self.token.clone().map_or(Start::AfterRevision(0), Start::Token);
            let filters = [(self.namespace.as_str(), "")];
            let filters = if self.namespace.is_empty() { &[][..] } else { &filters[..] };
            // A server that is just stopping or starting: come again.
            if let Ok(stream) = server.watch(filters, Some(start)).await {
                self.follow(Watch::new(stream)).await;
                self.resumed += 1;
            }
        }
        self
    }

    /// Until the end, the next whim, or the server's.
    async fn follow(&mut self, mut watch: Watch) {
        let whim = 50 + self.dice.below(450);
        for count in 1.. {
            match watch.next().await {
                Ok(Delivery::Commit(commit)) => {
                    self.position = commit.revision;
                    let events = commit.events.iter().map(Essence::of);
                    self.seen.push((commit.revision, digest(events)));
                    self.token = Some(commit.token);
                }
                Ok(Delivery::Bookmark(revision, token)) => {
                    assert!(revision >= self.position, "a bookmark never leads back");
                    self.position = revision;
                    self.token = Some(token);
                }
                Ok(Delivery::Initial(state)) => panic!("nobody asked for {state:?}"),
                Err(failure) => {
                    assert_eq!(failure.reason, "", "not a gap: {failure:?}");
                    return;
                }
            }
            if self.has_enough(count, whim).await {
                return;
            }
        }
    }

    /// True at the end, and when the whim says so; a slow one sleeps first.
    async fn has_enough(&mut self, count: u64, whim: u64) -> bool {
        let last = self.last.load(Ordering::Relaxed);
        if self.position >= last || (self.habit == Habit::Restless && count.is_multiple_of(whim)) {
            return true;
        }
        if self.habit == Habit::Slow && last == u64::MAX && self.dice.once_in(20) {
            tokio::time::sleep(Duration::from_millis(self.dice.below(100))).await;
        }
        false
    }

    async fn run_sse(&mut self) {
        let filter = if self.namespace.is_empty() { "" } else { "?namespaces=" };
        let path = format!("/v1/watch{filter}{}", self.namespace);
        let place = self.position.to_string();
        if let Some(stream) = Sse::attempt(self.port, &path, Some(&place)).await {
            assert!(stream.head.starts_with("HTTP/1.1 200 "), "{}", stream.head);
            self.follow_sse(stream).await;
            self.resumed += 1;
        }
    }

    /// The same over server-sent events. The last event of a commit has its id; of a commit that is cut off, nothing counts.
    async fn follow_sse(&mut self, mut stream: Sse) {
        let whim = 50 + self.dice.below(450);
        let mut commit = Vec::new();
        for count in 1.. {
            let Some(block) = stream.block_or_break().await else { return };
            assert!(block.event.is_none_or(|event| event == "set"), "only sets, and no gap");
            commit.extend(block.data.as_deref().map(Essence::read));
            if let Some(id) = block.id {
                let before = std::mem::replace(&mut self.position, id);
                assert!(id >= before, "an id never leads back");
                if !commit.is_empty() {
                    assert!(id > before, "a commit comes once");
                    self.seen.push((id, digest(commit.drain(..))));
                }
            }
            if commit.is_empty() && self.has_enough(count, whim).await {
                return;
            }
        }
    }
}

fn watchers(port: u16, last: &Arc<AtomicU64>, dice: &mut Dice) -> Vec<Watcher> {
    let habits = [(Habit::Steady, 10, true), (Habit::Steady, 40, false), (Habit::Slow, 15, false)];
    let habits =
        habits.into_iter().chain([(Habit::Restless, 5, true), (Habit::Restless, 20, false)]);
    let one = |habit, number: u64, all: bool, dice: Dice| Watcher {
        port,
        namespace: if all { String::new() } else { format!("n{}", number % NAMESPACES) },
        habit,
        wire: if (number + number / NAMESPACES).is_multiple_of(2) { Wire::Grpc } else { Wire::Sse },
        last: Arc::clone(last),
        dice,
        seen: Seen::new(),
        token: None,
        position: 0,
        resumed: 0,
    };
    let mut watchers = Vec::new();
    for (habit, count, all) in habits {
        watchers.extend((0..count).map(|number| one(habit, number, all, dice.fork())));
    }
    watchers
}

/// What a watcher over config.v1 saw: key and version of each set.
type ConfigSeen = Arc<Mutex<Vec<(String, i64)>>>;

/// A watcher over config.v1, which has no tokens: it sees what happens until the server stops.
async fn follow_config(mut watch: Streaming<WatchResponse>, seen: ConfigSeen) {
    while let Ok(event) = watch.message().await {
        let event = event.expect("a watch never ends with OK");
        assert_eq!(event.r#type, ChangeType::CHANGE_TYPE_SET);
        seen.lock().push((event.entry.key.clone(), event.entry.version));
    }
}

/// Writes its share; a server that is away is asked again, so that a write may be there twice.
async fn write(config: Config, holdfast: Holdfast, count: u64, mut dice: Dice) {
    let mut written = 0;
    while written < count {
        let namespace = format!("n{}", dice.below(NAMESPACES));
        let key = |dice: &mut Dice| format!("k{}", dice.below(500));
        let value = format!("\"{}\"", "v".repeat(dice.below(400) as usize));
        let answer = if dice.once_in(50) {
            let mut keys: Vec<String> = (0..5).map(|_| key(&mut dice)).collect();
            keys.sort();
            keys.dedup();
            let other = format!("n{}", dice.below(NAMESPACES));
            let place = |n: usize| if n.is_multiple_of(2) { &namespace } else { &other };
            let writes = keys.iter().enumerate().map(|(n, key)| put(place(n), key, value.clone()));
            let writes: Vec<_> = writes.collect();
            let count = writes.len() as u64;
            holdfast.commit(writes).await.map(|_| count)
        } else {
            config.set(&namespace, &key(&mut dice), &value).await.map(|_| 1)
        };
        match answer {
            Ok(count) => written += count,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn write_all(server: &Server, count: u64, dice: &mut Dice) -> JoinSet<()> {
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (config, holdfast) = (server.config().await, server.holdfast().await);
        writers.spawn(write(config, holdfast, count / WRITERS, dice.fork()));
    }
    writers
}

/// The caches of the server under test, small enough that the bound means something.
const CACHE_BYTES: u64 = 16 << 20;
const RING_BYTES: u64 = 8 << 20;
const STORE_CACHE_BYTES: u64 = 16 << 20;

fn launch() -> Launch {
    Launch::default().settings(&format!(
        "cache_bytes = {CACHE_BYTES}\n\
         store.cache_bytes = {STORE_CACHE_BYTES}\n\
         watch.ring_bytes = {RING_BYTES}\n\
         sse.heartbeat = \"500ms\""
    ))
}

fn assert_bounded(server: &Server, idle: u64) {
    let peak = memory::resident_peak(server.pid());
    let bound = idle + CACHE_BYTES + RING_BYTES + STORE_CACHE_BYTES + GROWTH_BYTES;
    torture::figure("100 watchers: resident MiB, idle", idle >> 20);
    torture::figure("100 watchers: resident MiB, peak", peak >> 20);
    assert!(peak <= bound, "{} MiB at its peak, at most {} MiB", peak >> 20, bound >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_watchers_see_exactly_what_was_committed() {
    let writes = torture::form(50_000, 1_000_000);
    let mut dice = Dice::new("watch");
    let mut server = launch().start().await;
    let idle = memory::resident(server.pid());
    let last = Arc::new(AtomicU64::new(u64::MAX));
    let mut running = JoinSet::new();
    for watcher in watchers(server.port(), &last, &mut dice) {
        running.spawn(watcher.run());
    }
    let mut over_config = JoinSet::new();
    let mut config_seen = Vec::new();
    for number in 0..NAMESPACES {
        let (namespace, seen) = (format!("n{number}"), ConfigSeen::default());
        // It sees what happens from now on: so it has to have begun before the first write.
        let watch = server.config().await.watch(&[&namespace], &[]).await.expect("a watch");
        over_config.spawn(follow_config(watch, Arc::clone(&seen)));
        config_seen.push((namespace, seen));
    }

    // Most of the writes while nothing is wrong, to measure memory; then a kill and an orderly stop in between.
    let mut writers = write_all(&server, writes * 8 / 10, &mut dice).await;
    while let Some(done) = writers.join_next().await {
        done.expect("the writer does not panic");
    }
    assert_bounded(&server, idle);
    let so_far = log::read_after(&server.holdfast().await, 0).await.expect("the whole log");
    for (namespace, seen) in &config_seen {
        wait_for(seen, config_events(&so_far, namespace).len()).await;
    }
    let mut writers = write_all(&server, writes * 2 / 10, &mut dice).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.kill();
    server.start_again().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(server.stop().await.0.success());
    server.start_again().await;
    while let Some(done) = writers.join_next().await {
        done.expect("the writer does not panic");
    }

    let commits = log::check(&server.holdfast().await).await;
    last.store(commits.last().expect("there are commits").revision, Ordering::Relaxed);
    let mut resumed = 0;
    while let Some(watcher) = running.join_next().await {
        let watcher = watcher.expect("the watcher does not panic");
        let expected = expected(&commits, &watcher.namespace);
        assert!(watcher.seen == expected, "{}", first_difference(&watcher, &expected));
        resumed += watcher.resumed - 1;
    }
    while let Some(watcher) = over_config.join_next().await {
        watcher.expect("the watcher does not panic");
    }
    for (namespace, seen) in &config_seen {
        let (seen, all) = (seen.lock(), config_events(&commits, namespace));
        assert!(all.starts_with(&seen), "{namespace}: in order and without a gap until the kill");
    }
    let events: usize = commits.iter().map(|commit| commit.events.len()).sum();
    torture::figure("100 watchers: events committed", events);
    torture::figure("100 watchers: resumed with a token, times", resumed);
}

fn first_difference(watcher: &Watcher, expected: &Seen) -> String {
    let place = watcher.seen.iter().zip(expected).position(|(seen, wanted)| seen != wanted);
    let place = place.unwrap_or_else(|| watcher.seen.len().min(expected.len()));
    format!(
        "a {:?} watcher over {:?} of {:?} (resumed {} times) saw {:?} as its delivery {place}, and {:?} was committed \
         ({} seen, {} committed)",
        watcher.habit,
        watcher.wire,
        watcher.namespace,
        watcher.resumed,
        watcher.seen.get(place),
        expected.get(place),
        watcher.seen.len(),
        expected.len()
    )
}

/// What a config.v1 watcher of a namespace has to see of a log.
fn config_events(commits: &[Commit], namespace: &str) -> Vec<(String, i64)> {
    let events = commits.iter().flat_map(|commit| &commit.events);
    let events = events.filter(|e| e.namespace == namespace && e.kind == EventKind::EVENT_KIND_SET);
    events.map(|e| (e.key.clone(), e.version.try_into().expect("small"))).collect()
}

async fn wait_for(seen: &ConfigSeen, count: usize) {
    for _ in 0..6_000 {
        if seen.lock().len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a config.v1 watcher saw {} of {count} events", seen.lock().len());
}
