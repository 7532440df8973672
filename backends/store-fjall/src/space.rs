//! The reserve of free space: the engine cannot go on after a disk is full, so it must never come to that.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use holdfast_store::AppendError;

/// How long, and for how many bytes written, a figure is good. A system call takes about a microsecond, so it is not made
/// for every group.
const GOOD_FOR: Duration = Duration::from_millis(100);
const GOOD_FOR_BYTES: u64 = 8 << 20;

/// What is free, as it was last seen.
pub(crate) struct Space {
    path: PathBuf,
    reserve: u64,
    seen: Option<Seen>,
}

struct Seen {
    at: Instant,
    free: u64,
    written: u64,
}

impl Space {
    pub(crate) fn new(path: PathBuf, reserve: u64) -> Self {
        Self { path, reserve, seen: None }
    }

    /// Refuses `bytes` when less than the reserve would be left.
    pub(crate) fn check(&mut self, bytes: u64) -> Result<(), AppendError> {
        if self.reserve == 0 {
            return Ok(());
        }
        if let Some(seen) = &mut self.seen
            && seen.free >= self.reserve.saturating_add(GOOD_FOR_BYTES + bytes)
            && seen.written < GOOD_FOR_BYTES
            && seen.at.elapsed() < GOOD_FOR
        {
            seen.written += bytes;
            return Ok(());
        }
        // A figure that would refuse is never taken from memory: the space may have been freed meanwhile.
        let Ok(stat) = rustix::fs::statvfs(&self.path) else { return Ok(()) };
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        self.seen = Some(Seen { at: Instant::now(), free, written: bytes });
        if free < self.reserve.saturating_add(bytes) {
            return Err(AppendError::NoSpace { free, reserve: self.reserve });
        }
        Ok(())
    }
}
