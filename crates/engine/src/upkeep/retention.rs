//! Retention: which commits are old enough to go.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use holdfast_model::{Floors, Head, Revision, Timestamp};
use holdfast_store::{At, PageLimit, Row, Scan, SideWrite};

use super::{elapsed, write_side};
use crate::error::EngineError;
use crate::log::Log;
use crate::options::Retention;

/// Side row: how many bytes of commits lie below the floor, as `floor (u64) bytes (u64)`, big-endian.
const TRIMMED: &[u8] = b"retention/trimmed";
/// Bytes of commits looked at in one step.
const STEP_BYTES: usize = 4 << 20;

impl Retention {
    /// True when something ever goes.
    pub(crate) fn is_on(&self) -> bool {
        self.max_age.is_some() || self.max_bytes.is_some() || self.max_revisions.is_some()
    }
}

/// Raises the floor to what the settings ask for, and lets the store remove what lies below. The newest commit stays.
pub(super) async fn compact(log: &Arc<Log>) -> Result<(), EngineError> {
    let head = log.store.head().await?;
    if head.revision == Revision::ZERO {
        return Ok(());
    }
    let mut floor = head.floors.events;
    let retention = &log.options.retention;
    if let Some(most) = retention.max_revisions {
        let oldest = head.revision.0.saturating_sub(most.get() as u64 - 1);
        floor = floor.max(Revision(oldest));
    }
    if let Some(age) = retention.max_age {
        let span = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
        let oldest = Timestamp(log.options.clock.now().0.saturating_sub(span));
        floor = floor.max(first_at(log, &head, oldest).await?);
    }
    let trimmed = trimmed(log).await?;
    if let Some(most) = retention.max_bytes {
        floor = floor.max(first_within(log, &head, trimmed, most).await?);
    }
    let floor = floor.min(head.revision);
    if floor <= head.floors.events {
        return Ok(());
    }
    // Before the floor: after a crash between the two the count is a little high, which the next round repairs by
    // counting from the row's own floor.
    if retention.max_bytes.is_some() {
        let bytes = bytes_between(log, trimmed.0, floor).await? + trimmed.1;
        let row = [floor.0.to_be_bytes(), bytes.to_be_bytes()].concat();
        let key = Bytes::from_static(TRIMMED);
        write_side(log, vec![SideWrite { key, value: Some(row.into()) }]).await?;
    }
    let started = Instant::now();
    let done = log.reclaim(Floors { events: floor, history: floor }).await?;
    log.metrics.compacted_commits.inc_by(done.commits);
    tracing::info!(
        floor = floor.0,
        commits = done.commits,
        versions = done.versions,
        seconds = elapsed(started),
        "compacted"
    );
    Ok(())
}

/// The first commit that is not older than `oldest`; the newest commit when all are.
async fn first_at(log: &Log, head: &Head, oldest: Timestamp) -> Result<Revision, EngineError> {
    let (mut low, mut high) = (head.floors.events.0, head.revision.0);
    while low < high {
        let middle = low + (high - low) / 2;
        match log.first_from(Revision(middle)).await? {
            // Epochs leave holes: the commit found may lie above the middle.
            Some(found) if found.commit().time < oldest => low = found.commit().revision.0 + 1,
            _ => high = middle,
        }
    }
    let found = log.first_from(Revision(low.min(head.revision.0))).await?;
    Ok(found.map_or(head.revision, |sealed| sealed.commit().revision))
}

/// The first commit that may stay so that at most `most` bytes do.
async fn first_within(
    log: &Log,
    head: &Head,
    trimmed: (Revision, u64),
    most: u64,
) -> Result<Revision, EngineError> {
    let mut excess = head.appended_bytes.saturating_sub(trimmed.1).saturating_sub(most);
    let mut position = Revision(trimmed.0.max(head.floors.events).0.saturating_sub(1));
    while excess > 0 && position < head.revision {
        let page = log.store.commits(position, STEP_BYTES).await?;
        if page.commits.is_empty() {
            break;
        }
        for sealed in page.commits {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(sealed.appended_bytes());
            position = sealed.commit().revision;
        }
    }
    Ok(position.next())
}

async fn bytes_between(log: &Log, from: Revision, to: Revision) -> Result<u64, EngineError> {
    let floor = log.store.head().await?.floors.events;
    let mut position = Revision(from.max(floor).0.saturating_sub(1));
    let mut bytes = 0;
    loop {
        let page = log.store.commits(position, STEP_BYTES).await?;
        if page.commits.is_empty() {
            return Ok(bytes);
        }
        for sealed in page.commits {
            position = sealed.commit().revision;
            if position >= to {
                return Ok(bytes);
            }
            bytes += sealed.appended_bytes();
        }
    }
}

async fn trimmed(log: &Log) -> Result<(Revision, u64), EngineError> {
    let what = Scan::Side { prefix: Bytes::from_static(TRIMMED), after: None };
    let page = log.store.scan(&what, At::Latest, PageLimit::rows(1)).await?.value;
    let row = page.rows.first().and_then(|row| match row {
        Row::Side(_, value) => value.split_first_chunk::<8>(),
        _ => None,
    });
    let Some((floor, bytes)) = row else { return Ok((Revision::ZERO, 0)) };
    let bytes = bytes.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    Ok((Revision(u64::from_be_bytes(*floor)), bytes))
}
