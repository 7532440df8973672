//! Entries and events as config.v1 shows them.

use holdfast_model::{Entry, Event, Timestamp};

use crate::config_v1::{ChangeType, Entry as WireEntry, WatchResponse};
use crate::convert::time;

/// An entry.
#[must_use]
pub fn entry(entry: &Entry) -> WireEntry {
    WireEntry {
        namespace: entry.at.namespace.as_str().into(),
        key: entry.at.key.as_str().into(),
        value: entry.value.clone(),
        codec: entry.codec.as_str().into(),
        r#type: entry.value_type.number().into(),
        version: version(entry.version),
        created_at: time(entry.created_at).into(),
        updated_at: time(entry.modified_at).into(),
        ..WireEntry::default()
    }
}

/// The message of an event in the commit of this time; `None` for a change that config.v1 has no word for.
#[must_use]
pub fn change(event: &Event, committed: Timestamp) -> Option<WatchResponse> {
    use holdfast_model::EventKind;
    let names = WireEntry {
        namespace: event.at.namespace.as_str().into(),
        key: event.at.key.as_str().into(),
        ..WireEntry::default()
    };
    let (change, entry) = match event.kind {
        EventKind::Set | EventKind::Metadata => {
            let entry = WireEntry {
                value: event.value.clone(),
                codec: event.codec.as_str().into(),
                r#type: event.value_type.number().into(),
                version: version(event.version),
                created_at: time(event.created_at).into(),
                updated_at: time(committed).into(),
                ..names
            };
            (ChangeType::CHANGE_TYPE_SET, entry)
        }
        EventKind::Delete | EventKind::Expire | EventKind::Revoke => {
            (ChangeType::CHANGE_TYPE_DELETE, names)
        }
        EventKind::Superseded => return None,
    };
    Some(WatchResponse { r#type: change.into(), entry: entry.into(), ..WatchResponse::default() })
}

/// A version; they count single writes, so the clamp is never reached.
#[must_use]
pub fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}
