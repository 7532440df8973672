//! Rows of the log: a commit in its canonical bytes, with the values that are not stored apart.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{ChainHash, DecodeError, EntryKey, Glance, Revision, Sealed, StoredCommit};
use holdfast_store::{HistoryRow, StoreError};

use crate::keys;
use crate::row::{INLINE_BYTES, bad_row, unseal};
use crate::tables::Table;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 8 + 4;

/// Canonical bytes up to which a commit is looked through for one of its events: about a hundred of them.
const SEARCHED_BYTES: usize = 16 << 10;

/// True when the history need not repeat the events of a commit, because they are found in its row quickly enough.
pub(crate) fn is_searched(sealed: &Sealed) -> bool {
    sealed.commit().events.len() == 1 || sealed.canonical().len() <= SEARCHED_BYTES
}

/// Appends the body of the row of a commit; `appended` counts the bytes of all commits up to and with this one.
pub(crate) fn encode(sealed: &Sealed, appended: u64, body: &mut Vec<u8>) {
    let canonical = sealed.canonical();
    body.push(VERSION);
    body.extend_from_slice(&appended.to_le_bytes());
    body.extend_from_slice(&(canonical.len() as u32).to_le_bytes());
    body.extend_from_slice(canonical);
    let inline = sealed.commit().events.iter().filter(|event| event.value.len() <= INLINE_BYTES);
    inline.for_each(|event| body.extend_from_slice(&event.value));
}

/// The parts of a row whose checksum is right: what was appended, canonical bytes, values.
fn parts(revision: Revision, row: &[u8]) -> Result<(u64, &[u8], &[u8]), StoreError> {
    let key = keys::log(revision);
    let bad = |what: &str| bad_row(Table::Log, &key, what);
    let body = unseal(Table::Log, &key, row)?;
    let (header, rest) =
        body.split_first_chunk::<HEADER>().ok_or_else(|| bad("it is too short"))?;
    let [version, header @ ..] = header;
    if *version != VERSION {
        return Err(bad("its form is unknown"));
    }
    let (appended, len) = header.split_at(8);
    let appended = u64::from_le_bytes(appended.try_into().map_err(|_| bad("too short"))?);
    let len = u32::from_le_bytes(len.try_into().map_err(|_| bad("too short"))?) as usize;
    let (canonical, values) = rest.split_at_checked(len).ok_or_else(|| bad("it is cut off"))?;
    Ok((appended, canonical, values))
}

/// A row of the log whose checksum is right, looked at for one of its events.
pub(crate) struct LogGlance<'a> {
    revision: Revision,
    commit: Glance<'a>,
    inline: &'a [u8],
}

impl<'a> LogGlance<'a> {
    pub(crate) fn parse(revision: Revision, row: &'a [u8]) -> Result<Self, StoreError> {
        let (_, canonical, inline) = parts(revision, row)?;
        let bad = |what: &str| bad_row(Table::Log, &keys::log(revision), what);
        let commit = Glance::at(canonical).map_err(|error| bad(&error.to_string()))?;
        if commit.revision() != revision {
            return Err(bad("it is another commit"));
        }
        Ok(Self { revision, commit, inline })
    }

    /// The newest event that left an entry of this key.
    pub(crate) fn newest_entry(&self, at: &EntryKey) -> Option<u32> {
        self.commit.newest_entry(at).map(|index| index as u32)
    }

    /// The event of this index, when it is about this key. `large` fetches a value that is not in the row.
    pub(crate) fn event(
        &self,
        index: u32,
        at: &EntryKey,
        large: impl FnOnce() -> Result<Bytes, StoreError>,
    ) -> Result<Option<HistoryRow>, StoreError> {
        let place = index as usize;
        if !self.commit.is_about(place, at) {
            return Ok(None);
        }
        let bad = |what: &str| bad_row(Table::Log, &keys::log(self.revision), what);
        let mut lens = self.commit.value_lens().map(|len| (len, len <= INLINE_BYTES));
        let before = lens.by_ref().take(place).filter(|(_, inline)| *inline);
        let begin: usize = before.map(|(len, _)| len).sum();
        let value = match lens.next() {
            None => return Ok(None),
            Some((len, true)) => {
                let bytes = self.inline.get(begin..begin + len);
                Bytes::copy_from_slice(bytes.ok_or_else(|| bad("a value is cut off"))?)
            }
            Some((_, false)) => {
                let value = large()?;
                if !self.commit.is_value(place, &value) {
                    return Err(bad("a value is not the one that was committed"));
                }
                value
            }
        };
        let (revision, time) = (self.revision, self.commit.time());
        let event = self.commit.event(place, at.clone(), value);
        let event = event.map_err(|error| bad(&error.to_string()))?;
        Ok(event.map(|event| HistoryRow { revision, time, event }))
    }
}

/// A row of the log whose checksum is right.
pub(crate) struct LogRow {
    revision: Revision,
    /// Bytes of all commits up to and with this one.
    pub(crate) appended: u64,
    canonical: Bytes,
    inline: Bytes,
}

impl LogRow {
    pub(crate) fn parse(revision: Revision, row: &[u8]) -> Result<Self, StoreError> {
        let (appended, canonical, inline) = parts(revision, row)?;
        // One copy for the commit and its values, so that they do not keep a whole block in memory.
        let mut bytes = Vec::with_capacity(canonical.len() + inline.len());
        bytes.extend_from_slice(canonical);
        bytes.extend_from_slice(inline);
        let mut inline = Bytes::from(bytes);
        let canonical = inline.split_to(canonical.len());
        Ok(Self { revision, appended, canonical, inline })
    }

    /// The hash of the commit, values or no values.
    pub(crate) fn hash(&self) -> ChainHash {
        StoredCommit::new(self.canonical.clone()).hash()
    }

    /// The commit, once it and its values are found to be what was written. `large` fetches a value by its index.
    pub(crate) fn open(
        self,
        mut large: impl FnMut(u32) -> Result<Bytes, StoreError>,
    ) -> Result<Arc<Sealed>, StoreError> {
        let Self { revision, canonical, mut inline, .. } = self;
        let sealed = StoredCommit::new(canonical).open(|index, len| {
            if len > INLINE_BYTES {
                return large(index as u32).map_err(Failure::Store);
            }
            if len > inline.len() {
                return Err(Failure::Decode(DecodeError::Impossible("value length")));
            }
            Ok(inline.split_to(len))
        });
        match sealed {
            Ok(sealed) if sealed.commit().revision == revision => Ok(Arc::new(sealed)),
            Ok(_) => Err(bad_row(Table::Log, &keys::log(revision), "it is another commit")),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Decode(error)) => {
                Err(bad_row(Table::Log, &keys::log(revision), &error.to_string()))
            }
        }
    }
}

enum Failure {
    Decode(DecodeError),
    Store(StoreError),
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
