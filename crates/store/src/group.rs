//! What the engine hands to a store.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::Sealed;

/// Judged commits that become durable with one flush.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// In revision order, chained to each other and to the head.
    pub commits: Vec<Arc<Sealed>>,
    /// Small rows of the engine's own, applied after the commits, the last write of a key wins.
    pub side: Vec<SideWrite>,
    /// Only removals and reclaim: still allowed when free space is below the reserve.
    pub frees_space: bool,
}

/// A row that belongs to the engine (idempotency keys). A store keeps it and finds it; it does not look inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideWrite {
    /// At most 1 KiB.
    pub key: Bytes,
    /// `None` removes the row.
    pub value: Option<Bytes>,
}
