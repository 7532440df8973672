//! What nodes that share a log tell each other. The log is the truth: whatever is lost here costs time, never an event
//! (messages of peers are in no log, and may be lost).
//!
//! - `bell`: "the log has reached this revision"
//! - `presence`: who is there
//! - `peers`: messages of peers, for whoever listens on another node
//! - `stale`: what is said while the log cannot be reached
//! - [`ways`]: how a node reaches another one

pub(crate) mod bell;
pub(crate) mod peers;
pub(crate) mod presence;
pub(crate) mod stale;
pub mod ways;

use std::time::Duration;

use backon::ExponentialBuilder;

/// Between two tries to be heard or to hear, for as long as it takes.
pub(crate) fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
}
