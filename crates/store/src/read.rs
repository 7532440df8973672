//! Questions to a store, and its answers.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{
    Entry, EntryKey, Event, EventKind, Head, Key, Namespace, Prefix, Revision, Sealed, Timestamp,
};

use crate::error::StoreError;

/// Of which state a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The newest.
    Latest,
    /// As it was when this revision was the head.
    Revision(Revision),
}

impl At {
    /// The revision that this means while `head` is the head. Every store asks this before it reads.
    ///
    /// # Errors
    /// [`StoreError::Future`] above the head, [`StoreError::Compacted`] below the history floor or in the hole before an
    /// epoch (where a number can only come from a lost future).
    pub fn resolve(self, head: &Head) -> Result<Revision, StoreError> {
        let Self::Revision(asked) = self else { return Ok(head.revision) };
        if asked > head.revision {
            Err(StoreError::Future { asked, head: head.revision })
        } else if asked < head.floors.history {
            Err(StoreError::Compacted { asked, oldest: head.floors.history })
        } else if !head.knows(asked) {
            Err(StoreError::Compacted { asked, oldest: head.epoch_start.first })
        } else {
            Ok(asked)
        }
    }
}

/// Checks the cursor of [`crate::Store::commits`]: the last commit that the reader has.
///
/// # Errors
/// [`StoreError::Future`] above the head, [`StoreError::Compacted`] when a commit behind `after` is gone, or `after` lies in
/// the hole before an epoch.
pub fn check_cursor(after: Revision, head: &Head) -> Result<(), StoreError> {
    if after > head.revision {
        Err(StoreError::Future { asked: after, head: head.revision })
    } else if !head.knows(after) {
        Err(StoreError::Compacted { asked: after, oldest: head.epoch_start.first })
    } else if after.next() < head.floors.events {
        Err(StoreError::Compacted { asked: after.next(), oldest: head.floors.events })
    } else {
        Ok(())
    }
}

/// An answer, and the revision of the state that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// What was seen.
    pub value: T,
    /// When.
    pub revision: Revision,
}

/// Which rows.
#[derive(Debug, Clone)]
pub enum Scan {
    /// [`Row::Entry`]: the entries of a namespace below a prefix, behind `after`, by key.
    Entries {
        /// Where.
        namespace: Namespace,
        /// Which.
        prefix: Prefix,
        /// The last key of the page before.
        after: Option<Key>,
    },
    /// [`Row::Namespace`]: the namespaces with at least one entry that has not expired at `now`, by name.
    Namespaces {
        /// Beginning of the names.
        prefix: String,
        /// The last name of the page before.
        after: Option<Namespace>,
        /// An entry past its expiry at this time does not count.
        now: Timestamp,
    },
    /// [`Row::History`]: all events of one key still kept, newest first, below `before`. `at` bounds it from above. The rows
    /// of one revision come on one page, even beyond its limit.
    History {
        /// Which entry.
        of: EntryKey,
        /// The revision of the last row of the page before.
        before: Option<Revision>,
    },
    /// [`Row::History`]: the events still kept of all keys, removed ones included, with a revision below `below`: by key, and of one
    /// key newest first. `at` bounds them from above. The rows of one revision of one key come on one page, even beyond its limit.
    /// With the events floor as `below`, these are what the commits of the log cannot tell any more.
    Kept {
        /// Only events before this one.
        below: Revision,
        /// Key and revision of the last row of the page before.
        after: Option<(EntryKey, Revision)>,
    },
    /// [`Row::Entry`]: current entries whose expiry is not later than this, soonest first (always of the latest state).
    Due(Timestamp),
    /// [`Row::Side`]: side rows by key (always of the latest state).
    Side {
        /// Beginning of the keys.
        prefix: Bytes,
        /// The last key of the page before.
        after: Option<Bytes>,
    },
}

/// What [`crate::Store::lookup`] finds of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Its entry.
    Entry(Arc<Entry>),
    /// It has none.
    Gone {
        /// [`Event::ordinal`] of the newest event of its history; 0 where there is no trace of it.
        last_ordinal: u64,
    },
}

impl Found {
    /// A key by what reads see of it, and the newest event of its history.
    pub fn of(entry: Option<Entry>, last_ordinal: u64) -> Self {
        entry.map_or(Self::Gone { last_ordinal }, |entry| Self::Entry(Arc::new(entry)))
    }
}

/// One row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An entry.
    Entry(Arc<Entry>),
    /// A namespace.
    Namespace(Namespace),
    /// An event of a key.
    History(Arc<HistoryRow>),
    /// A side row: key and value.
    Side(Bytes, Bytes),
}

impl Row {
    /// What it counts against [`PageLimit::bytes`].
    pub fn weight(&self) -> usize {
        match self {
            Self::Entry(entry) => entry.weight(),
            Self::Namespace(namespace) => namespace.as_str().len(),
            Self::History(row) => row.event.weight(),
            Self::Side(key, value) => key.len() + value.len(),
        }
    }
}

/// An event of a key, found through its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Of the commit.
    pub revision: Revision,
    /// Of the commit.
    pub time: Timestamp,
    /// What happened.
    pub event: Event,
}

impl HistoryRow {
    /// The entry that the event left behind; `None` when it removed it.
    pub fn entry(&self) -> Option<Entry> {
        self.event.entry_at(self.revision, self.time)
    }

    /// The same for whoever needs the row no more.
    pub fn into_entry(self) -> Option<Entry> {
        self.event.into_entry(self.revision, self.time)
    }

    /// True when reads see the event: a superseded version only shows in the history.
    pub fn counts(&self) -> bool {
        self.event.kind != EventKind::Superseded
    }
}

/// How much of a scan: both bounds hold, but a page has at least one row if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit {
    /// At most so many rows.
    pub rows: NonZeroUsize,
    /// Stop when the rows weigh this much ([`Entry::weight`]).
    pub bytes: usize,
}

impl PageLimit {
    /// This many rows (at least one), without a bound in bytes.
    pub fn rows(rows: usize) -> Self {
        Self { rows: NonZeroUsize::new(rows).unwrap_or(NonZeroUsize::MIN), bytes: usize::MAX }
    }

    /// With a bound in bytes.
    #[must_use]
    pub fn and_bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }
}

/// Rows of a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order of the scan.
    pub rows: Vec<Row>,
    /// There are further rows behind the last one.
    pub more: bool,
}

/// Fills a page row by row and keeps its limits.
#[derive(Debug)]
pub struct PageBuilder {
    limit: PageLimit,
    weight: usize,
    page: Page,
}

impl PageBuilder {
    /// An empty page.
    pub fn new(limit: PageLimit) -> Self {
        Self { limit, weight: 0, page: Page::default() }
    }

    /// Takes the row, or answers `false` and notes that there is more: the scan is over.
    pub fn push(&mut self, row: Row) -> bool {
        let weight = row.weight();
        let full = self.page.rows.len() >= self.limit.rows.get()
            || self.weight.saturating_add(weight) > self.limit.bytes;
        let may_part = match (self.page.rows.last(), &row) {
            (Some(Row::History(last)), Row::History(row)) => {
                last.revision != row.revision || last.event.at != row.event.at
            }
            _ => true,
        };
        if full && may_part && !self.page.rows.is_empty() {
            self.page.more = true;
            return false;
        }
        self.weight = self.weight.saturating_add(weight);
        self.page.rows.push(row);
        true
    }

    /// There is a further row that does not fit, and the scan did not fetch it.
    pub fn close(&mut self) {
        self.page.more = true;
    }

    /// The page.
    pub fn finish(self) -> Page {
        self.page
    }
}

/// Commits of the log.
#[derive(Debug, Clone)]
pub struct CommitPage {
    /// In revision order, each whole.
    pub commits: Vec<Arc<Sealed>>,
    /// The head at that moment; the page reached it when the last commit is the head's.
    pub head: Head,
}

impl From<Head> for CommitPage {
    /// A page that only tells where the log ends.
    fn from(head: Head) -> Self {
        Self { commits: Vec::new(), head }
    }
}
