//! The committer: one thread, or on a store behind a network one task, that turns waiting batches into durable groups.
//!
//! All batches that waited while the last flush ran become the next group: judge, append, publish, answer. Nothing lingers
//! to make a group larger.
//!
//! - [`queue`]: where batches wait, bounded in bytes
//! - [`facts`]: what the judge is told about the log
//! - [`run`]: the committer itself
//! - [`turn`]: who settles: the committer, or a caller that is alone
//! - [`answers`]: what tells the callers

mod answers;
mod facts;
mod queue;
mod run;
mod turn;
mod wait;

use holdfast_model::{Entry, Head, Revision, Sealed, Timestamp};
use std::sync::Arc;

use crate::judge::Chosen;
use crate::remembered::Remembered;

pub(crate) use answers::Answers;
pub(crate) use queue::{Job, Queue};
pub(crate) use run::run;
pub(crate) use turn::Turn;
pub(crate) use wait::block_on;

/// A batch went through.
#[derive(Debug, Clone)]
pub(crate) struct Committed {
    pub(crate) revision: Revision,
    pub(crate) time: Timestamp,
    /// `None`: nothing changed, or it is a replay.
    pub(crate) commit: Option<Arc<Sealed>>,
    pub(crate) replay: Option<Remembered>,
    pub(crate) chosen: Chosen,
    /// The head after the group.
    pub(crate) head: Head,
}

impl Committed {
    /// What the first write left; `None`: nothing, or it is a replay.
    pub(crate) fn entry(&self) -> Option<Arc<Entry>> {
        let commit = self.commit.as_deref()?.commit();
        commit.events.first()?.entry(commit).map(Arc::new)
    }
}
