//! Several engines over one log: nodes that share a database.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_engine::quotas::{Quota, Quotas};
use holdfast_engine::{
    Delivery, Join, Member, Retention, SharedOptions, Start, Watch, WatchOptions, Watcher,
};
use holdfast_model::{EntryKey, ErrorKind, Filter, Floors, Head, ResumeToken, Revision, WriteMode};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Group, Page, PageLimit, Read, Reclaimed, Scan,
    Store, StoreError,
};
use parking_lot::RwLock;

use super::*;

/// A key whose row is damaged.
pub(super) const UNREADABLE: &str = "unreadable";
const UNHEARD: Duration = Duration::from_secs(3600);

/// One node's way to the database that it shares with the others.
pub(super) struct Wire {
    database: Arc<RwLock<MemoryStore>>,
    cut: AtomicBool,
    /// The log is asked for, and there is no answer.
    pub(super) silent: AtomicBool,
    /// The answer to the next append gets lost on its way back.
    lose_answer: AtomicBool,
    /// How long entries are on their way, and how often they were asked for.
    far: Duration,
    pub(super) asked: AtomicUsize,
    /// How often the log was read.
    pub(super) read: AtomicUsize,
    /// So many commits come along when a race is lost.
    pub(super) along: AtomicUsize,
    /// Nodes queue for each append.
    pub(super) queues: AtomicBool,
    /// Others are kept waiting for an append.
    turn: AtomicBool,
    /// How often a turn was given back because nothing is appended after all.
    pub(super) stood_down: AtomicUsize,
    /// How often something was to be appended.
    pub(super) appends: AtomicUsize,
}

impl Wire {
    fn to(database: &Arc<RwLock<MemoryStore>>) -> Arc<Self> {
        Self::far_from(database, Duration::ZERO)
    }

    pub(super) fn far_from(database: &Arc<RwLock<MemoryStore>>, far: Duration) -> Arc<Self> {
        let database = Arc::clone(database);
        Arc::new(Self {
            database,
            cut: AtomicBool::new(false),
            silent: AtomicBool::new(false),
            lose_answer: AtomicBool::new(false),
            far,
            asked: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            along: AtomicUsize::new(0),
            queues: AtomicBool::new(false),
            turn: AtomicBool::new(false),
            stood_down: AtomicUsize::new(0),
            appends: AtomicUsize::new(0),
        })
    }

    fn store(&self) -> Result<MemoryStore, StoreError> {
        if self.cut.load(SeqCst) {
            let (doing, error) = ("asking the database".into(), "no route to it".into());
            return Err(StoreError::Io { doing, error });
        }
        Ok(self.database.read().clone())
    }
}

#[async_trait]
impl Store for Wire {
    fn capabilities(&self) -> Capabilities {
        self.database.read().capabilities()
    }
    async fn head(&self) -> Result<Head, StoreError> {
        self.store()?.head().await
    }
    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError> {
        let store = self.store().map_err(|error| AppendError::Unavailable(error.to_string()))?;
        self.appends.fetch_add(1, SeqCst);
        // As long as a round trip: others get in between.
        tokio::task::yield_now().await;
        let head = match store.append(after, group).await {
            Err(AppendError::Moved(mut page)) => {
                self.turn.store(true, SeqCst);
                let log = store.commits(after.revision, usize::MAX).await;
                let log = log.map_err(|error| AppendError::Unavailable(error.to_string()))?;
                page.commits.extend(log.commits.into_iter().take(self.along.load(SeqCst)));
                return Err(AppendError::Moved(page));
            }
            appended => appended?,
        };
        self.turn.store(false, SeqCst);
        if self.lose_answer.swap(false, SeqCst) {
            return Err(AppendError::Unknown("the connection broke".into()));
        }
        Ok(head)
    }
    async fn stand_by(&self, after: &Head) -> Option<CommitPage> {
        if !self.queues.load(SeqCst) {
            return None;
        }
        self.turn.store(true, SeqCst);
        let page = self.store().ok()?.commits(after.revision, usize::MAX).await.ok()?;
        (!page.commits.is_empty()).then_some(page)
    }
    async fn stand_down(&self) {
        if self.turn.swap(false, SeqCst) {
            self.stood_down.fetch_add(1, SeqCst);
        }
    }
    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.asked.fetch_add(1, SeqCst);
        if !self.far.is_zero() {
            tokio::time::sleep(self.far).await;
        }
        if keys.iter().any(|at| at.key.as_str() == UNREADABLE) {
            let (place, what) = (UNREADABLE.into(), "a bit is not as it was written".into());
            return Err(StoreError::Corrupt { place, what });
        }
        self.store()?.get_many(keys, at).await
    }
    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.store()?.scan(what, at, page).await
    }
    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.read.fetch_add(1, SeqCst);
        if self.silent.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        self.store()?.commits(after, budget).await
    }
    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.store()?.reclaim(floors).await
    }
}

/// The database as it is now.
fn shown(database: &RwLock<MemoryStore>) -> MemoryStore {
    database.read().clone()
}

pub(super) fn database() -> Arc<RwLock<MemoryStore>> {
    Arc::new(RwLock::new(MemoryStore::new().shared()))
}

/// A node that polls so rarely that it only learns what it hears or asks for.
pub(super) async fn node(
    database: &Arc<RwLock<MemoryStore>>,
    options: Options,
) -> (Engine, Arc<Wire>) {
    let wire = Wire::to(database);
    let store: Arc<dyn Store> = Arc::<Wire>::clone(&wire);
    let engine = Engine::open(store, Arc::new(AllowAll), options).await.expect("it opens");
    (engine, wire)
}

pub(super) fn deaf() -> Options {
    let shared = SharedOptions { poll_interval: UNHEARD, ..SharedOptions::default() };
    Options { shared, ..Options::default() }
}

fn polling() -> Options {
    let poll_interval = Duration::from_millis(5);
    let shared = SharedOptions { poll_interval, ..SharedOptions::default() };
    Options { shared, ..Options::default() }
}

pub(super) async fn text(engine: &Engine, key: &str) -> String {
    let entry = engine.get(&me(), "a", key).await.expect("an entry");
    String::from_utf8(entry.value.to_vec()).expect("text")
}

async fn next_revision(watcher: &mut Watcher) -> u64 {
    let next = tokio::time::timeout(Duration::from_secs(20), watcher.next()).await;
    match next.expect("in time") {
        Ok(Delivery::Commit(matched)) => matched.commit.commit().revision.0,
        Ok(_) => panic!("not a commit"),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_one_node_acknowledged_every_other_reads() {
    let database = database();
    let (a, _) = node(&database, deaf()).await;
    let (b, _) = node(&database, deaf()).await;
    for n in 0..50 {
        let (writer, reader) = if n % 2 == 0 { (&a, &b) } else { (&b, &a) };
        set(writer, "a", "k", &n.to_string()).await;
        // The second time it comes from the reader's memory.
        assert_eq!(
            (text(reader, "k").await, text(reader, "k").await),
            (n.to_string(), n.to_string())
        );
    }
    a.delete(&me(), "a", "k").await.expect("deleted");
    assert!(is_not_found(b.get(&me(), "a", "k").await));
    a.shutdown().await;
    b.shutdown().await;
}

#[tokio::test]
async fn a_watch_wakes_when_its_node_hears_the_bell_and_at_the_latest_when_it_polls() {
    let database = database();
    let (a, _) = node(&database, deaf()).await;
    let (hears, _) = node(&database, deaf()).await;
    let (polls, _) = node(&database, polling()).await;
    let mut at_the_bell = hears.watch(&me(), Watch::default()).await.expect("a watch");
    let mut at_the_poll = polls.watch(&me(), Watch::default()).await.expect("a watch");
    let mut appended = a.appended().expect("it is shared");
    for revision in 1..=20 {
        set(&a, "a", "k", "1").await;
        assert_eq!(*appended.borrow_and_update(), Revision(revision));
        assert_eq!(next_revision(&mut at_the_poll).await, revision);
        hears.heard(Some(Revision(revision)));
        assert_eq!(next_revision(&mut at_the_bell).await, revision);
    }
    for engine in [a, hears, polls] {
        engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_nodes_lose_no_increment_and_every_watcher_sees_every_commit_once() {
    const EACH: u64 = 100;
    let database = database();
    let watch = WatchOptions { ring_bytes: 64 << 10, ..WatchOptions::default() };
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(node(&database, Options { watch, ..polling() }).await.0);
    }
    let readers = nodes.iter().map(|engine| {
        let engine = engine.clone();
        tokio::spawn(async move {
            let watch = Watch { start: Start::After(Revision::ZERO), ..Watch::default() };
            let mut watcher = engine.watch(&me(), watch).await.expect("a watch");
            for revision in 1..=3 * EACH {
                assert_eq!(next_revision(&mut watcher).await, revision);
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let writers = nodes.iter().map(|engine| {
        let engine = engine.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                engine.set(&me(), value("a", "k", "1")).await.expect("a set");
            }
        })
    });
    for done in
        futures::future::join_all(writers.collect::<Vec<_>>().into_iter().chain(readers)).await
    {
        done.expect("a writer or reader");
    }
    let page = shown(&database).commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let versions: Vec<u64> = page.commits.iter().map(|c| c.commit().events[0].version).collect();
    assert_eq!(versions, (1..=3 * EACH).collect::<Vec<_>>());
    for engine in nodes {
        engine.shutdown().await;
    }
}

#[tokio::test]
async fn a_key_is_created_by_one_node_only() {
    let database = database();
    let (a, _) = node(&database, deaf()).await;
    let (b, _) = node(&database, deaf()).await;
    for n in 0..30 {
        let create = || Set { mode: WriteMode::Create, ..value("a", &format!("k{n}"), "1") };
        let (first, second) = futures::join!(async { a.set(&me(), create()).await }, async {
            b.set(&me(), create()).await
        });
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    }
    a.shutdown().await;
    b.shutdown().await;
}

#[tokio::test]
async fn a_quota_holds_for_all_nodes_together() {
    let database = database();
    let quota = Quota { keys: Some(10), ..Quota::default() };
    let quotas = Quotas::new(quota, &[]).expect("good");
    let (a, _) = node(&database, Options { quotas: quotas.clone(), ..deaf() }).await;
    let (b, _) = node(&database, Options { quotas, ..deaf() }).await;
    let mut taken = 0;
    for n in 0..15 {
        let engine = if n % 2 == 0 { &a } else { &b };
        taken += usize::from(engine.set(&me(), value("a", &format!("k{n}"), "1")).await.is_ok());
    }
    assert_eq!(taken, 10);
    a.shutdown().await;
    b.shutdown().await;
}

#[tokio::test]
async fn who_is_cut_off_says_so_answers_from_memory_where_allowed_and_recovers() {
    let database = database();
    let stale_reads = Some(Duration::from_secs(600));
    let options = polling();
    let shared = SharedOptions { stale_reads, ..options.shared.clone() };
    let (a, _) = node(&database, polling()).await;
    let (strict, strict_wire) = node(&database, options.clone()).await;
    let (lenient, lenient_wire) = node(&database, Options { shared, ..options }).await;
    set(&a, "a", "k", "1").await;
    assert_eq!((text(&strict, "k").await, text(&lenient, "k").await), ("1".into(), "1".into()));
    for wire in [&strict_wire, &lenient_wire] {
        wire.cut.store(true, SeqCst);
    }
    let refused = strict.get(&me(), "a", "k").await.expect_err("it cannot know");
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert_eq!(text(&lenient, "k").await, "1");
    let unknown = lenient.get(&me(), "a", "other").await.expect_err("not in memory");
    assert_eq!(unknown.kind(), ErrorKind::Unavailable);
    for engine in [&strict, &lenient] {
        let refused = engine.set(&me(), value("a", "k", "3")).await.expect_err("cut off");
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        assert!(engine.status().cut_off.is_some() && !engine.status().read_only);
    }
    set(&a, "a", "k", "2").await;
    assert_eq!(text(&lenient, "k").await, "1");
    for (engine, wire) in [(&strict, &strict_wire), (&lenient, &lenient_wire)] {
        wire.cut.store(false, SeqCst);
        while engine.status().cut_off.is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(text(engine, "k").await, "2");
        set(engine, "a", "k", "2").await;
    }
    for engine in [a, strict, lenient] {
        engine.shutdown().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_log_tells() {
    let database = database();
    let (a, wire) = node(&database, deaf()).await;
    set(&a, "a", "k", "1").await;
    wire.lose_answer.store(true, SeqCst);
    let unknown = a.set(&me(), value("a", "k", "2")).await.expect_err("nobody knows");
    assert_eq!(unknown.kind(), ErrorKind::Unknown);
    assert_eq!(text(&a, "k").await, "2");
    assert_eq!(set(&a, "a", "k", "3").await.version, 3);
    a.shutdown().await;
}

#[tokio::test]
async fn a_node_that_slept_through_a_compaction_goes_on_from_the_head() {
    let database = database();
    let retention = Retention { max_revisions: NonZeroUsize::new(5), ..Retention::default() };
    let keeps_little = Options { retention, sweep_interval: Duration::from_millis(5), ..polling() };
    let (a, _) = node(&database, keeps_little).await;
    let (b, _) = node(&database, deaf()).await;
    set(&a, "a", "k", "0").await;
    assert_eq!(text(&b, "k").await, "0");
    let mut watcher = b.watch(&me(), Watch::default()).await.expect("a watch");
    for n in 1..=50 {
        set(&a, "a", "k", &n.to_string()).await;
    }
    while shown(&database).head().await.expect("a head").floors.events < Revision(40) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(text(&b, "k").await, "50");
    let told = watcher.next().await.err().expect("it missed something");
    assert_eq!(told.kind(), ErrorKind::Compacted);
    assert_eq!(set(&b, "a", "k", "51").await.version, 52);
    a.shutdown().await;
    b.shutdown().await;
}

/// The database is brought back from an older copy, and begins a new epoch.
#[tokio::test]
async fn a_new_epoch_resets_who_saw_what_was_lost_and_nobody_else() {
    let database = database();
    let (a, _) = node(&database, polling()).await;
    for n in 1..=3 {
        set(&a, "a", "k", &n.to_string()).await;
    }
    let copy = shown(&database).commits(Revision::ZERO, usize::MAX).await.expect("the log");
    let mut far = a.watch(&me(), Watch::default()).await.expect("a watch");
    set(&a, "a", "k", "99").await;
    let lost = ResumeToken::at(&a.status().head, Revision(4));
    assert_eq!(next_revision(&mut far).await, 4);
    let restored = MemoryStore::with_head(Head::genesis(copy.head.log)).shared();
    let group = Group { commits: copy.commits.clone(), ..Group::default() };
    let empty = restored.head().await.expect("a head");
    restored.append(&empty, group).await.expect("the copy");
    let first = Revision(4 + (1 << 32));
    restored.begin_epoch(first);
    *database.write() = restored;
    let told = far.next().await.err().expect("it saw what is lost");
    assert_eq!(told.kind(), ErrorKind::Compacted);
    assert_eq!(text(&a, "k").await, "3");
    let again = a.watch(&me(), Watch { start: Start::Token(lost), ..Watch::default() }).await;
    assert_eq!(again.err().expect("lost").kind(), ErrorKind::ForeignLog);
    let mut near = a
        .watch(&me(), Watch { start: Start::After(Revision(2)), ..Watch::default() })
        .await
        .expect("a watch");
    set(&a, "a", "k", "4").await;
    assert_eq!(next_revision(&mut near).await, 3);
    assert_eq!(next_revision(&mut near).await, first.0);
    a.shutdown().await;
}

fn join() -> Join {
    Join {
        group: "g".into(),
        filters: vec![Filter { namespaces: vec!["a".into()], prefixes: Vec::new() }],
        accepts: Arc::new(|_, _| true),
        since: None,
        acknowledges: true,
        max_unacked: None,
        waits: false,
    }
}

/// The next event of a group: its key, its id, and whether it may be a repeat.
async fn given(member: &mut Member) -> (String, uuid::Uuid, bool) {
    let parcel = tokio::time::timeout(Duration::from_secs(30), member.next()).await;
    let parcel = parcel.expect("in time").expect("the membership goes on");
    let event = &parcel.matched.commit.commit().events[parcel.index];
    (event.at.key.to_string(), event.id, parcel.redelivered)
}

async fn acknowledge(engine: &Engine, id: uuid::Uuid) -> usize {
    let filters = join().filters;
    engine.acknowledge(&me(), ("g", &filters), [id], []).await.expect("acknowledged")
}

#[tokio::test]
async fn one_node_reads_for_a_group_and_the_next_goes_on_where_it_ended() {
    let database = database();
    let (a, _) = node(&database, polling()).await;
    let (b, _) = node(&database, polling()).await;
    let mut first = a.join(&me(), join()).await.expect("a member");
    let mut second = b.join(&me(), join()).await.expect("a member");
    for key in ["k1", "k2"] {
        set(&b, "a", key, "1").await;
    }
    let (key, id, repeated) = given(&mut first).await;
    assert_eq!((key.as_str(), repeated, acknowledge(&a, id).await), ("k1", false, 1));
    assert_eq!(given(&mut first).await.0, "k2");
    let nothing = tokio::time::timeout(Duration::from_millis(1_500), second.next()).await;
    assert!(nothing.is_err(), "an event was given to two nodes");
    drop(first);
    let (key, id, repeated) = given(&mut second).await;
    assert_eq!((key.as_str(), repeated, acknowledge(&b, id).await), ("k2", true, 1));
    set(&a, "a", "k3", "1").await;
    let (key, _, repeated) = given(&mut second).await;
    assert_eq!((key.as_str(), repeated), ("k3", false));
    a.shutdown().await;
    b.shutdown().await;
}

#[tokio::test]
async fn who_comes_to_another_node_is_told_where_the_group_is_read() {
    let database = database();
    let shared = SharedOptions { address: Some("http://a:1".into()), ..polling().shared };
    let (a, _) = node(&database, Options { shared, ..polling() }).await;
    let (b, _) = node(&database, polling()).await;
    let mut first = a.join(&me(), join()).await.expect("a member");
    for _ in 0..2 {
        let told = b.join(&me(), join()).await.err().expect("it is read elsewhere");
        let there =
            matches!(&told, EngineError::ReadElsewhere { address } if &**address == "http://a:1");
        assert!(there, "{told}");
    }
    set(&b, "a", "k1", "1").await;
    let (_, id, _) = given(&mut first).await;
    let filters = join().filters;
    let told = b.acknowledge(&me(), ("g", &filters), [id], []).await.expect_err("not here");
    assert!(matches!(told, EngineError::ReadElsewhere { .. }), "{told}");
    assert_eq!(acknowledge(&a, id).await, 1);
    // Who would rather wait gets what comes when it is this node's turn.
    let mut second = b.join(&me(), Join { waits: true, ..join() }).await.expect("a member");
    drop(first);
    set(&a, "a", "k2", "1").await;
    assert_eq!(given(&mut second).await.0, "k2");
    a.shutdown().await;
    b.shutdown().await;
}

#[tokio::test]
async fn who_slept_through_a_takeover_does_no_harm_when_it_wakes_up() {
    let database = database();
    let (sleeper, wire) = node(&database, polling()).await;
    let clock = Arc::new(Hands::default());
    clock.0.store(sleeper.now().0, Relaxed);
    let (other, _) = node(&database, Options { clock: Arc::clone(&clock) as _, ..polling() }).await;
    let mut first = sleeper.join(&me(), join()).await.expect("a member");
    set(&sleeper, "a", "k1", "1").await;
    let (key, id, _) = given(&mut first).await;
    assert_eq!(key, "k1");
    let mut second = other.join(&me(), join()).await.expect("a member");
    wire.cut.store(true, SeqCst);
    acknowledge(&sleeper, id).await;
    // For the other node the sleeper has said nothing for a long time.
    clock.0.store(sleeper.now().0 + 20_000_000_000, Relaxed);
    let (key, _, repeated) = given(&mut second).await;
    assert_eq!((key.as_str(), repeated), ("k1", true), "nobody knows that it was acknowledged");
    wire.cut.store(false, SeqCst);
    let told = tokio::time::timeout(Duration::from_secs(30), first.next()).await;
    let told = told.expect("in time").err().expect("the membership ends");
    assert_eq!(told.kind(), ErrorKind::Unavailable);
    set(&other, "a", "k2", "1").await;
    assert_eq!(given(&mut second).await.0, "k2");
    sleeper.shutdown().await;
    other.shutdown().await;
}

/// The database shows another log than it did, and does not say that it is another life of it.
#[tokio::test]
async fn a_log_that_does_not_join_up_is_an_error_and_nobody_waits_for_ever() {
    let database = database();
    let (a, _) = node(&database, polling()).await;
    for n in 1..=3 {
        set(&a, "a", "k", &n.to_string()).await;
    }
    let other = Arc::new(RwLock::new(
        MemoryStore::with_head(Head::genesis(shown(&database).head().await.expect("a head").log))
            .shared(),
    ));
    let (stranger, _) = node(&other, deaf()).await;
    for n in 1..=5 {
        set(&stranger, "a", "k", &format!("{n}0")).await;
    }
    *database.write() = shown(&other);
    let refused = a.set(&me(), value("a", "k", "4")).await.expect_err("another log");
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    let refused = a.get(&me(), "a", "k").await.expect_err("another log");
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert!(a.cut_off().is_some());
    a.shutdown().await;
    let ended = tokio::time::timeout(Duration::from_secs(20), a.get(&me(), "a", "k")).await;
    ended.expect("who asks a stopped engine is told").expect_err("stopped");
    stranger.shutdown().await;
}
