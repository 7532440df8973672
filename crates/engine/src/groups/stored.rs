//! What outlives a group's members: how far it is. It is kept beside the log, not in it: nobody asks how far a group was once.
//! Of a log that nodes share it also tells the others what only the node knows that reads.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Revision, Timestamp};
use holdfast_store::{At, PageLimit, Row, Scan, SideWrite};
use serde::{Deserialize, Serialize};

use super::lease::Lease;
use super::ledger::Counts;
use crate::error::EngineError;
use crate::events::Place;
use crate::log::Log;
use crate::upkeep::write_side;

/// Keys of the rows begin with this.
const PREFIX: &str = "groups/";
/// Rows read at once.
const STEP: usize = 1_000;

/// How far a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Up to this event everything is done.
    revision: u64,
    index: u32,
    /// Nothing behind this revision was ever given to a member.
    sent: u64,
    /// When it was written, in nanoseconds since 1970.
    at: i64,
    /// Of the node that wrote it.
    #[serde(default, skip_serializing_if = "is_none")]
    members: u32,
    #[serde(default, skip_serializing_if = "is_none")]
    waiting: u32,
    #[serde(default, skip_serializing_if = "is_none")]
    under_way: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Progress {
    pub(super) fn new(done: Place, sent: Revision, at: Timestamp) -> Self {
        Self {
            revision: done.revision.0,
            index: done.index,
            sent: sent.0,
            at: at.0,
            members: 0,
            waiting: 0,
            under_way: 0,
        }
    }

    /// With what its node knows beside.
    pub(super) fn counting(self, counts: Counts) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            members: count(counts.members),
            waiting: count(counts.waiting),
            under_way: count(counts.under_way),
            ..self
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        Counts {
            members: count(self.members),
            waiting: count(self.waiting),
            under_way: count(self.under_way),
        }
    }

    pub(super) fn done(&self) -> Place {
        Place { revision: Revision(self.revision), index: self.index }
    }

    pub(super) fn at(&self) -> Timestamp {
        Timestamp(self.at)
    }

    pub(super) fn sent(&self) -> Revision {
        Revision(self.sent)
    }
}

fn key(name: &str) -> Bytes {
    Bytes::from(format!("{PREFIX}{name}"))
}

/// Of one group; `None`: there is none of this name. Those that were not used since `oldest` are forgotten, and counted are
/// the others.
pub(super) async fn load(
    log: &Arc<Log>,
    name: &str,
    oldest: Timestamp,
) -> Result<(Option<Progress>, usize), EngineError> {
    let (mut found, mut others, mut old) = (None, 0, Vec::new());
    let mut after = None;
    loop {
        let what =
            Scan::Side { prefix: Bytes::from_static(PREFIX.as_bytes()), after: after.take() };
        let page = log.store.scan(&what, At::Latest, PageLimit::rows(STEP)).await?.value;
        for row in page.rows {
            let Row::Side(row, value) = row else { continue };
            let progress: Option<Progress> = serde_json::from_slice(&value).ok();
            if row == key(name) {
                found = progress;
            } else if progress.is_none_or(|progress| progress.at < oldest.0) {
                old.push(SideWrite { key: row.clone(), value: None });
            } else {
                others += 1;
            }
            after = Some(row);
        }
        if !page.more {
            break;
        }
    }
    if !old.is_empty() {
        write_side(log, old).await?;
    }
    Ok((found, others))
}

/// Groups by name.
pub(super) struct Page {
    pub(super) groups: Vec<(String, Progress)>,
    /// Where to go on; `None`: these are all.
    pub(super) next: Option<String>,
}

/// Groups behind a name that were used since `oldest`.
pub(super) async fn page(
    log: &Arc<Log>,
    after: Option<&str>,
    oldest: Timestamp,
) -> Result<Page, EngineError> {
    let what = Scan::Side { prefix: Bytes::from_static(PREFIX.as_bytes()), after: after.map(key) };
    let page = log.store.scan(&what, At::Latest, PageLimit::rows(STEP)).await?.value;
    let (mut groups, mut last) = (Vec::new(), None);
    for row in page.rows {
        let Row::Side(row, value) = row else { continue };
        let name = row.strip_prefix(PREFIX.as_bytes()).map(String::from_utf8_lossy);
        let Some(name) = name.map(|name| name.into_owned()) else { continue };
        let progress: Option<Progress> = serde_json::from_slice(&value).ok();
        let kept = progress.filter(|progress| progress.at >= oldest.0);
        groups.extend(kept.map(|progress| (name.clone(), progress)));
        last = Some(name);
    }
    Ok(Page { groups, next: last.filter(|_| page.more) })
}

/// Nothing is known of the group any longer. With a lease: only while that is held.
pub(super) async fn remove(
    log: &Arc<Log>,
    name: &str,
    lease: Option<&Lease>,
) -> Result<(), EngineError> {
    write(log, SideWrite { key: key(name), value: None }, lease).await
}

/// When this answers it is durable. With a lease: only while that is held.
pub(super) async fn store(
    log: &Arc<Log>,
    name: &str,
    progress: Progress,
    lease: Option<&Lease>,
) -> Result<(), EngineError> {
    let value = serde_json::to_vec(&progress).map(Bytes::from).map_err(|error| {
        EngineError::Store(holdfast_store::StoreError::Corrupt {
            place: format!("the progress of group {name}"),
            what: error.to_string(),
        })
    })?;
    write(log, SideWrite { key: key(name), value: Some(value) }, lease).await
}

async fn write(log: &Arc<Log>, row: SideWrite, lease: Option<&Lease>) -> Result<(), EngineError> {
    match lease.map(Lease::holds) {
        Some(holds) => log.maintain(holds, vec![row]).await.map(drop),
        None => write_side(log, vec![row]).await,
    }
}
