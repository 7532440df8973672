//! Answers from one view.

use std::sync::Arc;

use bytes::Bytes;
use fjall::Readable;
use holdfast_model::{Entry, EntryKey, Revision, Sealed};
use holdfast_store::{At, CommitPage, HistoryRow, Read, StoreError, check_cursor};

use crate::error::{REMEDY, corrupt, reading};
use crate::keys;
use crate::log_row::{LogGlance, LogRow};
use crate::row::{EventRow, bad_row};
use crate::store::View;
use crate::tables::{Table, Tables};

/// A value of this size fills its block alone, so it may stay a window on it.
const SHARE_BYTES: usize = 32 << 10;

/// A commit of this size is opened for one of its events.
const SMALL_COMMIT_BYTES: usize = 2 << 10;

/// The tables, as one view shows them.
pub(crate) struct Reader<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) view: &'a View,
}

impl Reader<'_> {
    /// The entries of these keys.
    pub(crate) fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        let revision = at.resolve(&self.view.head)?;
        let value = keys.iter().map(|key| self.entry(key, revision)).collect::<Result<_, _>>()?;
        Ok(Read { value, revision })
    }

    /// The entry of a key when `revision` was the head.
    pub(crate) fn entry(
        &self,
        at: &EntryKey,
        revision: Revision,
    ) -> Result<Option<Arc<Entry>>, StoreError> {
        let key = keys::entry(at);
        let row = self.view.snapshot.get(&self.tables.entries, &key).map_err(reading)?;
        match row {
            Some(row) => self.entry_in(&key, || Ok(at.clone()), &row, revision),
            None => Ok(None),
        }
    }

    /// The same, from the entry row of the key: its newest event, unless that is too new.
    pub(crate) fn entry_in(
        &self,
        key: &[u8],
        at: impl FnOnce() -> Result<EntryKey, StoreError>,
        row: &[u8],
        revision: Revision,
    ) -> Result<Option<Arc<Entry>>, StoreError> {
        let newest = EventRow::parse(Table::Entries, key, row)?;
        let wrote = newest.revision().ok_or_else(|| bad_row(Table::Entries, key, "it is short"))?;
        if wrote > revision {
            return self.past_entry(key, at()?, &newest, revision);
        }
        if !newest.leaves_entry() {
            return Ok(None);
        }
        let value = newest.large().map(|large| self.large(&large)).transpose()?;
        let entry = newest.entry(at()?, value);
        entry
            .map(|entry| Some(Arc::new(entry)))
            .ok_or_else(|| bad_row(Table::Entries, key, "bad codec"))
    }

    fn past_entry(
        &self,
        key: &[u8],
        at: EntryKey,
        newest: &EventRow<'_>,
        revision: Revision,
    ) -> Result<Option<Arc<Entry>>, StoreError> {
        if let Some(before) = newest.previous()
            && before <= revision
            && let Some(entry) = self.version_of(&at, before)?
        {
            return Ok(Some(entry));
        }
        let mut found = None;
        self.history(key, &at, revision, |row| {
            if row.counts() {
                found = row.leaves_entry().then(|| row.read()).transpose()?;
            }
            Ok(!row.counts())
        })?;
        Ok(found.and_then(HistoryRow::into_entry).map(Arc::new))
    }

    /// The version of a key that the commit of this revision wrote, when that is cheap to tell: the version before the newest
    /// one is asked for most, and its commit is found without a walk through the history.
    fn version_of(
        &self,
        at: &EntryKey,
        revision: Revision,
    ) -> Result<Option<Arc<Entry>>, StoreError> {
        let row = self.view.snapshot.get(&self.tables.log, keys::log(revision)).map_err(reading)?;
        // One that is trimmed is only in the history.
        let Some(row) = row.filter(|row| row.len() <= SMALL_COMMIT_BYTES) else { return Ok(None) };
        let commit = LogGlance::parse(revision, &row)?;
        let Some(index) = commit.newest_entry(at) else { return Ok(None) };
        let row = commit.event(index, at, || self.stored_value(revision, index))?;
        Ok(row.and_then(HistoryRow::into_entry).map(Arc::new))
    }

    /// Visits the history of a key from `newest` down, until `visit` answers false.
    pub(crate) fn history(
        &self,
        key: &[u8],
        at: &EntryKey,
        newest: Revision,
        mut visit: impl FnMut(&Visited<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let from = keys::history(key, newest, u32::MAX);
        let to = keys::history(key, Revision::ZERO, 0);
        for guard in self.view.snapshot.range(&self.tables.history, from..=to) {
            let (key, row) = guard.into_inner().map_err(reading)?;
            if !visit(&self.visited(at, &key, &row)?)? {
                break;
            }
        }
        Ok(())
    }

    fn visited<'a>(
        &'a self,
        at: &'a EntryKey,
        key: &'a [u8],
        row: &'a [u8],
    ) -> Result<Visited<'a>, StoreError> {
        let row = EventRow::parse(Table::History, key, row)?;
        let (revision, index) = keys::parse_history(key)?;
        Ok(Visited { reader: self, at, key, row, revision, index })
    }

    /// All of a row of the history.
    pub(crate) fn history_row(
        &self,
        at: &EntryKey,
        key: &[u8],
        row: &[u8],
    ) -> Result<HistoryRow, StoreError> {
        self.visited(at, key, row)?.read()
    }

    /// The value that a row names.
    pub(crate) fn large(&self, large: &crate::row::LargeValue) -> Result<Bytes, StoreError> {
        let bytes = self.stored_value(large.revision, large.index)?;
        if large.is(&bytes) {
            return Ok(bytes);
        }
        Err(bad_row(
            Table::Values,
            &keys::value(large.revision, large.index),
            "its checksum is wrong",
        ))
    }

    fn stored_value(&self, revision: Revision, index: u32) -> Result<Bytes, StoreError> {
        let key = keys::value(revision, index);
        let value = self.view.snapshot.get(&self.tables.values, key).map_err(reading)?;
        let value = value.ok_or_else(|| bad_row(Table::Values, &key, "it is missing"))?;
        let shared = value.len() >= SHARE_BYTES;
        Ok(if shared { Bytes::from_owner(value) } else { Bytes::copy_from_slice(&value) })
    }

    /// A commit from its row in the log.
    pub(crate) fn open_commit(
        &self,
        revision: Revision,
        row: &[u8],
    ) -> Result<Arc<Sealed>, StoreError> {
        LogRow::parse(revision, row)?.open(|index| self.stored_value(revision, index))
    }

    /// A page of the log.
    pub(crate) fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        let head = self.view.head;
        check_cursor(after, &head)?;
        let mut commits: Vec<Arc<Sealed>> = Vec::new();
        let mut weight = 0_usize;
        let mut last = after;
        for guard in self.view.snapshot.range(&self.tables.log, keys::log(after.next())..) {
            let (key, row) = guard.into_inner().map_err(reading)?;
            let revision = keys::parse_log(&key)?;
            if !follows(revision, last) {
                return Err(missing(last));
            }
            let sealed = self.open_commit(revision, &row)?;
            if let Some(before) = commits.last()
                && sealed.commit().previous_hash != before.hash()
            {
                return Err(bad_row(Table::Log, &key, "it is not chained to the commit before"));
            }
            weight = weight.saturating_add(sealed.commit().weight());
            if weight > budget && !commits.is_empty() {
                return Ok(CommitPage { commits, head });
            }
            commits.push(sealed);
            last = revision;
        }
        if last < head.revision {
            return Err(missing(last));
        }
        Ok(CommitPage { commits, head })
    }
}

fn missing(last: Revision) -> StoreError {
    corrupt("log", format!("the commit behind {last} is missing; {REMEDY}"))
}

/// True when nothing is missing between two commits: epochs are so far apart that no hole in a log could be.
pub(crate) fn follows(revision: Revision, last: Revision) -> bool {
    revision == last.next() || revision.0 - last.0 >= Revision::EPOCH_GAP
}

/// A history row with what is needed to read all of it.
pub(crate) struct Visited<'a> {
    reader: &'a Reader<'a>,
    at: &'a EntryKey,
    key: &'a [u8],
    row: EventRow<'a>,
    pub(crate) revision: Revision,
    pub(crate) index: u32,
}

impl Visited<'_> {
    pub(crate) fn counts(&self) -> bool {
        self.row.counts()
    }

    pub(crate) fn leaves_entry(&self) -> bool {
        self.row.leaves_entry()
    }

    /// The event, from the row, or from the log when the row is short.
    pub(crate) fn read(&self) -> Result<HistoryRow, StoreError> {
        if self.row.is_short() {
            return self.read_log();
        }
        let value = self.row.large().map(|large| self.reader.large(&large)).transpose()?;
        let row = self.row.event(self.at.clone(), value);
        row.ok_or_else(|| bad_row(Table::History, self.key, "bad codec"))
    }

    fn read_log(&self) -> Result<HistoryRow, StoreError> {
        let (reader, revision, index) = (self.reader, self.revision, self.index);
        let key = keys::log(revision);
        let row = reader.view.snapshot.get(&reader.tables.log, key).map_err(reading)?;
        let row = row.ok_or_else(|| bad_row(Table::Log, &key, "it is missing"))?;
        let commit = LogGlance::parse(revision, &row)?;
        let event = commit.event(index, self.at, || reader.stored_value(revision, index))?;
        event.ok_or_else(|| bad_row(Table::History, self.key, "the log has another event"))
    }
}
