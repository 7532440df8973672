//! A circuit breaker: closed, open, half open. No clock of its own: whoever asks says what time it is.

use std::time::{Duration, Instant};

/// When to stop asking, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub threshold: u32,
    /// How long it stays open before one call may try.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { threshold: 5, open_for: Duration::from_secs(30) }
    }
}

/// What a breaker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// No call passes.
    Open,
    /// One call may find out whether the server is back.
    HalfOpen,
}

/// Opens after failures in a row; after a while lets one call through, and closes or opens again by how that one ends.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    failures: u32,
    opened: Option<Instant>,
    /// Since when one call is finding out.
    probing: Option<Instant>,
}

/// A call may pass. It has to be told how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass {
    /// It is the one that finds out.
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        let settings = BreakerSettings { threshold: settings.threshold.max(1), ..settings };
        Self { settings, failures: 0, opened: None, probing: None }
    }

    /// May a call pass? If not, how long until one may.
    pub(crate) fn ask(&mut self, now: Instant) -> Result<Pass, Duration> {
        let Some(opened) = self.opened else { return Ok(Pass { probe: false }) };
        let span = self.settings.open_for;
        // A probe that was forgotten, because its caller went away, must not keep it open for ever.
        let since = self.probing.unwrap_or(opened);
        let waited = now.saturating_duration_since(since);
        if waited < span {
            return Err(span - waited);
        }
        self.probing = Some(now);
        Ok(Pass { probe: true })
    }

    /// A call has been answered, whatever the answer was: the server is there.
    pub(crate) fn worked(&mut self, pass: Pass) {
        // What was sent before it opened says nothing about now.
        if self.opened.is_none() || pass.probe {
            self.failures = 0;
            self.opened = None;
            self.probing = None;
        }
    }

    /// A call got no answer that says anything.
    pub(crate) fn failed(&mut self, pass: Pass, now: Instant) {
        if self.opened.is_some() && !pass.probe {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if pass.probe || self.failures >= self.settings.threshold {
            self.opened = Some(now);
            self.probing = None;
        }
    }

    /// A call was given up by its caller: nothing is known.
    pub(crate) fn gave_up(&mut self, pass: Pass) {
        if pass.probe {
            self.probing = None;
        }
    }

    pub(crate) fn state(&self, now: Instant) -> BreakerState {
        match self.opened {
            None => BreakerState::Closed,
            Some(opened) if now.saturating_duration_since(opened) < self.settings.open_for => {
                BreakerState::Open
            }
            Some(_) => BreakerState::HalfOpen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> (Breaker, Instant) {
        let settings = BreakerSettings { threshold: 3, open_for: 10 * SECOND };
        (Breaker::new(settings), Instant::now())
    }

    fn fail(breaker: &mut Breaker, now: Instant) {
        let pass = breaker.ask(now).expect("it passes");
        breaker.failed(pass, now);
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_starts_over() {
        let (mut breaker, now) = breaker();
        fail(&mut breaker, now);
        fail(&mut breaker, now);
        let pass = breaker.ask(now).expect("two of three");
        breaker.worked(pass);
        fail(&mut breaker, now);
        fail(&mut breaker, now);
        assert_eq!(breaker.state(now), BreakerState::Closed);
        fail(&mut breaker, now);
        assert_eq!(breaker.state(now), BreakerState::Open);
        assert_eq!(breaker.ask(now + 4 * SECOND), Err(6 * SECOND));
    }

    #[test]
    fn half_open_lets_exactly_one_through() {
        let (mut breaker, now) = breaker();
        (0..3).for_each(|_| fail(&mut breaker, now));
        let later = now + 10 * SECOND;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        let probe = breaker.ask(later).expect("one");
        assert!(breaker.ask(later).is_err(), "and no other");
        breaker.worked(probe);
        assert_eq!(breaker.state(later), BreakerState::Closed);
        // The count begins anew.
        fail(&mut breaker, later);
        assert!(breaker.ask(later).is_ok());
    }

    #[test]
    fn a_probe_that_fails_opens_it_for_the_whole_span_again() {
        let (mut breaker, now) = breaker();
        (0..3).for_each(|_| fail(&mut breaker, now));
        let later = now + 10 * SECOND;
        fail(&mut breaker, later);
        assert_eq!(breaker.ask(later + 9 * SECOND), Err(SECOND));
        assert!(breaker.ask(later + 10 * SECOND).is_ok());
    }

    #[test]
    fn steady_traffic_does_not_keep_it_open() {
        let (mut breaker, now) = breaker();
        (0..3).for_each(|_| fail(&mut breaker, now));
        let refused =
            (0..100).map(|tenth| now + tenth * SECOND / 10).filter(|at| breaker.ask(*at).is_err());
        assert_eq!(refused.count(), 100);
        assert!(breaker.ask(now + 10 * SECOND).is_ok());
    }

    #[test]
    fn late_answers_of_calls_from_before_say_nothing() {
        let (mut breaker, now) = breaker();
        let early = breaker.ask(now).expect("closed");
        (0..3).for_each(|_| fail(&mut breaker, now));
        breaker.worked(early);
        assert_eq!(breaker.state(now), BreakerState::Open);
        breaker.failed(early, now + 9 * SECOND);
        assert!(breaker.ask(now + 10 * SECOND).is_ok(), "the span did not begin again");
    }

    #[test]
    fn a_probe_that_was_given_up_frees_its_place() {
        let (mut breaker, now) = breaker();
        (0..3).for_each(|_| fail(&mut breaker, now));
        let later = now + 10 * SECOND;
        let probe = breaker.ask(later).expect("one");
        breaker.gave_up(probe);
        assert!(breaker.ask(later).is_ok());
    }
}
