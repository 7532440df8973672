//! From engine errors to the statuses of config.v1: codes and reasons come from the one table, messages are the contract's.

use crate::rate;
use holdfast_api::status::{CONFIG_V1_DOMAIN, info, row, with_info};
use holdfast_auth::AuthError;
use holdfast_engine::EngineError;
use holdfast_model::ErrorKind;
use tonic::{Code, Status};

/// What a handler fails with.
#[derive(Debug)]
pub(crate) struct Refusal(Status);

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self(status(error.kind(), &message(&error)))
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

/// Reports the first member that is empty, before anybody asks whether the caller may.
pub(crate) fn required(members: &[(&str, &str)]) -> Result<(), Refusal> {
    match members.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(Refusal(Status::invalid_argument(format!("{name} is required")))),
        None => Ok(()),
    }
}

/// A cursor that this server did not make.
pub(crate) fn invalid_cursor(why: &str) -> Refusal {
    Refusal(status(ErrorKind::InvalidCursor, &format!("invalid cursor: {why}")))
}

fn status(kind: ErrorKind, message: &str) -> Status {
    let row = row(kind);
    // Both are told as "internal error" to callers of this dialect; the log has the rest.
    let code = if kind == ErrorKind::Corrupt { Code::Internal } else { row.code };
    match row.config_v1 {
        Some(reason) => with_info(code, message, &info(reason, CONFIG_V1_DOMAIN, Vec::new())),
        None => Status::new(code, message),
    }
}

/// The contract's wording where it gives one.
fn message(error: &EngineError) -> String {
    match error.kind() {
        ErrorKind::InvalidNamespace => "config: invalid namespace".into(),
        ErrorKind::InvalidValue => format!("config: {error}"),
        ErrorKind::ReadOnly => "config: store is read-only".into(),
        ErrorKind::AliasExists | ErrorKind::AliasSelf | ErrorKind::AliasChain => {
            format!("config: {error}")
        }
        ErrorKind::Corrupt => {
            tracing::error!(%error, "the store failed");
            "internal store error".into()
        }
        ErrorKind::Internal if !matches!(error, EngineError::Auth(_)) => {
            tracing::error!(%error, "a use case failed");
            "internal error".into()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use holdfast_api::status::error_info;
    use holdfast_store::{AppendError, StoreError};

    use super::*;

    #[test]
    fn a_store_in_trouble_speaks_as_the_contract_says() {
        let flush = "fsync failed".to_owned();
        let corrupt = StoreError::Corrupt { place: "log".into(), what: "secret".into() };
        let cases: [(EngineError, Code, &str, &str); 6] = [
            (
                AppendError::ReadOnly(flush.clone()).into(),
                Code::FailedPrecondition,
                "READ_ONLY",
                "config: store is read-only",
            ),
            (AppendError::Unknown(flush).into(), Code::Unknown, "", "the flush failed, "),
            (
                AppendError::NoSpace { free: 1, reserve: 2 }.into(),
                Code::ResourceExhausted,
                "",
                "no space: ",
            ),
            (corrupt.into(), Code::Internal, "", "internal store error"),
            (AppendError::Refused("x".into()).into(), Code::Internal, "", "internal error"),
            (EngineError::Stopping, Code::Unavailable, "", "the server is shutting down"),
        ];
        for (error, code, reason, begins) in cases {
            let status = Status::from(Refusal::from(error));
            let found = error_info(&status).map(|info| info.reason).unwrap_or_default();
            assert_eq!((status.code(), &*found), (code, reason), "{status:?}");
            assert!(status.message().starts_with(begins), "{status:?}");
        }
    }
}
