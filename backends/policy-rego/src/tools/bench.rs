//! What a decision costs.

use std::time::{Duration, Instant};

use regorus::Value;
use serde_json::Value as Json;

use super::Tried;
use crate::error::RunError;

/// Figures of many decisions on one thread, without keeping any. Nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// How many were made.
    pub decisions: usize,
    /// The least.
    pub least: u64,
    /// Half of them took at most this.
    pub p50: u64,
    /// 99 of 100 took at most this.
    pub p99: u64,
    /// 999 of 1,000 took at most this.
    pub p999: u64,
    /// The most.
    pub most: u64,
}

/// Most samples that are kept.
const SAMPLES: usize = 2_000_000;

impl Tried {
    /// Decides again and again for so long, after a tenth of it to warm up. The input is built once.
    ///
    /// # Errors
    /// What the policy fails with.
    pub fn bench(&self, input: &Json, time: Duration) -> Result<Measured, RunError> {
        let input = Value::from(input.clone());
        self.samples(&input, time / 10)?;
        let mut samples = self.samples(&input, time)?;
        samples.sort_unstable();
        let at = |per_mille: usize| samples[(samples.len() - 1) * per_mille / 1_000];
        Ok(Measured {
            decisions: samples.len(),
            least: at(0),
            p50: at(500),
            p99: at(990),
            p999: at(999),
            most: at(1_000),
        })
    }

    /// One at least.
    fn samples(&self, input: &Value, time: Duration) -> Result<Vec<u64>, RunError> {
        let mut samples = Vec::new();
        let mut now = Instant::now();
        let end = now + time;
        loop {
            self.loaded.decide(input.clone())?;
            let then = std::mem::replace(&mut now, Instant::now());
            samples.push(u64::try_from((now - then).as_nanos()).unwrap_or(u64::MAX));
            if now >= end || samples.len() >= SAMPLES {
                return Ok(samples);
            }
        }
    }
}
