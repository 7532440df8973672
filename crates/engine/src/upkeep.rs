//! What the log does by itself: entries whose time has come go, remembered answers are forgotten, old commits are compacted.

mod retention;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use bytes::Bytes;
use holdfast_model::{Actor, Batch, Condition, Precondition, Timestamp};
use holdfast_store::{At, PageLimit, Row, Scan, SideWrite};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::error::EngineError;
use crate::log::Log;
use crate::remembered::{Remembered, SIDE_PREFIX};

/// Entries removed in one commit.
const EXPIRE_AT_ONCE: usize = 1_000;
/// Ticks of the sweep between two looks at idempotency keys.
const FORGET_EVERY: u64 = 120;
/// Side rows looked at in one step.
const SIDE_STEP: usize = 1_000;

/// Runs until told to stop.
pub(crate) async fn run(log: Arc<Log>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(log.options.sweep_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let compacting = Arc::new(AtomicBool::new(false));
    let mut count = 0_u64;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.changed() => break,
        }
        count += 1;
        report("expiry", expire(&log).await);
        if count.is_multiple_of(FORGET_EVERY) {
            report("idempotency keys", forget(&log).await);
        }
        // Compaction may take long; the next expiry does not wait for it.
        if log.options.retention.is_on() && !compacting.swap(true, Relaxed) {
            let (log, compacting) = (Arc::clone(&log), Arc::clone(&compacting));
            tokio::task::spawn_blocking(move || {
                report("retention", futures::executor::block_on(retention::compact(&log)));
                compacting.store(false, Relaxed);
            });
        }
    }
}

fn report(what: &str, result: Result<(), EngineError>) {
    match result {
        Ok(()) | Err(EngineError::Stopping) => {}
        Err(error) => tracing::warn!(%error, "{what} will be tried again"),
    }
}

/// Removes what is due. A batch that only looks at the keys is enough: the judge expires what it touches.
async fn expire(log: &Arc<Log>) -> Result<(), EngineError> {
    let now = log.options.clock.now();
    let cut_off = log.follow.as_ref().is_some_and(|follow| follow.cut_off().is_some());
    if now < log.view().head.time || log.read_only.load(Relaxed) || cut_off {
        return Ok(());
    }
    loop {
        let limit = PageLimit::rows(EXPIRE_AT_ONCE);
        let page = log.store.scan(&Scan::Due(now), At::Latest, limit).await?.value;
        let due = page.rows.iter().filter_map(|row| match row {
            Row::Entry(entry) => Some(entry.at.clone()),
            _ => None,
        });
        let conditions: Vec<_> =
            due.map(|at| Condition { at, condition: Precondition::default() }).collect();
        if conditions.is_empty() {
            return Ok(());
        }
        log.maintain(housekeeping(conditions), Vec::new()).await?;
        if !page.more {
            return Ok(());
        }
    }
}

fn housekeeping(conditions: Vec<Condition>) -> Batch {
    Batch {
        writes: Vec::new(),
        conditions,
        quiet: Vec::new(),
        actor: Actor::system("expiry"),
        reason: String::new(),
        idempotency: None,
        choice: None,
    }
}

/// Forgets answers that are older than the setting.
async fn forget(log: &Arc<Log>) -> Result<(), EngineError> {
    let ttl = i64::try_from(log.options.idempotency_ttl.as_nanos()).unwrap_or(i64::MAX);
    let oldest = Timestamp(log.options.clock.now().0.saturating_sub(ttl));
    let mut after: Option<Bytes> = None;
    loop {
        let prefix = Bytes::from_static(SIDE_PREFIX);
        let what = Scan::Side { prefix, after: after.take() };
        let page = log.store.scan(&what, At::Latest, PageLimit::rows(SIDE_STEP)).await?.value;
        let mut old = Vec::new();
        for row in page.rows {
            let Row::Side(key, value) = row else { continue };
            if Remembered::decode(&value).is_none_or(|row| row.time < oldest) {
                old.push(SideWrite { key: key.clone(), value: None });
            }
            after = Some(key);
        }
        if !old.is_empty() {
            write_side(log, old).await?;
        }
        if !page.more {
            return Ok(());
        }
    }
}

pub(crate) async fn write_side(log: &Arc<Log>, rows: Vec<SideWrite>) -> Result<(), EngineError> {
    log.maintain(housekeeping(Vec::new()), rows).await.map(drop)
}

/// Seconds since, for the log.
fn elapsed(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}
