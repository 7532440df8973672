//! Rows of the history: one event of one key. Entries name the row that made them, so the event is kept once.

use bytes::Bytes;
use holdfast_model::{Codec, EntryKey, Event, EventKind, Revision, Timestamp, ValueType};
use holdfast_store::{HistoryRow, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{corrupt, signed, unsigned};

/// Longer values are stored once, in a table of their own: the log and the history both name them.
pub const INLINE_BYTES: usize = 512;

const FORM: u8 = 1;
const CRC_BYTES: usize = 4;

/// What of an event is in no column of its own. Field order is in databases for ever.
#[derive(Debug, Serialize, Deserialize)]
struct Stored<'a> {
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
    /// Of a value that lies in a table of its own; the bytes of any other value follow.
    value_crc: Option<u32>,
}

/// A row of the history, as its columns have it.
#[derive(Debug, Clone, Copy)]
pub struct EventRow<'a> {
    /// Of the commit.
    pub revision: i64,
    /// Of the event in the commit.
    pub index: i32,
    /// [`EventKind::number`].
    pub kind: i16,
    /// Bytes of the value.
    pub value_len: i32,
    /// All the rest, as [`body`] made it.
    pub body: &'a [u8],
}

/// The column `body` of an event of the commit with this revision and time.
#[must_use]
pub fn body(revision: Revision, time: Timestamp, index: i32, event: &Event) -> Vec<u8> {
    let large = event.value.len() > INLINE_BYTES;
    let stored = Stored {
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
        value_crc: large.then(|| crc32fast::hash(&event.value)),
    };
    let mut body = Vec::with_capacity(96 + if large { 0 } else { event.value.len() });
    body.push(FORM);
    // Writing plain fields into memory cannot fail.
    body = postcard::to_extend(&stored, body)
        .unwrap_or_else(|error| unreachable!("encoding a row into memory failed: {error}"));
    if !large {
        body.extend_from_slice(&event.value);
    }
    let row = EventRow {
        revision: signed(revision.0),
        index,
        kind: i16::from(event.kind.number()),
        value_len: i32::try_from(event.value.len()).unwrap_or(i32::MAX),
        body: &body,
    };
    let crc = row.crc(&event.at, &body);
    body.extend_from_slice(&crc.to_le_bytes());
    body
}

impl EventRow<'_> {
    /// True when the value lies in a table of its own.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.value_len > INLINE_BYTES as i32
    }

    /// The event, with `large` as its value where that lies apart.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a bit of it is not as it was written.
    pub fn read(&self, at: EntryKey, large: Option<Bytes>) -> Result<HistoryRow, StoreError> {
        let (stored, inline) = self.open(&at)?;
        let value = match (stored.value_crc, large) {
            (None, _) => Bytes::copy_from_slice(inline),
            (Some(_), None) => return Err(self.bad(&at, "its value is missing")),
            (Some(crc), Some(value)) if crc32fast::hash(&value) == crc => value,
            (Some(_), Some(_)) => return Err(self.bad(&at, "the checksum of its value is wrong")),
        };
        if i32::try_from(value.len()) != Ok(self.value_len) {
            return Err(self.bad(&at, "its value has another length"));
        }
        let kind = u8::try_from(self.kind).ok().and_then(EventKind::from_number);
        let kind = kind.ok_or_else(|| self.bad(&at, "of an unknown kind of event"))?;
        let codec =
            Codec::new(stored.codec).ok_or_else(|| self.bad(&at, "its codec is no name"))?;
        let event = Event {
            id: Uuid::from_bytes(stored.id),
            kind,
            version: stored.version,
            ordinal: stored.ordinal,
            create_revision: Revision(stored.create_revision),
            previous: stored.previous.map(Revision),
            created_at: Timestamp(stored.created_at),
            expires_at: stored.expires_at.map(Timestamp),
            codec,
            value_type: ValueType::from_number(stored.value_type),
            value,
            at,
        };
        let revision = Revision(unsigned(self.revision, "history")?);
        Ok(HistoryRow { revision, time: Timestamp(stored.time), event })
    }

    fn open(&self, at: &EntryKey) -> Result<(Stored<'_>, &[u8]), StoreError> {
        let body = match self.body.split_last_chunk::<CRC_BYTES>() {
            Some((body, crc)) if u32::from_le_bytes(*crc) == self.crc(at, body) => body,
            _ => return Err(self.bad(at, "its checksum is wrong")),
        };
        match body.split_first() {
            Some((&FORM, rest)) => {
                postcard::take_from_bytes(rest).map_err(|error| self.bad(at, &error.to_string()))
            }
            _ => Err(self.bad(at, "its form is unknown")),
        }
    }

    fn crc(&self, at: &EntryKey, body: &[u8]) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        for part in [at.namespace.as_str().as_bytes(), &[0], at.key.as_str().as_bytes(), &[0]] {
            crc.update(part);
        }
        crc.update(&self.revision.to_le_bytes());
        crc.update(&self.index.to_le_bytes());
        crc.update(&self.kind.to_le_bytes());
        crc.update(&self.value_len.to_le_bytes());
        crc.update(body);
        crc.finalize()
    }

    fn bad(&self, at: &EntryKey, what: &str) -> StoreError {
        let place = format!("the table history, row {at} at revision {}", self.revision);
        corrupt(place, what)
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::Commit;
    use holdfast_testkit::scribe::{Change, Scribe, key};

    use super::*;

    fn row<'a>(commit: &Commit, event: &Event, body: &'a [u8]) -> EventRow<'a> {
        EventRow {
            revision: commit.revision.0 as i64,
            index: 0,
            kind: i16::from(event.kind.number()),
            value_len: event.value.len() as i32,
            body,
        }
    }

    #[test]
    fn an_event_comes_back_and_a_flipped_bit_is_noticed() {
        let at = key("n", "k/%_\\\u{e9}");
        for len in [0, 1, INLINE_BYTES, INLINE_BYTES + 1] {
            let mut scribe = Scribe::new();
            let change = Change::set_until(&at, vec![7; len], Timestamp(9));
            let group = scribe.group([vec![change], vec![Change::delete(&at)]]);
            for sealed in &group.commits {
                let commit = sealed.commit();
                let event = &commit.events[0];
                let body = body(commit.revision, commit.time, 0, event);
                let large = (event.value.len() > INLINE_BYTES).then(|| event.value.clone());
                let read = row(commit, event, &body).read(at.clone(), large.clone());
                let expected = HistoryRow {
                    revision: commit.revision,
                    time: commit.time,
                    event: event.clone(),
                };
                assert_eq!(read.expect("reads"), expected);
                for place in 0..body.len() {
                    let mut flipped = body.clone();
                    flipped[place] ^= 1;
                    let read = row(commit, event, &flipped).read(at.clone(), large.clone());
                    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "byte {place}");
                }
                let moved = row(commit, event, &body).read(key("n", "other"), large.clone());
                assert!(moved.is_err(), "a row is only valid in its place");
            }
        }
    }
}
