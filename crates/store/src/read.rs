//! Questions to a store, and its answers.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{
    Entry, EntryKey, Event, Head, Key, Namespace, Prefix, Revision, Sealed, Timestamp,
};

/// Of which state a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The newest.
    Latest,
    /// As it was when this revision was the head.
    Revision(Revision),
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
    /// [`Row::History`]: all events of one key still kept, newest first, below `before`. `at` bounds it from above.
    History {
        /// Which entry.
        of: EntryKey,
        /// The revision of the last row of the page before.
        before: Option<Revision>,
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

/// Commits of the log.
#[derive(Debug, Clone)]
pub struct CommitPage {
    /// In revision order, each whole.
    pub commits: Vec<Arc<Sealed>>,
    /// The head at that moment; the page reached it when the last commit is the head's.
    pub head: Head,
}
