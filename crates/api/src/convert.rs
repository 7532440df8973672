//! Model values to wire values, and back.

pub mod config;
pub mod holdfast;
pub mod state;

use std::time::Duration as Span;

use buffa_types::google::protobuf::{Duration, Timestamp as WireTime};
use holdfast_model::Timestamp;

/// A time on the wire.
#[must_use]
pub fn time(time: Timestamp) -> WireTime {
    WireTime { seconds: time.seconds(), nanos: time.subsec_nanos(), ..WireTime::default() }
}

/// A time from the wire; beyond the years 1677 to 2262 the nearest end.
#[must_use]
pub fn model_time(time: &WireTime) -> Timestamp {
    Timestamp(time.seconds.saturating_mul(1_000_000_000).saturating_add(time.nanos.into()))
}

/// A span on the wire.
#[must_use]
pub fn duration(span: Span) -> Duration {
    Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        // Below 1e9.
        nanos: span.subsec_nanos() as i32,
        ..Duration::default()
    }
}

/// A span from the wire.
///
/// # Errors
/// A sentence when it is negative, zero, or not a duration by protobuf's rules.
pub fn model_duration(span: &Duration) -> Result<Span, String> {
    let seconds = u64::try_from(span.seconds);
    let nanos = u32::try_from(span.nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    match (seconds, nanos) {
        (Ok(0), Some(0)) => Err("the duration must be longer than zero".into()),
        // The limit that protobuf itself gives: about 10,000 years.
        (Ok(seconds), Some(nanos)) if seconds <= 315_576_000_000 => Ok(Span::new(seconds, nanos)),
        _ => Err(format!("{} s and {} ns is no duration", span.seconds, span.nanos)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip() {
        for nanos in [0, 1, -1, 1_700_000_000_123_456_789, i64::MIN, i64::MAX] {
            let wire = time(Timestamp(nanos));
            assert!((0..1_000_000_000).contains(&wire.nanos));
            // The lowest second of all saturates before its nanoseconds are added.
            let near = model_time(&wire).0.abs_diff(nanos) < 1_000_000_000;
            assert!(near && (nanos == i64::MIN || model_time(&wire).0 == nanos), "{nanos}");
        }
    }

    #[test]
    fn durations_are_positive() {
        let wire = |seconds, nanos| Duration { seconds, nanos, ..Duration::default() };
        assert_eq!(model_duration(&wire(1, 5)), Ok(Span::new(1, 5)));
        for bad in [wire(0, 0), wire(-1, 0), wire(0, -1), wire(1, 1_000_000_000), wire(i64::MAX, 0)]
        {
            assert!(model_duration(&bad).is_err(), "{bad:?}");
        }
        assert_eq!(model_duration(&duration(Span::from_millis(1500))), Ok(Span::from_millis(1500)));
    }
}
