//! The one status table: what every kind of failure is called on each surface.

use std::collections::HashMap;

use buffa::Message;
use buffa_types::google::protobuf::Any;
use bytes::Bytes;
use holdfast_model::ErrorKind;
use tonic::Code;

use crate::google_rpc::{ErrorInfo, Status as RichStatus};

/// `ErrorInfo.domain` of the config.v1 dialect.
pub const CONFIG_V1_DOMAIN: &str = "config.rbaliyan.com";
/// `ErrorInfo.domain` of the holdfast.v1 dialect.
pub const HOLDFAST_V1_DOMAIN: &str = "holdfast.v1";

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";

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
    let both = |code, reason, http, exit| Row { code, reason, config_v1: Some(reason), http, exit };
    let bare = |code, reason, http, exit| Row { code, reason, config_v1: None, http, exit };
    match kind {
        ErrorKind::InvalidArgument => bare(Code::InvalidArgument, "INVALID_ARGUMENT", 400, ERROR),
        ErrorKind::InvalidNamespace => both(Code::InvalidArgument, "INVALID_NAMESPACE", 400, ERROR),
        ErrorKind::InvalidKey => both(Code::InvalidArgument, "INVALID_KEY", 400, ERROR),
        ErrorKind::InvalidValue => both(Code::InvalidArgument, "INVALID_VALUE", 400, ERROR),
        ErrorKind::InvalidCursor => both(Code::InvalidArgument, "INVALID_CURSOR", 400, ERROR),
        ErrorKind::TooLarge => bare(Code::InvalidArgument, "TOO_LARGE", 413, ERROR),
        ErrorKind::NotFound => both(Code::NotFound, "NOT_FOUND", 404, NOT_FOUND),
        ErrorKind::VersionNotFound => both(Code::NotFound, "VERSION_NOT_FOUND", 404, NOT_FOUND),
        ErrorKind::KeyExists => both(Code::AlreadyExists, "KEY_EXISTS", 409, CONFLICT),
        ErrorKind::AliasExists => both(Code::AlreadyExists, "ALIAS_EXISTS", 409, CONFLICT),
        ErrorKind::AliasSelf => both(Code::InvalidArgument, "ALIAS_SELF", 400, ERROR),
        ErrorKind::AliasChain => both(Code::InvalidArgument, "ALIAS_CHAIN", 400, ERROR),
        ErrorKind::Conflict => bare(Code::Aborted, "CONFLICT", 409, CONFLICT),
        ErrorKind::IdempotencyMismatch => {
            bare(Code::FailedPrecondition, "IDEMPOTENCY_MISMATCH", 422, CONFLICT)
        }
        ErrorKind::Unauthenticated => bare(Code::Unauthenticated, "UNAUTHENTICATED", 401, DENIED),
        ErrorKind::PermissionDenied => {
            bare(Code::PermissionDenied, "PERMISSION_DENIED", 403, DENIED)
        }
        ErrorKind::ReadOnly => both(Code::FailedPrecondition, "READ_ONLY", 400, ERROR),
        ErrorKind::Compacted => bare(Code::OutOfRange, "COMPACTED", 410, ERROR),
        ErrorKind::ForeignLog => bare(Code::OutOfRange, "FOREIGN_LOG", 410, ERROR),
        ErrorKind::FutureRevision => bare(Code::OutOfRange, "FUTURE_REVISION", 400, ERROR),
        ErrorKind::ResourceExhausted => {
            bare(Code::ResourceExhausted, "RESOURCE_EXHAUSTED", 429, UNAVAILABLE)
        }
        ErrorKind::DeadlineExceeded => {
            bare(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", 504, UNAVAILABLE)
        }
        ErrorKind::Unavailable => bare(Code::Unavailable, "UNAVAILABLE", 503, UNAVAILABLE),
        ErrorKind::Unknown => bare(Code::Unknown, "OUTCOME_UNKNOWN", 500, ERROR),
        ErrorKind::Corrupt => bare(Code::DataLoss, "CORRUPT", 500, ERROR),
        ErrorKind::Internal => bare(Code::Internal, "INTERNAL", 500, ERROR),
        ErrorKind::Unsupported => bare(Code::Unimplemented, "UNSUPPORTED", 501, ERROR),
    }
}

/// Every kind, for whoever lists the table.
pub const KINDS: [ErrorKind; 27] = [
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
    ErrorKind::DeadlineExceeded,
    ErrorKind::Unavailable,
    ErrorKind::Unknown,
    ErrorKind::Corrupt,
    ErrorKind::Internal,
    ErrorKind::Unsupported,
];

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
        Any { type_url: ERROR_INFO.into(), value: info.encode_to_vec().into(), ..Any::default() };
    let rich = RichStatus {
        code: code.into(),
        message: message.into(),
        details: vec![detail],
        ..RichStatus::default()
    };
    tonic::Status::with_details(code, message, Bytes::from(rich.encode_to_vec()))
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
    fn details_travel_as_error_info() {
        let sent = info("COMPACTED", HOLDFAST_V1_DOMAIN, vec![("oldest", "7".into())]);
        let status = with_info(Code::OutOfRange, "gone", &sent);
        assert_eq!(error_info(&status), Some(sent));
        assert_eq!(error_info(&tonic::Status::not_found("x")), None);
        assert_eq!(error_info(&tonic::Status::with_details(Code::Ok, "", vec![0xff].into())), None);
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
