//! Times of the clock of a log as moments of this process.

use std::time::{Duration, Instant};

use holdfast_model::Timestamp;

/// Tells when something was so that a log has stamped. What a clogged connection delivers late says nothing about now, and the two clocks
/// need not agree; but what the clock of the log showed when following began is known, and that was after it was asked for. So nothing is
/// ever taken for newer than it is, and for older by no more than the asking took.
#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    /// When following was asked for.
    pub asked: Instant,
    /// What the clock of the log showed after that; `None`: it does not tell.
    pub shown: Option<Timestamp>,
}

impl Anchor {
    /// When that was stamped, or before.
    #[must_use]
    pub fn moment(&self, stamp: Timestamp) -> Instant {
        self.moment_by(Instant::now(), stamp)
    }

    fn moment_by(&self, now: Instant, stamp: Timestamp) -> Instant {
        let Some(shown) = self.shown else { return now };
        let between = Duration::from_nanos(stamp.0.saturating_sub(shown.0).unsigned_abs());
        let moment = match stamp >= shown {
            true => self.asked.checked_add(between),
            // As far back as the clock of this machine goes.
            false => Some(self.asked.checked_sub(between).unwrap_or(self.asked)),
        };
        moment.map_or(now, |moment| moment.min(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_never_taken_for_newer_than_they_are() {
        // A clock that is years ahead or behind does not matter.
        let server = 1_700_000_000;
        let stamp = |seconds: i64| Timestamp((server + seconds) * 1_000_000_000);
        let asked = Instant::now();
        let anchor = Anchor { asked, shown: Some(stamp(0)) };
        let after = |seconds: u64| asked + Duration::from_secs(seconds);
        let moment = |came: u64, sent: i64| anchor.moment_by(after(came), stamp(sent));
        assert_eq!(moment(2, 0), asked, "sent at some time since it was asked for");
        assert_eq!(moment(5, 3), after(3));
        assert_eq!(moment(15, 6), after(6), "held up on the way");
        assert_eq!(moment(16, 16), after(16));
        assert_eq!(moment(16, 40), after(16), "their clock was set on meanwhile");
        assert_eq!(moment(20, -1), asked - Duration::from_secs(1), "a commit from before");
        let silent = Anchor { asked, shown: None };
        assert_eq!(silent.moment_by(after(3), stamp(1)), after(3));
    }
}
