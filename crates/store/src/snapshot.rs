//! A moment of a log that is held still, while writes and reclaim go on beside it.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};

use crate::contract::{Capabilities, Reclaimed, Store};
use crate::error::{AppendError, StoreError};
use crate::group::Group;
use crate::read::{At, CommitPage, Found, Page, PageLimit, Read, Scan};

/// A store that can hold a moment still.
pub trait Snapshots: Store {
    /// The log as it is now. What is written or reclaimed later does not show in it; it takes no write of its own. Held for
    /// long it keeps removed data from being given back, so it is for a copy, not for keeping.
    fn snapshot(self: Arc<Self>) -> Arc<dyn Store>;
}

/// A store that is only read.
#[derive(Debug, Clone)]
pub struct Frozen<S>(pub S);

const FROZEN: &str = "this is a snapshot of the log, nothing can be written to it";

#[async_trait]
impl<S: Store> Store for Frozen<S> {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.0.head().await
    }

    async fn append(&self, _: &Head, _: Group) -> Result<Head, AppendError> {
        Err(AppendError::Refused(FROZEN.into()))
    }

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.0.get_many(keys, at).await
    }

    async fn lookup(&self, keys: &[EntryKey]) -> Result<Read<Vec<Found>>, StoreError> {
        self.0.lookup(keys).await
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.0.scan(what, at, page).await
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.0.commits(after, budget).await
    }

    async fn reclaim(&self, _: Floors) -> Result<Reclaimed, StoreError> {
        Err(StoreError::Refused(FROZEN.into()))
    }
}
