//! The one row that says which log this is and how far it was reclaimed.

use holdfast_model::{ChainHash, Epoch, EpochStart, Floors, Head, LogId, Revision, Timestamp};
use holdfast_store::StoreError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys;
use crate::row::{bad_row, seal, unseal};
use crate::tables::Table;

/// The format that this release writes. A higher major is refused; a higher minor only adds what may be passed over.
pub(crate) const FORMAT: (u16, u16) = (1, 1);

/// Written when the log is made, reclaimed or repaired; not with every group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    format: (u16, u16),
    log: [u8; 16],
    epoch: u32,
    inherited: u64,
    first: u64,
    ordinal_base: u64,
    events_floor: u64,
    history_floor: u64,
    /// All up to this revision is trimmed.
    trimmed: u64,
    /// The end of the log while this epoch has no commit: then no row of the log may be there to tell it.
    base: Base,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Base {
    revision: u64,
    time: i64,
    hash: [u8; 32],
    appended: u64,
}

impl State {
    /// Of an epoch that begins behind `head`, of a log that was trimmed up to `trimmed`.
    pub(crate) fn begin(head: &Head, trimmed: Revision) -> Self {
        Self {
            format: FORMAT,
            log: *head.log.0.as_bytes(),
            epoch: head.epoch.0,
            inherited: head.epoch_start.inherited.0,
            first: head.epoch_start.first.0,
            ordinal_base: head.ordinal_base,
            events_floor: head.floors.events.0,
            history_floor: head.floors.history.0,
            trimmed: trimmed.0,
            base: Base {
                revision: head.revision.0,
                time: head.time.0,
                hash: head.hash.0,
                appended: head.appended_bytes,
            },
        }
    }

    /// All up to this revision is trimmed.
    pub(crate) fn trimmed(&self) -> Revision {
        Revision(self.trimmed)
    }

    /// After a step of a reclaim.
    pub(crate) fn reclaimed(&self, head: &Head, trimmed: Revision) -> Self {
        Self {
            ordinal_base: head.ordinal_base,
            events_floor: head.floors.events.0,
            history_floor: head.floors.history.0,
            trimmed: trimmed.0,
            ..*self
        }
    }

    /// The head of a log without a row.
    pub(crate) fn base_head(&self) -> Head {
        Head {
            log: LogId(Uuid::from_bytes(self.log)),
            epoch: Epoch(self.epoch),
            epoch_start: EpochStart {
                inherited: Revision(self.inherited),
                first: Revision(self.first),
            },
            revision: Revision(self.base.revision),
            time: Timestamp(self.base.time),
            hash: ChainHash(self.base.hash),
            appended_bytes: self.base.appended,
            ordinal_base: self.ordinal_base,
            floors: Floors {
                events: Revision(self.events_floor),
                history: Revision(self.history_floor),
            },
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        // Writing plain fields into memory cannot fail.
        let body = postcard::to_extend(self, Vec::with_capacity(128))
            .unwrap_or_else(|error| unreachable!("encoding a row into memory failed: {error}"));
        seal(Table::Meta, keys::STATE, body)
    }

    pub(crate) fn parse(row: &[u8]) -> Result<Self, StoreError> {
        let body = unseal(Table::Meta, keys::STATE, row)?;
        let (state, _) = postcard::take_from_bytes(body)
            .map_err(|error| bad_row(Table::Meta, keys::STATE, &error.to_string()))?;
        Ok(state)
    }
}
