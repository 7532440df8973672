//! The contract of whoever keeps an account of what callers did.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use holdfast_model::{Revision, Timestamp};
use thiserror::Error;

/// Keeps records. What is in the log is not kept again for its own sake: the log already says who wrote what. An auditor
/// also hears of what is in no log (denials, reads of secrets, decisions), and feeds what stands outside: a file with a
/// chain of its own, a table.
///
/// ```
/// use async_trait::async_trait;
/// use holdfast_auth::{AuditError, Auditor, Record};
///
/// /// One line a record.
/// struct ToStderr;
///
/// #[async_trait]
/// impl Auditor for ToStderr {
///     fn name(&self) -> &str {
///         "stderr"
///     }
///
///     async fn record(&self, record: &Record) -> Result<(), AuditError> {
///         eprintln!("{} {} {}", record.user, record.operation.as_str(), record.key);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Auditor: Send + Sync + 'static {
    /// For logs and metrics.
    fn name(&self) -> &str;

    /// Keeps one record. When this answers `Ok` the record is as safe as this auditor makes it.
    async fn record(&self, record: &Record) -> Result<(), AuditError>;
}

/// One thing that a caller did or tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When.
    pub time: Timestamp,
    /// The id of the request, as in the request log; empty when there was none.
    pub request_id: String,
    /// Who; `anonymous` when nobody was recognised.
    pub user: Arc<str>,
    /// Which credential proved it, in words that give nothing away.
    pub credential: String,
    /// Address without port.
    pub peer: Option<std::net::IpAddr>,
    /// Through which method: `config.v1/Set`.
    pub method: String,
    /// What.
    pub operation: Operation,
    /// Where; empty for an alias, and for what concerns no namespace.
    pub namespace: String,
    /// The key or alias; empty for a whole namespace.
    pub key: String,
    /// How it went.
    pub outcome: Outcome,
    /// The value written or read, as far as the settings allow.
    pub value: Option<RecordedValue>,
    /// What else belongs to it: `target` of an alias, `reason` of a commit.
    pub metadata: BTreeMap<String, String>,
}

/// What was done or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A value was written.
    Set,
    /// A value was removed.
    Delete,
    /// An alias was set.
    AliasSet,
    /// An alias was removed.
    AliasDelete,
    /// A secret value was answered.
    SecretRead,
    /// A guard was asked about an action; the method says which.
    Decision,
    /// Somebody was not recognised.
    SignIn,
    /// Tokens, roles or policies were changed.
    Admin,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Set,
        Self::Delete,
        Self::AliasSet,
        Self::AliasDelete,
        Self::SecretRead,
        Self::Decision,
        Self::SignIn,
        Self::Admin,
    ];

    /// The word in records; the first four are those of the config.v1 contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Delete => "delete",
            Self::AliasSet => "alias_set",
            Self::AliasDelete => "alias_delete",
            Self::SecretRead => "secret_read",
            Self::Decision => "decision",
            Self::SignIn => "sign_in",
            Self::Admin => "admin",
        }
    }

    /// The operation of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == word)
    }
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, with this revision.
    Done(Revision),
    /// It was allowed; whether it was done is not known yet.
    Allowed,
    /// It was refused, for this reason.
    Denied(String),
    /// It failed, for this reason.
    Failed(String),
}

/// A value in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedValue {
    /// Its codec.
    pub codec: String,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// The bytes themselves: only where a setting asks for them, and never of a secret.
    pub bytes: Option<Bytes>,
}

/// A record was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("auditor {auditor}: {why}")]
pub struct AuditError {
    /// Which auditor; several are named with commas between them.
    pub auditor: String,
    /// What went wrong.
    pub why: String,
}
