//! What the engine hands to a store.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Head, Sealed};

use crate::error::AppendError;

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

impl Group {
    /// The head once this group is appended behind `head`. Every store asks this before it writes anything.
    ///
    /// # Errors
    /// [`AppendError::Refused`] when the commits are not numbered densely or not chained to `head` and to each other.
    pub fn head_after(&self, head: &Head) -> Result<Head, AppendError> {
        let mut next = *head;
        for sealed in &self.commits {
            let commit = sealed.commit();
            let of_this_log = commit.log == next.log && commit.epoch == next.epoch;
            let dense = commit.revision == next.next_revision();
            if !(of_this_log && dense && commit.previous_hash == next.hash) {
                return Err(AppendError::Refused(format!(
                    "commit {} of epoch {} does not follow revision {} of epoch {}",
                    commit.revision, commit.epoch, next.revision, next.epoch
                )));
            }
            next.revision = commit.revision;
            next.time = commit.time;
            next.hash = sealed.hash();
            next.appended_bytes += sealed.appended_bytes();
        }
        Ok(next)
    }
}

/// True when `after` and `head` are the same end of the same log, whatever reclaim did to the floors in between.
pub fn same_end(after: &Head, head: &Head) -> bool {
    (after.log, after.epoch, after.revision, after.hash)
        == (head.log, head.epoch, head.revision, head.hash)
}
