//! The engine's limits and budgets; the server's settings fill them in.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::groups::GroupOptions;
use crate::quotas::Quotas;

/// Limits, budgets and intervals. Every one has the default of DESIGN.md or of the contract.
#[derive(Debug, Clone)]
pub struct Options {
    /// What callers may send.
    pub limits: Limits,
    /// Bytes for current values of hot keys.
    pub cache_bytes: usize,
    /// The watch hub's memory.
    pub watch: WatchOptions,
    /// What is kept of the past.
    pub retention: Retention,
    /// How consumer groups work.
    pub groups: GroupOptions,
    /// How much each namespace may hold.
    pub quotas: Quotas,
    /// How long an idempotency key is remembered.
    pub idempotency_ttl: Duration,
    /// How often expired entries and old rows are looked for.
    pub sweep_interval: Duration,
    /// Bytes of batches that may wait for the committer.
    pub queue_bytes: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For a store that other nodes append to as well.
    pub shared: SharedOptions,
}

/// How a node follows a log that it shares with others.
#[derive(Debug, Clone)]
pub struct SharedOptions {
    /// How often the store is asked for what is new when nobody rang.
    pub poll_interval: Duration,
    /// How long the store may take to answer before it counts as cut off.
    pub patience: Duration,
    /// For how long single entries are answered from memory while the store is cut off; `None`: not at all.
    pub stale_reads: Option<Duration>,
    /// Where other nodes reach this one, for streams of consumer groups that it reads for; `None`: they wait for their turn.
    pub address: Option<Arc<str>>,
}

impl Default for SharedOptions {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_millis(250),
            patience: Duration::from_secs(2),
            stale_reads: None,
            address: None,
        }
    }
}

/// What callers may send.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one value.
    pub value_bytes: usize,
    /// Events of one commit.
    pub commit_events: usize,
    /// Bytes of one commit.
    pub commit_bytes: usize,
    /// Entries of one snapshot.
    pub snapshot_entries: usize,
    /// Bytes of one list or versions answer: a request without a limit gets a cursor when it would be more.
    pub page_bytes: usize,
    /// Filters of one watch: namespaces and prefixes each.
    pub watch_filters: usize,
    /// Bytes of a reason.
    pub reason_bytes: usize,
}

impl Limits {
    /// Bytes of one page of a dialect that always answers in pages: with protobuf around them still below the 4 MiB that a
    /// gRPC client takes without being told.
    const ANSWER_BYTES: usize = 3 << 20;

    /// Where such a page ends.
    pub(crate) fn answer_bytes(&self) -> usize {
        self.page_bytes.min(Self::ANSWER_BYTES)
    }
}

/// The watch hub's memory.
#[derive(Debug, Clone, Copy)]
pub struct WatchOptions {
    /// Bytes of recent commits kept for all watchers together.
    pub ring_bytes: usize,
    /// A larger commit is not kept: watchers read it from the log.
    pub ring_commit_bytes: usize,
    /// Bytes queued for one watcher; beyond, it reads on at its own pace.
    pub watcher_bytes: usize,
}

/// What is kept of the past; nothing set: everything. Several set: the strictest counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retention {
    /// Commits older than this go.
    pub max_age: Option<Duration>,
    /// The oldest commits beyond this many bytes go.
    pub max_bytes: Option<u64>,
    /// The oldest commits beyond this many go.
    pub max_revisions: Option<NonZeroUsize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            cache_bytes: 256 << 20,
            watch: WatchOptions::default(),
            retention: Retention::default(),
            groups: GroupOptions::default(),
            quotas: Quotas::default(),
            idempotency_ttl: Duration::from_secs(24 * 3600),
            sweep_interval: Duration::from_millis(500),
            queue_bytes: 64 << 20,
            clock: Arc::new(SystemClock),
            shared: SharedOptions::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            value_bytes: 1 << 20,
            commit_events: 10_000,
            commit_bytes: 8 << 20,
            snapshot_entries: 10_000,
            page_bytes: 64 << 20,
            watch_filters: 100,
            reason_bytes: 1_024,
        }
    }
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { ring_bytes: 32 << 20, ring_commit_bytes: 4 << 20, watcher_bytes: 64 << 10 }
    }
}
