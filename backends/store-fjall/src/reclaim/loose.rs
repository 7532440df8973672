//! Rows of the history that a copy brought without their commits. Reclaim finds what it removes through the commits of the log,
//! and so never comes to these; once the history floor has passed all of them, one walk removes what reads need no more.

use fjall::{OwnedWriteBatch, Readable, Slice};
use holdfast_model::{Head, Revision};
use holdfast_store::StoreError;
use parking_lot::MutexGuard;

use super::step_aside;
use crate::append::batch;
use crate::error::reading;
use crate::fill::loose;
use crate::keys;
use crate::row::EventRow;
use crate::store::FjallStore;
use crate::tables::Table;

/// So many rows are looked at under one lock.
const ROWS: usize = 1_024;

/// What one part of the walk removes.
struct Part {
    batch: OwnedWriteBatch,
    ordinal_base: u64,
    versions: u64,
}

/// Of the key at hand.
#[derive(Default)]
struct Key {
    name: Vec<u8>,
    /// Its newest row that reads see was passed.
    survived: bool,
    /// None of its rows was passed.
    fresh: bool,
}

impl FjallStore {
    /// Answers how many rows it removed. What it was stopped in, it does again.
    pub(super) async fn remove_loose(&self) -> Result<u64, StoreError> {
        let Some(bound) = loose(self)? else { return Ok(0) };
        if self.view.load().head.floors.history < bound {
            return Ok(0);
        }
        let mut removed = 0;
        let (mut from, mut key) = (Vec::new(), Key::default());
        loop {
            let (versions, last) = self.loose_part(&from, bound, &mut key)?;
            removed += versions;
            let Some(last) = last else { return Ok(removed) };
            from = keys::next(last.to_vec());
            step_aside().await;
        }
    }

    /// How many rows were removed, and the last one that was looked at.
    fn loose_part(
        &self,
        from: &[u8],
        bound: Revision,
        key: &mut Key,
    ) -> Result<(u64, Option<Slice>), StoreError> {
        let mut writer = self.writable()?;
        let view = self.view.load_full();
        let new = batch(&self.db, &self.tables, ROWS);
        let ordinal_base = view.head.ordinal_base;
        let mut part = Part { batch: new, ordinal_base, versions: 0 };
        let mut last = None;
        for guard in view.snapshot.range(&self.tables.history, from.to_vec()..).take(ROWS) {
            let (name, row) = guard.into_inner().map_err(reading)?;
            self.loose_row(&name, &row, bound, key, &mut part)?;
            last = Some(name);
        }
        if last.is_none() {
            part.batch.remove(&self.tables.meta, keys::LOOSE);
        }
        if last.is_none() || part.versions > 0 {
            let head = Head { ordinal_base: part.ordinal_base, ..view.head };
            let trimmed = writer.state.trimmed();
            self.write_state(&mut writer, part.batch, &head, trimmed)?;
        }
        MutexGuard::unlock_fair(writer);
        Ok((part.versions, last))
    }

    fn loose_row(
        &self,
        name: &Slice,
        row: &Slice,
        bound: Revision,
        key: &mut Key,
        part: &mut Part,
    ) -> Result<(), StoreError> {
        let entry = &name[..name.len() - keys::HISTORY_SUFFIX];
        if key.name != entry {
            *key = Key { name: entry.to_vec(), survived: false, fresh: true };
        }
        let newest = std::mem::take(&mut key.fresh);
        if keys::parse_history(name)?.0 > bound {
            return Ok(());
        }
        let event = EventRow::parse(Table::History, name, row)?;
        let survivor = event.counts() && !key.survived;
        key.survived |= survivor;
        // A superseded version is kept while it is the newest event of its key, for it holds the last ordinal.
        let keep = survivor && event.leaves_entry() || newest && !event.counts();
        if keep {
            return Ok(());
        }
        if event.kind.removes() {
            part.ordinal_base = part.ordinal_base.max(event.ordinal().unwrap_or_default());
            if newest {
                part.batch.remove(&self.tables.entries, entry);
            }
        }
        if let Some(large) = event.large() {
            part.batch.remove(&self.tables.values, keys::value(large.revision, large.index));
        }
        part.batch.remove(&self.tables.history, name.clone());
        part.versions += 1;
        Ok(())
    }
}
