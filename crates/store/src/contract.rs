//! What a store has to do.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};

use crate::error::{AppendError, StoreError};
use crate::group::Group;
use crate::read::{At, CommitPage, Found, Page, PageLimit, Read, Row, Scan};

/// Keeps one log and the views of it that can be derived from it.
///
/// Behaviours (each has a case in the conformance suite):
///
/// 1. A new store has an empty log with an id of its own; opening it again shows the same log and the same head.
/// 2. `append` after the head makes the whole group durable and visible, in one step, or does nothing.
/// 3. `append` after anything but the head answers [`AppendError::Moved`] with the present head, and does nothing.
/// 4. Every event becomes visible in the same step in: the current entries, the history of its key, the log, and, with an
///    expiry, the list of what is due. Side rows too.
/// 5. A read is one consistent state and says which revision it saw. It never sees half a group.
/// 6. [`At::Revision`] answers as `Latest` would have when that was the head (an entry past its expiry that no event removed
///    is still there). Below the history floor it answers [`StoreError::Compacted`], above the head [`StoreError::Future`].
/// 7. Scans are in key order (byte by byte), pages neither overlap nor skip, and `more` is exact. History is newest first.
/// 8. `commits` answers whole commits in revision order, at least one if there is one, however small the budget. Starting
///    below the events floor answers [`StoreError::Compacted`].
/// 9. After a failed flush nothing is ever appended again until the store is reopened; reads go on.
/// 10. `reclaim` moves the floors durably before it removes anything, never lowers one, and never loses a current entry or
///     what is needed to read at the history floor exactly. It may be called at any time and be interrupted anywhere.
/// 11. Large values come back whole, from entries, history and log alike.
/// 12. `lookup` answers what `get_many` and the newest row of the history do.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// What this backend can do beyond the contract; constant.
    fn capabilities(&self) -> Capabilities;

    /// The end of the log.
    async fn head(&self) -> Result<Head, StoreError>;

    /// Appends a judged group, if the head is still `after`. Durable when it answers `Ok` with the new head.
    /// A group without commits writes only its side rows and leaves the revision as it is.
    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError>;

    /// A group is going to be judged behind this head. Where many append, the store may keep the others waiting from here until the next
    /// append; `Some`: the head that is there instead, perhaps with what leads to it. An append need not be announced.
    async fn stand_by(&self, _after: &Head) -> Option<CommitPage> {
        None
    }

    /// Nothing is appended after [`Self::stand_by`] or [`AppendError::Moved`] after all: who was kept waiting for it goes on.
    async fn stand_down(&self) {}

    /// The entries of these keys, in their order.
    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError>;

    /// What there is of these keys now, in their order: for whoever is going to write them.
    ///
    /// A store to which every question is a journey answers it by one.
    async fn lookup(&self, keys: &[EntryKey]) -> Result<Read<Vec<Found>>, StoreError> {
        let Read { value, revision } = self.get_many(keys, At::Latest).await?;
        let mut found = Vec::with_capacity(keys.len());
        for (at, entry) in keys.iter().zip(value) {
            if let Some(entry) = entry {
                found.push(Found::Entry(entry));
                continue;
            }
            let what = Scan::History { of: at.clone(), before: None };
            let page = self.scan(&what, At::Latest, PageLimit::rows(1)).await?.value;
            let last_ordinal = match page.rows.first() {
                Some(Row::History(row)) => row.event.ordinal,
                _ => 0,
            };
            found.push(Found::Gone { last_ordinal });
        }
        Ok(Read { value: found, revision })
    }

    /// A page of rows.
    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError>;

    /// The commits behind `after`, as many as the budget (bytes of [`holdfast_model::Commit::weight`]) holds.
    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError>;

    /// Raises the floors, then removes what lies below them, in small steps beside other work.
    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError>;
}

/// What a backend can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Its name in settings and metrics.
    pub name: &'static str,
    /// It is still there after the process ended.
    pub durable: bool,
    /// Other processes may append to the same log.
    pub shared: bool,
}

/// What `reclaim` did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reclaimed {
    /// Commits removed from the log.
    pub commits: u64,
    /// Rows removed from the history.
    pub versions: u64,
    /// Large values removed.
    pub values: u64,
}
