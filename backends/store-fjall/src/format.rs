//! The readers of what lies on disk, one by one, for whoever looks at a data directory from outside or tests them. The bytes
//! are those of `docs/format.md`; a row is given without its checksum, which is added here.

use holdfast_model::{EntryKey, Revision, Timestamp};
use holdfast_store::StoreError;

use crate::log_row::LogRow;
use crate::row::{EventRow, seal};
use crate::tables::Table;
use crate::{head_file, keys};

/// The key of an entry.
#[must_use]
pub fn entry_key(at: &EntryKey) -> Vec<u8> {
    keys::entry(at)
}

/// Reads the key of an entry.
///
/// # Errors
/// When no entry can have it.
pub fn read_entry_key(bytes: &[u8]) -> Result<EntryKey, StoreError> {
    keys::parse_entry(bytes)
}

/// Reads revision and index of a key of the history.
///
/// # Errors
/// When it is too short.
pub fn read_history_key(bytes: &[u8]) -> Result<(Revision, u32), StoreError> {
    keys::parse_history(bytes)
}

/// Reads time and entry of a key of the expiry index.
///
/// # Errors
/// When it is too short.
pub fn read_due_key(bytes: &[u8]) -> Result<(Timestamp, &[u8]), StoreError> {
    keys::parse_due(bytes)
}

/// Reads the row of an event of this entry; the revision of the event, where the row has it.
///
/// # Errors
/// When it is no such row.
pub fn read_event_row(at: &EntryKey, body: &[u8]) -> Result<Option<Revision>, StoreError> {
    let key = keys::entry(at);
    let row = seal(Table::History, &key, body.to_vec());
    let row = EventRow::parse(Table::History, &key, &row)?;
    Ok(row.event(at.clone(), None).map(|row| row.revision))
}

/// Reads the row of a commit whose values all lie in it.
///
/// # Errors
/// When it is no such row.
pub fn read_log_row(body: &[u8]) -> Result<Revision, StoreError> {
    let revision = Revision(1);
    let row = seal(Table::Log, &keys::log(revision), body.to_vec());
    let sealed = LogRow::parse(revision, &row)?.open(|_| Ok(bytes::Bytes::new()))?;
    Ok(sealed.commit().revision)
}

/// Reads a slot of the file `HEAD`, given without its checksum; the revision in it.
#[must_use]
pub fn read_head_slot(body: &[u8]) -> Option<Revision> {
    head_file::read_slot(body)
}
