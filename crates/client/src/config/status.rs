//! How a namespace fares: for health checks and for people.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// What the watch of a namespace is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// It has not been heard from yet.
    Starting,
    /// It is open, and everything is known.
    Following,
    /// It was lost and is being opened again; values are the last that were known.
    Reconnecting,
    /// The caller may not watch here, or the source cannot: every read asks the source.
    Asking,
    /// It was closed.
    Closed,
}

/// How a namespace fares.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Which.
    pub namespace: Arc<str>,
    /// What its watch is doing.
    pub phase: Phase,
    /// True while the watch is open.
    pub connected: bool,
    /// Times in a row that the watch could not be opened or broke.
    pub consecutive_failures: u32,
    /// What was said the last time; stays until the watch is open again.
    pub last_error: Option<String>,
    /// How long ago everything was last confirmed, in milliseconds; `None`: never.
    pub confirmed_ms_ago: Option<u64>,
    /// True when reads are marked stale.
    pub stale: bool,
    /// How often the whole state had to be told again, because changes could not be resumed.
    pub resyncs: u64,
    /// What is kept in memory.
    pub cache: CacheStatus,
}

/// What is kept in memory of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CacheStatus {
    /// Reads answered from memory, nearly: of those at the same moment on several threads some are missing.
    pub hits: u64,
    /// Reads that asked the source.
    pub misses: u64,
    /// Keys, those that are known to be missing among them.
    pub size: usize,
    /// Most keys.
    pub capacity: usize,
    /// Bytes.
    pub bytes: usize,
    /// Most bytes.
    pub max_bytes: usize,
    /// Keys that had to go.
    pub evictions: u64,
}

impl Status {
    /// How long ago everything was last confirmed.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.confirmed_ms_ago.map(Duration::from_millis)
    }
}
