//! What a caller is told: the text of the gRPC error as `message`, its code as the member `code` of `extensions`.

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError};
use buffa::Message;
use holdfast_api::Encoded;
use holdfast_api::status::code_name;
use tonic::Status;

/// The member.
pub(crate) const CODE: &str = "code";

/// The code of what is no request at all.
pub const BAD_REQUEST: &str = "BAD_REQUEST";

/// The failure of a field.
pub(crate) fn of(status: &Status) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set(CODE, code_name(status.code()));
    Error { message: status.message().to_owned(), source: None, extensions: Some(extensions) }
}

/// The failure of a whole request.
#[must_use]
pub fn refusal(status: &Status) -> Response {
    Response::from_errors(vec![of_request(code_name(status.code()), status.message())])
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
