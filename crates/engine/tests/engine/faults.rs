use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

use async_trait::async_trait;
use holdfast_model::{EntryKey, ErrorKind, Floors, Head, Revision};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Group, Page, PageLimit, Read, Reclaimed, Scan,
    Store, StoreError,
};

use super::*;

const WELL: u8 = 0;
const FULL: u8 = 1;
const FAILS: u8 = 2;
const REFUSES_LARGE: u8 = 3;

/// A memory store whose disk is what the test says.
struct Disk {
    inner: MemoryStore,
    state: AtomicU8,
}

#[async_trait]
impl Store for Disk {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
    async fn head(&self) -> Result<Head, StoreError> {
        self.inner.head().await
    }
    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError> {
        let large = group.commits.iter().any(|sealed| sealed.appended_bytes() > 10_000);
        match self.state.load(SeqCst) {
            FULL if !group.frees_space => Err(AppendError::NoSpace { free: 0, reserve: 1 }),
            FAILS => Err(AppendError::Unknown("fsync failed".into())),
            REFUSES_LARGE if large => Err(AppendError::Refused("too large for me".into())),
            _ => self.inner.append(after, group).await,
        }
    }
    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.inner.get_many(keys, at).await
    }
    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.inner.scan(what, at, page).await
    }
    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.inner.commits(after, budget).await
    }
    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.inner.reclaim(floors).await
    }
}

async fn on_a_disk() -> (Engine, Arc<Disk>) {
    let disk = Arc::new(Disk { inner: MemoryStore::new(), state: AtomicU8::new(WELL) });
    let store: Arc<dyn Store> = Arc::<Disk>::clone(&disk);
    let engine = Engine::open(store, Arc::new(AllowAll), Options::default()).await;
    (engine.expect("it opens"), disk)
}

#[tokio::test]
async fn a_full_disk_refuses_writes_lets_deletes_through_and_recovers() {
    let (engine, disk) = on_a_disk().await;
    set(&engine, "a", "k", "1").await;
    disk.state.store(FULL, SeqCst);
    let refused = engine.set(&me(), value("a", "k", "2")).await.expect_err("full");
    assert_eq!(refused.kind(), ErrorKind::ResourceExhausted);
    assert_eq!(engine.get(&me(), "a", "k").await.expect("unchanged").value, "1");
    engine.delete(&me(), "a", "k").await.expect("a delete frees space");
    disk.state.store(WELL, SeqCst);
    set(&engine, "a", "k", "3").await;
    assert!(!engine.status().read_only);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_failed_flush_is_unknown_once_and_leaves_reads_only() {
    let (engine, disk) = on_a_disk().await;
    set(&engine, "a", "k", "1").await;
    disk.state.store(FAILS, SeqCst);
    let unknown = engine.set(&me(), value("a", "k", "2")).await.expect_err("the flush fails");
    assert_eq!(unknown.kind(), ErrorKind::Unknown);
    disk.state.store(WELL, SeqCst);
    let refused = engine.set(&me(), value("a", "k", "3")).await.expect_err("read-only");
    assert_eq!(refused.kind(), ErrorKind::ReadOnly);
    assert!(engine.status().read_only);
    assert_eq!(engine.get(&me(), "a", "k").await.expect("reads go on").value, "1");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_store_refuses_harms_only_itself() {
    let (engine, disk) = on_a_disk().await;
    disk.state.store(REFUSES_LARGE, SeqCst);
    let writes = (0..64).map(|n| {
        let engine = engine.clone();
        tokio::spawn(async move {
            let text = if n == 17 { format!("\"{}\"", "v".repeat(20_000)) } else { n.to_string() };
            engine.set(&me(), value("a", &format!("k{n}"), &text)).await.is_ok()
        })
    });
    let done = futures::future::join_all(writes).await;
    let failed: Vec<_> = (0..64).filter(|n| !*done[*n].as_ref().expect("joined")).collect();
    assert_eq!(failed, [17]);
    engine.shutdown().await;
}
