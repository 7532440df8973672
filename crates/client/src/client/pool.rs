//! Connections: some to each endpoint, taken in turn; one that just failed is passed over for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tonic::transport::{Channel, Endpoint};

use super::state::Links;

/// How long a connection that failed is passed over while there are others.
const REST: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Pool {
    /// `None` once closed.
    lanes: ArcSwapOption<Vec<Lane>>,
    turn: AtomicUsize,
    began: Instant,
}

#[derive(Debug)]
struct Lane {
    channel: Channel,
    /// When it last failed, in milliseconds since the pool began; 0: never.
    failed: AtomicU64,
}

/// A connection, for one attempt.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) channel: Channel,
    lane: usize,
}

impl Pool {
    pub(crate) fn new(endpoints: &[Endpoint], each: usize, links: &Arc<Links>) -> Self {
        let channel = |endpoint: &Endpoint| {
            let links = Arc::clone(links);
            endpoint.connect_with_connector_lazy(tower::service_fn(move |uri| {
                Arc::clone(&links).connect(uri)
            }))
        };
        // One of each endpoint after the other, so that neighbours are different servers.
        let lanes = (0..each.max(1))
            .flat_map(|_| endpoints)
            .map(|endpoint| Lane { channel: channel(endpoint), failed: AtomicU64::new(0) });
        Self {
            lanes: ArcSwapOption::from_pointee(lanes.collect::<Vec<_>>()),
            turn: AtomicUsize::new(0),
            began: Instant::now(),
        }
    }

    /// The next one; `None` once closed.
    pub(crate) fn take(&self) -> Option<Taken> {
        let lanes = self.lanes.load();
        let lanes = lanes.as_deref()?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let rested = |lane: &&usize| self.has_rested(&lanes[**lane]);
        let order: Vec<usize>;
        let lane = if self.has_rested(&lanes[turn % lanes.len()]) {
            turn % lanes.len()
        } else {
            order = (0..lanes.len()).map(|step| (turn + step) % lanes.len()).collect();
            *order.iter().find(rested).unwrap_or(&order[0])
        };
        Some(Taken { channel: lanes[lane].channel.clone(), lane })
    }

    /// It could not be reached.
    pub(crate) fn failed(&self, taken: &Taken) {
        if let Some(lanes) = self.lanes.load().as_deref() {
            lanes[taken.lane].failed.store(self.now().max(1), Ordering::Relaxed);
        }
    }

    /// It answered.
    pub(crate) fn worked(&self, taken: &Taken) {
        if let Some(lanes) = self.lanes.load().as_deref() {
            let failed = &lanes[taken.lane].failed;
            if failed.load(Ordering::Relaxed) != 0 {
                failed.store(0, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn close(&self) {
        self.lanes.store(None);
    }

    fn has_rested(&self, lane: &Lane) -> bool {
        let failed = lane.failed.load(Ordering::Relaxed);
        failed == 0 || u128::from(self.now() - failed.min(self.now())) >= REST.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(endpoints: usize, each: usize) -> Pool {
        let endpoint = |n| Endpoint::from_shared(format!("http://127.0.0.1:{n}")).expect("one");
        let endpoints: Vec<_> = (1..=endpoints).map(endpoint).collect();
        Pool::new(&endpoints, each, &Arc::new(Links::new(None)))
    }

    #[tokio::test]
    async fn connections_are_taken_in_turn_and_failed_ones_passed_over() {
        let pool = pool(2, 2);
        let lanes: Vec<_> = (0..4).map(|_| pool.take().expect("open").lane).collect();
        assert_eq!(lanes, [0, 1, 2, 3]);
        let bad = pool.take().expect("open");
        pool.failed(&bad);
        assert!((0..20).all(|_| pool.take().expect("open").lane != bad.lane));
        pool.worked(&bad);
        assert!((0..20).any(|_| pool.take().expect("open").lane == bad.lane));
    }

    #[tokio::test]
    async fn when_all_have_failed_they_are_tried_all_the_same() {
        let pool = pool(1, 1);
        let only = pool.take().expect("open");
        pool.failed(&only);
        assert_eq!(pool.take().expect("open").lane, 0);
        pool.close();
        assert!(pool.take().is_none());
    }
}
