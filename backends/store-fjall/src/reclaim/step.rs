//! One step: a few hundred commits of the log, and the rows that they made unneeded.

use std::collections::BTreeMap;
use std::sync::Arc;

use fjall::{OwnedWriteBatch, Readable};
use holdfast_model::{EntryKey, Event, EventKind, Head, Revision, Sealed};
use holdfast_store::{Reclaimed, StoreError};

use super::disk::Dead;
use crate::append::{Writer, batch};
use crate::error::reading;
use crate::read::Reader;
use crate::row::{self, EventRow, INLINE_BYTES, seal_in};
use crate::store::{FjallStore, View};
use crate::tables::Table;
use crate::{keys, log_row};

/// How many commits, and how many bytes of them, one step goes through.
const COMMITS: usize = 256;
const BYTES: usize = 1 << 20;

/// What one step will write, and what it comes to.
pub(super) struct Step {
    pub(super) trimmed: Revision,
    pub(super) ordinal_base: u64,
    pub(super) done: Reclaimed,
    pub(super) dead: Dead,
    /// Nothing is left behind it.
    pub(super) last: bool,
}

/// An event of the commits of this step.
struct Seen {
    commit: Arc<Sealed>,
    index: u32,
}

impl Seen {
    fn event(&self) -> &Event {
        &self.commit.commit().events[self.index as usize]
    }

    fn revision(&self) -> Revision {
        self.commit.commit().revision
    }

    fn counts(&self) -> bool {
        self.event().kind != EventKind::Superseded
    }
}

impl Step {
    /// What both floors have passed. The commit of the head stays in the log, it says where the log ends; its keys are trimmed
    /// all the same.
    pub(super) fn bound(head: &Head) -> Revision {
        Revision(head.floors.events.0.saturating_sub(1)).min(head.floors.history)
    }

    pub(super) fn plan(
        store: &FjallStore,
        view: &View,
        writer: &Writer,
    ) -> Result<Option<(Self, OwnedWriteBatch)>, StoreError> {
        let head = view.head;
        let bound = Self::bound(&head);
        let swept_all = bound == head.revision && writer.swept == Some(head.revision);
        if bound <= writer.state.trimmed()
            || (swept_all && writer.state.trimmed().next() >= head.revision)
        {
            return Ok(None);
        }
        let reader = Reader { tables: &store.tables, view };
        let (commits, last) = read(&reader, writer.state.trimmed(), bound)?;
        let mut planner = Planner {
            reader,
            batch: batch(&store.db, &store.tables, commits.len() * 4),
            step: Self {
                trimmed: writer.state.trimmed(),
                ordinal_base: head.ordinal_base,
                done: Reclaimed::default(),
                dead: Dead::default(),
                last,
            },
        };
        for commit in &commits {
            let revision = commit.commit().revision;
            if revision < head.revision {
                planner.step.trimmed = revision;
                planner.step.done.commits += 1;
            }
        }
        if last {
            planner.step.trimmed = bound.min(Revision(head.revision.0.saturating_sub(1)));
        }
        for (at, seen) in by_key(&commits) {
            planner.key(at, &seen)?;
        }
        Ok(Some((planner.step, planner.batch)))
    }
}

fn read(
    reader: &Reader<'_>,
    trimmed: Revision,
    bound: Revision,
) -> Result<(Vec<Arc<Sealed>>, bool), StoreError> {
    let mut commits = Vec::new();
    let mut bytes = 0;
    let range = keys::log(trimmed.next())..=keys::log(bound);
    for guard in reader.view.snapshot.range(&reader.tables.log, range) {
        if commits.len() == COMMITS || bytes >= BYTES {
            return Ok((commits, false));
        }
        let (key, row) = guard.into_inner().map_err(reading)?;
        bytes += row.len();
        commits.push(reader.open_commit(keys::parse_log(&key)?, &row)?);
    }
    Ok((commits, true))
}

/// The events of each key, oldest first.
fn by_key(commits: &[Arc<Sealed>]) -> BTreeMap<&EntryKey, Vec<Seen>> {
    let mut keys: BTreeMap<&EntryKey, Vec<Seen>> = BTreeMap::new();
    for commit in commits {
        for (index, event) in commit.commit().events.iter().enumerate() {
            let seen = Seen { commit: commit.clone(), index: index as u32 };
            keys.entry(&event.at).or_default().push(seen);
        }
    }
    keys
}

struct Planner<'a> {
    reader: Reader<'a>,
    batch: OwnedWriteBatch,
    step: Step,
}

impl Planner<'_> {
    /// Of the rows of one key up to here, only the newest that reads see has to stay, and only if it left an entry.
    fn key(&mut self, at: &EntryKey, seen: &[Seen]) -> Result<(), StoreError> {
        let key = keys::entry(at);
        let survivor = seen.iter().rposition(Seen::counts);
        if survivor.is_some()
            && let Some(first) = seen.iter().find(|seen| seen.counts())
            && let Some(previous) = first.event().previous
        {
            self.remove_older(&key, previous)?;
        }
        let mut traces = 0;
        for (place, event) in seen.iter().enumerate() {
            let stays = if Some(place) == survivor {
                !event.event().kind.removes()
            } else {
                !event.counts() && self.is_newest(&key, event.event())?
            };
            if stays {
                traces += 1;
                self.keep(&key, event);
            } else {
                self.remove(&key, event);
            }
        }
        match survivor.map(|place| &seen[place]) {
            Some(removal) if removal.event().kind.removes() => {
                self.forget(&key, removal, traces == 0)
            }
            _ => Ok(()),
        }
    }

    /// A superseded version is kept while it is the newest event of its key, for it holds the last ordinal.
    fn is_newest(&self, key: &[u8], event: &Event) -> Result<bool, StoreError> {
        let row = self.reader.view.snapshot.get(&self.reader.tables.entries, key);
        let Some(row) = row.map_err(reading)? else { return Ok(false) };
        let newest = EventRow::parse(Table::Entries, key, &row)?;
        Ok(newest.ordinal().is_some_and(|ordinal| ordinal <= event.ordinal))
    }

    /// The survivor's event will not be in the log any more.
    fn keep(&mut self, key: &[u8], seen: &Seen) {
        if log_row::is_searched(&seen.commit) {
            let key = keys::history(key, seen.revision(), seen.index);
            let mut row = Vec::new();
            let time = seen.commit.commit().time;
            row::full(seen.revision(), time, seen.index, seen.event(), &mut row);
            seal_in(Table::History, &key, &mut row);
            self.batch.insert(&self.reader.tables.history, key, row);
        }
    }

    fn remove(&mut self, key: &[u8], seen: &Seen) {
        let key = keys::history(key, seen.revision(), seen.index);
        self.step.dead.history += key.len() as u64 + 8;
        self.batch.remove(&self.reader.tables.history, key);
        self.step.done.versions += 1;
        let len = seen.event().value.len();
        if len > INLINE_BYTES {
            self.remove_value(seen.revision(), seen.index, len);
        }
    }

    /// What was left of the key before this step.
    fn remove_older(&mut self, key: &[u8], revision: Revision) -> Result<(), StoreError> {
        let range = keys::history(key, revision, u32::MAX)..=keys::history(key, revision, 0);
        for guard in self.reader.view.snapshot.range(&self.reader.tables.history, range) {
            let (key, row) = guard.into_inner().map_err(reading)?;
            if let Some(large) = EventRow::parse(Table::History, &key, &row)?.large() {
                self.remove_value(large.revision, large.index, row.len());
            }
            self.step.dead.history += (key.len() + row.len()) as u64;
            self.batch.remove(&self.reader.tables.history, key);
            self.step.done.versions += 1;
        }
        Ok(())
    }

    fn remove_value(&mut self, revision: Revision, index: u32, len: usize) {
        // The log still has the commit of the head; it is gone through again once there is another one.
        if revision == self.reader.view.head.revision {
            return;
        }
        let key = keys::value(revision, index);
        self.step.dead.values += len as u64;
        self.batch.remove(&self.reader.tables.values, key);
        self.step.done.values += 1;
    }

    /// A removed key leaves nothing but its ordinal.
    fn forget(&mut self, key: &[u8], removal: &Seen, untraced: bool) -> Result<(), StoreError> {
        self.step.ordinal_base = self.step.ordinal_base.max(removal.event().ordinal);
        let row = self.reader.view.snapshot.get(&self.reader.tables.entries, key);
        let Some(row) = row.map_err(reading)? else { return Ok(()) };
        let newest = EventRow::parse(Table::Entries, key, &row)?;
        if untraced && newest.ordinal() == Some(removal.event().ordinal) {
            self.step.dead.entries += (key.len() + row.len()) as u64;
            self.batch.remove(&self.reader.tables.entries, key);
        }
        Ok(())
    }
}
