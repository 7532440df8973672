//! The one row that says where the log ends.

use holdfast_model::{ChainHash, Epoch, EpochStart, Floors, Head, LogId, Revision, Timestamp};
use holdfast_store::{StoreError, same_end};
use uuid::Uuid;

use crate::{corrupt, signed, unsigned};

/// Whether a group that was judged behind `after` may go behind `head`: what the condition of an append asks.
#[must_use]
pub fn is_unmoved(after: &Head, head: &Head) -> bool {
    same_end(after, head) && head.ordinal_base == after.ordinal_base
}

/// The columns of the table `head`, as a database has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    /// 16 bytes.
    pub log: Vec<u8>,
    /// From 1.
    pub epoch: i64,
    /// Last revision of the epoch before.
    pub inherited: i64,
    /// First revision of this epoch.
    pub first_revision: i64,
    /// The newest.
    pub revision: i64,
    /// Of the newest, in nanoseconds.
    pub time: i64,
    /// Of the newest; 32 bytes.
    pub hash: Vec<u8>,
    /// Bytes of all commits ever.
    pub appended: i64,
    /// Highest ordinal that left no trace.
    pub ordinal_base: i64,
    /// The oldest commit there is.
    pub events_floor: i64,
    /// The oldest revision that can be read.
    pub history_floor: i64,
}

const PLACE: &str = "the table head";

impl From<&Head> for HeadRow {
    fn from(head: &Head) -> Self {
        Self {
            log: head.log.0.as_bytes().to_vec(),
            epoch: i64::from(head.epoch.0),
            inherited: signed(head.epoch_start.inherited.0),
            first_revision: signed(head.epoch_start.first.0),
            revision: signed(head.revision.0),
            time: head.time.0,
            hash: head.hash.0.to_vec(),
            appended: signed(head.appended_bytes),
            ordinal_base: signed(head.ordinal_base),
            events_floor: signed(head.floors.events.0),
            history_floor: signed(head.floors.history.0),
        }
    }
}

impl TryFrom<HeadRow> for Head {
    type Error = StoreError;

    fn try_from(row: HeadRow) -> Result<Self, StoreError> {
        let number = |number| unsigned(number, PLACE);
        let bad = |what: &str| corrupt(PLACE, what);
        let log = <[u8; 16]>::try_from(&row.log[..]).map_err(|_| bad("the log has no UUID"))?;
        let hash =
            <[u8; 32]>::try_from(&row.hash[..]).map_err(|_| bad("the hash has another length"))?;
        Ok(Self {
            log: LogId(Uuid::from_bytes(log)),
            epoch: Epoch(
                u32::try_from(row.epoch).map_err(|_| bad("the epoch is no number of one"))?,
            ),
            epoch_start: EpochStart {
                inherited: Revision(number(row.inherited)?),
                first: Revision(number(row.first_revision)?),
            },
            revision: Revision(number(row.revision)?),
            time: Timestamp(row.time),
            hash: ChainHash(hash),
            appended_bytes: number(row.appended)?,
            ordinal_base: number(row.ordinal_base)?,
            floors: Floors {
                events: Revision(number(row.events_floor)?),
                history: Revision(number(row.history_floor)?),
            },
        })
    }
}

/// What of the head a read needs to know which state it saw: the columns that come with every row of a page.
#[derive(Debug, Clone, Copy)]
pub struct Glimpse {
    /// The newest.
    pub revision: i64,
    /// The oldest revision that can be read.
    pub history_floor: i64,
    /// Last revision of the epoch before.
    pub inherited: i64,
    /// First revision of this epoch.
    pub first_revision: i64,
}

impl Glimpse {
    /// A head with nothing else in it: enough for [`holdfast_store::At::resolve`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn head(self) -> Result<Head, StoreError> {
        let number = |number| unsigned(number, PLACE).map(Revision);
        let mut head = Head::genesis(LogId(Uuid::nil()));
        head.revision = number(self.revision)?;
        head.floors.history = number(self.history_floor)?;
        head.epoch_start =
            EpochStart { inherited: number(self.inherited)?, first: number(self.first_revision)? };
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use holdfast_testkit::scribe::{Scribe, key};

    use super::*;

    #[test]
    fn a_head_comes_back() {
        let mut scribe = Scribe::new();
        scribe.set(&key("n", "k"), "v");
        let head = scribe.head();
        let row = HeadRow::from(&head);
        assert_eq!(Head::try_from(row.clone()).expect("a head"), head);
        for wrong in [
            HeadRow { log: vec![1], ..row.clone() },
            HeadRow { hash: vec![1], ..row.clone() },
            HeadRow { revision: -1, ..row.clone() },
            HeadRow { epoch: -1, ..row },
        ] {
            assert!(matches!(Head::try_from(wrong), Err(StoreError::Corrupt { .. })));
        }
    }
}
