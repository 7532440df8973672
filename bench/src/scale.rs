//! How many keys, how long, how often.

use std::time::Duration;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Existing keys.
    pub(crate) keys: u64,
    /// Those of them that hot gets ask for.
    pub(crate) hot: u64,
    /// Readers of event streams.
    pub(crate) readers: usize,
    /// Before anything counts.
    pub(crate) warmup: Duration,
    /// What counts.
    pub(crate) measured: Duration,
    /// Of each side.
    pub(crate) rounds: usize,
    /// Calls of one round in this process.
    pub(crate) calls: usize,
}

impl Scale {
    /// Of the figures in `docs/benchmarks.md`.
    pub(crate) const FULL: Self = Self {
        keys: 1_000_000,
        hot: 10_000,
        readers: 10_000,
        warmup: Duration::from_secs(1),
        measured: Duration::from_secs(5),
        rounds: 3,
        calls: 20_000,
    };

    /// For a look.
    pub(crate) const QUICK: Self = Self {
        keys: 100_000,
        hot: 10_000,
        readers: 1_000,
        warmup: Duration::from_millis(500),
        measured: Duration::from_secs(1),
        rounds: 3,
        calls: 5_000,
    };
}
