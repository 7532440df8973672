//! Refusals of this dialect: always with a reason, under the HTTP status that the one table gives it.

use holdfast_api::status::{HOLDFAST_V1_DOMAIN, KINDS, error_info, info, row, with_info};
use holdfast_model::ErrorKind;
use http::StatusCode;
use tonic::{Code, Status};

use crate::http::fault::{Answer, Fault};

/// The failure of a call.
pub(super) fn of(status: Status) -> Fault {
    let status = with_reason(status);
    let found = error_info(&status)
        .and_then(|info| KINDS.iter().map(|kind| row(*kind)).find(|row| row.reason == info.reason));
    let http = found.and_then(|row| StatusCode::from_u16(row.http).ok());
    let fault = Fault::from(status);
    match http {
        Some(http) => fault.with_http(http),
        None => fault,
    }
}

/// A fault of the request that was found before it was a call: its HTTP status says more than its reason.
pub(super) fn of_request(fault: Fault) -> Fault {
    let http = fault.http;
    of(fault.status).with_http(http)
}

/// A member of the request that makes no sense beside its path.
pub(super) fn invalid(field: &str, why: &str) -> Fault {
    let row = row(ErrorKind::InvalidArgument);
    let metadata = vec![("field", field.to_owned())];
    let info = info(row.reason, HOLDFAST_V1_DOMAIN, metadata);
    of(with_info(row.code, &format!("{field}: {why}"), &info))
}

/// The answer of a call, or its failure.
pub(super) fn answered<A>(answer: Result<A, Status>) -> Result<A, Fault> {
    answer.map_err(of)
}

/// A message as JSON.
pub(super) fn shown(message: &impl serde::Serialize) -> Answer {
    crate::http::json::answer(message)
}

/// What the readers of requests say has no reason yet.
fn with_reason(status: Status) -> Status {
    if error_info(&status).is_some() || status.code() != Code::InvalidArgument {
        return status;
    }
    const UNKNOWN: &str = ": there is no such member";
    let row = row(ErrorKind::InvalidArgument);
    let (message, field) = match status.message().strip_suffix(UNKNOWN) {
        Some(place) => (format!("{}{UNKNOWN}", path(place)), Some(path(place))),
        None => (status.message().to_owned(), None),
    };
    let metadata = field.map(|field| ("field", field)).into_iter().collect();
    with_info(row.code, &message, &info(row.reason, HOLDFAST_V1_DOMAIN, metadata))
}

/// `writes.?.0.put.?.junk`, as the reader of JSON says it, is `writes[0].put.junk` everywhere else.
fn path(place: &str) -> String {
    let mut path = String::new();
    for step in place.split('.').filter(|step| *step != "?") {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(step);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_gives_the_status() {
        for (kind, http) in [
            (ErrorKind::Compacted, StatusCode::GONE),
            (ErrorKind::Conflict, StatusCode::CONFLICT),
            (ErrorKind::InvalidArgument, StatusCode::BAD_REQUEST),
        ] {
            let row = row(kind);
            let status = with_info(row.code, "", &info(row.reason, HOLDFAST_V1_DOMAIN, vec![]));
            assert_eq!(of(status).http, http, "{kind:?}");
        }
    }

    #[test]
    fn an_unknown_member_is_named() {
        let fault = of_request(Fault::invalid("junk: there is no such member"));
        let info = error_info(&fault.status).expect("a reason");
        assert_eq!((&*info.reason, info.metadata["field"].as_str()), ("INVALID_ARGUMENT", "junk"));
        assert_eq!(path("writes.?.0.put.?.junk"), "writes[0].put.junk");
    }
}
