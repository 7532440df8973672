//! The bytes of an event that is kept without its commit: [postcard](https://postcard.jamesmunns.com/wire-format) of the fields
//! below. Their order is part of the format of backups (`docs/format.md`).

use bytes::Bytes;
use holdfast_model::{
    Codec, Entry, EntryKey, Event, EventKind, Key, Namespace, Revision, Timestamp, ValueType,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::read::HistoryRow;

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    namespace: &'a str,
    key: &'a str,
    revision: u64,
    time: i64,
    kind: u8,
    id: [u8; 16],
    version: u64,
    ordinal: u64,
    create_revision: u64,
    previous: Option<u64>,
    created_at: i64,
    expires_at: Option<i64>,
    codec: &'a str,
    value_type: u8,
    value: &'a [u8],
}

/// Appends the bytes of a row.
pub fn encode(row: &HistoryRow, into: &mut Vec<u8>) {
    let event = &row.event;
    push(
        into,
        &Wire {
            namespace: event.at.namespace.as_str(),
            key: event.at.key.as_str(),
            revision: row.revision.0,
            time: row.time.0,
            kind: event.kind.number(),
            id: *event.id.as_bytes(),
            version: event.version,
            ordinal: event.ordinal,
            create_revision: event.create_revision.0,
            previous: event.previous.map(|revision| revision.0),
            created_at: event.created_at.0,
            expires_at: event.expires_at.map(|time| time.0),
            codec: event.codec.as_str(),
            value_type: event.value_type.number(),
            value: &event.value,
        },
    );
}

/// Appends the bytes of an entry, as those of a set without a version before: for a digest.
pub(super) fn encode_entry(entry: &Entry, into: &mut Vec<u8>) {
    push(
        into,
        &Wire {
            namespace: entry.at.namespace.as_str(),
            key: entry.at.key.as_str(),
            revision: entry.mod_revision.0,
            time: entry.modified_at.0,
            kind: EventKind::Set.number(),
            id: *entry.id.as_bytes(),
            version: entry.version,
            ordinal: entry.ordinal,
            create_revision: entry.create_revision.0,
            previous: None,
            created_at: entry.created_at.0,
            expires_at: entry.expires_at.map(|time| time.0),
            codec: entry.codec.as_str(),
            value_type: entry.value_type.number(),
            value: &entry.value,
        },
    );
}

fn push(into: &mut Vec<u8>, wire: &Wire<'_>) {
    // Writing plain fields into memory cannot fail.
    *into = postcard::to_extend(wire, std::mem::take(into))
        .unwrap_or_else(|error| unreachable!("encoding a row into memory failed: {error}"));
}

/// Reads the row at the front of `bytes`; answers what is behind it. `None` when no row can have these bytes.
pub fn decode(bytes: &[u8]) -> Option<(HistoryRow, &[u8])> {
    let (wire, rest): (Wire<'_>, _) = postcard::take_from_bytes(bytes).ok()?;
    let namespace = Namespace::new(wire.namespace).ok()?;
    let event = Event {
        id: Uuid::from_bytes(wire.id),
        kind: EventKind::from_number(wire.kind)?,
        at: EntryKey::new(namespace, Key::new(wire.key).ok()?),
        version: wire.version,
        ordinal: wire.ordinal,
        create_revision: Revision(wire.create_revision),
        previous: wire.previous.map(Revision),
        created_at: Timestamp(wire.created_at),
        expires_at: wire.expires_at.map(Timestamp),
        codec: Codec::new(wire.codec)?,
        value_type: ValueType::from_number(wire.value_type),
        value: Bytes::copy_from_slice(wire.value),
    };
    let (revision, time) = (Revision(wire.revision), Timestamp(wire.time));
    Some((HistoryRow { revision, time, event }, rest))
}
