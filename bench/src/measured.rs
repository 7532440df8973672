//! What one round saw, and the median of several.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Three digits are kept of each latency.
const DIGITS: u8 = 3;
/// Latencies are kept in this unit.
pub(crate) const TICK: Duration = Duration::from_nanos(100);

/// Calls of one round. Times in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    /// Calls per second.
    pub(crate) rate: f64,
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
    /// Processor time of the server for each call.
    pub(crate) cpu: f64,
}

impl Measured {
    /// From latencies in [`TICK`]s.
    pub(crate) fn of(
        latencies: &[u32],
        took: Duration,
        cpu: Duration,
    ) -> Result<Self, crate::Fault> {
        let mut histogram = Histogram::<u64>::new(DIGITS)?;
        for ticks in latencies {
            histogram.record(u64::from(*ticks))?;
        }
        let micros = |ticks: u64| ticks as f64 * TICK.as_nanos() as f64 / 1e3;
        let at = |quantile: f64| micros(histogram.value_at_quantile(quantile));
        let calls = latencies.len() as f64;
        Ok(Self {
            rate: calls / took.as_secs_f64(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(histogram.max()),
            cpu: cpu.as_secs_f64() * 1e6 / calls.max(1.0),
        })
    }

    /// The median of every figure by itself.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure));
        Self {
            rate: of(|m| m.rate),
            p50: of(|m| m.p50),
            p90: of(|m| m.p90),
            p99: of(|m| m.p99),
            p999: of(|m| m.p999),
            max: of(|m| m.max),
            cpu: of(|m| m.cpu),
        }
    }
}

/// The middle one; of an even number, the upper middle.
pub(crate) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_latencies() {
        let latencies: Vec<u32> = (1..=10_000).collect();
        let seen = Measured::of(&latencies, Duration::from_secs(2), Duration::from_secs(1));
        let seen = seen.expect("it fits");
        assert!((seen.rate - 5_000.0).abs() < 1e-9 && (seen.cpu - 100.0).abs() < 1e-9);
        assert!((seen.p50 - 500.0).abs() < 1.0 && (seen.p99 - 990.0).abs() < 1.0, "{seen:?}");
    }

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        assert!((median([3.0, 900.0, 2.0].into_iter()) - 3.0).abs() < f64::EPSILON);
    }
}
