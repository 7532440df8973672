//! The engine's keyspaces that hold our rows.

use fjall::config::{BloomConstructionPolicy, FilterPolicy, FilterPolicyEntry};
use fjall::{Database, Keyspace, KeyspaceCreateOptions};

/// Which keyspace. The number goes into the checksum of its rows, so that a row is only valid in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Table {
    Log = 1,
    History = 2,
    Entries = 3,
    Values = 4,
    Meta = 5,
}

impl Table {
    pub(crate) const ALL: [Self; 5] =
        [Self::Log, Self::History, Self::Entries, Self::Values, Self::Meta];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::History => "history",
            Self::Entries => "entries",
            Self::Values => "values",
            Self::Meta => "meta",
        }
    }

    /// Flushed to a file of its own when it has grown so far in memory, by the engine's count; what it really takes is half as much
    /// again, and up to three times that while older ones are flushed. Small also because what is in memory has to be replayed from the
    /// journal when the store opens, and because the search for a row's place in memory is most of what the committer
    /// does: the smaller, the shorter. Larger for values, whose rows are large.
    fn memtable_bytes(self) -> u64 {
        match self {
            Self::Log | Self::Entries => 4 << 20,
            // Its rows are small: as many as those of the others.
            Self::History => 2 << 20,
            Self::Values => 16 << 20,
            Self::Meta => 1 << 20,
        }
    }
}

/// The open keyspaces.
#[derive(Clone)]
pub(crate) struct Tables {
    pub(crate) log: Keyspace,
    pub(crate) history: Keyspace,
    pub(crate) entries: Keyspace,
    pub(crate) values: Keyspace,
    pub(crate) meta: Keyspace,
}

impl Tables {
    pub(crate) fn open(db: &Database) -> fjall::Result<Self> {
        let open = |table: Table| db.keyspace(table.name(), || options(table));
        Ok(Self {
            log: open(Table::Log)?,
            history: open(Table::History)?,
            entries: open(Table::Entries)?,
            values: open(Table::Values)?,
            meta: open(Table::Meta)?,
        })
    }

    pub(crate) fn get(&self, table: Table) -> &Keyspace {
        match table {
            Table::Log => &self.log,
            Table::History => &self.history,
            Table::Entries => &self.entries,
            Table::Values => &self.values,
            Table::Meta => &self.meta,
        }
    }
}

fn options(table: Table) -> KeyspaceCreateOptions {
    // Every group is flushed by its own batch; the engine need not push single writes to the system.
    let options = KeyspaceCreateOptions::default()
        .manual_journal_persist(true)
        .max_memtable_size(table.memtable_bytes());
    match table {
        // The only table that is asked for keys that are not there: creations look for a trace of the key.
        Table::Entries => options.filter_policy(FilterPolicy::all(FilterPolicyEntry::Bloom(
            BloomConstructionPolicy::BitsPerKey(10.0),
        ))),
        // Read by ranges, or for keys that are there.
        _ => options.expect_point_read_hits(true),
    }
}
