//! Rows of the entries and the history, and the checksum that every row of ours ends with.

use bytes::Bytes;
use holdfast_model::{Codec, Entry, EntryKey, Event, EventKind, Revision, Timestamp, ValueType};
use holdfast_store::{HistoryRow, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{REMEDY, corrupt};
use crate::tables::Table;

/// Longer values are stored once, in a table of their own, and named by the rows.
pub(crate) const INLINE_BYTES: usize = 512;

const CRC_BYTES: usize = 4;

/// A history row that only says: look into the log.
const SHORT: u8 = 0;
/// A row with all of the event.
const FULL: u8 = 1;

/// The row of a body: with its checksum.
pub(crate) fn seal(table: Table, key: &[u8], mut body: Vec<u8>) -> Vec<u8> {
    seal_in(table, key, &mut body);
    body
}

/// Appends the checksum to a body, which becomes a row.
pub(crate) fn seal_in(table: Table, key: &[u8], body: &mut Vec<u8>) {
    let crc = crc(table, key, body);
    body.extend_from_slice(&crc.to_le_bytes());
}

/// The bytes of a row, once its checksum is found right.
pub(crate) fn unseal<'a>(table: Table, key: &[u8], row: &'a [u8]) -> Result<&'a [u8], StoreError> {
    if let Some((body, stored)) = row.split_last_chunk::<CRC_BYTES>()
        && u32::from_le_bytes(*stored) == crc(table, key, body)
    {
        return Ok(body);
    }
    Err(bad_row(table, key, "its checksum is wrong"))
}

fn crc(table: Table, key: &[u8], body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[table as u8]);
    crc.update(key);
    crc.update(body);
    crc.finalize()
}

pub(crate) fn bad_row(table: Table, key: &[u8], what: &str) -> StoreError {
    let what = format!("the row {} cannot be used: {what}; {REMEDY}", key.escape_ascii());
    corrupt(table.name(), what)
}

/// An event as a row keeps it; its name is in the key of the row. Field order is on disk for ever.
#[derive(Debug, Serialize, Deserialize)]
struct Stored<'a> {
    revision: u64,
    index: u32,
    time: i64,
    id: [u8; 16],
    version: u64,
    ordinal: u64,
    create_revision: u64,
    previous: Option<u64>,
    created_at: i64,
    expires_at: Option<i64>,
    codec: &'a str,
    value_type: u8,
    value_len: u32,
    /// Of a value that lies in the values table; the bytes of any other value follow the row.
    value_crc: Option<u32>,
}

/// Appends the body of a row with all of the event.
pub(crate) fn full(
    revision: Revision,
    time: Timestamp,
    index: u32,
    event: &Event,
    body: &mut Vec<u8>,
) {
    let large = event.value.len() > INLINE_BYTES;
    let stored = Stored {
        revision: revision.0,
        index,
        time: time.0,
        id: *event.id.as_bytes(),
        version: event.version,
        ordinal: event.ordinal,
        create_revision: event.create_revision.0,
        previous: event.previous.map(|revision| revision.0),
        created_at: event.created_at.0,
        expires_at: event.expires_at.map(|time| time.0),
        codec: event.codec.as_str(),
        value_type: event.value_type.number(),
        value_len: event.value.len() as u32,
        value_crc: large.then(|| crc32fast::hash(&event.value)),
    };
    body.extend_from_slice(&[FULL, event.kind.number()]);
    // Writing plain fields into memory cannot fail.
    *body = postcard::to_extend(&stored, std::mem::take(body))
        .unwrap_or_else(|error| unreachable!("encoding a row into memory failed: {error}"));
    if !large {
        body.extend_from_slice(&event.value);
    }
}

/// Appends the body of a history row that only names the log.
pub(crate) fn short(event: &Event, body: &mut Vec<u8>) {
    body.extend_from_slice(&[SHORT, event.kind.number()]);
}

/// A row, taken apart.
#[derive(Debug)]
pub(crate) struct EventRow<'a> {
    pub(crate) kind: EventKind,
    /// `None` when the event has to be looked up in the log.
    full: Option<(Stored<'a>, &'a [u8])>,
}

/// Where the value of a row is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LargeValue {
    pub(crate) revision: Revision,
    pub(crate) index: u32,
    len: u32,
    crc: u32,
}

impl LargeValue {
    /// True when these are the bytes that the row names.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.len as usize && crc32fast::hash(bytes) == self.crc
    }
}

impl<'a> EventRow<'a> {
    /// Checks a row and takes it apart.
    pub(crate) fn parse(table: Table, key: &[u8], row: &'a [u8]) -> Result<Self, StoreError> {
        let body = unseal(table, key, row)?;
        let bad = |what: &str| bad_row(table, key, what);
        let (&[form, kind], rest) =
            body.split_first_chunk::<2>().ok_or_else(|| bad("it is too short"))?;
        let kind =
            EventKind::from_number(kind).ok_or_else(|| bad("of an unknown kind of event"))?;
        match form {
            SHORT => Ok(Self { kind, full: None }),
            FULL => {
                let parsed: Result<(Stored<'_>, &[u8]), _> = postcard::take_from_bytes(rest);
                let (stored, inline) = parsed.map_err(|error| bad(&error.to_string()))?;
                if stored.value_crc.is_none() && stored.value_len as usize != inline.len() {
                    return Err(bad("its value has another length"));
                }
                Ok(Self { kind, full: Some((stored, inline)) })
            }
            _ => Err(bad("its form is unknown")),
        }
    }

    /// True when the event itself is in the log only.
    pub(crate) fn is_short(&self) -> bool {
        self.full.is_none()
    }

    /// True when reads see the event.
    pub(crate) fn counts(&self) -> bool {
        self.kind != EventKind::Superseded
    }

    /// True when the event left an entry behind.
    pub(crate) fn leaves_entry(&self) -> bool {
        self.counts() && !self.kind.removes()
    }

    /// Revision of the event; only in a full row.
    pub(crate) fn revision(&self) -> Option<Revision> {
        self.full.as_ref().map(|(stored, _)| Revision(stored.revision))
    }

    /// Ordinal of the event; only in a full row.
    pub(crate) fn ordinal(&self) -> Option<u64> {
        self.full.as_ref().map(|(stored, _)| stored.ordinal)
    }

    /// Revision of the version before; only in a full row.
    pub(crate) fn previous(&self) -> Option<Revision> {
        self.full.as_ref().and_then(|(stored, _)| stored.previous.map(Revision))
    }

    /// Expiry of the entry; only in a full row.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.full.as_ref().and_then(|(stored, _)| stored.expires_at.map(Timestamp))
    }

    /// The value that lies in the values table.
    pub(crate) fn large(&self) -> Option<LargeValue> {
        let (stored, _) = self.full.as_ref()?;
        let revision = Revision(stored.revision);
        stored.value_crc.map(|crc| LargeValue {
            revision,
            index: stored.index,
            len: stored.value_len,
            crc,
        })
    }

    /// The event, with `large` as its value where that is not in the row itself. `None` for a short row.
    pub(crate) fn event(&self, at: EntryKey, large: Option<Bytes>) -> Option<HistoryRow> {
        let (stored, inline) = self.full.as_ref()?;
        let event = Event {
            id: Uuid::from_bytes(stored.id),
            kind: self.kind,
            at,
            version: stored.version,
            ordinal: stored.ordinal,
            create_revision: Revision(stored.create_revision),
            previous: stored.previous.map(Revision),
            created_at: Timestamp(stored.created_at),
            expires_at: stored.expires_at.map(Timestamp),
            codec: Codec::new(stored.codec)?,
            value_type: ValueType::from_number(stored.value_type),
            // A copy, because the row is a window on a whole block, which a cached entry would keep in memory.
            value: large.unwrap_or_else(|| Bytes::copy_from_slice(inline)),
        };
        Some(HistoryRow {
            revision: Revision(stored.revision),
            time: Timestamp(stored.time),
            event,
        })
    }

    /// The entry that the event left behind.
    pub(crate) fn entry(&self, at: EntryKey, large: Option<Bytes>) -> Option<Entry> {
        self.event(at, large)?.into_entry()
    }
}
