//! The one status table: what every kind of failure is called on each surface.

use std::collections::HashMap;
use std::time::Duration;

use buffa::Message;
use buffa_types::google::protobuf::Any;
use holdfast_model::ErrorKind;
use tonic::Code;
use tonic::metadata::{MetadataMap, MetadataValue};

use crate::google_rpc::{ErrorInfo, RetryInfo, Status as RichStatus};

/// `ErrorInfo.domain` of the config.v1 dialect.
pub const CONFIG_V1_DOMAIN: &str = "config.rbaliyan.com";
/// `ErrorInfo.domain` of the holdfast.v1 dialect.
pub const HOLDFAST_V1_DOMAIN: &str = "holdfast.v1";

/// The type URL of that detail.
pub const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";

/// The type URL of how long to wait.
pub const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// gRPC code.
    pub code: Code,
    /// `ErrorInfo.reason` in holdfast.v1.
    pub reason: &'static str,
    /// `ErrorInfo.reason` in config.v1; `None`: the status goes without details.
    pub config_v1: Option<&'static str>,
    /// HTTP status.
    pub http: u16,
    /// Exit code of the command line.
    pub exit: u8,
    /// What became of the request, and what the caller should do.
    pub means: &'static str,
}

/// A code as gRPC writes it.
#[must_use]
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Exit codes of the command line.
pub mod exit {
    /// It worked.
    pub const OK: u8 = 0;
    /// It did not, for a reason without a code of its own.
    pub const ERROR: u8 = 1;
    /// The command line itself makes no sense.
    pub const USAGE: u8 = 2;
    /// There is no such thing.
    pub const NOT_FOUND: u8 = 3;
    /// It exists already, or a condition did not hold.
    pub const CONFLICT: u8 = 4;
    /// The caller may not, or is not known.
    pub const DENIED: u8 = 5;
    /// The server cannot be reached or asks to come back later.
    pub const UNAVAILABLE: u8 = 6;
}

/// The line of a failure.
#[must_use]
pub fn row(kind: ErrorKind) -> Row {
    use exit::{CONFLICT, DENIED, ERROR, NOT_FOUND, UNAVAILABLE};
    let both = |code, reason, http, exit, means| Row {
        code,
        reason,
        config_v1: Some(reason),
        http,
        exit,
        means,
    };
    let bare =
        |code, reason, http, exit, means| Row { code, reason, config_v1: None, http, exit, means };
    match kind {
        ErrorKind::InvalidArgument => bare(
            Code::InvalidArgument,
            "INVALID_ARGUMENT",
            400,
            ERROR,
            "A member of the request is missing or out of its range; `field` names it. Nothing was applied.",
        ),
        ErrorKind::InvalidNamespace => both(
            Code::InvalidArgument,
            "INVALID_NAMESPACE",
            400,
            ERROR,
            "The text can be no namespace. Nothing was applied.",
        ),
        ErrorKind::InvalidKey => both(
            Code::InvalidArgument,
            "INVALID_KEY",
            400,
            ERROR,
            "The text can be no key. Nothing was applied.",
        ),
        ErrorKind::InvalidValue => both(
            Code::InvalidArgument,
            "INVALID_VALUE",
            400,
            ERROR,
            "The value does not decode with its codec, or is null. Nothing was applied.",
        ),
        ErrorKind::InvalidCursor => both(
            Code::InvalidArgument,
            "INVALID_CURSOR",
            400,
            ERROR,
            "A page cursor that this server did not make. Start from the first page.",
        ),
        ErrorKind::TooLarge => bare(
            Code::InvalidArgument,
            "TOO_LARGE",
            413,
            ERROR,
            "The value or the commit is larger than a setting allows. Nothing was applied; split it.",
        ),
        ErrorKind::NotFound => both(
            Code::NotFound,
            "NOT_FOUND",
            404,
            NOT_FOUND,
            "There is no such entry or alias. Nothing was applied.",
        ),
        ErrorKind::VersionNotFound => both(
            Code::NotFound,
            "VERSION_NOT_FOUND",
            404,
            NOT_FOUND,
            "The entry exists, that version of it does not.",
        ),
        ErrorKind::KeyExists => both(
            Code::AlreadyExists,
            "KEY_EXISTS",
            409,
            CONFLICT,
            "The entry exists and the write wanted to create it. Nothing was applied.",
        ),
        ErrorKind::AliasExists => both(
            Code::AlreadyExists,
            "ALIAS_EXISTS",
            409,
            CONFLICT,
            "The alias exists, or an entry has its name. Nothing was applied.",
        ),
        ErrorKind::AliasSelf => both(
            Code::InvalidArgument,
            "ALIAS_SELF",
            400,
            ERROR,
            "The alias would be its own target. Nothing was applied.",
        ),
        ErrorKind::AliasChain => both(
            Code::InvalidArgument,
            "ALIAS_CHAIN",
            400,
            ERROR,
            "The target is an alias, or the alias is a target. Nothing was applied.",
        ),
        ErrorKind::Conflict => bare(
            Code::Aborted,
            "CONFLICT",
            409,
            CONFLICT,
            "A condition did not hold; the metadata says what is there instead. Nothing was applied: read, decide again.",
        ),
        ErrorKind::IdempotencyMismatch => bare(
            Code::FailedPrecondition,
            "IDEMPOTENCY_MISMATCH",
            422,
            CONFLICT,
            "The idempotency key was used for another request. Nothing was applied; use a new key.",
        ),
        ErrorKind::Unauthenticated => bare(
            Code::Unauthenticated,
            "UNAUTHENTICATED",
            401,
            DENIED,
            "The caller is not known. Nothing was applied; bring other credentials.",
        ),
        ErrorKind::PermissionDenied => bare(
            Code::PermissionDenied,
            "PERMISSION_DENIED",
            403,
            DENIED,
            "The caller may not. Nothing was applied.",
        ),
        ErrorKind::ReadOnly => both(
            Code::FailedPrecondition,
            "READ_ONLY",
            400,
            ERROR,
            "The namespace belongs to the server, or a flush failed and the store only reads until the restart. Nothing was applied.",
        ),
        ErrorKind::Compacted => bare(
            Code::OutOfRange,
            "COMPACTED",
            410,
            ERROR,
            "The revision is older than what is kept; `oldest` is the first one that is. Take the current state and go on from there.",
        ),
        ErrorKind::ForeignLog => bare(
            Code::OutOfRange,
            "FOREIGN_LOG",
            410,
            ERROR,
            "The resume point belongs to another log or epoch. Take the current state and go on from there.",
        ),
        ErrorKind::FutureRevision => bare(
            Code::OutOfRange,
            "FUTURE_REVISION",
            400,
            ERROR,
            "The revision does not exist yet; `head` is the newest.",
        ),
        ErrorKind::ResourceExhausted => bare(
            Code::ResourceExhausted,
            "RESOURCE_EXHAUSTED",
            429,
            UNAVAILABLE,
            "A limit is reached or disk space is short. Nothing was applied; deletes still pass, and it passes by itself once space is free.",
        ),
        ErrorKind::QuotaExceeded => bare(
            Code::ResourceExhausted,
            "QUOTA_EXCEEDED",
            429,
            ERROR,
            "The namespace would hold more keys or bytes, or have more watchers, than its quota allows; the metadata say which. Nothing was applied; deletes, and writes that make less of it, still pass.",
        ),
        ErrorKind::DeadlineExceeded => bare(
            Code::DeadlineExceeded,
            "DEADLINE_EXCEEDED",
            504,
            UNAVAILABLE,
            "With this reason: the deadline passed before the write was judged, nothing was applied. Without a reason: there was no answer in time, a write may have been applied.",
        ),
        ErrorKind::Unavailable => bare(
            Code::Unavailable,
            "UNAVAILABLE",
            503,
            UNAVAILABLE,
            "The server is stopping, or cannot answer for the moment. Nothing was applied; try again.",
        ),
        ErrorKind::Unknown => bare(
            Code::Unknown,
            "OUTCOME_UNKNOWN",
            500,
            ERROR,
            "The flush of the write failed: it may be there after a restart or not. Only reading can tell; with an idempotency key a retry is safe.",
        ),
        ErrorKind::Corrupt => bare(
            Code::DataLoss,
            "CORRUPT",
            500,
            ERROR,
            "Stored bytes are not what was written. Nothing was applied; the operator has to act (`holdfast repair`, or a backup).",
        ),
        ErrorKind::Internal => bare(
            Code::Internal,
            "INTERNAL",
            500,
            ERROR,
            "A fault of this server; its log says more. Nothing was applied.",
        ),
        ErrorKind::Unsupported => bare(
            Code::Unimplemented,
            "UNSUPPORTED",
            501,
            ERROR,
            "This server cannot do that. Nothing was applied.",
        ),
    }
}

/// Every kind, for whoever lists the table.
pub const KINDS: [ErrorKind; 28] = [
    ErrorKind::InvalidArgument,
    ErrorKind::InvalidNamespace,
    ErrorKind::InvalidKey,
    ErrorKind::InvalidValue,
    ErrorKind::InvalidCursor,
    ErrorKind::TooLarge,
    ErrorKind::NotFound,
    ErrorKind::VersionNotFound,
    ErrorKind::KeyExists,
    ErrorKind::AliasExists,
    ErrorKind::AliasSelf,
    ErrorKind::AliasChain,
    ErrorKind::Conflict,
    ErrorKind::IdempotencyMismatch,
    ErrorKind::Unauthenticated,
    ErrorKind::PermissionDenied,
    ErrorKind::ReadOnly,
    ErrorKind::Compacted,
    ErrorKind::ForeignLog,
    ErrorKind::FutureRevision,
    ErrorKind::ResourceExhausted,
    ErrorKind::QuotaExceeded,
    ErrorKind::DeadlineExceeded,
    ErrorKind::Unavailable,
    ErrorKind::Unknown,
    ErrorKind::Corrupt,
    ErrorKind::Internal,
    ErrorKind::Unsupported,
];

/// `docs/errors.md`.
#[must_use]
pub fn documentation() -> String {
    let line = |kind: &ErrorKind| {
        let Row { code, reason, config_v1, http, exit, means } = row(*kind);
        let config_v1 = config_v1.map_or_else(|| "none".to_owned(), |name| format!("`{name}`"));
        format!("| `{reason}` | {code:?} | {config_v1} | {http} | {exit} | {means} |\n")
    };
    let lines: String = KINDS.iter().map(line).collect();
    format!("{INTRODUCTION}{lines}")
}

const INTRODUCTION: &str = "\
# Errors

Every failure is one row of this table. holdfast.v1 sends the gRPC code and, in `grpc-status-details-bin`, a
`google.rpc.Status` with one `google.rpc.ErrorInfo` whose domain is `holdfast.v1`, whose reason is the one below, and
whose metadata are the facts that belong to it (`field`, `namespace`, `key`, `oldest`, ...). config.v1 sends the same
code, the messages of its contract and, where the column says so, an `ErrorInfo` of domain `config.rbaliyan.com` without
metadata; only `CORRUPT` is Internal there. The command line ends with the exit code.

A write that failed was *not applied*, with two exceptions: `OUTCOME_UNKNOWN`, and a DeadlineExceeded that has no reason
(the answer came too late). A call that was cut off, or ended in Unavailable by the network, leaves the outcome open
too: a commit with an idempotency key can be sent again whatever happened.

A store whose flush failed answers reads and refuses every write with `READ_ONLY` until the server is restarted;
`/readyz` says so. The write whose flush it was gets `OUTCOME_UNKNOWN`. Without free space above
`store.reserve_bytes` writes get `RESOURCE_EXHAUSTED`; the store is well and recovers by itself.

| reason | gRPC code | reason in config.v1 | HTTP | exit code | what it means |
|---|---|---|---|---|---|
";

/// The exit code for an answer of a server: by its reason when it has one, else by its code.
#[must_use]
pub fn exit_code(status: &tonic::Status) -> u8 {
    let by_reason = error_info(status)
        .and_then(|info| KINDS.iter().map(|kind| row(*kind)).find(|row| row.reason == info.reason));
    by_reason.map_or_else(|| exit_by_code(status.code()), |row| row.exit)
}

fn exit_by_code(code: Code) -> u8 {
    match code {
        Code::Ok => exit::OK,
        Code::NotFound => exit::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => exit::CONFLICT,
        Code::PermissionDenied | Code::Unauthenticated => exit::DENIED,
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => exit::UNAVAILABLE,
        _ => exit::ERROR,
    }
}

/// A status with one `ErrorInfo` in `grpc-status-details-bin`.
#[must_use]
pub fn with_info(code: Code, message: &str, info: &ErrorInfo) -> tonic::Status {
    let detail =
        Any { type_url: ERROR_INFO.into(), value: info.encode_to_bytes(), ..Any::default() };
    let rich = RichStatus {
        code: code.into(),
        message: message.into(),
        details: vec![detail],
        ..RichStatus::default()
    };
    tonic::Status::with_details(code, message, rich.encode_to_bytes())
}

/// ResourceExhausted, with a `RetryInfo` and, for HTTP, the same in whole seconds as `retry-after`.
#[must_use]
pub fn retry_after(message: &str, wait: Duration) -> tonic::Status {
    let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
    let nanos = i32::try_from(wait.subsec_nanos()).unwrap_or(0);
    let delay = buffa_types::google::protobuf::Duration { seconds, nanos, ..Default::default() };
    let info = RetryInfo { retry_delay: delay.into(), ..RetryInfo::default() };
    let detail =
        Any { type_url: RETRY_INFO.into(), value: info.encode_to_bytes(), ..Any::default() };
    let code = Code::ResourceExhausted;
    let rich = RichStatus {
        code: code.into(),
        message: message.into(),
        details: vec![detail],
        ..RichStatus::default()
    };
    let details = rich.encode_to_bytes();
    let mut metadata = MetadataMap::new();
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    metadata.insert("retry-after", MetadataValue::from(whole));
    tonic::Status::with_details_and_metadata(code, message, details, metadata)
}

/// How long a status asks to wait.
#[must_use]
pub fn retry_delay(status: &tonic::Status) -> Option<Duration> {
    let rich = RichStatus::decode_from_slice(status.details()).ok()?;
    let detail = rich.details.iter().find(|any| any.type_url == RETRY_INFO)?;
    let info = RetryInfo::decode_from_slice(&detail.value).ok()?;
    let delay = info.retry_delay.as_option()?;
    let (seconds, nanos) = (u64::try_from(delay.seconds).ok()?, u32::try_from(delay.nanos).ok()?);
    Some(Duration::new(seconds, nanos))
}

/// An `ErrorInfo` of these parts.
#[must_use]
pub fn info(reason: &str, domain: &str, metadata: Vec<(&str, String)>) -> ErrorInfo {
    let metadata: HashMap<String, String> =
        metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    ErrorInfo {
        reason: reason.into(),
        domain: domain.into(),
        metadata: metadata.into_iter().collect(),
        ..ErrorInfo::default()
    }
}

/// The first `ErrorInfo` of a status, if it has one.
#[must_use]
pub fn error_info(status: &tonic::Status) -> Option<ErrorInfo> {
    let rich = RichStatus::decode_from_slice(status.details()).ok()?;
    let detail = rich.details.iter().find(|any| any.type_url == ERROR_INFO)?;
    ErrorInfo::decode_from_slice(&detail.value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_unique_and_codes_agree_with_exit_codes() {
        let mut reasons: Vec<_> = KINDS.iter().map(|kind| row(*kind).reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), KINDS.len());
    }

    #[test]
    fn the_documentation_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, documentation()).expect("docs can be written");
        }
        let kept = std::fs::read_to_string(path).expect("docs/errors.md is there");
        assert!(
            kept == documentation(),
            "docs/errors.md is stale: run the test again with BLESS=1"
        );
    }

    #[test]
    fn details_travel_as_error_info() {
        let sent = info("COMPACTED", HOLDFAST_V1_DOMAIN, vec![("oldest", "7".into())]);
        let status = with_info(Code::OutOfRange, "gone", &sent);
        assert_eq!(error_info(&status), Some(sent));
        assert_eq!(error_info(&tonic::Status::not_found("x")), None);
        assert_eq!(error_info(&tonic::Status::with_details(Code::Ok, "", vec![0xff].into())), None);
    }

    #[test]
    fn how_long_to_wait_travels_with_the_status() {
        let wait = Duration::from_millis(1_200);
        let status = retry_after("rate limit exceeded", wait);
        assert_eq!(retry_delay(&status), Some(wait));
        assert_eq!(status.metadata().get("retry-after").expect("it is there"), "2");
        assert_eq!(retry_delay(&tonic::Status::not_found("x")), None);
    }

    #[test]
    fn exit_codes_follow_the_reason_and_else_the_code() {
        let read_only = row(ErrorKind::ReadOnly);
        let info = info(read_only.reason, CONFIG_V1_DOMAIN, vec![]);
        assert_eq!(exit_code(&with_info(read_only.code, "", &info)), exit::ERROR);
        assert_eq!(exit_code(&tonic::Status::not_found("")), exit::NOT_FOUND);
        assert_eq!(exit_code(&tonic::Status::unauthenticated("")), exit::DENIED);
        assert_eq!(exit_code(&tonic::Status::unavailable("")), exit::UNAVAILABLE);
    }
}
