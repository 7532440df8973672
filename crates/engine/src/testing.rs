//! Values for unit tests.

use std::sync::Arc;

use holdfast_model::{
    Actor, Cause, ChainHash, Codec, Commit, EntryKey, Epoch, Event, EventKind, Key, LogId,
    Namespace, Revision, Sealed, Timestamp, ValueType,
};
use uuid::Uuid;

pub(crate) fn key(namespace: &str, key: &str) -> EntryKey {
    EntryKey::new(Namespace::new(namespace).expect("valid"), Key::new(key).expect("valid"))
}

/// A commit that creates one key.
pub(crate) fn sealed_set(at: &EntryKey, revision: u64, value: &str) -> Sealed {
    sealed_sets(std::slice::from_ref(at), revision, value)
}

/// A commit that creates some keys.
pub(crate) fn sealed_sets(keys: &[EntryKey], revision: u64, value: &str) -> Sealed {
    let event = |at: &EntryKey| Event {
        id: Uuid::from_u128(revision.into()),
        kind: EventKind::Set,
        at: at.clone(),
        version: 1,
        ordinal: 1,
        create_revision: Revision(revision),
        previous: None,
        created_at: Timestamp(1),
        expires_at: None,
        codec: Codec::json(),
        value_type: ValueType::String,
        value: value.to_owned().into(),
    };
    Sealed::new(Commit {
        log: LogId(Uuid::nil()),
        epoch: Epoch(1),
        revision: Revision(revision),
        time: Timestamp(1),
        previous_hash: ChainHash::default(),
        actor: Actor::system("test"),
        reason: Arc::from(""),
        cause: Cause::Client,
        events: keys.iter().map(event).collect(),
    })
}
