//! Copies what is intact from a damaged engine into a new data directory.

use std::path::Path;
use std::sync::Arc;

use fjall::{Readable, Slice};
use holdfast_model::{ChainHash, Head, LogId, Revision, Sealed, Timestamp};
use holdfast_store::{Group, StoreError};

use super::{next_epoch, readable};
use crate::append::{batch, entry_row};
use crate::error::reading;
use crate::head_file::{self, Record};
use crate::keys;
use crate::log_row::LogRow;
use crate::open::Place;
use crate::options::FjallOptions;
use crate::read::{Reader, follows};
use crate::row::{EventRow, seal, unseal};
use crate::state::State;
use crate::store::{FjallStore, View};
use crate::tables::{Table, Tables};

/// So many commits, or rows, go into one batch.
const AT_ONCE: usize = 256;

/// Fills the new directory; answers the end of the copy, in its new epoch.
pub(super) fn salvage(
    place: &Place,
    rebuild: &Path,
    kept: &Path,
    options: FjallOptions,
    notes: &mut Vec<String>,
) -> Result<Head, StoreError> {
    let (db, tables) = readable::open(place, kept, options, notes)?;
    let view = View { head: Head::genesis(LogId(uuid::Uuid::nil())), snapshot: db.snapshot() };
    let source = Source { reader: Reader { tables: &tables, view: &view } };
    let base = source.base(head_file::read(&place.root).ok().flatten(), notes)?;
    let mut heads = head_file::known_revisions(&place.root);
    heads.extend(source.newest_key());
    let store = FjallStore::open(rebuild, options)?;
    let mut copy = Copy { store: &store, head: base.head, trimmed: base.trimmed };
    copy.survivors(&source, notes)?;
    copy.log(&source, notes)?;
    let lost = heads.iter().any(|head| *head > copy.head.revision);
    if lost {
        notes.push(format!(
            "lost: the commits from {} on, and all idempotency keys (one of a lost commit would promise it)",
            copy.head.revision.next()
        ));
    } else {
        copy.side(&source, notes)?;
    }
    copy.finish(&heads)
}

/// Where the copy begins: a head, and up to where all is trimmed.
#[derive(Clone, Copy)]
struct Base {
    head: Head,
    trimmed: Revision,
}

/// When no commit is left; its hash is known only if none was ever trimmed in this epoch.
fn without_commits(known: Base) -> Base {
    let mut head = known.head;
    if head.revision < known.trimmed {
        head.revision = known.trimmed;
        head.hash = ChainHash::default();
    }
    Base { head, ..known }
}

/// What the head record tells of the log.
fn before_all(record: Record) -> Base {
    let mut head = Head::genesis(record.log);
    head.epoch = record.epoch;
    head.floors = record.floors;
    Base { head, trimmed: record.trimmed }
}

/// The damaged engine.
struct Source<'a> {
    reader: Reader<'a>,
}

impl Source<'_> {
    fn tables(&self) -> &Tables {
        self.reader.tables
    }

    /// The moment before the oldest commit that has to be there.
    fn base(&self, record: Option<Record>, notes: &mut Vec<String>) -> Result<Base, StoreError> {
        let known = self.state().or_else(|| {
            notes.push("the row of the log's state is lost, HEAD stands in for it: ordinals of keys removed long ago are forgotten".into());
            record.map(before_all)
        });
        let trimmed = known.map_or(Revision::ZERO, |known| known.trimmed);
        let Some((appended, first)) = self.commits(trimmed).next() else {
            let what =
                "neither the state of the log nor any commit can be read: only a backup helps";
            return known.map(without_commits).ok_or_else(|| StoreError::Refused(what.into()));
        };
        let commit = first.commit();
        let mut head = known.map_or_else(|| Head::genesis(commit.log), |known| known.head);
        head.epoch = head.epoch.max(commit.epoch);
        head.revision = Revision(commit.revision.0 - 1);
        head.time = Timestamp(commit.time.0 - 1);
        head.hash = commit.previous_hash;
        head.appended_bytes = appended.saturating_sub(first.appended_bytes());
        if follows(commit.revision, trimmed) {
            return Ok(Base { head, trimmed });
        }
        // The engine shows an older state than the newest, or none at all.
        notes.push(format!("floors start at the oldest commit, {}", commit.revision));
        head.floors.events = head.floors.events.max(commit.revision);
        head.floors.history = head.floors.history.max(commit.revision);
        Ok(Base { head, trimmed: head.revision })
    }

    fn state(&self) -> Option<Base> {
        let row = self.reader.view.snapshot.get(&self.tables().meta, keys::STATE).ok()??;
        let state = State::parse(&row).ok()?;
        Some(Base { head: state.base_head(), trimmed: state.trimmed() })
    }

    /// The newest commit whose key can be read, intact or not.
    fn newest_key(&self) -> Option<Revision> {
        let last = self.reader.view.snapshot.last_key_value(&self.tables().log)?;
        keys::parse_log(&last.key().ok()?).ok()
    }

    /// Commits behind `after`, each chained to the one before, up to the first that is not intact.
    fn commits(&self, after: Revision) -> impl Iterator<Item = (u64, Arc<Sealed>)> + '_ {
        let range = self.reader.view.snapshot.range(&self.tables().log, keys::log(after.next())..);
        let mut last: Option<Arc<Sealed>> = None;
        range.map_while(move |guard| {
            let (key, row) = guard.into_inner().ok()?;
            let revision = keys::parse_log(&key).ok()?;
            let appended = LogRow::parse(revision, &row).ok()?.appended;
            let sealed = self.reader.open_commit(revision, &row).ok()?;
            let chained = last.as_ref().is_none_or(|last| {
                sealed.commit().previous_hash == last.hash()
                    && follows(revision, last.commit().revision)
            });
            last = Some(sealed.clone());
            chained.then_some((appended, sealed))
        })
    }

    /// Rows of a table from both ends to the first that the engine cannot read; true when there was none.
    fn rows(
        &self,
        table: Table,
        mut each: impl FnMut(&Slice, &Slice) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let mut rows = self.reader.view.snapshot.iter(self.tables().get(table));
        for backwards in [false, true] {
            loop {
                let next = if backwards { rows.next_back() } else { rows.next() };
                let Some(guard) = next else { return Ok(!backwards) };
                let Ok((key, row)) = guard.into_inner() else { break };
                each(&key, &row)?;
            }
        }
        Ok(false)
    }
}

/// The new store, while it is being filled.
struct Copy<'a> {
    store: &'a FjallStore,
    head: Head,
    trimmed: Revision,
}

impl Copy<'_> {
    /// What was left of keys whose commits were trimmed: their newest history row, and their entry.
    fn survivors(
        &mut self,
        source: &Source<'_>,
        notes: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let mut broken = 0;
        for table in [Table::Entries, Table::History] {
            let whole = source.rows(table, |key, row| {
                if !self.survivor(source, table, key, row)? {
                    broken += 1;
                }
                Ok(())
            })?;
            if !whole {
                notes.push(format!("part of the table {} cannot be read", table.name()));
            }
        }
        if broken > 0 {
            notes.push(format!(
                "{broken} rows of keys last changed before the log begins are broken"
            ));
        }
        Ok(())
    }

    /// Copies a row if its event is not in the log; false when it is broken.
    fn survivor(
        &self,
        source: &Source<'_>,
        table: Table,
        key: &Slice,
        row: &Slice,
    ) -> Result<bool, StoreError> {
        let Ok(parsed) = EventRow::parse(table, key, row) else { return Ok(false) };
        let old = parsed.revision().is_some_and(|revision| revision <= self.trimmed);
        if !old {
            return Ok(true);
        }
        let entry = match table {
            Table::History => &key[..key.len() - keys::HISTORY_SUFFIX],
            _ => key,
        };
        let Ok(body) = unseal(table, key, row) else { return Ok(false) };
        let body = seal(Table::Entries, entry, body.to_vec());
        let tables = &self.store.tables;
        let mut copy = batch(&self.store.db, tables, 4);
        if let Some(large) = parsed.large() {
            let Ok(value) = source.reader.large(&large) else { return Ok(false) };
            let key = keys::value(large.revision, large.index);
            copy.insert(&tables.values, key, &value[..]);
        }
        if table == Table::History {
            copy.insert(&tables.history, key.clone(), row.clone());
        }
        if table == Table::Entries || parsed.counts() {
            let due = parsed.expires_at().filter(|_| parsed.leaves_entry());
            entry_row(&mut copy, tables, entry, &body, due);
        }
        copy.durability(None).commit().map_err(reading)?;
        Ok(true)
    }

    /// Everything that the intact part of the log tells.
    fn log(&mut self, source: &Source<'_>, notes: &mut Vec<String>) -> Result<(), StoreError> {
        let mut commits = source.commits(self.trimmed).peekable();
        let mut count = 0;
        while commits.peek().is_some() {
            let part: Vec<_> = commits.by_ref().take(AT_ONCE).collect();
            count += part.len();
            let group = Group {
                commits: part.iter().map(|(_, sealed)| sealed.clone()).collect(),
                ..Group::default()
            };
            if let Some((appended, sealed)) = part.last() {
                let commit = sealed.commit();
                self.head.epoch = commit.epoch;
                self.head.revision = commit.revision;
                self.head.time = commit.time;
                self.head.hash = sealed.hash();
                self.head.appended_bytes = *appended;
            }
            self.store.replay(&group, self.head)?;
        }
        notes.push(format!("{count} commits are intact"));
        Ok(())
    }

    fn side(&mut self, source: &Source<'_>, notes: &mut Vec<String>) -> Result<(), StoreError> {
        let tables = &self.store.tables;
        let whole = source.rows(Table::Meta, |key, row| {
            if key.first() != Some(&keys::SIDE) {
                return Ok(());
            }
            let Ok(body) = unseal(Table::Meta, key, row) else { return Ok(()) };
            let mut copy = batch(&self.store.db, tables, 1);
            copy.insert(&tables.meta, key.clone(), seal(Table::Meta, key, body.to_vec()));
            copy.durability(None).commit().map_err(reading)
        })?;
        if !whole {
            notes.push("some idempotency keys are lost".into());
        }
        Ok(())
    }

    /// Begins the new epoch.
    fn finish(&mut self, heads: &[Revision]) -> Result<Head, StoreError> {
        let mut head = next_epoch(self.head, heads);
        head.floors.history = head.floors.history.min(head.revision);
        head.floors.events = head.floors.events.min(head.revision.next());
        self.store.begin_epoch(&head, self.trimmed.min(head.revision))?;
        Ok(head)
    }
}
