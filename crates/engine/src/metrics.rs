//! What the engine counts. The server gives the numbers their names and shows them.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

use crate::quotas::Counted;

/// Counters and distributions; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Seconds from the hand-over of a group to the store until it is durable.
    pub flush_seconds: Histogram,
    /// Batches that became durable together.
    pub group_batches: Histogram,
    /// Commits appended.
    pub commits: Counter,
    /// Batches refused by a condition.
    pub refused: Counter,
    /// Appends that failed.
    pub append_failures: Counter,
    /// Commits removed by retention.
    pub compacted_commits: Counter,
    /// Entries whose time to live ended.
    pub expired_entries: Counter,
    /// Streams that are members of consumer groups now.
    pub group_members: Gauge,
    /// Events given to members of consumer groups.
    pub group_events: Counter,
    /// Of those: events that somebody may have got before.
    pub group_repeats: Counter,
    /// Writes and watches refused by a quota.
    pub quota_refusals: Family<OfQuota, Counter>,
}

/// Of which quota.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfQuota {
    /// `keys`, `bytes` or `watchers`.
    pub quota: &'static str,
}

impl Metrics {
    /// A quota refused something.
    pub(crate) fn over_quota(&self, what: Counted) {
        self.quota_refusals.get_or_create(&OfQuota { quota: what.as_str() }).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            flush_seconds: Histogram::new(exponential_buckets(50e-6, 2.0, 16)),
            group_batches: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            commits: Counter::default(),
            refused: Counter::default(),
            append_failures: Counter::default(),
            compacted_commits: Counter::default(),
            expired_entries: Counter::default(),
            group_members: Gauge::default(),
            group_events: Counter::default(),
            group_repeats: Counter::default(),
            quota_refusals: Family::default(),
        }
    }
}
