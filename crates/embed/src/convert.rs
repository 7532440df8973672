//! Entries, batches and errors of the engine as those of the client library.

use std::sync::Arc;

use holdfast_client::{Action, Batch, Committed, Entry, Error, Kind, Log, OnlyIf, Write};
use holdfast_engine::{
    CommitAnswer, CommitRequest, EngineError, RequestedAction, RequestedCondition, RequestedWrite,
};
use holdfast_model::{ErrorKind, Head, Precondition, Revision, WriteMode};

/// A number that two logs, and two lives of one, do not share.
pub(crate) fn log_of(head: &Head) -> Log {
    let (high, low) = head.log.0.as_u64_pair();
    Log((high ^ low).wrapping_add(u64::from(head.epoch.0)).max(1))
}

pub(crate) fn entry(entry: &holdfast_model::Entry, log: Log, origin: &Arc<str>) -> Entry {
    Entry {
        namespace: entry.at.namespace.as_str().into(),
        key: entry.at.key.as_str().into(),
        value: entry.value.clone(),
        codec: entry.codec.as_str().into(),
        version: entry.version,
        revision: entry.mod_revision.0,
        log,
        created_at: Some(entry.created_at),
        updated_at: Some(entry.modified_at),
        expires_at: entry.expires_at,
        origin: Arc::clone(origin),
    }
}

pub(crate) fn request(batch: &Batch) -> CommitRequest {
    let mut request = CommitRequest {
        reason: batch.reason.clone(),
        idempotency_key: batch.idempotency_key.clone(),
        ..CommitRequest::default()
    };
    for write in &batch.writes {
        let (namespace, key) = (write.namespace.to_string(), write.key.to_string());
        let condition = condition(write.only_if);
        match action(write) {
            Some(action) => {
                request.writes.push(RequestedWrite { namespace, key, action, condition });
            }
            None => request.conditions.push(RequestedCondition { namespace, key, condition }),
        }
    }
    request
}

/// What a write does; `None`: nothing, only its condition counts.
fn action(write: &Write) -> Option<RequestedAction> {
    match &write.action {
        Action::Put { value, codec, ttl } => Some(RequestedAction::Put {
            value: value.clone(),
            codec: codec.to_string(),
            ttl: *ttl,
            mode: WriteMode::Upsert,
        }),
        Action::Delete => Some(RequestedAction::Delete { missing_ok: false }),
        Action::Discard => Some(RequestedAction::Delete { missing_ok: true }),
        Action::Check => None,
    }
}

fn condition(only_if: OnlyIf) -> Precondition {
    let any = Precondition::default();
    match only_if {
        OnlyIf::Always => any,
        OnlyIf::Absent => Precondition::absent(),
        OnlyIf::Present => Precondition::exists(),
        OnlyIf::Version(version) => Precondition { version: Some(version), ..any },
        OnlyIf::Revision(revision) => {
            Precondition { mod_revision: Some(Revision(revision)), ..any }
        }
    }
}

pub(crate) fn committed(batch: &Batch, answer: CommitAnswer, log: Log) -> Committed {
    let mut results = answer.results.into_iter();
    let checks = |write: &Write| matches!(write.action, Action::Check);
    let mut version = |write| match checks(write) {
        true => 0,
        false => results.next().map_or(0, |result| result.version),
    };
    let versions = batch.writes.iter().map(&mut version).collect();
    let (revision, time) = (answer.revision.0, Some(answer.time));
    Committed { revision, log, time, versions, replayed: answer.replayed }
}

pub(crate) fn fault(error: &EngineError) -> Error {
    Error::new(kind(error.kind()), error.to_string())
}

pub(crate) fn panicked(error: tokio::task::JoinError) -> Error {
    Error::new(Kind::Internal, error.to_string())
}

fn kind(kind: ErrorKind) -> Kind {
    match kind {
        ErrorKind::NotFound | ErrorKind::VersionNotFound => Kind::NotFound,
        ErrorKind::KeyExists | ErrorKind::AliasExists => Kind::Exists,
        ErrorKind::Conflict | ErrorKind::IdempotencyMismatch => Kind::Conflict,
        ErrorKind::InvalidArgument
        | ErrorKind::InvalidNamespace
        | ErrorKind::InvalidKey
        | ErrorKind::InvalidValue
        | ErrorKind::InvalidCursor
        | ErrorKind::AliasSelf
        | ErrorKind::AliasChain
        | ErrorKind::FutureRevision => Kind::Invalid,
        ErrorKind::TooLarge => Kind::TooLarge,
        ErrorKind::Unauthenticated => Kind::Unauthenticated,
        ErrorKind::PermissionDenied => Kind::Denied,
        ErrorKind::ReadOnly => Kind::ReadOnly,
        ErrorKind::Compacted => Kind::Compacted,
        ErrorKind::ForeignLog => Kind::ForeignLog,
        ErrorKind::ResourceExhausted | ErrorKind::QuotaExceeded => Kind::Exhausted,
        ErrorKind::DeadlineExceeded => Kind::Deadline,
        ErrorKind::Unavailable => Kind::Unavailable,
        ErrorKind::Unknown => Kind::OutcomeUnknown,
        ErrorKind::Unsupported => Kind::Unsupported,
        ErrorKind::Corrupt | ErrorKind::Internal => Kind::Internal,
    }
}
