//! What a caller is told: the text of the gRPC error as `message`, its code as the member `code` of `extensions`.

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError};
use buffa::Message;
use holdfast_api::Encoded;
use tonic::{Code, Status};

/// The member.
pub(crate) const CODE: &str = "code";

/// The code of what is no request at all.
pub const BAD_REQUEST: &str = "BAD_REQUEST";

/// The failure of a field.
pub(crate) fn of(status: &Status) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set(CODE, name(status.code()));
    Error { message: status.message().to_owned(), source: None, extensions: Some(extensions) }
}

/// The failure of a whole request.
#[must_use]
pub fn refusal(status: &Status) -> Response {
    Response::from_errors(vec![of_request(name(status.code()), status.message())])
}

/// The same by other codes.
pub(crate) fn of_request(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set(CODE, code);
    error
}

/// What a service answered.
pub(crate) fn answered<M: Message>(
    answer: Result<tonic::Response<Encoded<M>>, Status>,
) -> Result<M, Error> {
    let message = answer.and_then(|answer| answer.into_inner().into_message());
    message.map_err(|status| of(&status))
}

/// A code as gRPC writes it.
fn name(code: Code) -> &'static str {
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
