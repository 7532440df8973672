//! A batch that is being filled with a group.

use std::collections::HashSet;

use fjall::{OwnedWriteBatch, Readable, Slice};
use holdfast_model::Timestamp;
use holdfast_store::{Group, SideWrite, StoreError};

use super::places::Places;
use crate::error::reading;
use crate::row::{self, EventRow, INLINE_BYTES, seal, seal_in};
use crate::store::View;
use crate::tables::{Table, Tables};
use crate::{keys, log_row};

/// Writes the entry row of a key, given with its checksum, and its row in the expiry index.
pub(crate) fn entry_row(
    batch: &mut OwnedWriteBatch,
    tables: &Tables,
    key: &[u8],
    row: &[u8],
    due: Option<Timestamp>,
) {
    if let Some(due) = due {
        let due = keys::due(due, key);
        let body = seal(Table::Meta, &due, Vec::new());
        batch.insert(&tables.meta, due, body);
    }
    batch.insert(&tables.entries, key, row);
}

pub(super) struct Filling<'a> {
    tables: &'a Tables,
    view: &'a View,
    pub(super) batch: OwnedWriteBatch,
    /// The row at hand: the engine makes a copy of its own.
    row: Vec<u8>,
}

impl<'a> Filling<'a> {
    pub(super) fn new(tables: &'a Tables, view: &'a View, batch: OwnedWriteBatch) -> Self {
        Self { tables, view, batch, row: Vec::new() }
    }

    pub(super) fn log(&mut self, group: &Group) {
        let mut appended = self.view.head.appended_bytes;
        for sealed in &group.commits {
            appended += sealed.appended_bytes();
            let commit = sealed.commit();
            let key = keys::log(commit.revision);
            self.row.clear();
            log_row::encode(sealed, appended, &mut self.row);
            seal_in(Table::Log, &key, &mut self.row);
            self.batch.insert(&self.tables.log, key, &self.row[..]);
            for (index, event) in (0u32..).zip(&commit.events) {
                if event.value.len() > INLINE_BYTES {
                    let key = keys::value(commit.revision, index);
                    self.batch.insert(&self.tables.values, key, &event.value[..]);
                }
            }
        }
    }

    pub(super) fn history(&mut self, places: &Places<'_>) {
        let mut key = Vec::new();
        for (entry, place) in places.events() {
            key.clear();
            keys::push_history(entry, place.commit.revision, place.index, &mut key);
            self.row.clear();
            if place.searched {
                row::short(place.event(), &mut self.row);
            } else {
                let (revision, time) = (place.commit.revision, place.commit.time);
                row::full(revision, time, place.index, place.event(), &mut self.row);
            }
            seal_in(Table::History, &key, &mut self.row);
            self.batch.insert(&self.tables.history, &key[..], &self.row[..]);
        }
    }

    /// The entry of each key is its newest event that counts. Every key with a history has an entry row, so that "never seen" is
    /// one question to the entries: a superseded version of an unknown key gets one that holds no entry.
    pub(super) fn entries(&mut self, places: &Places<'_>) -> Result<(), StoreError> {
        for (key, events) in places.by_key() {
            let newest = match events.iter().find(|place| place.counts()) {
                Some(newest) => newest,
                None => {
                    let known = self.view.snapshot.contains_key(&self.tables.entries, key);
                    if known.map_err(reading)? {
                        continue;
                    }
                    &events[0]
                }
            };
            let event = newest.event();
            let due = event.expires_at.filter(|_| event.leaves_entry());
            self.row.clear();
            row::full(
                newest.commit.revision,
                newest.commit.time,
                newest.index,
                event,
                &mut self.row,
            );
            seal_in(Table::Entries, key, &mut self.row);
            entry_row(&mut self.batch, self.tables, key, &self.row, due);
        }
        Ok(())
    }

    pub(super) fn side(&mut self, writes: &[SideWrite]) {
        let mut written = HashSet::with_capacity(writes.len());
        for write in writes.iter().rev() {
            if !written.insert(&write.key) {
                continue;
            }
            let key = keys::side(&write.key);
            match &write.value {
                Some(value) => {
                    let body = seal(Table::Meta, &key, value.to_vec());
                    self.batch.insert(&self.tables.meta, key, body);
                }
                None => self.batch.remove(&self.tables.meta, key),
            }
        }
    }

    /// Removes stale rows of the expiry index, unless the group has something to say about their entry.
    pub(super) fn forget(
        &mut self,
        stale: Vec<Slice>,
        places: &Places<'_>,
    ) -> Result<(), StoreError> {
        for due in stale {
            let (time, entry) = keys::parse_due(&due)?;
            if places.contains(entry) {
                continue;
            }
            let row = self.view.snapshot.get(&self.tables.entries, entry);
            let current = match row.map_err(reading)? {
                Some(row) => EventRow::parse(Table::Entries, entry, &row)?.expires_at(),
                None => None,
            };
            if current != Some(time) {
                self.batch.remove(&self.tables.meta, due);
            }
        }
        Ok(())
    }
}
