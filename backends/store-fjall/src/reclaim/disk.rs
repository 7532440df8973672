//! Giving the space of removed rows back to the file system.

use fjall::AbstractTree;
use holdfast_store::StoreError;

use crate::error::reading;
use crate::keys;
use crate::store::FjallStore;
use crate::tables::Table;

/// A table is rewritten when so much of it is dead, and at least half of it: so each byte is moved twice at most.
const WORTH_A_REWRITE: u64 = 32 << 20;

/// About how many bytes were removed from each table.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Dead {
    pub(crate) history: u64,
    pub(crate) entries: u64,
    pub(crate) values: u64,
}

impl Dead {
    pub(crate) fn add(&mut self, other: &Self) {
        self.history += other.history;
        self.entries += other.entries;
        self.values += other.values;
    }

    fn of(&mut self, table: Table) -> &mut u64 {
        match table {
            Table::History => &mut self.history,
            Table::Entries => &mut self.entries,
            _ => &mut self.values,
        }
    }
}

impl FjallStore {
    /// Drops whole files of the log, and rewrites tables that are mostly dead. The rest goes with the engine's ordinary
    /// compactions.
    pub(crate) fn free_disk(&self, dead: Dead) -> Result<(), StoreError> {
        let (trimmed, mut due) = {
            let mut writer = self.writer.lock();
            writer.dead.add(&dead);
            (writer.state.trimmed(), writer.dead)
        };
        // Rows of the log are removed no other way: nobody reads below the floor, so no tombstone is needed.
        let log = &self.tables.log.tree;
        log.drop_range(..=keys::log(trimmed)).map_err(|error| reading(error.into()))?;
        for table in [Table::History, Table::Entries, Table::Values] {
            let keyspace = self.tables.get(table);
            let dead = *due.of(table);
            if dead < WORTH_A_REWRITE || dead < keyspace.disk_space() / 2 {
                continue;
            }
            *self.writer.lock().dead.of(table) = 0;
            self.rewrite(table)?;
        }
        Ok(())
    }

    /// Writes what is still in memory to files, and all files anew, so that they take as little space as can be. Takes as
    /// long as copying the data; appends and reads go on beside it.
    ///
    /// # Errors
    /// [`StoreError::Io`] and [`StoreError::Corrupt`], when the files cannot be written or read.
    pub fn compact(&self) -> Result<(), StoreError> {
        Table::ALL.into_iter().try_for_each(|table| self.rewrite(table))
    }

    fn rewrite(&self, table: Table) -> Result<(), StoreError> {
        let keyspace = self.tables.get(table);
        keyspace.rotate_memtable_and_wait().map_err(reading)?;
        keyspace.major_compact().map_err(reading)
    }
}
