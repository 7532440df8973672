//! From engine errors to statuses of holdfast.v1: every one has a reason, and the facts that go with it as metadata.

use crate::rate;
use holdfast_api::status::{HOLDFAST_V1_DOMAIN, info, row, with_info};
use holdfast_auth::AuthError;
use holdfast_engine::EngineError;
use holdfast_model::{ErrorKind, Unmet};
use holdfast_store::StoreError;
use tonic::Status;

/// What a handler fails with.
#[derive(Debug)]
pub(crate) struct Refusal(Status);

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let kind = error.kind();
        if matches!(kind, ErrorKind::Internal | ErrorKind::Corrupt) {
            tracing::error!(%error, "a use case failed");
        }
        Self(status(kind, &error.to_string(), metadata(&error)))
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

/// What a caller is told who is not let in.
pub(crate) fn refuse(error: AuthError) -> Status {
    if let AuthError::TooOften(wait) = error {
        return rate::exceeded(wait);
    }
    Refusal::from(EngineError::Auth(error)).into()
}

/// A member of the request that makes no sense.
pub(crate) fn invalid(field: impl Into<String>, why: impl Into<String>) -> Refusal {
    EngineError::InvalidArgument { field: field.into(), why: why.into() }.into()
}

/// What this server does not do.
pub(crate) fn unsupported(why: &str) -> Refusal {
    Refusal(status(ErrorKind::Unsupported, why, Vec::new()))
}

/// A cursor that this server did not make, or not for this request.
pub(crate) fn invalid_cursor(why: &str) -> Refusal {
    Refusal(status(ErrorKind::InvalidCursor, &format!("invalid cursor: {why}"), Vec::new()))
}

fn status(kind: ErrorKind, message: &str, metadata: Vec<(&str, String)>) -> Status {
    let row = row(kind);
    with_info(row.code, message, &info(row.reason, HOLDFAST_V1_DOMAIN, metadata))
}

fn metadata(error: &EngineError) -> Vec<(&'static str, String)> {
    match error {
        EngineError::InvalidArgument { field, .. } => vec![("field", field.clone())],
        EngineError::TooManyFilters { what, max, got } => {
            vec![("field", (*what).into()), ("max", max.to_string()), ("got", got.to_string())]
        }
        EngineError::ValueTooLarge { size, max } => {
            vec![("size", size.to_string()), ("max", max.to_string())]
        }
        EngineError::CommitTooLarge { events, bytes, max_events, max_bytes }
        | EngineError::RollbackTooLarge { events, bytes, max_events, max_bytes } => vec![
            ("events", events.to_string()),
            ("bytes", bytes.to_string()),
            ("max_events", max_events.to_string()),
            ("max_bytes", max_bytes.to_string()),
        ],
        EngineError::InvalidNamespace { name, .. } => vec![("namespace", name.clone())],
        EngineError::InvalidKey { key, .. } => vec![("key", key.clone())],
        EngineError::Reserved(namespace) => vec![("namespace", namespace.clone())],
        EngineError::NotFound { namespace, key } | EngineError::KeyExists { namespace, key } => {
            vec![("namespace", namespace.clone()), ("key", key.clone())]
        }
        EngineError::Conflict { namespace, key, write, unmet } => {
            let mut metadata = vec![("namespace", namespace.clone()), ("key", key.clone())];
            metadata.extend(write.map(|index| ("write", index.to_string())));
            metadata.push(found(unmet));
            metadata
        }
        EngineError::GroupInUse { members } => vec![("members", members.to_string())],
        EngineError::MovedOn { namespace, key, expected } => vec![
            ("namespace", namespace.clone()),
            ("key", key.clone()),
            ("expected", expected.to_string()),
        ],
        EngineError::QuotaExceeded { namespace, what, wanted, quota } => vec![
            ("namespace", namespace.clone()),
            ("quota", what.as_str().into()),
            ("wanted", wanted.to_string()),
            ("max", quota.to_string()),
        ],
        EngineError::ForeignLog { oldest }
        | EngineError::Store(StoreError::Compacted { oldest, .. }) => {
            vec![("oldest", oldest.to_string())]
        }
        EngineError::Store(StoreError::Future { head, .. }) => vec![("head", head.to_string())],
        _ => Vec::new(),
    }
}

/// What the condition met instead: enough to decide what to write next without asking.
fn found(unmet: &Unmet) -> (&'static str, String) {
    match unmet {
        Unmet::Missing => ("exists", "false".into()),
        Unmet::Exists => ("exists", "true".into()),
        Unmet::Version(version) => ("version", version.to_string()),
        Unmet::ModRevision(revision) => ("mod_revision", revision.to_string()),
        Unmet::CreateRevision(revision) => ("create_revision", revision.to_string()),
        Unmet::ValueHash => ("value_hash", "differs".into()),
        Unmet::Ordinal(ordinal) => ("ordinal", ordinal.to_string()),
    }
}
