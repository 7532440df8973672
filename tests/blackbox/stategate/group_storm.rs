//! Consumer groups while their members are killed and come back, and the server with them: every group processes everything, what
//! comes again is marked, and the events of a key keep their order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use holdfast_api::stategate::Event;
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{Group, values};
use holdfast_tests::{Server, Stategate, torture};
use parking_lot::Mutex;
use serde_json::json;
use tokio::task::JoinHandle;

const GROUPS: [&str; 3] = ["billing", "mail", "search"];
const MEMBERS: usize = 3;
const WRITERS: usize = 16;
const KEYS: usize = 40;
/// How often a member is killed.
const KILLS: usize = 40;
/// Events that a member acknowledges at once.
const TOGETHER: usize = 16;
/// How long everything may take to arrive when the storm is over.
const PATIENCE: Duration = Duration::from_secs(120);

/// One event that one member processed.
struct Processed {
    id: String,
    key: String,
    n: u64,
    redelivered: bool,
}

/// What a group processed, in the order in which it did.
type Account = Arc<Mutex<Vec<Processed>>>;

fn group(name: &'static str, acknowledges: bool) -> Group<'static> {
    Group { domain: "storm", kind: "t", name, acknowledges }
}

/// A member that comes back as long as it is not killed.
async fn member(port: u16, of: Group<'static>, account: Account) {
    loop {
        let client = Stategate::connect(port).await;
        let Ok(mut live) = client.share(&of).await else { continue };
        while let Some(event) = live.until_end().await {
            let mut ids = vec![process(&account, &event)];
            // What is there already is acknowledged together.
            while of.acknowledges && ids.len() < TOGETHER {
                let Some(event) = live.within(Duration::from_millis(1)).await else { break };
                ids.push(process(&account, &event));
            }
            if of.acknowledges && client.ack(&of, ids).await.is_err() {
                break;
            }
        }
    }
}

/// The event's id.
fn process(account: &Account, event: &Event) -> String {
    let n = values(&event.state)["n"].as_f64().expect("a number") as u64;
    let (id, key) = (event.id.clone(), event.state.key.clone());
    account.lock().push(Processed { id, key, n, redelivered: event.redelivered });
    event.id.clone()
}

/// Sets until told to stop; every key is of one writer. The answers: what was acknowledged of each key.
async fn writer(
    port: u16,
    writer: usize,
    done: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> HashMap<String, Vec<u64>> {
    let mut acknowledged: HashMap<String, Vec<u64>> = HashMap::new();
    let mut client = Stategate::connect(port).await;
    let mut n = 0;
    while !stop.load(SeqCst) {
        n += 1;
        let key = format!("w{writer}-{}", n as usize % KEYS);
        if client.set("storm", "t", &key, json!({"n": n})).await.is_ok() {
            acknowledged.entry(key).or_default().push(n);
            done.fetch_add(1, SeqCst);
        } else {
            client = Stategate::connect(port).await;
        }
    }
    acknowledged
}

/// The members of all groups; killing one ends its connection wherever it is.
struct Members {
    port: u16,
    acknowledges: bool,
    accounts: BTreeMap<&'static str, Account>,
    running: Vec<(&'static str, JoinHandle<()>)>,
}

impl Members {
    fn of(port: u16, acknowledges: bool) -> Self {
        let accounts = GROUPS.map(|name| (name, Account::default())).into();
        let mut members = Self { port, acknowledges, accounts, running: Vec::new() };
        for _ in 0..MEMBERS {
            for name in GROUPS {
                members.start(name);
            }
        }
        members
    }

    fn start(&mut self, name: &'static str) {
        let account = Arc::clone(&self.accounts[name]);
        let member = member(self.port, group(name, self.acknowledges), account);
        self.running.push((name, tokio::spawn(member)));
    }

    async fn kill(&mut self, which: usize) {
        let (name, task) = self.running.remove(which % self.running.len());
        task.abort();
        let _ = task.await;
        self.start(name);
    }

    /// Waits until every group has processed all of these.
    async fn wait_for(&self, wanted: &HashSet<(String, u64)>) {
        let begin = Instant::now();
        loop {
            let missing = self.accounts.iter().find_map(|(name, account)| {
                let account = account.lock();
                let has: HashSet<_> = account.iter().map(|p| (p.key.clone(), p.n)).collect();
                wanted.iter().find(|event| !has.contains(*event)).map(|e| (*name, e.clone()))
            });
            let Some((name, event)) = missing else { return };
            assert!(begin.elapsed() < PATIENCE, "{name} has never processed {event:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn storm(mut server: Server, acknowledges: bool, kill_server: bool) {
    let sets = torture::form(5_000, 100_000);
    let port = server.port();
    // The groups begin before the first write.
    for name in GROUPS {
        let client = server.stategate().await;
        drop(client.share(&group(name, acknowledges)).await.expect("a member"));
    }
    let mut members = Members::of(port, acknowledges);
    let (done, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| tokio::spawn(writer(port, n, Arc::clone(&done), Arc::clone(&stop))))
        .collect();
    for kill in 0..KILLS {
        while done.load(SeqCst) < sets * kill / KILLS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        members.kill(kill * 7 + 3).await;
        if kill_server && kill == KILLS / 2 {
            server.kill();
            server.start_again().await;
        }
    }
    while done.load(SeqCst) < sets {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.store(true, SeqCst);
    let mut wanted = HashSet::new();
    for writer in writers {
        for (key, numbers) in writer.await.expect("no panic") {
            wanted.extend(numbers.into_iter().map(|n| (key.clone(), n)));
        }
    }
    members.wait_for(&wanted).await;
    let mut repeats = 0;
    for (name, account) in &members.accounts {
        repeats += check(name, &account.lock());
    }
    members.running.iter().for_each(|(_, task)| task.abort());
    let form = if acknowledges { "with" } else { "without" };
    torture::figure(&format!("events for each of three groups {form} Ack"), wanted.len());
    torture::figure(&format!("members killed {form} Ack"), KILLS);
    torture::figure(&format!("repeats, all marked, {form} Ack"), repeats);
}

/// What must be true of the account of a group; how many repeats there were.
fn check(group: &str, account: &[Processed]) -> usize {
    let mut unmarked = HashSet::new();
    let mut newest: HashMap<&str, u64> = HashMap::new();
    let mut seen = HashSet::new();
    let mut repeats = 0;
    for Processed { id, key, n, redelivered } in account {
        if !redelivered {
            assert!(unmarked.insert(id), "{group}: {key} {n} came twice and is not marked");
        }
        if !seen.insert(id) {
            repeats += 1;
            assert!(redelivered, "{group}: {key} {n} is a repeat and is not marked");
            continue;
        }
        let before = newest.insert(key, *n).unwrap_or_default();
        assert!(before < *n, "{group}: {key} {n} came behind {before}");
    }
    repeats
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_ack_every_group_processes_everything() {
    storm(Server::dev().await, true, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_ack_what_was_sent_last_comes_again() {
    let server = Launch::default().settings("groups.redelivery = '5s'").start().await;
    storm(server, false, false).await;
}
