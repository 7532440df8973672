//! How far the clocks are apart.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::finding::{Finding, State};

/// More than this is a warning: times of the past are asked for by the clock here and kept by the clock there.
const MOST_SECONDS: f64 = 2.0;
/// What the header cannot say.
const RESOLUTION: f64 = 1.0;

/// An answer: the date in it, and when it was asked for and came.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// The HTTP header, when the server sent one.
    pub(super) date: Option<String>,
    /// Here.
    pub(super) asked: Timestamp,
    /// Here.
    pub(super) came: Timestamp,
}

pub(super) fn check(answered: &Answered) -> Finding {
    let date =
        answered.date.as_deref().and_then(|date| DateTimeParser::new().parse_zoned(date).ok());
    let Some(date) = date else {
        return Finding::new("clock", State::Unknown, "the server does not tell its time");
    };
    let apart = apart(date.timestamp(), answered.asked, answered.came);
    if apart.abs() <= MOST_SECONDS {
        return Finding::ok("clock", "as here, as far as an answer tells (a second)");
    }
    let side = if apart > 0.0 { "ahead of" } else { "behind" };
    let said = format!("the server's clock is at least {:.0} s {side} the one here", apart.abs());
    Finding::new("clock", State::Warn, said)
        .advised("set both by NTP: times such as `--at 10m` mean the server's")
}

/// The least difference, in seconds, that explains the date: it was somewhere within its second when the server was
/// somewhere between the question and the answer. Positive: the server is ahead.
fn apart(date: Timestamp, asked: Timestamp, came: Timestamp) -> f64 {
    let seconds = |from: Timestamp, to: Timestamp| (to - from).total(jiff::Unit::Second);
    let ahead = seconds(came, date).unwrap_or_default();
    let behind = seconds(date, asked).unwrap_or_default() - RESOLUTION;
    if ahead > 0.0 {
        ahead
    } else if behind > 0.0 {
        -behind
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(date: &str, asked: &str, came: &str) -> Answered {
        let time = |text: &str| text.parse().expect("a time");
        Answered { date: Some(date.into()), asked: time(asked), came: time(came) }
    }

    #[test]
    fn only_what_the_answer_proves_is_held_against_a_clock() {
        let date = "Sat, 21 Nov 2026 12:00:05 GMT";
        for (asked, came, state) in [
            ("2026-11-21T12:00:05.5Z", "2026-11-21T12:00:05.6Z", State::Ok),
            ("2026-11-21T12:00:06.9Z", "2026-11-21T12:00:07Z", State::Ok),
            ("2026-11-21T12:00:08.9Z", "2026-11-21T12:00:09Z", State::Warn),
            ("2026-11-21T12:00:01Z", "2026-11-21T12:00:02Z", State::Warn),
            // An answer that was long on its way proves little.
            ("2026-11-21T12:00:00Z", "2026-11-21T12:00:20Z", State::Ok),
        ] {
            let finding = check(&answered(date, asked, came));
            assert_eq!(finding.state, state, "{asked}: {finding:?}");
        }
        let silent = Answered {
            date: None,
            ..answered(date, "2026-11-21T12:00:05Z", "2026-11-21T12:00:06Z")
        };
        assert_eq!(check(&silent).state, State::Unknown);
    }
}
