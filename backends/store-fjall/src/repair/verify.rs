//! Reads everything, to tell whether anything is wrong at all.

use fjall::Readable;
use holdfast_model::{Head, Revision};
use holdfast_store::StoreError;

use crate::error::{REMEDY, corrupt, reading};
use crate::keys;
use crate::open::{Checked, Place};
use crate::options::FjallOptions;
use crate::read::{Reader, follows};
use crate::row::{EventRow, bad_row, unseal};
use crate::tables::Table;

/// The head, when the directory opens as it should and every row in it is what was written.
pub(super) fn verify(place: &Place, options: FjallOptions) -> Result<Head, StoreError> {
    let Checked { tables, view, state, .. } = place.open_checked(options)?;
    let reader = Reader { tables: &tables, view: &view };
    log(&reader, state.trimmed())?;
    events(&reader, Table::History)?;
    events(&reader, Table::Entries)?;
    for guard in view.snapshot.iter(&tables.meta) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        unseal(Table::Meta, &key, &row)?;
    }
    Ok(view.head)
}

/// Every commit is there, chained, with its values, and each of its events is in the history of its key.
fn log(reader: &Reader<'_>, trimmed: Revision) -> Result<(), StoreError> {
    let mut last = trimmed;
    let mut hash = None;
    for guard in reader.view.snapshot.range(&reader.tables.log, keys::log(trimmed.next())..) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        let revision = keys::parse_log(&key)?;
        let sealed = reader.open_commit(revision, &row)?;
        let chained = hash.is_none_or(|hash| sealed.commit().previous_hash == hash);
        if !chained || !follows(revision, last) {
            return Err(bad_row(Table::Log, &key, "it is not chained to the commit before"));
        }
        for (index, event) in sealed.commit().events.iter().enumerate() {
            let key = keys::history(&keys::entry(&event.at), revision, index as u32);
            let found = reader.view.snapshot.contains_key(&reader.tables.history, &key);
            // Of the newest commit, a reclaim may have removed what its own later events made unneeded.
            if !found.map_err(reading)? && revision != reader.view.head.revision {
                return Err(bad_row(Table::History, &key, "it is missing"));
            }
        }
        (last, hash) = (revision, Some(sealed.hash()));
    }
    if last < reader.view.head.revision {
        return Err(corrupt("log", format!("the commits behind {last} are missing; {REMEDY}")));
    }
    Ok(())
}

fn events(reader: &Reader<'_>, table: Table) -> Result<(), StoreError> {
    for guard in reader.view.snapshot.iter(reader.tables.get(table)) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        if let Some(large) = EventRow::parse(table, &key, &row)?.large() {
            reader.large(&large)?;
        }
    }
    Ok(())
}
