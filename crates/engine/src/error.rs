//! What a use case can fail with.

use std::sync::Arc;

use holdfast_auth::{AuditError, AuthError};
use holdfast_model::{ErrorKind, Revision, Unmet};
use holdfast_store::{AppendError, StoreError};
use thiserror::Error;

use crate::quotas::Counted;

/// A use case failed. [`EngineError::kind`] says what the caller should do; unless it is [`ErrorKind::Unknown`]
/// nothing was changed.
#[derive(Debug, Clone, Error)]
pub enum EngineError {
    /// The guard said no.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// Records are required, and this one cannot be kept. Nothing was changed.
    #[error("the call cannot be recorded and is refused: {0}")]
    NotAudited(#[from] AuditError),
    /// The text can be no namespace.
    #[error("invalid namespace {name:?}: {why}")]
    InvalidNamespace {
        /// The text.
        name: String,
        /// The rule it breaks.
        why: String,
    },
    /// The text can be no key (in this dialect).
    #[error("invalid key: {key} - {why}")]
    InvalidKey {
        /// The text.
        key: String,
        /// The rule it breaks.
        why: String,
    },
    /// The value does not decode with its codec.
    #[error("invalid value: {0}")]
    InvalidValue(String),
    /// A member of the request is missing or out of its range.
    #[error("{field}: {why}")]
    InvalidArgument {
        /// Path of the member, as in `writes[3].put.codec`.
        field: String,
        /// What is wrong with it.
        why: String,
    },
    /// More watch filters than allowed.
    #[error("too many {what} (max {max}, got {got})")]
    TooManyFilters {
        /// `namespaces`, `prefixes` or `filters`.
        what: &'static str,
        /// The setting.
        max: usize,
        /// The request.
        got: usize,
    },
    /// A value is larger than the setting allows.
    #[error("value size {size} exceeds maximum allowed size {max}")]
    ValueTooLarge {
        /// Bytes of the value.
        size: usize,
        /// The setting.
        max: usize,
    },
    /// A batch is larger than one commit may be.
    #[error(
        "the commit would hold {events} events and {bytes} bytes, at most {max_events} events and {max_bytes} bytes are allowed; split it"
    )]
    CommitTooLarge {
        /// Of the batch.
        events: usize,
        /// Of the batch.
        bytes: usize,
        /// The setting.
        max_events: usize,
        /// The setting.
        max_bytes: usize,
    },
    /// A rollback changes more than one commit may hold.
    #[error(
        "the rollback would change {events} keys with {bytes} bytes, one commit holds at most {max_events} and {max_bytes} bytes; roll back prefix by prefix"
    )]
    RollbackTooLarge {
        /// Keys that differ.
        events: usize,
        /// Bytes of the values that come back.
        bytes: usize,
        /// The setting.
        max_events: usize,
        /// The setting.
        max_bytes: usize,
    },
    /// A rollback was planned at a revision behind which its keys have changed.
    #[error(
        "{namespace}/{key} has changed since revision {expected}; nothing was applied, look at the plan again"
    )]
    MovedOn {
        /// Where.
        namespace: String,
        /// The first such key.
        key: String,
        /// The revision of the plan.
        expected: Revision,
    },
    /// There are as many consumer groups as one log may have.
    #[error("there are {max} consumer groups already; those that nobody uses go after a while")]
    TooManyGroups {
        /// So many may be.
        max: usize,
    },
    /// Nobody knows of such a consumer group.
    #[error("there is no such consumer group")]
    NoSuchGroup,
    /// A consumer group that was to go is used. Nothing was changed.
    #[error(
        "the consumer group is in use (members: {members}); it can be removed when nobody is a member"
    )]
    GroupInUse {
        /// So many streams are members of it.
        members: usize,
    },
    /// A namespace has more entries than a snapshot may hold.
    #[error("snapshot exceeds maximum entry count ({max})")]
    SnapshotTooLarge {
        /// The setting.
        max: usize,
    },
    /// The answer would hold more bytes than one may.
    #[error("the answer would hold more than {max_bytes} bytes; list it page by page")]
    AnswerTooLarge {
        /// The setting.
        max_bytes: usize,
    },
    /// A search would have to look through more than one call may.
    #[error(
        "the search would have to look through more than {max} {what} or {max_bytes} bytes; narrow it"
    )]
    TooMuchToLookAt {
        /// `entries` or `commits`.
        what: &'static str,
        /// Of those.
        max: usize,
        /// Of their bytes.
        max_bytes: usize,
    },
    /// There is no such entry (for an alias the namespace is empty).
    #[error("key not found: {namespace}/{key}")]
    NotFound {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
    },
    /// The key has no such version.
    #[error("version not found: {namespace}/{key}")]
    VersionNotFound {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
    },
    /// The entry exists, and the write wanted to create it.
    #[error("key already exists: {namespace}/{key}")]
    KeyExists {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
    },
    /// A condition did not hold.
    #[error("condition not met for {namespace}/{key}: {}", explain(.unmet))]
    Conflict {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
        /// Place of the write in the batch; `None` for a condition beside the writes.
        write: Option<usize>,
        /// What failed.
        unmet: Unmet,
    },
    /// Somebody else has the lock. Nothing was changed.
    #[error("the lock {key:?} of {namespace} is held by somebody else")]
    Locked {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
    },
    /// This owner does not have the lock, or has it no longer. Nothing was changed.
    #[error("the lock {key:?} of {namespace} is not held by this owner")]
    NotHeld {
        /// Where.
        namespace: String,
        /// Which.
        key: String,
    },
    /// The write was to be made under a lock, which is not held any longer or was taken anew. Nothing was changed.
    #[error(
        "the lock {key:?} of {namespace} that was taken at revision {revision} is not held any longer; nothing was applied"
    )]
    Fenced {
        /// Of the lock.
        namespace: String,
        /// Of the lock.
        key: String,
        /// When it was taken.
        revision: Revision,
    },
    /// An alias of this name exists.
    #[error("alias {alias:?} already exists: alias already registered")]
    AliasExists {
        /// The alias.
        alias: String,
    },
    /// An entry has the alias's name.
    #[error("alias {alias:?} already exists: key exists in {}", place(namespace.as_deref()))]
    AliasIsKey {
        /// The alias.
        alias: String,
        /// A namespace that has the key; `None`: the caller may not know which.
        namespace: Option<String>,
    },
    /// The alias would be its own target.
    #[error("alias {alias:?} cannot point to itself")]
    AliasSelf {
        /// The alias.
        alias: String,
    },
    /// The target is an alias, or the alias is a target.
    #[error("alias {alias:?} would be part of a chain: {through:?} is an alias")]
    AliasChain {
        /// The alias.
        alias: String,
        /// The alias in the middle.
        through: String,
    },
    /// The namespace belongs to the server.
    #[error("namespace {0:?} belongs to the server itself and cannot be written to")]
    Reserved(String),
    /// The namespace would hold more than its quota allows. Nothing was changed.
    #[error("namespace {namespace} would have {wanted} {}, its quota is {quota}", .what.as_str())]
    QuotaExceeded {
        /// Where.
        namespace: String,
        /// Of what.
        what: Counted,
        /// With the request.
        wanted: u64,
        /// The setting.
        quota: u64,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request; use a new key for a new request")]
    IdempotencyMismatch,
    /// A resume point belongs to another log or epoch: read the current state and start from there.
    #[error(
        "the resume point is not of this log: it is of another log or epoch, or ahead of the newest revision; the oldest revision here is {oldest}"
    )]
    ForeignLog {
        /// The oldest commit that is still there.
        oldest: Revision,
    },
    /// The store failed to read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store failed to append.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The batch was not judged before its deadline.
    #[error("the deadline passed before the write was judged; nothing was applied")]
    Deadline,
    /// What the decision was made from changed again and again.
    #[error("the data behind the decision kept changing; nothing was applied, try again")]
    Contended,
    /// Another node reads for the consumer group, and can be reached there.
    #[error("the node at {address} reads for the group")]
    ReadElsewhere {
        /// As that node's settings tell it.
        address: Arc<str>,
    },
    /// The server is stopping.
    #[error("the server is shutting down")]
    Stopping,
}

fn explain(unmet: &Unmet) -> String {
    match unmet {
        Unmet::Missing => "it does not exist".into(),
        Unmet::Exists => "it exists".into(),
        Unmet::Version(0) | Unmet::Ordinal(0) => "it does not exist".into(),
        Unmet::Version(version) => format!("its version is {version}"),
        Unmet::ModRevision(Revision::ZERO) => "it does not exist".into(),
        Unmet::ModRevision(revision) => format!("it was last written at revision {revision}"),
        Unmet::CreateRevision(Revision::ZERO) => "it does not exist".into(),
        Unmet::CreateRevision(revision) => format!("it was created at revision {revision}"),
        Unmet::ValueHash => "its value is another".into(),
        Unmet::Ordinal(ordinal) => format!("its ordinal is {ordinal}"),
    }
}

impl EngineError {
    /// For the one table.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Auth(error) => error.kind(),
            Self::NotAudited(_) => ErrorKind::Unavailable,
            Self::InvalidNamespace { .. } => ErrorKind::InvalidNamespace,
            Self::InvalidKey { .. } => ErrorKind::InvalidKey,
            Self::InvalidValue(_) => ErrorKind::InvalidValue,
            Self::InvalidArgument { .. } | Self::TooManyFilters { .. } => {
                ErrorKind::InvalidArgument
            }
            Self::ValueTooLarge { .. }
            | Self::CommitTooLarge { .. }
            | Self::RollbackTooLarge { .. } => ErrorKind::TooLarge,
            Self::TooManyGroups { .. }
            | Self::SnapshotTooLarge { .. }
            | Self::AnswerTooLarge { .. }
            | Self::TooMuchToLookAt { .. } => ErrorKind::ResourceExhausted,
            Self::NotFound { .. } | Self::NoSuchGroup => ErrorKind::NotFound,
            Self::VersionNotFound { .. } => ErrorKind::VersionNotFound,
            Self::KeyExists { .. } | Self::Locked { .. } => ErrorKind::KeyExists,
            Self::Conflict { .. }
            | Self::MovedOn { .. }
            | Self::GroupInUse { .. }
            | Self::NotHeld { .. }
            | Self::Fenced { .. } => ErrorKind::Conflict,
            Self::AliasExists { .. } | Self::AliasIsKey { .. } => ErrorKind::AliasExists,
            Self::AliasSelf { .. } => ErrorKind::AliasSelf,
            Self::AliasChain { .. } => ErrorKind::AliasChain,
            Self::Reserved(_) => ErrorKind::ReadOnly,
            Self::QuotaExceeded { .. } => ErrorKind::QuotaExceeded,
            Self::IdempotencyMismatch => ErrorKind::IdempotencyMismatch,
            Self::ForeignLog { .. } => ErrorKind::ForeignLog,
            Self::Store(error) => error.kind(),
            Self::Append(error) => error.kind(),
            Self::Deadline => ErrorKind::DeadlineExceeded,
            Self::Contended | Self::ReadElsewhere { .. } | Self::Stopping => ErrorKind::Unavailable,
        }
    }
}
fn place(namespace: Option<&str>) -> String {
    namespace.map_or_else(|| "a namespace".into(), |name| format!("namespace {name:?}"))
}
