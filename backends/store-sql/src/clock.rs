//! Time from the database, so that nodes with clocks of their own agree.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use holdfast_model::Timestamp;

/// The database's clock as this process last heard it: a local clock that never stops or jumps, and what it is off by.
/// Clones share it. Asking costs no round trip.
#[derive(Debug, Clone)]
pub struct DatabaseClock(Arc<State>);

#[derive(Debug)]
struct State {
    started: Instant,
    /// The database's nanoseconds since 1970 when `started` was now.
    origin: AtomicI64,
}

impl DatabaseClock {
    /// The first answer: `told` was the database's time between `asked` and now.
    #[must_use]
    pub fn new(asked: Instant, told: Timestamp) -> Self {
        let half = nanos(asked.elapsed().as_nanos()) / 2;
        Self(Arc::new(State {
            started: asked,
            origin: AtomicI64::new(told.0.saturating_sub(half)),
        }))
    }

    /// Now, by the database.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let passed = nanos(self.0.started.elapsed().as_nanos());
        Timestamp(self.0.origin.load(Ordering::Relaxed).saturating_add(passed))
    }

    /// Another answer: `told` was the database's time at some moment between `asked` and `answered`. What is known already is
    /// only corrected by as much as the answer contradicts it, so that slow answers do no harm.
    pub fn correct(&self, asked: Instant, answered: Instant, told: Timestamp) {
        let at =
            |moment: Instant| nanos(moment.saturating_duration_since(self.0.started).as_nanos());
        let latest = told.0.saturating_sub(at(asked));
        let earliest = told.0.saturating_sub(at(answered)).min(latest);
        let known = self.0.origin.load(Ordering::Relaxed);
        self.0.origin.store(known.clamp(earliest, latest), Ordering::Relaxed);
    }
}

fn nanos(nanos: u128) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_answer_corrects_only_what_it_contradicts() {
        let clock = DatabaseClock::new(Instant::now(), Timestamp(1_000_000_000_000));
        let origin = || clock.0.origin.load(Ordering::Relaxed);
        let (start, known) = (clock.0.started, origin());
        let at = |seconds| start + Duration::from_secs(seconds);
        clock.correct(at(10), at(20), Timestamp(known + 15_000_000_000));
        assert_eq!(origin(), known, "it may be so");
        clock.correct(at(30), at(31), Timestamp(known + 25_000_000_000));
        assert_eq!(origin(), known - 5_000_000_000, "the database was set back");
        clock.correct(at(40), at(40), Timestamp(known + 100_000_000_000));
        assert_eq!(origin(), known + 60_000_000_000);
        assert!(clock.now() > Timestamp(known + 60_000_000_000));
    }
}
