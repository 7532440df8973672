//! Events, commits and conditions as holdfast.v1 shows them.

use bytes::Bytes;
use holdfast_model::{
    Actor, Cause, Entry, Event, EventKind, Precondition, Revision, Timestamp, ValueHash,
};

use crate::convert::time;
use crate::holdfast_v1 as wire;

/// An event, in the commit of this revision and time.
#[must_use]
pub fn event(index: usize, event: &Event, revision: Revision, committed: Timestamp) -> wire::Event {
    wire::Event {
        id: event.id.to_string(),
        kind: event_kind(event.kind).into(),
        namespace: event.at.namespace.as_str().into(),
        key: event.at.key.as_str().into(),
        index: u32::try_from(index).unwrap_or(u32::MAX),
        version: event.version,
        ordinal: event.ordinal,
        create_revision: event.create_revision.0,
        previous_revision: event.previous.unwrap_or_default().0,
        value: event.value.clone(),
        codec: event.codec.as_str().into(),
        r#type: event.value_type.number().into(),
        created_at: time(event.created_at).into(),
        expires_at: event.expires_at.map(time).into(),
        mod_revision: revision.0,
        updated_at: time(committed).into(),
        ..wire::Event::default()
    }
}

/// An entry.
#[must_use]
pub fn entry(entry: &Entry, values: bool) -> wire::Entry {
    wire::Entry {
        namespace: entry.at.namespace.as_str().into(),
        key: entry.at.key.as_str().into(),
        value: if values { entry.value.clone() } else { Bytes::new() },
        codec: entry.codec.as_str().into(),
        r#type: entry.value_type.number().into(),
        version: entry.version,
        ordinal: entry.ordinal,
        create_revision: entry.create_revision.0,
        mod_revision: entry.mod_revision.0,
        created_at: time(entry.created_at).into(),
        updated_at: time(entry.modified_at).into(),
        expires_at: entry.expires_at.map(time).into(),
        id: entry.id.to_string(),
        ..wire::Entry::default()
    }
}

/// A current entry, as the set event that an initial state shows it as.
#[must_use]
pub fn initial(index: usize, entry: &Entry) -> wire::Event {
    wire::Event {
        id: entry.id.to_string(),
        kind: wire::EventKind::EVENT_KIND_SET.into(),
        namespace: entry.at.namespace.as_str().into(),
        key: entry.at.key.as_str().into(),
        index: u32::try_from(index).unwrap_or(u32::MAX),
        version: entry.version,
        ordinal: entry.ordinal,
        create_revision: entry.create_revision.0,
        value: entry.value.clone(),
        codec: entry.codec.as_str().into(),
        r#type: entry.value_type.number().into(),
        created_at: time(entry.created_at).into(),
        expires_at: entry.expires_at.map(time).into(),
        mod_revision: entry.mod_revision.0,
        updated_at: time(entry.modified_at).into(),
        ..wire::Event::default()
    }
}

/// Who committed.
#[must_use]
pub fn actor(actor: &Actor) -> wire::Actor {
    wire::Actor {
        identity: actor.identity.as_ref().into(),
        method: actor.method.as_ref().into(),
        ..wire::Actor::default()
    }
}

/// Why there is a commit.
#[must_use]
pub fn cause(cause: Cause) -> wire::Cause {
    match cause {
        Cause::Client => wire::Cause::CAUSE_CLIENT,
        Cause::Expiry => wire::Cause::CAUSE_EXPIRY,
        Cause::Retention => wire::Cause::CAUSE_RETENTION,
        Cause::Merge => wire::Cause::CAUSE_MERGE,
    }
}

/// Metadata of the answer to a watch: what the server's clock showed when it began, in nanoseconds since 1970.
pub const TIME_METADATA: &str = "holdfast-time";

/// What happened.
#[must_use]
pub fn event_kind(kind: EventKind) -> wire::EventKind {
    match kind {
        EventKind::Set => wire::EventKind::EVENT_KIND_SET,
        EventKind::Delete => wire::EventKind::EVENT_KIND_DELETE,
        EventKind::Expire => wire::EventKind::EVENT_KIND_EXPIRE,
        EventKind::Metadata => wire::EventKind::EVENT_KIND_METADATA,
        EventKind::Revoke => wire::EventKind::EVENT_KIND_REVOKE,
        EventKind::Superseded => wire::EventKind::EVENT_KIND_SUPERSEDED,
    }
}

/// What happened, from the wire; `None` when it is left open.
#[must_use]
pub fn model_event_kind(kind: wire::EventKind) -> Option<EventKind> {
    match kind {
        wire::EventKind::EVENT_KIND_UNSPECIFIED => None,
        wire::EventKind::EVENT_KIND_SET => Some(EventKind::Set),
        wire::EventKind::EVENT_KIND_DELETE => Some(EventKind::Delete),
        wire::EventKind::EVENT_KIND_EXPIRE => Some(EventKind::Expire),
        wire::EventKind::EVENT_KIND_METADATA => Some(EventKind::Metadata),
        wire::EventKind::EVENT_KIND_REVOKE => Some(EventKind::Revoke),
        wire::EventKind::EVENT_KIND_SUPERSEDED => Some(EventKind::Superseded),
    }
}

/// A condition for the wire.
#[must_use]
pub fn precondition(condition: &Precondition) -> wire::Precondition {
    wire::Precondition {
        exists: condition.exists,
        version: condition.version,
        mod_revision: condition.mod_revision.map(|revision| revision.0),
        value_hash: condition.value_hash.map(|hash| Bytes::copy_from_slice(&hash.0)),
        ordinal: condition.ordinal,
        ..wire::Precondition::default()
    }
}

/// A condition from the wire.
///
/// # Errors
/// The member and what is wrong with it.
pub fn model_precondition(
    condition: &wire::Precondition,
) -> Result<Precondition, (&'static str, String)> {
    let value_hash = match &condition.value_hash {
        None => None,
        Some(bytes) => Some(ValueHash(bytes.as_ref().try_into().map_err(|_| {
            ("value_hash", format!("has {} bytes, a BLAKE3 hash has 32", bytes.len()))
        })?)),
    };
    Ok(Precondition {
        exists: condition.exists,
        version: condition.version,
        mod_revision: condition.mod_revision.map(Revision),
        value_hash,
        ordinal: condition.ordinal,
        ..Precondition::default()
    })
}
