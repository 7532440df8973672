//! Wire to values, and back.

use std::sync::Arc;

use holdfast_api::config_v1;
use holdfast_api::convert;
use holdfast_api::holdfast_v1::{
    self as wire, CommitRequest, Precondition, WriteMode, write::Action as WireAction,
};
use uuid::Uuid;

use crate::entry::Log;
use crate::source::Change;
use crate::{Action, Batch, Entry, Error, Kind, OnlyIf, Write};

/// The kinds of JSON and of everything else: codecs repeat, so their names are shared.
pub(super) fn codec(name: String) -> Arc<str> {
    thread_local! {
        static JSON: Arc<str> = Arc::from("json");
    }
    if name.is_empty() || name == "json" { JSON.with(Arc::clone) } else { name.into() }
}

/// Which log a token stands in: all of it but the revision.
pub(super) fn log_of(token: &str) -> Log {
    let log = token.rsplit_once('.').map_or("", |(log, _)| log);
    if log.is_empty() { Log::default() } else { Log(xxhash_rust::xxh3::xxh3_64(log.as_bytes())) }
}

/// An entry of holdfast.v1.
pub(super) fn entry(entry: wire::Entry, log: Log, origin: &Arc<str>) -> Entry {
    Entry {
        namespace: entry.namespace.into(),
        key: entry.key.into(),
        value: entry.value,
        codec: codec(entry.codec),
        version: entry.version,
        revision: entry.mod_revision,
        log,
        created_at: entry.created_at.as_option().map(convert::model_time),
        updated_at: entry.updated_at.as_option().map(convert::model_time),
        expires_at: entry.expires_at.as_option().map(convert::model_time),
        origin: Arc::clone(origin),
    }
}

/// An entry of config.v1.
pub(super) fn config_entry(entry: config_v1::Entry, origin: &Arc<str>) -> Entry {
    Entry {
        namespace: entry.namespace.into(),
        key: entry.key.into(),
        value: entry.value,
        codec: codec(entry.codec),
        version: u64::try_from(entry.version).unwrap_or(0),
        revision: 0,
        log: Log::default(),
        created_at: entry.created_at.as_option().map(convert::model_time),
        updated_at: entry.updated_at.as_option().map(convert::model_time),
        expires_at: None,
        origin: Arc::clone(origin),
    }
}

/// What an event of holdfast.v1 did to its key; `None` for a kind that this client does not know.
pub(super) fn change(
    event: wire::Event,
    revision: u64,
    log: Log,
    origin: &Arc<str>,
) -> Option<Change> {
    let kind = convert::holdfast::model_event_kind(event.kind.as_known()?)?;
    if kind.removes() {
        return Some(Change::Gone { key: event.key.into(), revision, log });
    }
    kind.leaves_entry().then(|| Change::Set(of_event(event, log, origin)))
}

/// The entry that an event left.
pub(super) fn of_event(event: wire::Event, log: Log, origin: &Arc<str>) -> Entry {
    Entry {
        namespace: event.namespace.into(),
        key: event.key.into(),
        value: event.value,
        codec: codec(event.codec),
        version: event.version,
        revision: event.mod_revision,
        log,
        created_at: event.created_at.as_option().map(convert::model_time),
        updated_at: event.updated_at.as_option().map(convert::model_time),
        expires_at: event.expires_at.as_option().map(convert::model_time),
        origin: Arc::clone(origin),
    }
}

/// A batch for holdfast.v1; without an idempotency key it gets one.
pub(super) fn commit(batch: &Batch) -> CommitRequest {
    let (checks, writes): (Vec<_>, Vec<_>) =
        batch.writes.iter().partition(|write| write.action == Action::Check);
    let key = match batch.idempotency_key.as_str() {
        "" => Uuid::new_v4().to_string(),
        key => key.to_owned(),
    };
    CommitRequest {
        writes: writes.into_iter().map(write).collect(),
        conditions: checks.into_iter().map(condition).collect(),
        reason: batch.reason.clone(),
        idempotency_key: key,
        ..CommitRequest::default()
    }
}

fn condition(write: &Write) -> wire::Condition {
    wire::Condition {
        namespace: write.namespace.to_string(),
        key: write.key.to_string(),
        r#if: precondition(write.only_if, false).into(),
        ..wire::Condition::default()
    }
}

fn write(write: &Write) -> wire::Write {
    let put = matches!(write.action, Action::Put { .. });
    let action = match &write.action {
        Action::Put { value, codec, ttl } => WireAction::from(wire::Put {
            value: value.clone(),
            codec: codec.to_string(),
            ttl: ttl.map(convert::duration).into(),
            mode: mode(write.only_if).into(),
            ..wire::Put::default()
        }),
        action => WireAction::from(wire::Delete {
            missing_ok: *action == Action::Discard,
            ..wire::Delete::default()
        }),
    };
    wire::Write {
        namespace: write.namespace.to_string(),
        key: write.key.to_string(),
        action: Some(action),
        r#if: precondition(write.only_if, put).into(),
        ..wire::Write::default()
    }
}

/// What the mode of a put says has an answer of its own: it exists, it does not exist.
fn mode(condition: OnlyIf) -> WriteMode {
    match condition {
        OnlyIf::Absent => WriteMode::WRITE_MODE_CREATE,
        OnlyIf::Present => WriteMode::WRITE_MODE_UPDATE,
        _ => WriteMode::WRITE_MODE_UPSERT,
    }
}

fn precondition(condition: OnlyIf, put: bool) -> Option<Precondition> {
    let mut held = Precondition::default();
    match condition {
        OnlyIf::Always => return None,
        OnlyIf::Absent | OnlyIf::Present if put => return None,
        OnlyIf::Absent => held.exists = Some(false),
        OnlyIf::Present => held.exists = Some(true),
        OnlyIf::Version(version) => held.version = Some(version),
        OnlyIf::Revision(revision) => held.mod_revision = Some(revision),
    }
    Some(held)
}

/// What config.v1 can say of a batch: one write, without more than "it exists" or "it does not".
pub(super) enum Plain {
    Set(config_v1::SetRequest),
    Delete(config_v1::DeleteRequest, bool),
}

/// The one write of a batch in config.v1.
///
/// # Errors
/// [`Kind::Unsupported`], with what it cannot say.
pub(super) fn plain(batch: &Batch) -> Result<Plain, Error> {
    let no = |what: &str| {
        let sentence = format!("the server speaks only config.v1, which has no {what}");
        Err(Error::new(Kind::Unsupported, sentence))
    };
    let [write] = batch.writes.as_slice() else { return no("commit of several writes") };
    let mode = match write.only_if {
        OnlyIf::Always => config_v1::WriteMode::WRITE_MODE_UPSERT,
        OnlyIf::Absent => config_v1::WriteMode::WRITE_MODE_CREATE,
        OnlyIf::Present => config_v1::WriteMode::WRITE_MODE_UPDATE,
        OnlyIf::Version(_) | OnlyIf::Revision(_) => return no("condition on a version"),
    };
    let (namespace, key) = (write.namespace.to_string(), write.key.to_string());
    match &write.action {
        Action::Put { ttl: Some(_), .. } => no("life time"),
        Action::Put { value, codec, ttl: None } => Ok(Plain::Set(config_v1::SetRequest {
            namespace,
            key,
            value: value.clone(),
            codec: codec.to_string(),
            write_mode: mode.into(),
            ..config_v1::SetRequest::default()
        })),
        Action::Check => no("condition without a write"),
        // A delete of what exists says no more than a delete.
        Action::Delete | Action::Discard
            if matches!(write.only_if, OnlyIf::Always | OnlyIf::Present) =>
        {
            let request = config_v1::DeleteRequest { namespace, key, ..Default::default() };
            Ok(Plain::Delete(request, write.action == Action::Discard))
        }
        Action::Delete | Action::Discard => no("conditional delete"),
    }
}
