//! What a caller over HTTP is told when a call fails: the JSON form of `google.rpc.Status`.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use holdfast_api::status::{ERROR_INFO, RETRY_INFO, error_info, retry_delay};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tonic::{Code, Status};

/// A failed call on its way out.
#[derive(Debug)]
pub struct Fault {
    /// What failed.
    pub status: Status,
    /// How HTTP calls it.
    pub http: StatusCode,
}

/// What handlers answer.
pub type Answer = Result<Response, Fault>;

impl Fault {
    /// A request that makes no sense.
    pub fn invalid(why: impl Into<String>) -> Self {
        Status::invalid_argument(why).into()
    }

    /// The same failure under another HTTP status.
    #[must_use]
    pub fn with_http(self, http: StatusCode) -> Self {
        Self { http, ..self }
    }

    /// Nobody serves this path.
    #[must_use]
    pub fn not_found() -> Self {
        Status::not_found("Not Found").into()
    }

    /// The path is served, for other methods.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let status = Status::unimplemented("Method Not Allowed");
        Self::from(status).with_http(StatusCode::METHOD_NOT_ALLOWED)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        let http = http_status(status.code());
        Self { status, http }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.http, Json(body(&self.status))).into_response();
        if self.http == StatusCode::UNAUTHORIZED {
            let message = HeaderValue::from_str(self.status.message());
            let challenge = message.unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = self.status.metadata().get("retry-after")
            && let Ok(wait) = HeaderValue::from_bytes(wait.as_bytes())
        {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

/// `google.rpc.Status`, with the details that Holdfast sends.
#[derive(Serialize)]
struct Body<'a> {
    code: i32,
    message: &'a str,
    details: Vec<Detail>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Detail {
    Info {
        #[serde(rename = "@type")]
        kind: &'static str,
        reason: String,
        domain: String,
        metadata: BTreeMap<String, String>,
    },
    #[serde(rename_all = "camelCase")]
    Retry {
        #[serde(rename = "@type")]
        kind: &'static str,
        retry_delay: String,
    },
}

fn body(status: &Status) -> Body<'_> {
    let info = error_info(status).map(|info| Detail::Info {
        kind: ERROR_INFO,
        reason: info.reason,
        domain: info.domain,
        metadata: info.metadata.into_iter().collect(),
    });
    // As JSON writes a duration: seconds with a fraction.
    let retry = retry_delay(status).map(|delay| Detail::Retry {
        kind: RETRY_INFO,
        retry_delay: format!("{}s", delay.as_secs_f64()),
    });
    let code = status.code() as i32;
    let details = info.into_iter().chain(retry).collect();
    Body { code, message: status.message(), details }
}

/// The HTTP status of a gRPC code, as gateways map them.
#[must_use]
pub fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        // "Client closed request": no registered status says it.
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure in plain text, as the event stream and diff of config.v1 report theirs.
#[must_use]
pub fn plain(http: StatusCode, message: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (http, headers, format!("{message}\n")).into_response()
}
