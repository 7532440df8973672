//! Randomness that can be repeated: SplitMix64 from a seed that every test prints.

use std::time::{SystemTime, UNIX_EPOCH};

/// A source of random numbers.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From `HOLDFAST_SEED`, or from the clock; says which.
    ///
    /// # Panics
    /// When `HOLDFAST_SEED` is no number.
    pub fn new(what: &str) -> Self {
        let seed = match std::env::var("HOLDFAST_SEED") {
            Ok(seed) => seed.parse().expect("HOLDFAST_SEED is a number"),
            Err(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(1, |since| since.as_secs() << 20 | u64::from(since.subsec_micros())),
        };
        println!("{what}: HOLDFAST_SEED={seed}");
        Self(seed)
    }

    /// Another source, independent of what this one gives from now on.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
