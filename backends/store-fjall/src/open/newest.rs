//! The newest commits, held against their own checksums, their chain, and the head record.

use std::sync::Arc;

use bytes::Bytes;
use fjall::Readable;
use holdfast_model::{Revision, Sealed};
use holdfast_store::StoreError;

use crate::error::{REMEDY, corrupt, reading};
use crate::head_file::Record;
use crate::keys;
use crate::log_row::LogRow;
use crate::read::Reader;
use crate::row::bad_row;
use crate::store::View;
use crate::tables::{Table, Tables};

/// So many commits at the end are read and checked, but not more bytes of them: opening has to be quick.
const COMMITS: usize = 64;
const BYTES: usize = 8 << 20;

pub(crate) fn lost_tail(end: Revision, flushed: Revision) -> StoreError {
    StoreError::Refused(format!(
        "the log ends at revision {end}, but revision {flushed} had been made durable: its end is lost; {REMEDY}"
    ))
}

/// A commit and the count of bytes in its row.
pub(super) fn read(
    tables: &Tables,
    revision: Revision,
    row: &[u8],
) -> Result<(u64, Arc<Sealed>), StoreError> {
    let row = LogRow::parse(revision, row)?;
    let appended = row.appended;
    let commit = row.open(|index| {
        let key = keys::value(revision, index);
        let value = tables.values.get(key).map_err(reading)?;
        value.map(Bytes::from_owner).ok_or_else(|| bad_row(Table::Values, &key, "it is missing"))
    })?;
    Ok((appended, commit))
}

/// Refuses a log that is not the one, or not as long as, the head record says, or whose newest commits are not intact.
pub(super) fn check(
    tables: &Tables,
    view: &View,
    record: &Record,
    trimmed: Revision,
) -> Result<(), StoreError> {
    let head = &view.head;
    if record.log != head.log {
        return Err(StoreError::Refused(format!(
            "the file HEAD belongs to log {}, the data beside it to log {}; {REMEDY}",
            record.log, head.log
        )));
    }
    // A repair that was stopped before it wrote the record leaves one of the epoch before.
    let flushed = (record.epoch, record.revision);
    if flushed > (head.epoch, head.revision) {
        return Err(lost_tail(head.revision, record.revision));
    }
    let row = view.snapshot.get(&tables.log, keys::log(record.revision)).map_err(reading)?;
    let named = row.map(|row| LogRow::parse(record.revision, &row)).transpose()?;
    if named.is_some_and(|row| row.hash() != record.hash) {
        let what = format!("commit {} is not the one that HEAD names; {REMEDY}", record.revision);
        return Err(corrupt("log", what));
    }
    check_chain(&Reader { tables, view }, trimmed)
}

/// What was trimmed may have lost its values.
fn check_chain(reader: &Reader<'_>, trimmed: Revision) -> Result<(), StoreError> {
    let mut bytes = 0;
    let mut after: Option<Arc<Sealed>> = None;
    let kept = reader.view.snapshot.range(&reader.tables.log, keys::log(trimmed.next())..);
    for guard in kept.rev().take(COMMITS) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        let revision = keys::parse_log(&key)?;
        let commit = reader.open_commit(revision, &row)?;
        if let Some(after) = &after
            && !follows(after, &commit)
        {
            let what = format!(
                "commit {} is not chained to {revision}; {REMEDY}",
                after.commit().revision
            );
            return Err(corrupt("log", what));
        }
        bytes += commit.commit().weight();
        after = Some(commit);
        if bytes > BYTES {
            break;
        }
    }
    Ok(())
}

fn follows(after: &Sealed, before: &Sealed) -> bool {
    let (later, earlier) = (after.commit(), before.commit());
    let dense = later.revision == earlier.revision.next() || later.epoch > earlier.epoch;
    dense && later.previous_hash == before.hash()
}
