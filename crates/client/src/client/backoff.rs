//! How long to wait before the next attempt.

use std::time::Duration;

/// Waits that double up to a longest one, each spread by chance over half to one and a half of itself.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next wait.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = spread(self.next, fastrand::f64());
        self.next = (self.next * 2).min(self.longest);
        wait
    }

    /// It worked: the next wait is the first again.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

/// `chance` is from 0 to 1.
fn spread(wait: Duration, chance: f64) -> Duration {
    wait.mul_f64(0.5 + chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut backoff = Backoff::new(100 * MS, 350 * MS);
        for middle in [100, 200, 350, 350] {
            let wait = backoff.next();
            assert!(middle * MS / 2 <= wait && wait <= middle * MS * 3 / 2, "{middle}: {wait:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= 150 * MS);
    }

    #[test]
    fn chance_spreads_over_half_to_one_and_a_half() {
        assert_eq!(spread(100 * MS, 0.0), 50 * MS);
        assert_eq!(spread(100 * MS, 0.5), 100 * MS);
        assert_eq!(spread(100 * MS, 1.0), 150 * MS);
    }
}
