//! The store that keeps everything in memory: for tests, and where nothing has to survive.

mod fill;
mod scan;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Epoch, EpochStart, Floors, Head, LogId, Revision};
use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use crate::contract::{Capabilities, Reclaimed, Store};
use crate::error::{AppendError, StoreError};
use crate::group::{Group, same_end};
use crate::memory::fill::Filling;
use crate::memory::state::State;
use crate::read::{At, CommitPage, Page, PageLimit, Read, Scan, check_cursor};
use crate::snapshot::{Frozen, Snapshots};

pub use fill::MemoryFill;

/// A log in memory. Clones share it, so a test can "open it again".
#[derive(Debug, Clone)]
pub struct MemoryStore {
    state: Arc<RwLock<State>>,
    /// What a filling brought so far; nobody reads it.
    filling: Arc<Mutex<Option<Filling>>>,
    /// Several engines append to it.
    shared: bool,
}

impl MemoryStore {
    /// An empty log with an id of its own.
    pub fn new() -> Self {
        Self::with_head(Head::genesis(LogId(Uuid::new_v4())))
    }

    /// An empty log that continues another one: what a restore begins with.
    pub fn with_head(head: Head) -> Self {
        Self::of(State::new(head))
    }

    fn of(state: State) -> Self {
        let state = Arc::new(RwLock::new(state));
        Self { state, filling: Arc::default(), shared: false }
    }

    /// The log begins another life: its next commit has this revision.
    pub fn begin_epoch(&self, first: Revision) {
        let head = &mut self.state.write().head;
        head.epoch = Epoch(head.epoch.0 + 1);
        head.epoch_start = EpochStart { inherited: head.revision, first };
    }

    /// The same log for several engines at once, each with a clone of it: nodes over one database, in one process.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { shared: true, ..self }
    }
}

impl Snapshots for MemoryStore {
    fn snapshot(self: Arc<Self>) -> Arc<dyn Store> {
        Arc::new(Frozen(Self::of(self.state.read().clone())))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: "memory", durable: false, shared: self.shared }
    }

    async fn head(&self) -> Result<Head, StoreError> {
        Ok(self.state.read().head)
    }

    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError> {
        let mut state = self.state.write();
        let reclaimed = self.shared && after.ordinal_base != state.head.ordinal_base;
        if reclaimed || !same_end(after, &state.head) {
            return Err(AppendError::Moved(Box::new(state.head.into())));
        }
        let head = group.head_after(&state.head)?;
        state.apply(&group);
        state.head = head;
        Ok(head)
    }

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        let state = self.state.read();
        let revision = at.resolve(&state.head)?;
        let value = keys.iter().map(|key| state.entry(key, at)).collect();
        Ok(Read { value, revision })
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        let state = self.state.read();
        let revision = at.resolve(&state.head)?;
        Ok(Read { value: scan::page(&state, what, at, page), revision })
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        let state = self.state.read();
        check_cursor(after, &state.head)?;
        let mut commits = Vec::new();
        let mut weight = 0_usize;
        for sealed in state.log.range(after.next()..).map(|(_, sealed)| sealed) {
            weight = weight.saturating_add(sealed.commit().weight());
            if weight > budget && !commits.is_empty() {
                break;
            }
            commits.push(sealed.clone());
        }
        Ok(CommitPage { commits, head: state.head })
    }

    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        Ok(self.state.write().reclaim(floors))
    }
}
