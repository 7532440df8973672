//! What the memory store keeps, and how a group and a reclaim change it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Commit, Entry, EntryKey, Event, Floors, Head, Revision, Sealed, Timestamp};

use crate::contract::Reclaimed;
use crate::group::Group;
use crate::read::{At, HistoryRow};

#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) head: Head,
    pub(super) log: BTreeMap<Revision, Arc<Sealed>>,
    pub(super) entries: BTreeMap<EntryKey, Arc<Entry>>,
    /// Oldest first.
    pub(super) history: BTreeMap<EntryKey, Vec<Arc<HistoryRow>>>,
    pub(super) due: BTreeSet<(Timestamp, EntryKey)>,
    pub(super) side: BTreeMap<Bytes, Bytes>,
}

impl State {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            log: BTreeMap::new(),
            entries: BTreeMap::new(),
            history: BTreeMap::new(),
            due: BTreeSet::new(),
            side: BTreeMap::new(),
        }
    }

    pub(super) fn apply(&mut self, group: &Group) {
        for sealed in &group.commits {
            let commit = sealed.commit();
            for event in &commit.events {
                self.apply_event(commit, event);
            }
            self.log.insert(commit.revision, sealed.clone());
        }
        for write in &group.side {
            match &write.value {
                Some(value) => self.side.insert(write.key.clone(), value.clone()),
                None => self.side.remove(&write.key),
            };
        }
    }

    /// Takes a row of a key whose newer rows are there already.
    pub(super) fn keep(&mut self, row: &Arc<HistoryRow>) {
        let at = &row.event.at;
        let newer = self.history.get(at).is_some_and(|rows| rows.iter().any(|row| row.counts()));
        if row.counts() && !newer {
            self.replace(at, row.entry());
        }
        self.history.entry(at.clone()).or_default().insert(0, row.clone());
    }

    fn apply_event(&mut self, commit: &Commit, event: &Event) {
        let row = HistoryRow { revision: commit.revision, time: commit.time, event: event.clone() };
        if row.counts() {
            self.replace(&event.at, row.entry());
        }
        self.history.entry(event.at.clone()).or_default().push(Arc::new(row));
    }

    fn replace(&mut self, at: &EntryKey, entry: Option<Entry>) {
        if let Some(due) = entry.as_ref().and_then(|entry| entry.expires_at) {
            self.due.insert((due, at.clone()));
        }
        let kept = entry.as_ref().and_then(|entry| entry.expires_at);
        let old = match entry {
            Some(entry) => self.entries.insert(at.clone(), Arc::new(entry)),
            None => self.entries.remove(at),
        };
        if let Some(due) = old.and_then(|old| old.expires_at)
            && kept != Some(due)
        {
            self.due.remove(&(due, at.clone()));
        }
    }

    pub(super) fn entry(&self, key: &EntryKey, at: At) -> Option<Arc<Entry>> {
        match at {
            At::Latest => self.entries.get(key).cloned(),
            At::Revision(revision) => entry_in(self.history.get(key)?, revision),
        }
    }

    pub(super) fn reclaim(&mut self, floors: Floors) -> Reclaimed {
        let old = self.head.floors;
        let floors = Floors {
            events: floors.events.min(self.head.revision.next()).max(old.events),
            history: floors.history.min(self.head.revision).max(old.history),
        };
        self.head.floors = floors;
        let kept = self.log.split_off(&floors.events);
        let commits = std::mem::replace(&mut self.log, kept).len() as u64;
        let mut versions = 0;
        let mut ordinal_base = self.head.ordinal_base;
        self.history.retain(|_, rows| {
            let before = rows.len();
            trim(rows, floors.history, &mut ordinal_base);
            versions += (before - rows.len()) as u64;
            !rows.is_empty()
        });
        self.head.ordinal_base = ordinal_base;
        Reclaimed { commits, versions, values: 0 }
    }
}

/// The entry that these rows of one key left behind at `revision`.
pub(super) fn entry_in(rows: &[Arc<HistoryRow>], revision: Revision) -> Option<Arc<Entry>> {
    let below = rows.partition_point(|row| row.revision <= revision);
    let newest = rows[..below].iter().rev().find(|row| row.counts())?;
    newest.entry().map(Arc::new)
}

/// Drops the rows that no read at the floor or above it needs.
fn trim(rows: &mut Vec<Arc<HistoryRow>>, floor: Revision, ordinal_base: &mut u64) {
    let below = rows.partition_point(|row| row.revision <= floor);
    let survivor = rows[..below].iter().rposition(|row| row.counts());
    let newest = rows.len() - 1;
    let mut index = 0;
    rows.retain(|row| {
        let needed_for_reads = Some(index) == survivor && !row.event.kind.removes();
        // A superseded version may hold the highest ordinal of its key.
        let last_ordinal = index == newest && !row.counts();
        let keep = index >= below || needed_for_reads || last_ordinal;
        if !keep && row.event.kind.removes() {
            *ordinal_base = row.event.ordinal.max(*ordinal_base);
        }
        index += 1;
        keep
    });
}
