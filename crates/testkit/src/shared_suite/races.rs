//! Several stores over one log.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use holdfast_model::{Floors, Head, Revision};
use holdfast_store::{AppendError, Store, same_end};
use tokio::runtime::{Builder, Runtime};

use super::{Server, append, head, open, pause, written};
use crate::scribe::{Change, Scribe, key};

pub(super) async fn stores_that_race_append_everything_once_without_a_hole(server: &dyn Server) {
    const NODES: usize = 3;
    const EACH: usize = 40;
    let place = server.place();
    let mut racing = Vec::new();
    for node in 0..NODES {
        racing.push(tokio::spawn(race(open(server, &place).await, node, EACH)));
    }
    let mut expected = BTreeMap::new();
    for node in racing {
        expected.extend(node.await.expect("no panic"));
    }
    let found = written(&*open(server, &place).await).await;
    assert!(found.keys().copied().eq(1..=(NODES * EACH) as u64), "{:?}", found.keys());
    assert_eq!(found, expected);
}

async fn race(store: Arc<dyn Store>, node: usize, rounds: usize) -> BTreeMap<u64, Vec<String>> {
    let mut mine = BTreeMap::new();
    for round in 0..rounds {
        let values = [format!("{node}-{round}-a"), format!("{node}-{round}-b")];
        mine.insert(append(&*store, &values.each_ref().map(String::as_str)).await, values.to_vec());
    }
    mine
}

/// Tries to append behind a head that is not the newest; what is the newest.
async fn lose(store: &dyn Store, behind: Head) -> Head {
    let mut scribe = Scribe::continuing(behind);
    let lost = store.append(&behind, scribe.set(&key("race", "slow"), "lost")).await;
    let Err(AppendError::Moved(now)) = lost else { panic!("{lost:?}") };
    now.head
}

pub(super) async fn whoever_lost_twice_cannot_lose_again(server: &dyn Server) {
    let place = server.place();
    let (slow, fast) = (open(server, &place).await, open(server, &place).await);
    let mut head = head(&*slow).await;
    for value in ["fast 0", "fast 1"] {
        append(&*fast, &[value]).await;
        head = lose(&*slow, head).await;
    }
    // The lock is held: this one waits.
    let waiting = tokio::spawn({
        let fast = Arc::clone(&fast);
        async move { append(&*fast, &["fast again"]).await }
    });
    pause(100).await;
    assert!(!waiting.is_finished(), "it went past the lock");
    let mut scribe = Scribe::continuing(head);
    let won = slow.append(&head, scribe.set(&key("race", "slow"), "won")).await;
    assert_eq!(won.expect("its turn").revision, Revision(3));
    assert_eq!(waiting.await.expect("no panic"), 4);
    // A turn that nobody uses ends by itself.
    for value in ["fast 2", "fast 3"] {
        append(&*fast, &[value]).await;
        head = lose(&*slow, head).await;
    }
    assert_eq!(append(&*fast, &["at last"]).await, 7);
}

pub(super) async fn who_stands_down_keeps_nobody_waiting(server: &dyn Server) {
    const ROUNDS: usize = 40;
    let place = server.place();
    let (asking, writing) = (open(server, &place).await, open(server, &place).await);
    let mut head = head(&*asking).await;
    let rounds = async {
        for round in 0..ROUNDS {
            append(&*writing, &[&round.to_string()]).await;
            // From the second time on it holds the head.
            head = lose(&*asking, head).await;
            asking.stand_down().await;
        }
    };
    // Each turn that had to end by itself would have taken half a second.
    let rounds = tokio::time::timeout(Duration::from_secs(15), rounds).await;
    rounds.expect("nobody waits for a turn that was given back");
}

pub(super) async fn a_turn_brings_the_head_and_keeps_the_others_waiting(server: &dyn Server) {
    let place = server.place();
    let (one, other) = (open(server, &place).await, open(server, &place).await);
    let before = head(&*one).await;
    assert!(one.stand_by(&before).await.is_none(), "nobody has lost a race");
    append(&*other, &["1"]).await;
    let before = lose(&*one, before).await;
    append(&*other, &["2"]).await;
    append(&*other, &["3"]).await;
    let page = one.stand_by(&before).await.expect("the log went on");
    let brought: Vec<_> = page.commits.iter().map(|sealed| sealed.commit().revision.0).collect();
    assert!(brought.is_empty() || brought == [2, 3], "all of it or none of it: {brought:?}");
    assert_eq!(page.head.revision, Revision(3));
    assert!(one.stand_by(&page.head).await.is_none(), "it holds its turn");
    // Who queues as well comes behind it.
    lose(&*other, before).await;
    let waiting = tokio::spawn({
        let other = Arc::clone(&other);
        async move { append(&*other, &["5"]).await }
    });
    pause(100).await;
    assert!(!waiting.is_finished(), "it went past whoever had its turn");
    let mut scribe = Scribe::continuing(page.head);
    let won = one.append(&page.head, scribe.set(&key("race", "one"), "4")).await;
    assert_eq!(won.expect("its turn").revision, Revision(4));
    assert_eq!(waiting.await.expect("no panic"), 5);
}

/// A store on a thread of its own, which can be stopped like the process of a node.
struct Apart {
    store: Arc<dyn Store>,
    threads: Option<Runtime>,
}

impl Apart {
    fn open(server: &dyn Server, place: &str) -> Self {
        let mut threads = Builder::new_multi_thread();
        let threads = threads.worker_threads(1).enable_all().build().expect("a thread");
        let opening = || threads.block_on(open(server, place));
        let store = std::thread::scope(|scope| scope.spawn(opening).join().expect("no panic"));
        Self { store, threads: Some(threads) }
    }

    /// Until what is answered is dropped.
    fn stop(&self) -> mpsc::Sender<()> {
        let (go_on, stopped) = mpsc::channel();
        let threads = self.threads.as_ref().expect("threads");
        // It blocks the only one there is.
        threads.spawn(async move { stopped.recv() });
        go_on
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

pub(super) async fn a_node_that_stops_in_its_turn_is_passed(server: &dyn Server) {
    for holds_head in [false, true] {
        let place = server.place();
        let (one, other) = (open(server, &place).await, open(server, &place).await);
        let apart = Apart::open(server, &place);
        let stopping = &*apart.store;
        let before = head(&*one).await;
        append(&*one, &["0"]).await;
        // Both queue from now on.
        lose(&*other, before).await;
        let mut before = lose(stopping, before).await;
        if !holds_head {
            // A race that is won is no reason for more than a place in the queue.
            append(stopping, &["queued"]).await;
            before = head(&*one).await;
        }
        append(&*one, &["1"]).await;
        lose(stopping, before).await;
        let go_on = apart.stop();
        let passed = tokio::time::timeout(Duration::from_secs(60), append(&*other, &["passed"]));
        let passed = passed.await.expect("nobody waits for ever for one that was stopped");
        drop(go_on);
        assert!(append(stopping, &["back again"]).await > passed);
    }
}

pub(super) async fn a_reclaim_of_another_node_is_seen(server: &dyn Server) {
    let place = server.place();
    let (one, other) = (open(server, &place).await, open(server, &place).await);
    let at = key("n", "gone");
    let mut scribe = Scribe::continuing(head(&*one).await);
    let before = scribe.head();
    let group = scribe.group([vec![Change::set(&at, "1")], vec![Change::delete(&at)]]);
    let head = one.append(&before, group).await.expect("appended");
    let floors = Floors { events: Revision(9), history: Revision(9) };
    let (a, b) = tokio::join!(one.reclaim(floors), other.reclaim(floors));
    let (a, b) = (a.expect("reclaimed"), b.expect("reclaimed"));
    assert_eq!((a.commits + b.commits, a.versions + b.versions), (2, 2));
    let stale = other.append(&head, scribe.set(&at, "2")).await;
    let Err(AppendError::Moved(now)) = stale else { panic!("{stale:?}") };
    let now = now.head;
    assert!(same_end(&now, &head) && now.ordinal_base == 2, "{now:?}");
    let mut scribe = Scribe::continuing(now);
    other.append(&now, scribe.set(&at, "2")).await.expect("appended");
}
