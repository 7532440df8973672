//! Rows of the log: a commit in its canonical bytes, with the values that are not stored apart.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{ChainHash, DecodeError, Revision, Sealed, StoredCommit};
use holdfast_store::StoreError;

use crate::keys;
use crate::row::{INLINE_BYTES, bad_row, seal, unseal};
use crate::tables::Table;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 8 + 4;

/// The sealed row of a commit; `appended` counts the bytes of all commits up to and with this one.
pub(crate) fn encode(sealed: &Sealed, appended: u64) -> Vec<u8> {
    let canonical = sealed.canonical();
    let inline = || sealed.commit().events.iter().filter(|event| event.value.len() <= INLINE_BYTES);
    let values: usize = inline().map(|event| event.value.len()).sum();
    let mut body = Vec::with_capacity(HEADER + canonical.len() + values + 4);
    body.push(VERSION);
    body.extend_from_slice(&appended.to_le_bytes());
    body.extend_from_slice(&(canonical.len() as u32).to_le_bytes());
    body.extend_from_slice(canonical);
    inline().for_each(|event| body.extend_from_slice(&event.value));
    seal(Table::Log, &keys::log(sealed.commit().revision), body)
}

/// A row of the log whose checksum is right.
pub(crate) struct LogRow {
    revision: Revision,
    /// Bytes of all commits up to and with this one.
    pub(crate) appended: u64,
    canonical: Bytes,
    inline: Bytes,
}

impl LogRow {
    pub(crate) fn parse(revision: Revision, row: &[u8]) -> Result<Self, StoreError> {
        let key = keys::log(revision);
        let bad = |what: &str| bad_row(Table::Log, &key, what);
        let body = unseal(Table::Log, &key, row)?;
        let (header, _) =
            body.split_first_chunk::<HEADER>().ok_or_else(|| bad("it is too short"))?;
        let [version, rest @ ..] = header;
        if *version != VERSION {
            return Err(bad("its form is unknown"));
        }
        let (appended, len) = rest.split_at(8);
        let appended = u64::from_le_bytes(appended.try_into().map_err(|_| bad("too short"))?);
        let len = u32::from_le_bytes(len.try_into().map_err(|_| bad("too short"))?) as usize;
        if body.len() < HEADER + len {
            return Err(bad("it is cut off"));
        }
        // One copy for the commit and its values, so that they do not keep a whole block in memory.
        let bytes = Bytes::copy_from_slice(&body[HEADER..]);
        let canonical = bytes.slice(..len);
        Ok(Self { revision, appended, canonical, inline: bytes.slice(len..) })
    }

    /// The hash of the commit, values or no values.
    pub(crate) fn hash(&self) -> ChainHash {
        StoredCommit::new(self.canonical.clone()).hash()
    }

    /// The commit, when all its values are in the row.
    pub(crate) fn open_inline(self) -> Result<Option<Arc<Sealed>>, StoreError> {
        let mut apart = false;
        let opened = self.open(|_| {
            apart = true;
            Ok(Bytes::new())
        });
        if apart { Ok(None) } else { opened.map(Some) }
    }

    /// The commit, once it and its values are found to be what was written. `large` fetches a value by its index.
    pub(crate) fn open(
        self,
        mut large: impl FnMut(u32) -> Result<Bytes, StoreError>,
    ) -> Result<Arc<Sealed>, StoreError> {
        let Self { revision, canonical, mut inline, .. } = self;
        let sealed = StoredCommit::new(canonical).open(|index, len| {
            if len > INLINE_BYTES {
                return large(index as u32).map_err(Failure::Store);
            }
            if len > inline.len() {
                return Err(Failure::Decode(DecodeError::Impossible("value length")));
            }
            Ok(inline.split_to(len))
        });
        match sealed {
            Ok(sealed) if sealed.commit().revision == revision => Ok(Arc::new(sealed)),
            Ok(_) => Err(bad_row(Table::Log, &keys::log(revision), "it is another commit")),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Decode(error)) => {
                Err(bad_row(Table::Log, &keys::log(revision), &error.to_string()))
            }
        }
    }
}

enum Failure {
    Decode(DecodeError),
    Store(StoreError),
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
