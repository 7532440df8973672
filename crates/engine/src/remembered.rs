//! What is kept under an idempotency key: a side row of the store.

use bytes::{BufMut, Bytes, BytesMut};
use holdfast_model::{Idempotency, Revision, Timestamp};

use crate::judge::Verdict;

/// Side rows of idempotency keys begin with this.
pub(crate) const SIDE_PREFIX: &[u8] = b"idem/";

const ROW_BYTES: usize = 32 + 8 + 8 + 1;

/// The answer to an earlier request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// Of the request.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) revision: Revision,
    pub(crate) time: Timestamp,
    /// False: the request changed nothing, and the revision is not its own.
    pub(crate) committed: bool,
    /// Of a transaction: a comparison had not held.
    pub(crate) otherwise: bool,
}

/// Bits of the last byte of a row.
const COMMITTED: u8 = 1;
const OTHERWISE: u8 = 2;

impl Remembered {
    pub(crate) fn of(key: &Idempotency, verdict: &Verdict) -> Self {
        Self {
            fingerprint: key.fingerprint,
            revision: verdict.revision,
            time: verdict.time,
            committed: verdict.commit.is_some(),
            otherwise: verdict.chosen.otherwise,
        }
    }

    pub(crate) fn encode(&self) -> Bytes {
        let mut row = BytesMut::with_capacity(ROW_BYTES);
        row.put_slice(&self.fingerprint);
        row.put_u64(self.revision.0);
        row.put_i64(self.time.0);
        let committed = if self.committed { COMMITTED } else { 0 };
        let otherwise = if self.otherwise { OTHERWISE } else { 0 };
        row.put_u8(committed | otherwise);
        row.freeze()
    }

    /// `None` for bytes that are no such row.
    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let (fingerprint, rest) = row.split_first_chunk::<32>()?;
        let (revision, rest) = rest.split_first_chunk::<8>()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let [bits] = rest else { return None };
        Some(Self {
            fingerprint: *fingerprint,
            revision: Revision(u64::from_be_bytes(*revision)),
            time: Timestamp(i64::from_be_bytes(*time)),
            committed: bits & COMMITTED != 0,
            otherwise: bits & OTHERWISE != 0,
        })
    }
}

/// Where the answer lies: identity and key are hashed together, so that neither can reach into the other.
pub(crate) fn side_key(key: &Idempotency) -> Bytes {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.identity.len() as u64).to_be_bytes());
    hasher.update(key.identity.as_bytes());
    hasher.update(key.key.as_bytes());
    [SIDE_PREFIX, hasher.finalize().as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_round_trip() {
        let row = Remembered {
            fingerprint: [7; 32],
            revision: Revision(9),
            time: Timestamp(-3),
            committed: true,
            otherwise: false,
        };
        let other = Remembered { committed: false, otherwise: true, ..row.clone() };
        assert_eq!(Remembered::decode(&other.encode()), Some(other));
        assert_eq!(Remembered::decode(&row.encode()), Some(row));
        assert_eq!(Remembered::decode(b"short"), None);
    }
}
