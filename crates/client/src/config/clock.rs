//! A clock that is cheap enough to look at on every read.

use std::time::{Duration, Instant};

/// Milliseconds of a clock that never goes back, from an unknown start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u64);

impl Tick {
    /// Before any other.
    pub(crate) const NEVER: Self = Self(0);

    /// Now, exact to some milliseconds. Linux has a clock for this that costs a tenth of the exact one.
    pub(crate) fn now() -> Self {
        Self(milliseconds().saturating_add(START))
    }

    /// That moment, or up to some milliseconds before it.
    pub(crate) fn at(moment: Instant) -> Self {
        // In this order: when the thread is stopped in between, the moment seems longer ago than it is.
        let now = Self::now();
        now.before(moment.elapsed() + Duration::from_millis(1))
    }

    /// From what an atomic holds.
    pub(crate) fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// For an atomic.
    pub(crate) fn raw(self) -> u64 {
        self.0
    }

    /// How long ago that was, seen from `later`.
    pub(crate) fn until(self, later: Self) -> Duration {
        Duration::from_millis(later.0.saturating_sub(self.0))
    }

    /// So long before this; never before the beginning.
    pub(crate) fn before(self, span: Duration) -> Self {
        let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(span))
    }
}

/// A machine that has just started may look back at values of last year: far enough from zero for that.
const START: u64 = 1 << 40;

#[cfg(target_os = "linux")]
fn milliseconds() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000).saturating_add(nanos / 1_000_000)
}

#[cfg(not(target_os = "linux"))]
fn milliseconds() -> u64 {
    use std::sync::LazyLock;
    static ZERO: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(ZERO.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_never_back() {
        let first = Tick::now();
        std::thread::sleep(Duration::from_millis(30));
        let second = Tick::now();
        assert!(first < second && first.until(second) >= Duration::from_millis(20));
        assert_eq!(second.until(first), Duration::ZERO);
        assert!(Tick::NEVER < first.before(Duration::from_secs(365 * 86_400)));
        let moment = Instant::now();
        std::thread::sleep(Duration::from_millis(30));
        assert!(Tick::at(moment) <= Tick::now().before(Duration::from_millis(29)));
    }
}
