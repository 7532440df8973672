//! Where in the log, and in which log: revisions, epochs, times, hashes and the head that holds them together.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The number of a commit: 1, 2, 3, ... without holes inside an epoch; 0 stands before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first commit.
    pub const ZERO: Self = Self(0);
    /// How far above the highest known head a new epoch begins: a bare number from a lost future lies in the hole.
    pub const EPOCH_GAP: u64 = 1 << 32;

    /// The revision behind this one. The largest number, which no log reaches but a caller may name, stays what it is.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// Nanoseconds within the second, 0 to 999,999,999.
    pub fn subsec_nanos(self) -> i32 {
        // In range by the modulus.
        self.0.rem_euclid(1_000_000_000) as i32
    }

    /// This much later; at the end of representable time (the year 2262) it stays there.
    #[must_use]
    pub fn after(self, span: std::time::Duration) -> Self {
        let nanos = i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "{} ns", self.0),
        }
    }
}

/// The identity of a log, made when its data directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogId(pub Uuid);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The life of a log between two repairs or restores; from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch(pub u32);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// BLAKE3 over a commit's canonical bytes, which contain the hash of the commit before.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChainHash(pub [u8; 32]);

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where the current epoch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochStart {
    /// The last revision taken over from the epoch before; 0 in the first epoch.
    pub inherited: Revision,
    /// The number of the first commit of this epoch.
    pub first: Revision,
}

impl EpochStart {
    /// Of a new log.
    pub const GENESIS: Self = Self { inherited: Revision::ZERO, first: Revision(1) };
}

/// The oldest revisions that still can be had. They only rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floors {
    /// The oldest commit that a watch can deliver.
    pub events: Revision,
    /// The oldest revision at which the past can be read exactly.
    pub history: Revision,
}

impl Floors {
    /// Of a log that was never compacted.
    pub const NONE: Self = Self { events: Revision(1), history: Revision::ZERO };
}

/// The end of a log, with all that the next commit depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which log.
    pub log: LogId,
    /// Which life of it.
    pub epoch: Epoch,
    /// Where that life began.
    pub epoch_start: EpochStart,
    /// The newest commit; [`Revision::ZERO`] when there is none.
    pub revision: Revision,
    /// Its time.
    pub time: Timestamp,
    /// Its hash; zeros when there is none.
    pub hash: ChainHash,
    /// Bytes of all commits ever appended (canonical bytes and values), those compacted since included.
    pub appended_bytes: u64,
    /// Highest ordinal of any deleted key whose last trace was compacted: a key without a trace starts above it.
    pub ordinal_base: u64,
    /// What is still there.
    pub floors: Floors,
}

impl Head {
    /// Of a new, empty log.
    pub fn genesis(log: LogId) -> Self {
        Self {
            log,
            epoch: Epoch(1),
            epoch_start: EpochStart::GENESIS,
            revision: Revision::ZERO,
            time: Timestamp(0),
            hash: ChainHash::default(),
            appended_bytes: 0,
            ordinal_base: 0,
            floors: Floors::NONE,
        }
    }

    /// The number of the next commit.
    pub fn next_revision(&self) -> Revision {
        self.revision.next().max(self.epoch_start.first)
    }

    /// True when `revision` is one that this log has, had, or will have next: not in the hole before an epoch.
    pub fn knows(&self, revision: Revision) -> bool {
        revision <= self.epoch_start.inherited
            || (revision.next() >= self.epoch_start.first && revision <= self.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_from_a_lost_future_is_not_known() {
        let mut head = Head::genesis(LogId(Uuid::nil()));
        head.epoch = Epoch(2);
        head.epoch_start =
            EpochStart { inherited: Revision(90), first: Revision(100 + Revision::EPOCH_GAP) };
        head.revision = Revision(90);
        assert!(head.knows(Revision(90)) && !head.knows(Revision(95)));
        assert!(!head.knows(Revision(u64::MAX)));
        assert_eq!(head.next_revision(), Revision(100 + Revision::EPOCH_GAP));
        head.revision = head.next_revision();
        assert!(head.knows(head.revision) && !head.knows(Revision(95)));
        assert!(!head.knows(head.revision.next()));
    }
}
