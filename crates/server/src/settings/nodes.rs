//! Settings of nodes that share a log.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use holdfast_dial::{self as dial, Proofs};
use holdfast_engine::SharedOptions;

/// How a node follows a log that others append to as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSettings {
    /// How often it looks for what is new when nobody told it.
    pub poll_interval: Duration,
    /// How long the database may take to answer a question before it counts as away.
    pub patience: Duration,
    /// For how long entries are answered from memory while it is away.
    pub stale_reads: Option<Duration>,
    /// Where other nodes reach this one.
    pub address: Option<String>,
    /// Whom to trust for their certificates; `None`: whom this machine trusts.
    pub ca: Option<PathBuf>,
}

impl NodeSettings {
    /// Shorter, and the nodes would keep the database busy with questions.
    const SHORTEST: Duration = Duration::from_millis(10);

    pub(super) fn of(options: &SharedOptions) -> Self {
        let SharedOptions { poll_interval, patience, stale_reads, .. } = *options;
        Self { poll_interval, patience, stale_reads, address: None, ca: None }
    }

    pub(super) fn options(&self, own_address: Option<String>) -> SharedOptions {
        let Self { poll_interval, patience, stale_reads, ref address, .. } = *self;
        let address = address.clone().or(own_address).map(Arc::from);
        SharedOptions { poll_interval, patience, stale_reads, address }
    }

    pub(super) fn contradictions(&self) -> impl Iterator<Item = String> {
        let times = [("poll_interval", self.poll_interval), ("patience", self.patience)];
        let short =
            times.into_iter().filter(|(_, time)| *time < Self::SHORTEST).map(|(name, _)| {
                format!("nodes.{name}: has to be at least {}ms", Self::SHORTEST.as_millis())
            });
        let address = self.address.as_deref();
        let unread = address.and_then(|address| dial::endpoint(address, &Proofs::default()).err());
        short.chain(unread.map(|why| format!("nodes.address: {why}")))
    }
}
