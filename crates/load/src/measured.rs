//! What one round saw, and the median of several.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::LoadError;

/// Three digits are kept of each latency.
const DIGITS: u8 = 3;
/// Latencies are kept in this unit.
pub const TICK: Duration = Duration::from_nanos(100);

/// Calls of one round. Times in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    /// How many counted.
    pub calls: u64,
    /// Calls per second.
    pub rate: f64,
    /// Half of the calls took no longer.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p999: f64,
    /// The longest.
    pub max: f64,
    /// Processor time of the server for each call, where somebody looked.
    pub cpu: Option<f64>,
}

impl Measured {
    /// From latencies in [`TICK`]s.
    ///
    /// # Errors
    /// [`LoadError::Nothing`] when there are none.
    pub fn of(latencies: &[u32], took: Duration) -> Result<Self, LoadError> {
        // Bounds and digits that are in range cannot be refused.
        let histogram = Histogram::<u64>::new_with_bounds(1, u64::from(u32::MAX), DIGITS);
        let mut histogram = histogram.map_err(|_| LoadError::Nothing)?;
        for ticks in latencies {
            histogram.saturating_record(u64::from(*ticks));
        }
        if histogram.is_empty() {
            return Err(LoadError::Nothing);
        }
        let micros = |ticks: u64| ticks as f64 * TICK.as_nanos() as f64 / 1e3;
        let at = |quantile: f64| micros(histogram.value_at_quantile(quantile));
        Ok(Self {
            calls: histogram.len(),
            rate: histogram.len() as f64 / took.as_secs_f64(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(histogram.max()),
            cpu: None,
        })
    }

    /// With the processor time that the server took for all of them.
    #[must_use]
    pub fn with_cpu(self, cpu: Duration) -> Self {
        Self { cpu: Some(cpu.as_secs_f64() * 1e6 / self.calls.max(1) as f64), ..self }
    }

    /// The median of every figure by itself.
    pub fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure));
        let cpu = median(rounds.iter().filter_map(|m| m.cpu));
        Self {
            calls: of(|m| m.calls as f64) as u64,
            rate: of(|m| m.rate),
            p50: of(|m| m.p50),
            p90: of(|m| m.p90),
            p99: of(|m| m.p99),
            p999: of(|m| m.p999),
            max: of(|m| m.max),
            cpu: (!cpu.is_nan()).then_some(cpu),
        }
    }
}

/// The middle one; of an even number, the upper middle; of none, not a number.
pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
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
        let seen = Measured::of(&latencies, Duration::from_secs(2)).expect("there are some");
        let seen = seen.with_cpu(Duration::from_secs(1));
        assert!((seen.rate - 5_000.0).abs() < 1e-9 && seen.calls == 10_000);
        assert!((seen.cpu.expect("it was given") - 100.0).abs() < 1e-9);
        assert!((seen.p50 - 500.0).abs() < 1.0 && (seen.p99 - 990.0).abs() < 1.0, "{seen:?}");
    }

    #[test]
    fn no_call_is_no_measurement() {
        let nothing = Measured::of(&[], Duration::from_secs(1));
        assert!(matches!(nothing, Err(LoadError::Nothing)));
    }

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        assert!((median([3.0, 900.0, 2.0].into_iter()) - 3.0).abs() < f64::EPSILON);
    }
}
