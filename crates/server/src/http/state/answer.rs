//! What goes back: protobuf JSON with the members that are not set, and failures as gateways tell them.

use axum::response::{IntoResponse, Response};
use holdfast_api::Encoded;
use holdfast_api::convert::state::json::Shown;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::http::fault::{Answer, Fault};
use crate::http::json;

/// A header of the server behind the gateway, which is this one.
const SERVER_METADATA: (HeaderName, HeaderValue) = (
    HeaderName::from_static("grpc-metadata-content-type"),
    HeaderValue::from_static("application/grpc"),
);

/// The answer of a service, as JSON.
pub(super) fn shown<M>(
    answer: Result<tonic::Response<Encoded<M>>, Status>,
    extended: bool,
) -> Answer
where
    M: buffa::Message,
    for<'a> Shown<'a, M>: Serialize,
{
    shown_by(answer, |message| Shown::new(message, extended))
}

/// The same in a dialect of the handler's choice.
pub(super) fn shown_by<M>(
    answer: Result<tonic::Response<Encoded<M>>, Status>,
    dialect: impl FnOnce(&M) -> Shown<'_, M>,
) -> Answer
where
    M: buffa::Message,
    for<'a> Shown<'a, M>: Serialize,
{
    let message = answered(answer)?;
    let mut response = json::answer(&dialect(&message))?;
    mark(&mut response);
    Ok(response)
}

/// The answer of a service that says nothing.
pub(super) fn empty<M: buffa::Message>(
    answer: Result<tonic::Response<Encoded<M>>, Status>,
) -> Answer {
    answered(answer)?;
    let mut response = json::of_bytes(b"{}".to_vec());
    mark(&mut response);
    Ok(response)
}

fn answered<M: buffa::Message>(
    answer: Result<tonic::Response<Encoded<M>>, Status>,
) -> Result<M, Fault> {
    answer.and_then(|answer| answer.into_inner().into_message()).map_err(failed)
}

/// Says that a server is behind.
pub(super) fn mark(response: &mut Response) {
    let (name, value) = SERVER_METADATA;
    response.headers_mut().insert(name, value);
}

/// QUIRK(stategate): a call that was cancelled is a request that timed out.
pub(super) fn failed(status: Status) -> Fault {
    let cancelled = status.code() == Code::Cancelled;
    let fault = Fault::from(status);
    if cancelled { fault.with_http(StatusCode::REQUEST_TIMEOUT) } else { fault }
}

/// QUIRK(stategate): a method that a path does not have is not implemented, in place of not allowed.
pub(super) fn no_such_method() -> Fault {
    Status::unimplemented("Method Not Allowed").into()
}

/// What a stream says of its failure: as its last line, or as the body when there was none.
pub(super) fn error_text(status: &Status) -> String {
    let error: Value = json!({
        "code": status.code() as i32, "message": status.message(), "details": [],
    });
    json!({ "error": error }).to_string()
}

/// A stream that does not begin.
pub(super) fn no_stream(status: Status) -> Response {
    let text = error_text(&status);
    let fault = failed(status);
    let mut response = fault.into_response();
    *response.body_mut() = text.into();
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    response
}
