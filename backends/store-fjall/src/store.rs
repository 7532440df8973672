//! The store: an engine, one writer, and the view that all reads go through.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use fjall::{Database, Snapshot};
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Group, Page, PageLimit, Read, Reclaimed, Scan,
    Snapshots, Store, StoreError,
};
use parking_lot::Mutex;

use crate::append::Writer;
use crate::head_file::HeadFile;
use crate::lock::DirectoryLock;
use crate::options::FjallOptions;
use crate::read::Reader;
use crate::snapshot::Moment;
use crate::stats::Counters;
use crate::tables::Tables;
use crate::{open, scan};

/// A log in a directory.
///
/// Fields are dropped in this order: the head record is flushed first, the directory is given free last.
pub struct FjallStore {
    pub(crate) head_file: HeadFile,
    /// The end of the log and the engine snapshot that shows exactly that.
    pub(crate) view: ArcSwap<View>,
    /// Whoever holds it may write.
    pub(crate) writer: Mutex<Writer>,
    pub(crate) counters: Counters,
    pub(crate) tables: Tables,
    pub(crate) db: Database,
    pub(crate) _lock: DirectoryLock,
}

/// A consistent state, published after it became durable.
pub(crate) struct View {
    pub(crate) head: Head,
    pub(crate) snapshot: Snapshot,
}

impl FjallStore {
    /// Opens the log in this directory, or begins a new one when there is none.
    ///
    /// # Errors
    /// [`StoreError::Refused`] and [`StoreError::Corrupt`] say in a sentence what is wrong and what to do.
    pub fn open(path: impl AsRef<Path>, options: FjallOptions) -> Result<Self, StoreError> {
        open::open(path.as_ref(), options)
    }

    /// Shows readers what was just made durable. The writer lock is held, so no batch is half applied.
    pub(crate) fn publish(&self, head: Head) {
        self.view.store(Arc::new(View { head, snapshot: self.db.snapshot() }));
    }

    fn read<T>(&self, ask: impl FnOnce(&Reader<'_>) -> T) -> T {
        let view = self.view.load();
        ask(&Reader { tables: &self.tables, view: &view })
    }
}

#[async_trait]
impl Store for FjallStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: "embedded", durable: true, shared: false }
    }

    async fn head(&self) -> Result<Head, StoreError> {
        Ok(self.view.load().head)
    }

    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError> {
        self.append_group(after, &group)
    }

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.read(|reader| reader.get_many(keys, at))
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.read(|reader| {
            let revision = at.resolve(&reader.view.head)?;
            let (value, stale) = scan::page(reader, what, revision, page)?;
            // A reader does not wait for a flush: what is not noted now is found again.
            if !stale.is_empty()
                && let Some(mut writer) = self.writer.try_lock()
            {
                writer.forget_later(stale);
            }
            Ok(Read { value, revision })
        })
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.read(|reader| reader.commits(after, budget))
    }

    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.reclaim_to(floors).await
    }
}

impl Snapshots for FjallStore {
    fn snapshot(self: Arc<Self>) -> Arc<dyn Store> {
        Arc::new(Moment { view: self.view.load_full(), store: self })
    }
}
