//! Rows of the history whose commits are not there.

use std::collections::HashMap;
use std::sync::Arc;

use fjall::{OwnedWriteBatch, Readable};
use holdfast_model::Revision;
use holdfast_store::{HistoryRow, StoreError};

use crate::append::entry_row;
use crate::error::reading;
use crate::keys;
use crate::row::{self, EventRow, INLINE_BYTES, seal_in};
use crate::store::FjallStore;
use crate::tables::Table;

/// Writes rows that come by key and newest first, and the entry that each key had after them.
pub(super) fn write(
    store: &FjallStore,
    rows: &[Arc<HistoryRow>],
    batch: &mut OwnedWriteBatch,
) -> Result<(), StoreError> {
    let mut free = HashMap::new();
    for of_key in rows.chunk_by(|a, b| a.event.at == b.event.at) {
        let key = keys::entry(&of_key[0].event.at);
        let mut has = entry_counts(store, &key)?;
        for of_commit in of_key.chunk_by(|a, b| a.revision == b.revision) {
            let first = first_index(store, of_commit, &mut free)?;
            for (row, index) in of_commit.iter().zip((first..first + of_commit.len() as u32).rev())
            {
                write_row(store, &key, row, index, batch);
                if has.is_none() || has == Some(false) && row.counts() {
                    write_entry(store, &key, row, index, batch);
                    has = Some(row.counts());
                }
            }
        }
    }
    Ok(())
}

/// Whether the entry row of a key, if it has one, holds an event that reads see.
fn entry_counts(store: &FjallStore, key: &[u8]) -> Result<Option<bool>, StoreError> {
    let row = store.view.load().snapshot.get(&store.tables.entries, key).map_err(reading)?;
    row.map(|row| Ok(EventRow::parse(Table::Entries, key, &row)?.counts())).transpose()
}

/// Indices from here on are free for the rows of one commit. Which ones they had in it is not known; only their order counts, and
/// that no two values of one revision have the same.
fn first_index(
    store: &FjallStore,
    rows: &[Arc<HistoryRow>],
    free: &mut HashMap<Revision, u32>,
) -> Result<u32, StoreError> {
    if rows.iter().all(|row| row.event.value.len() <= INLINE_BYTES) {
        return Ok(0);
    }
    let revision = rows[0].revision;
    let first = match free.get(&revision) {
        Some(first) => *first,
        None => {
            let range = keys::value(revision, 0)..=keys::value(revision, u32::MAX);
            let view = store.view.load();
            let last = view.snapshot.range(&store.tables.values, range).next_back();
            let key = last.map(|guard| guard.key()).transpose().map_err(reading)?;
            let index = key.as_deref().and_then(|key| key.last_chunk::<4>());
            index.map_or(0, |index| u32::from_be_bytes(*index) + 1)
        }
    };
    free.insert(revision, first + rows.len() as u32);
    Ok(first)
}

fn write_row(
    store: &FjallStore,
    key: &[u8],
    row: &HistoryRow,
    index: u32,
    batch: &mut OwnedWriteBatch,
) {
    let key = keys::history(key, row.revision, index);
    let mut body = Vec::new();
    row::full(row.revision, row.time, index, &row.event, &mut body);
    seal_in(Table::History, &key, &mut body);
    batch.insert(&store.tables.history, key, body);
    if row.event.value.len() > INLINE_BYTES {
        let key = keys::value(row.revision, index);
        batch.insert(&store.tables.values, key, &row.event.value[..]);
    }
}

fn write_entry(
    store: &FjallStore,
    key: &[u8],
    row: &HistoryRow,
    index: u32,
    batch: &mut OwnedWriteBatch,
) {
    let mut body = Vec::new();
    row::full(row.revision, row.time, index, &row.event, &mut body);
    seal_in(Table::Entries, key, &mut body);
    let due = row.event.expires_at.filter(|_| row.event.leaves_entry());
    entry_row(batch, &store.tables, key, &body, due);
}
