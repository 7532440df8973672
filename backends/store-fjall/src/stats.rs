//! Plain numbers for metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::store::FjallStore;
use crate::tables::Table;

/// Counted while the store is open.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    flushes: AtomicU64,
    flush_nanos: AtomicU64,
    slowest_nanos: AtomicU64,
    refused_for_space: AtomicU64,
}

impl Counters {
    pub(crate) fn flushed(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.flushes.fetch_add(1, Ordering::Relaxed);
        self.flush_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.slowest_nanos.fetch_max(nanos, Ordering::Relaxed);
    }

    pub(crate) fn refused_for_space(&self) {
        self.refused_for_space.fetch_add(1, Ordering::Relaxed);
    }
}

/// What the store uses and did since it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FjallStats {
    /// Bytes on disk of each keyspace, by name.
    pub disk_bytes: [(&'static str, u64); 5],
    /// Bytes on disk of the engine's journals.
    pub journal_bytes: u64,
    /// Number of the engine's journals.
    pub journals: u64,
    /// Bytes that wait in memory to be written to files of their own.
    pub write_buffer_bytes: u64,
    /// Bytes of the block cache in use.
    pub cache_bytes: u64,
    /// Batches made durable.
    pub flushes: u64,
    /// Time spent making them durable, in all.
    pub flush_time: Duration,
    /// The longest of them.
    pub slowest_flush: Duration,
    /// Groups refused because free space was below the reserve.
    pub refused_for_space: u64,
    /// Compactions of the engine since it was opened.
    pub compactions: u64,
    /// Time spent in them.
    pub compaction_time: Duration,
}

impl FjallStore {
    /// What the store uses and did since it was opened.
    pub fn stats(&self) -> FjallStats {
        let counted = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        FjallStats {
            disk_bytes: Table::ALL.map(|table| (table.name(), self.tables.get(table).disk_space())),
            journal_bytes: self.db.journal_disk_space().unwrap_or(0),
            journals: self.db.journal_count() as u64,
            write_buffer_bytes: self.db.write_buffer_size(),
            cache_bytes: self.db.cache_size(),
            flushes: counted(&self.counters.flushes),
            flush_time: Duration::from_nanos(counted(&self.counters.flush_nanos)),
            slowest_flush: Duration::from_nanos(counted(&self.counters.slowest_nanos)),
            refused_for_space: counted(&self.counters.refused_for_space),
            compactions: self.db.compactions_completed() as u64,
            compaction_time: self.db.time_compacting(),
        }
    }
}
