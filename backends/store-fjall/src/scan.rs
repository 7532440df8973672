//! Pages of rows from one view.

use std::sync::Arc;

use bytes::Bytes;
use fjall::{Readable, Slice};
use holdfast_model::{EntryKey, Key, Namespace, Revision, Timestamp};
use holdfast_store::{Page, PageBuilder, PageLimit, Row, Scan, StoreError};

use crate::error::reading;
use crate::keys;
use crate::read::Reader;
use crate::row::unseal;
use crate::tables::Table;

/// The page, and rows of the expiry index that were found stale on the way.
pub(crate) fn page(
    reader: &Reader<'_>,
    what: &Scan,
    revision: Revision,
    limit: PageLimit,
) -> Result<(Page, Vec<Slice>), StoreError> {
    let mut page = PageBuilder::new(limit);
    let mut stale = Vec::new();
    match what {
        Scan::Entries { namespace, prefix, after } => {
            let prefix = keys::below(namespace, prefix.as_str());
            entries(reader, namespace, &prefix, after.as_ref(), revision, &mut page)?;
        }
        Scan::Namespaces { prefix, after, now } => {
            namespaces(reader, prefix, after.as_ref(), *now, revision, &mut page)?;
        }
        Scan::History { of, before } => history(reader, of, *before, revision, &mut page)?,
        Scan::Kept { below, after } => kept(reader, *below, after.as_ref(), revision, &mut page)?,
        Scan::Due(now) => stale = due(reader, *now, &mut page)?,
        Scan::Side { prefix, after } => side(reader, prefix, after.as_ref(), &mut page)?,
    }
    Ok((page.finish(), stale))
}

fn entries(
    reader: &Reader<'_>,
    namespace: &Namespace,
    prefix: &[u8],
    after: Option<&Key>,
    revision: Revision,
    page: &mut PageBuilder,
) -> Result<(), StoreError> {
    let from = match after {
        Some(after) => keys::next(keys::below(namespace, after.as_str())).max(prefix.to_vec()),
        None => prefix.to_vec(),
    };
    // Bounded, so that the engine opens no table behind the last row.
    let end = keys::after_all(prefix.to_vec());
    for guard in reader.view.snapshot.range(&reader.tables.entries, from..end) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        let at = || keys::parse_below(namespace, &key);
        if let Some(entry) = reader.entry_in(&key, at, &row, revision)?
            && !page.push(Row::Entry(entry))
        {
            break;
        }
    }
    Ok(())
}

/// Jumps from namespace to namespace, and inside of one to its first live entry.
fn namespaces(
    reader: &Reader<'_>,
    prefix: &str,
    after: Option<&Namespace>,
    now: Timestamp,
    revision: Revision,
    page: &mut PageBuilder,
) -> Result<(), StoreError> {
    let behind = after.map(keys::behind).unwrap_or_default();
    let mut from = behind.max(prefix.as_bytes().to_vec());
    loop {
        let mut found = None;
        for guard in reader.view.snapshot.range(&reader.tables.entries, from.clone()..) {
            let (key, row) = guard.into_inner().map_err(reading)?;
            if !key.starts_with(prefix.as_bytes()) {
                break;
            }
            let at = || keys::parse_entry(&key);
            let entry = reader.entry_in(&key, at, &row, revision)?;
            if let Some(entry) = entry.filter(|entry| !entry.expired(now)) {
                found = Some(entry.at.namespace.clone());
                break;
            }
        }
        let Some(namespace) = found else { return Ok(()) };
        from = keys::behind(&namespace);
        if !page.push(Row::Namespace(namespace)) {
            return Ok(());
        }
    }
}

fn history(
    reader: &Reader<'_>,
    of: &EntryKey,
    before: Option<Revision>,
    revision: Revision,
    page: &mut PageBuilder,
) -> Result<(), StoreError> {
    let newest = match before {
        Some(Revision(0)) => return Ok(()),
        Some(before) => revision.min(Revision(before.0 - 1)),
        None => revision,
    };
    let key = keys::entry(of);
    // A key without an entry row has no history: the filters of the entries answer that without reading a block.
    if !reader.view.snapshot.contains_key(&reader.tables.entries, &key).map_err(reading)? {
        return Ok(());
    }
    reader.history(&key, of, newest, |row| Ok(page.push(Row::History(Arc::new(row.read()?)))))
}

fn kept(
    reader: &Reader<'_>,
    below: Revision,
    after: Option<&(EntryKey, Revision)>,
    revision: Revision,
    page: &mut PageBuilder,
) -> Result<(), StoreError> {
    let behind = |(at, revision): &(EntryKey, Revision)| {
        keys::next(keys::history(&keys::entry(at), *revision, 0))
    };
    let from = after.map(behind).unwrap_or_default();
    for guard in reader.view.snapshot.range(&reader.tables.history, from..) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        let (wrote, _) = keys::parse_history(&key)?;
        if wrote >= below || wrote > revision {
            continue;
        }
        let at = keys::parse_entry(&key[..key.len() - keys::HISTORY_SUFFIX])?;
        if !page.push(Row::History(Arc::new(reader.history_row(&at, &key, &row)?))) {
            break;
        }
    }
    Ok(())
}

fn due(
    reader: &Reader<'_>,
    now: Timestamp,
    page: &mut PageBuilder,
) -> Result<Vec<Slice>, StoreError> {
    let mut stale = Vec::new();
    let end = keys::next(keys::due(now, &[0xff]));
    for guard in reader.view.snapshot.range(&reader.tables.meta, vec![keys::DUE]..end) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        unseal(Table::Meta, &key, &row)?;
        let (time, entry) = keys::parse_due(&key)?;
        let at = keys::parse_entry(entry)?;
        let entry = reader.entry(&at, reader.view.head.revision)?;
        let Some(entry) = entry.filter(|entry| entry.expires_at == Some(time)) else {
            stale.push(key);
            continue;
        };
        if !page.push(Row::Entry(entry)) {
            break;
        }
    }
    Ok(stale)
}

fn side(
    reader: &Reader<'_>,
    prefix: &[u8],
    after: Option<&Bytes>,
    page: &mut PageBuilder,
) -> Result<(), StoreError> {
    let prefix = keys::side(prefix);
    let behind = after.map(|after| keys::next(keys::side(after))).unwrap_or_default();
    let from = behind.max(prefix.clone());
    for guard in reader.view.snapshot.range(&reader.tables.meta, from..) {
        let (key, row) = guard.into_inner().map_err(reading)?;
        if !key.starts_with(&prefix) {
            break;
        }
        let value = Bytes::copy_from_slice(unseal(Table::Meta, &key, &row)?);
        if !page.push(Row::Side(Bytes::copy_from_slice(&key[1..]), value)) {
            break;
        }
    }
    Ok(())
}
