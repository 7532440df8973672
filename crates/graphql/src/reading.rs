//! Requests as they come over HTTP.

use async_graphql::http::{MultipartOptions, receive_batch_body};
use async_graphql::{BatchRequest, Request};
use serde::de::DeserializeOwned;
use tonic::Status;

use crate::bounds::BATCH;

/// One request, or several in a list.
#[derive(Debug)]
pub enum Asked {
    /// One.
    One(Box<Request>),
    /// Several: each is answered, in their order.
    Several(Vec<Request>),
}

/// Reads a JSON body.
///
/// # Errors
/// `InvalidArgument` with what is wrong about it.
pub fn of_json(body: &[u8]) -> Result<Asked, Status> {
    if body.trim_ascii_start().starts_with(b"[") {
        return several(parsed("the body", body)?);
    }
    Ok(Asked::One(Box::new(parsed("the body", body)?)))
}

/// Reads a body of `multipart/form-data`, as the GraphQL multipart request specification writes them.
///
/// # Errors
/// `InvalidArgument` with what is wrong about it.
pub async fn of_multipart(content_type: &str, body: &[u8]) -> Result<Asked, Status> {
    let read = receive_batch_body(Some(content_type), body, MultipartOptions::default()).await;
    match read.map_err(|error| invalid(format!("the body does not decode: {error}")))? {
        BatchRequest::Single(request) => Ok(Asked::One(Box::new(request))),
        BatchRequest::Batch(requests) => several(requests),
    }
}

/// Reads the parameters of a GET; those that are not there are empty.
///
/// # Errors
/// `InvalidArgument` with the parameter that is wrong.
pub fn of_parameters(
    query: &str,
    operation: &str,
    variables: &str,
    extensions: &str,
) -> Result<Asked, Status> {
    let mut request = Request::new(query);
    if !operation.is_empty() {
        request = request.operation_name(operation);
    }
    if !variables.is_empty() {
        request = request.variables(parsed("the parameter `variables`", variables.as_bytes())?);
    }
    if !extensions.is_empty() {
        request.extensions = parsed("the parameter `extensions`", extensions.as_bytes())?;
    }
    Ok(Asked::One(Box::new(request)))
}

fn several(requests: Vec<Request>) -> Result<Asked, Status> {
    match requests.len() {
        0 => Err(invalid("the list of requests is empty".into())),
        length if length > BATCH => {
            Err(invalid(format!("the list has {length} requests; at most {BATCH} are answered")))
        }
        _ => Ok(Asked::Several(requests)),
    }
}

fn parsed<T: DeserializeOwned>(what: &str, text: &[u8]) -> Result<T, Status> {
    serde_json::from_slice(text)
        .map_err(|error| invalid(format!("{what} does not decode: {error}")))
}

fn invalid(why: String) -> Status {
    Status::invalid_argument(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_leave_out_or_set_to_null_is_not_there() {
        for body in [
            r#"{"query":"{a}"}"#,
            r#" {"query":"{a}","variables":null,"operationName":null,"extensions":null,"x":1}"#,
        ] {
            let Ok(Asked::One(request)) = of_json(body.as_bytes()) else { panic!("{body}") };
            assert_eq!((&*request.query, request.operation_name.as_deref()), ("{a}", None));
        }
        let Ok(Asked::Several(requests)) = of_json(br#"[{"query":"{a}"},{}]"#) else { panic!() };
        assert_eq!(requests.len(), 2);
    }

    #[test]
    fn what_is_no_request_is_refused_in_words() {
        let many = format!("[{}]", ["{}"; BATCH + 1].join(","));
        for body in ["", "[]", "7", "{", r#"{"query":7}"#, r#"{"variables":[]}"#, &many] {
            let status = of_json(body.as_bytes()).expect_err(body);
            assert!(status.message().len() > 10, "{body}: {status}");
        }
        assert!(of_parameters("{a}", "", "{", "").is_err());
        assert!(of_parameters("{a}", "", "", "[]").is_err());
    }
}
