//! How long something is tried again.

use std::time::{Duration, Instant};

/// The first pause; each is up to twice as long as the one before.
const SHORTEST: Duration = Duration::from_millis(20);
/// Longer ones would only delay the recovery.
const LONGEST: Duration = Duration::from_millis(500);
/// So often without a pause: a pool may hold broken connections that only trying finds.
const AT_ONCE: u32 = 3;

/// Tries until a deadline, with growing pauses and jitter, so that nodes that lost the same database do not come back in step.
#[derive(Debug)]
pub struct Patience {
    deadline: Instant,
    tries: u32,
}

impl Patience {
    /// From now on for this long.
    #[must_use]
    pub fn of(span: Duration) -> Self {
        Self { deadline: Instant::now() + span, tries: 0 }
    }

    /// What is left of the time.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How long to wait before the next try; `None` when there is no time for one.
    pub fn pause(&mut self) -> Option<Duration> {
        let pause = match self.tries.checked_sub(AT_ONCE) {
            None => Duration::ZERO,
            Some(grown) => {
                let span = SHORTEST.saturating_mul(1 << grown.min(8)).min(LONGEST);
                span.mul_f64(0.5 + fastrand::f64() / 2.0)
            }
        };
        self.tries += 1;
        (pause < self.left()).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_with_the_time() {
        let mut patience = Patience::of(Duration::from_secs(60));
        let pauses: Vec<_> = (0..20).map_while(|_| patience.pause()).collect();
        assert_eq!(pauses[..AT_ONCE as usize], [Duration::ZERO; AT_ONCE as usize]);
        assert!(pauses[3] >= SHORTEST / 2 && pauses[19] >= LONGEST / 2);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST));
        assert_eq!(Patience::of(Duration::ZERO).pause(), None);
    }
}
