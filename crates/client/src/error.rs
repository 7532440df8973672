//! What can go wrong, for whoever calls: what kind it is, what the server said, and whether to try again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use holdfast_api::status::{self, CONFIG_V1_DOMAIN, HOLDFAST_V1_DOMAIN};
use tonic::{Code, ConnectError, Status, TimeoutExpired};

/// The kinds of failure that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// There is no such key, version or alias.
    NotFound,
    /// It exists already. Nothing changed.
    Exists,
    /// A condition did not hold. Nothing changed.
    Conflict,
    /// A name, a value or a request that the server does not take. Nothing changed.
    Invalid,
    /// More than one value or commit may hold. Nothing changed.
    TooLarge,
    /// The namespace or the source only reads. Nothing changed.
    ReadOnly,
    /// The caller may not. Nothing changed.
    Denied,
    /// The server does not know who calls. Nothing changed.
    Unauthenticated,
    /// What was asked for is older than what is kept.
    Compacted,
    /// A place of another log.
    ForeignLog,
    /// A limit is used up for now; see [`Error::retry_after`]. Nothing changed.
    Exhausted,
    /// The server, or the source, does not have this.
    Unsupported,
    /// No answer in time. A write may have been made or not.
    Deadline,
    /// The server cannot be reached, or asks to come back later. A write may have been made or not, unless
    /// [`Error::never_sent`].
    Unavailable,
    /// The server itself does not know whether the write is in its log: only reading tells.
    OutcomeUnknown,
    /// The circuit breaker is open: nothing was sent.
    CircuitOpen,
    /// The client or the configuration has been closed: nothing was sent.
    Closed,
    /// A value does not decode, or cannot be encoded.
    Codec,
    /// A value decodes, but is not what it has to be.
    Validation,
    /// Settings of this client that make no sense. Nothing was sent.
    Settings,
    /// A file of this side that could not be read or written.
    File,
    /// A fault of the server.
    Internal,
}

/// A failure. Cheap to pass on: one pointer.
#[derive(Clone)]
pub struct Error(Box<Fault>);

#[derive(Clone)]
struct Fault {
    kind: Kind,
    message: String,
    reason: String,
    metadata: BTreeMap<String, String>,
    code: Option<Code>,
    attempts: u32,
    never_sent: bool,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure that this side found.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Fault {
            kind,
            message: message.into(),
            reason: String::new(),
            metadata: BTreeMap::new(),
            code: None,
            attempts: 1,
            never_sent: false,
            retry_after: None,
            source: None,
        }))
    }

    /// There is no such key.
    #[must_use]
    pub fn not_found(namespace: &str, key: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no key {key} in namespace {namespace}"))
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What happened, in a sentence: the server's, where it was the server.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// `ErrorInfo.reason` of the server, such as `KEY_EXISTS` or `COMPACTED`; empty where it gave none.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// A member of `ErrorInfo.metadata` of the server, such as `oldest_revision`.
    #[must_use]
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.0.metadata.get(name).map(String::as_str)
    }

    /// The gRPC code; `None` when no server answered.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.0.code
    }

    /// How often the call was sent. Above one, a write that now says [`Kind::Exists`], [`Kind::NotFound`] or
    /// [`Kind::Conflict`] may be seeing its own first attempt, unless it had an idempotency key.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// True when the request certainly never reached a server.
    #[must_use]
    pub fn never_sent(&self) -> bool {
        self.0.never_sent || matches!(self.0.kind, Kind::CircuitOpen | Kind::Closed)
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// True for a failure that says nothing about the request: the same may work later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Exhausted | Kind::Deadline | Kind::Unavailable | Kind::CircuitOpen
        )
    }

    /// True when the server says who may not, or that it does not know who asks.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.0.kind, Kind::Denied | Kind::Unauthenticated)
    }

    /// The same failure, after so many attempts.
    #[must_use]
    pub fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// With what is behind it.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Error");
        shown.field("kind", &self.0.kind).field("message", &self.0.message);
        if !self.0.reason.is_empty() {
            shown.field("reason", &self.0.reason);
        }
        if self.0.attempts > 1 {
            shown.field("attempts", &self.0.attempts);
        }
        shown.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as _)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        // A reason of somebody else's domain says nothing here.
        let info = status::error_info(&status)
            .filter(|info| [CONFIG_V1_DOMAIN, HOLDFAST_V1_DOMAIN].contains(&info.domain.as_str()));
        let by_reason = info.as_ref().and_then(|info| kind_of_reason(&info.reason));
        let kind = by_reason.unwrap_or_else(|| kind_of_code(&status));
        let mut error = Self::new(kind, message(&status));
        error.0.code = Some(status.code());
        error.0.retry_after = status::retry_delay(&status);
        if let Some(info) = info {
            error.0.reason = info.reason;
            error.0.metadata = info.metadata.into_iter().collect();
        }
        error.0.never_sent = caused_by::<ConnectError>(&status);
        error
    }
}

/// What a server says without words, in words.
fn message(status: &Status) -> String {
    match status.message() {
        "" => format!("the server answered {:?} and no more", status.code()),
        // "transport error" is all that the library says; the cause is further in.
        "transport error" => match std::error::Error::source(status) {
            Some(source) => holdfast_dial::innermost(source),
            None => status.message().to_owned(),
        },
        text => text.strip_prefix("config: ").unwrap_or(text).to_owned(),
    }
}

fn kind_of_reason(reason: &str) -> Option<Kind> {
    Some(match reason {
        "NOT_FOUND" | "VERSION_NOT_FOUND" => Kind::NotFound,
        "KEY_EXISTS" | "ALIAS_EXISTS" => Kind::Exists,
        "CONFLICT" | "IDEMPOTENCY_MISMATCH" => Kind::Conflict,
        "INVALID_ARGUMENT" | "INVALID_NAMESPACE" | "INVALID_KEY" | "INVALID_VALUE"
        | "INVALID_CURSOR" | "ALIAS_SELF" | "ALIAS_CHAIN" | "TYPE_MISMATCH" | "CODEC_NOT_FOUND"
        | "FUTURE_REVISION" => Kind::Invalid,
        "TOO_LARGE" => Kind::TooLarge,
        "READ_ONLY" => Kind::ReadOnly,
        "UNAUTHENTICATED" => Kind::Unauthenticated,
        "PERMISSION_DENIED" => Kind::Denied,
        "COMPACTED" => Kind::Compacted,
        "FOREIGN_LOG" => Kind::ForeignLog,
        "RESOURCE_EXHAUSTED" | "QUOTA_EXCEEDED" => Kind::Exhausted,
        "DEADLINE_EXCEEDED" => Kind::Deadline,
        "UNAVAILABLE" | "STORE_NOT_CONNECTED" | "STORE_CLOSED" => Kind::Unavailable,
        "OUTCOME_UNKNOWN" => Kind::OutcomeUnknown,
        "UNSUPPORTED" | "VERSIONING_NOT_SUPPORTED" | "WATCH_NOT_SUPPORTED" => Kind::Unsupported,
        "CORRUPT" | "INTERNAL" => Kind::Internal,
        _ => return None,
    })
}

fn kind_of_code(status: &Status) -> Kind {
    match status.code() {
        Code::NotFound => Kind::NotFound,
        Code::AlreadyExists => Kind::Exists,
        Code::Aborted | Code::FailedPrecondition => Kind::Conflict,
        Code::InvalidArgument | Code::OutOfRange => Kind::Invalid,
        Code::PermissionDenied => Kind::Denied,
        Code::Unauthenticated => Kind::Unauthenticated,
        Code::ResourceExhausted => Kind::Exhausted,
        Code::Unimplemented => Kind::Unsupported,
        Code::Unavailable => Kind::Unavailable,
        Code::DeadlineExceeded => Kind::Deadline,
        // The library's own timer says `Cancelled`.
        Code::Cancelled if caused_by::<TimeoutExpired>(status) => Kind::Deadline,
        // A connection that broke under a call.
        Code::Unknown | Code::Cancelled | Code::Internal if is_transport(status) => {
            Kind::Unavailable
        }
        _ => Kind::Internal,
    }
}

fn is_transport(status: &Status) -> bool {
    caused_by::<tonic::transport::Error>(status)
        || caused_by::<std::io::Error>(status)
        || matches!(
            status.message(),
            "transport error" | "h2 protocol error: error reading a body from connection"
        )
}

fn caused_by<E: std::error::Error + 'static>(status: &Status) -> bool {
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich(code: Code, reason: &str, domain: &str) -> Status {
        let info = status::info(reason, domain, vec![("key", "a".into())]);
        status::with_info(code, "no", &info)
    }

    #[test]
    fn a_reason_of_the_server_wins_over_its_code() {
        let error = Error::from(rich(Code::Internal, "KEY_EXISTS", CONFIG_V1_DOMAIN));
        assert_eq!((error.kind(), error.reason()), (Kind::Exists, "KEY_EXISTS"));
        assert_eq!(error.metadata("key"), Some("a"));
        assert_eq!(error.code(), Some(Code::Internal));
    }

    #[test]
    fn a_reason_of_somebody_else_says_nothing() {
        let error = Error::from(rich(Code::NotFound, "KEY_EXISTS", "example.com"));
        assert_eq!((error.kind(), error.reason()), (Kind::NotFound, ""));
    }

    #[test]
    fn without_a_reason_the_code_decides() {
        for (code, kind) in [
            (Code::NotFound, Kind::NotFound),
            (Code::AlreadyExists, Kind::Exists),
            (Code::OutOfRange, Kind::Invalid),
            (Code::PermissionDenied, Kind::Denied),
            (Code::Unauthenticated, Kind::Unauthenticated),
            (Code::Unimplemented, Kind::Unsupported),
            (Code::Unavailable, Kind::Unavailable),
            (Code::DeadlineExceeded, Kind::Deadline),
            (Code::DataLoss, Kind::Internal),
            (Code::from(999), Kind::Internal),
        ] {
            assert_eq!(Error::from(Status::new(code, "x")).kind(), kind, "{code:?}");
        }
    }

    #[test]
    fn every_reason_of_the_table_has_a_kind() {
        for reason in documented_reasons() {
            assert!(kind_of_reason(&reason).is_some(), "{reason} has no kind");
        }
    }

    /// The reasons that a server may give, as its documentation lists them.
    fn documented_reasons() -> Vec<String> {
        let text = status::documentation();
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        let mut reasons: Vec<_> =
            words.filter(|word| word.len() > 4 && word.contains('_')).map(str::to_owned).collect();
        reasons.sort();
        reasons.dedup();
        assert!(reasons.len() > 15, "{reasons:?}");
        reasons
    }
}
