//! One group: one engine batch, one flush, one published view.

mod filling;
mod places;

use std::time::Instant;

use fjall::{Database, OwnedWriteBatch, PersistMode, Slice};
use holdfast_model::{Head, Revision};
use holdfast_store::{AppendError, Group, StoreError, same_end};

use crate::head_file::Batch;
use crate::keys;
use crate::reclaim::Dead;
use crate::row::seal;
use crate::space::Space;
use crate::state::State;
use crate::store::{FjallStore, View};
use crate::tables::{Table, Tables};
use filling::Filling;
use places::Places;

pub(crate) use filling::entry_row;

/// How many rows of the expiry index that turned out stale wait for the next append; the rest is found again.
const MAX_FORGOTTEN: usize = 1_024;
/// How many of them one append removes.
const FORGET_AT_ONCE: usize = 64;
/// What only the holder of the writer lock touches.
pub(crate) struct Writer {
    /// Why nothing is written any more.
    pub(crate) read_only: Option<String>,
    space: Space,
    /// The state row as it is on disk.
    pub(crate) state: State,
    /// The head at which a reclaim last had nothing left to do.
    pub(crate) swept: Option<Revision>,
    /// Bytes removed since their table was last rewritten.
    pub(crate) dead: Dead,
    /// Keys of the expiry index that no longer name a current entry.
    forgotten: Vec<Slice>,
}

impl Writer {
    pub(crate) fn new(state: State, space: Space) -> Self {
        Self {
            read_only: None,
            space,
            state,
            swept: None,
            dead: Dead::default(),
            forgotten: Vec::new(),
        }
    }

    /// Remembers rows of the expiry index for removal.
    pub(crate) fn forget_later(&mut self, stale: Vec<Slice>) {
        let room = MAX_FORGOTTEN.saturating_sub(self.forgotten.len());
        self.forgotten.extend(stale.into_iter().take(room));
    }
}

/// A batch that begins with its witness: the engine's counter before it. The order of batches hangs on that counter, which
/// the engine's own checksum leaves out.
pub(crate) fn batch(db: &Database, tables: &Tables, rows: usize) -> OwnedWriteBatch {
    let batch = OwnedWriteBatch::with_capacity(db.clone(), rows + 1);
    let mut batch = batch.durability(Some(PersistMode::SyncData));
    let witness = seal(Table::Meta, keys::WITNESS, db.seqno().to_le_bytes().to_vec());
    batch.insert(&tables.meta, keys::WITNESS, witness);
    batch
}

impl FjallStore {
    pub(crate) fn append_group(&self, after: &Head, group: &Group) -> Result<Head, AppendError> {
        let mut writer = self.writer.lock();
        if let Some(reason) = &writer.read_only {
            return Err(AppendError::ReadOnly(reason.clone()));
        }
        let view = self.view.load_full();
        if !same_end(after, &view.head) {
            return Err(AppendError::Moved(Box::new(view.head.into())));
        }
        let head = group.head_after(&view.head)?;
        if group.commits.is_empty() && group.side.is_empty() {
            return Ok(head);
        }
        self.check_space(&mut writer, group)?;
        let batch = self.batch_of(&mut writer, &view, group).map_err(before_writing)?;
        self.flush(&mut writer, batch, &head)?;
        Ok(head)
    }

    fn check_space(&self, writer: &mut Writer, group: &Group) -> Result<(), AppendError> {
        if group.frees_space {
            return Ok(());
        }
        let bytes = group.commits.iter().map(|sealed| sealed.appended_bytes()).sum();
        writer.space.check(bytes).inspect_err(|_| self.counters.refused_for_space())
    }

    /// Appends commits as they are, whatever epoch they belong to: a repair copies a log with them.
    pub(crate) fn replay(&self, group: &Group, head: Head) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        let view = self.view.load_full();
        let batch = self.batch_of(&mut writer, &view, group)?;
        self.flush(&mut writer, batch, &head).map_err(|error| StoreError::Io {
            doing: "copying the log".into(),
            error: error.to_string(),
        })
    }

    /// Makes a batch durable, notes and shows the head behind it. When the flush fails, the store only reads from then on.
    pub(crate) fn flush(
        &self,
        writer: &mut Writer,
        batch: OwnedWriteBatch,
        head: &Head,
    ) -> Result<(), AppendError> {
        let before = self.db.seqno();
        let started = Instant::now();
        if let Err(error) = batch.commit() {
            let reason = error.to_string();
            self.only_read(writer, &reason);
            return Err(match error {
                // An earlier failure in the engine's background work: this batch was not begun.
                fjall::Error::Poisoned => AppendError::ReadOnly(reason),
                _ => AppendError::Unknown(reason),
            });
        }
        self.counters.flushed(started.elapsed());
        let flushed = Batch { before, after: self.db.seqno() };
        if let Err(error) = self.head_file.write(head, writer.state.trimmed(), flushed) {
            // The group is durable, but the next one could be lost unnoticed.
            self.only_read(writer, &format!("the file HEAD cannot be written: {error}"));
        }
        self.publish(*head);
        Ok(())
    }

    fn only_read(&self, writer: &mut Writer, reason: &str) {
        tracing::error!(%reason, "a flush failed: the store is read-only until it is opened again");
        writer.read_only = Some(reason.to_owned());
    }

    pub(crate) fn batch_of(
        &self,
        writer: &mut Writer,
        view: &View,
        group: &Group,
    ) -> Result<OwnedWriteBatch, StoreError> {
        let events: usize = group.commits.iter().map(|sealed| sealed.commit().events.len()).sum();
        let rows = group.commits.len() + 3 * events + group.side.len();
        let mut filling = Filling::new(&self.tables, view, batch(&self.db, &self.tables, rows));
        filling.log(group);
        let places = Places::of(&group.commits);
        filling.history(&places);
        filling.entries(&places)?;
        filling.side(&group.side);
        let forget = writer.forgotten.len().saturating_sub(FORGET_AT_ONCE);
        filling.forget(writer.forgotten.split_off(forget), &places)?;
        Ok(filling.batch)
    }
}

/// A row that the group depends on could not be read; nothing was written.
fn before_writing(error: StoreError) -> AppendError {
    AppendError::Refused(error.to_string())
}
