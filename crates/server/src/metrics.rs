//! What `/metrics` shows: names after Prometheus's rules, labels only from fixed lists.

mod stategate;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast_api::status::code_name;
use holdfast_auth::{Gatekeeper, PolicyReport};
use holdfast_engine::Engine;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tonic::Code;

use crate::backups::Scheduled;

pub use stategate::StateCalls;
pub(crate) use stategate::go_name;

/// What the adapters count; clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Family<Answered, Counter>,
    seconds: Family<Called, Histogram, fn() -> Histogram>,
    connections: Gauge,
    /// Those of stategate.
    pub state_calls: StateCalls,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Called {
    method: &'static str,
}

/// From 50 us to 3.3 s.
fn request_buckets() -> Histogram {
    Histogram::new(exponential_buckets(50e-6, 4.0, 9))
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = Family::new_with_constructor(request_buckets as fn() -> Histogram);
        Self {
            requests: Family::default(),
            seconds,
            connections: Gauge::default(),
            state_calls: StateCalls::default(),
        }
    }
}

impl Metrics {
    /// Counts a call that ended. `method` comes from the list of methods, never from the request.
    pub fn answered(&self, method: &'static str, code: Code, took: Duration) {
        self.state_calls.ended(method, code);
        self.requests.get_or_create(&Answered { method, code: code_name(code) }).inc();
        self.seconds.get_or_create(&Called { method }).observe(took.as_secs_f64());
    }

    /// Open connections of the API.
    #[must_use]
    pub fn connections(&self) -> Gauge {
        self.connections.clone()
    }
}

/// Everything that is shown, with its name.
#[derive(Debug)]
pub struct Exposition {
    registry: Registry,
}

impl Exposition {
    /// Gathers the counters of adapters alone.
    #[must_use]
    pub fn of_adapters(metrics: &Metrics) -> Self {
        let mut all = Registry::default();
        let registry = all.sub_registry_with_prefix("holdfast");
        registry.register("requests", "Calls answered", metrics.requests.clone());
        registry.register("request_seconds", "Time to answer a call", metrics.seconds.clone());
        let help = "Open connections of the API";
        registry.register("connections", help, metrics.connections.clone());
        metrics.state_calls.register(&mut all);
        Self { registry: all }
    }

    /// Gathers the counters of adapters, engine and policies. `data_dir` is where the disk bytes are counted.
    #[must_use]
    pub fn new(
        metrics: &Metrics,
        engine: &Engine,
        gatekeeper: Option<Arc<Gatekeeper>>,
        data_dir: Option<PathBuf>,
    ) -> Self {
        let Self { mut registry } = Self::of_adapters(metrics);
        let r = registry.sub_registry_with_prefix("holdfast");
        let counted = engine.metrics();
        r.register(
            "flush_seconds",
            "Time to make a group of commits durable",
            counted.flush_seconds.clone(),
        );
        r.register(
            "group_batches",
            "Batches made durable by one flush",
            counted.group_batches.clone(),
        );
        r.register("commits", "Commits made durable", counted.commits.clone());
        r.register("refused_batches", "Batches refused by a condition", counted.refused.clone());
        r.register(
            "append_failures",
            "Appends that the store failed",
            counted.append_failures.clone(),
        );
        r.register(
            "compacted_commits",
            "Commits removed by retention",
            counted.compacted_commits.clone(),
        );
        r.register(
            "expired_entries",
            "Entries whose time to live ended",
            counted.expired_entries.clone(),
        );
        r.register(
            "group_members",
            "Streams that are members of consumer groups",
            counted.group_members.clone(),
        );
        r.register(
            "group_events",
            "Events given to members of consumer groups",
            counted.group_events.clone(),
        );
        r.register(
            "group_repeats",
            "Events given to members of consumer groups that somebody may have got before",
            counted.group_repeats.clone(),
        );
        r.register(
            "quota_refusals",
            "Writes and watches refused by a quota",
            counted.quota_refusals.clone(),
        );
        r.register_collector(Box::new(State { engine: engine.clone(), gatekeeper, data_dir }));
        Self { registry }
    }

    /// And of scheduled backups.
    #[must_use]
    pub fn with_backups(mut self, backups: &Scheduled) -> Self {
        backups.register(self.registry.sub_registry_with_prefix("holdfast"));
        self
    }

    /// The text that a scrape gets.
    ///
    /// # Errors
    /// Never in practice: writing into a text does not fail.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// What is read off at the scrape.
struct State {
    engine: Engine,
    gatekeeper: Option<Arc<Gatekeeper>>,
    data_dir: Option<PathBuf>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl Collector for State {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.engine.status();
        let floors = status.head.floors;
        let gauges = [
            ("head_revision", "The newest revision", status.head.revision.0),
            ("oldest_event_revision", "The oldest revision a watch can get", floors.events.0),
            (
                "oldest_readable_revision",
                "The oldest revision that can be read as of",
                floors.history.0,
            ),
            ("read_only", "1 after a failed flush, until the restart", status.read_only.into()),
            ("clock_behind", "1 while the clock is behind the log", status.clock_behind.into()),
            ("queue_bytes", "Batches waiting for the committer", status.queue_bytes as u64),
            ("watchers", "Open watches", status.watchers as u64),
            (
                "watcher_lag_revisions",
                "Commits that the slowest watcher has not got",
                status.watcher_lag,
            ),
            ("ring_bytes", "Recent commits in memory", status.ring_bytes as u64),
        ];
        for (name, help, value) in gauges {
            // Prometheus's numbers are 64-bit floats anyway.
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        if let Some(bytes) = self.data_dir.as_deref().map(directory_bytes) {
            let gauge = ConstGauge::new(i64::try_from(bytes).unwrap_or(i64::MAX));
            let help = "Size of the data directory";
            let to = encoder.encode_descriptor("disk_bytes", help, None, gauge.metric_type())?;
            gauge.encode(to)?;
        }
        let mut counters = vec![
            ("cache_hits", "Reads answered from memory", status.cache_hits),
            ("cache_misses", "Reads that asked the store", status.cache_misses),
        ];
        if let Some(audit) = self.engine.auditing() {
            let refused = "Calls refused because they could not be recorded";
            counters.extend([
                ("audit_records", "Audit records that were kept", audit.records()),
                ("audit_failures", "Audit records that could not be kept", audit.failures()),
                ("audit_refused_calls", refused, audit.refused_calls()),
            ]);
        }
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        match &self.gatekeeper {
            Some(gatekeeper) => policies(&gatekeeper.reports(), &mut encoder),
            None => Ok(()),
        }
    }
}

/// Each policy by its name, of which there are a few.
fn policies(reports: &[PolicyReport], encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "What each policy said";
    let mut to = encoder.encode_descriptor("policy_decisions", help, None, MetricType::Counter)?;
    for PolicyReport { name, said, .. } in reports {
        for (verdict, count) in said {
            let labels = [("policy", name.as_str()), ("verdict", verdict)];
            ConstCounter::new(*count).encode(to.encode_family(&labels)?)?;
        }
    }
    let loaded = || {
        let loaded = |report: &'_ PolicyReport| Some((report.name.clone(), report.figures?));
        reports.iter().filter_map(loaded)
    };
    let help = "Decisions of policies that were known already";
    let mut to = encoder.encode_descriptor("policy_cache_hits", help, None, MetricType::Counter)?;
    for (name, figures) in loaded() {
        let labels = [("policy", name.as_str())];
        ConstCounter::new(figures.cache_hits).encode(to.encode_family(&labels)?)?;
    }
    let help = "Decisions of policies that could have been known";
    let mut to =
        encoder.encode_descriptor("policy_cache_misses", help, None, MetricType::Counter)?;
    for (name, figures) in loaded() {
        let labels = [("policy", name.as_str())];
        ConstCounter::new(figures.cache_misses).encode(to.encode_family(&labels)?)?;
    }
    let help = "Policies that were put in force, and those that were not";
    let mut to = encoder.encode_descriptor("policy_loads", help, None, MetricType::Counter)?;
    for (name, figures) in loaded() {
        for (result, count) in [("ok", figures.loads), ("failed", figures.failures)] {
            let labels = [("policy", name.as_str()), ("result", result)];
            ConstCounter::new(count).encode(to.encode_family(&labels)?)?;
        }
    }
    let help = "For how long the policy in force has been";
    let mut to = encoder.encode_descriptor("policy_age_seconds", help, None, MetricType::Gauge)?;
    for (name, figures) in loaded() {
        let Some(age) = figures.age else { continue };
        let labels = [("policy", name.as_str())];
        ConstGauge::new(age.as_secs_f64()).encode(to.encode_family(&labels)?)?;
    }
    Ok(())
}

/// Size of all files below; what vanishes meanwhile does not count.
fn directory_bytes(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => directory_bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
