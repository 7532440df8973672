//! A view that is held while the store goes on.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Group, Page, PageLimit, Read, Reclaimed, Scan,
    Store, StoreError,
};

use crate::read::Reader;
use crate::scan;
use crate::store::{FjallStore, View};

/// One view of a store, as a store of its own. The directory stays locked as long as it is held.
pub(crate) struct Moment {
    pub(crate) view: Arc<View>,
    pub(crate) store: Arc<FjallStore>,
}

const FROZEN: &str = "this is a snapshot of the log, nothing can be written to it";

impl Moment {
    fn reader(&self) -> Reader<'_> {
        Reader { tables: &self.store.tables, view: &self.view }
    }
}

#[async_trait]
impl Store for Moment {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn head(&self) -> Result<Head, StoreError> {
        Ok(self.view.head)
    }

    async fn append(&self, _: &Head, _: Group) -> Result<Head, AppendError> {
        Err(AppendError::Refused(FROZEN.into()))
    }

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.reader().get_many(keys, at)
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        let revision = at.resolve(&self.view.head)?;
        let (value, _) = scan::page(&self.reader(), what, revision, page)?;
        Ok(Read { value, revision })
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.reader().commits(after, budget)
    }

    async fn reclaim(&self, _: Floors) -> Result<Reclaimed, StoreError> {
        Err(StoreError::Refused(FROZEN.into()))
    }
}
