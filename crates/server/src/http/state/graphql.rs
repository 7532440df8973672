//! stategate in GraphQL, at one path: GET, POST with JSON or a form, and a WebSocket. What is asked `holdfast-graphql` answers, by the
//! services that gRPC calls.
//!
//! - `door`: who calls
//! - `socket`: subscriptions

mod door;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use holdfast_graphql::reading::{self, Asked};
use holdfast_graphql::{
    BAD_REQUEST, Endpoint, NOT_BY_GET, Reads, Reception, Response as Answered, Services, refusal,
};
use http::{HeaderValue, Method, Request, StatusCode, header};
use serde_json::Value;

use self::door::Door;
use super::asked::check_timeout;
use crate::grpc::state::Stategate;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};
use crate::http::json::{self, Arrived};
use crate::http::query::Query;
use crate::http::websocket;

const PATH: &str = "/api/graphql";

const JSON: [&str; 2] = ["application/json", "application/graphql-response+json"];
const FORM: &str = "multipart/form-data";

/// The path; whether it is served a setting says.
pub(super) fn routes() -> Router<Face> {
    Router::new().route(PATH, any(handle))
}

/// What answers, over the services.
pub(crate) fn endpoint(stategate: &Stategate) -> Option<Endpoint> {
    let knobs = stategate.shared().knobs.graphql;
    let service = Arc::new(stategate.clone());
    let services = Services {
        entities: Arc::<Stategate>::clone(&service),
        events: Arc::<Stategate>::clone(&service),
        cache: Arc::<Stategate>::clone(&service),
        locks: Arc::<Stategate>::clone(&service),
        peers: service,
    };
    knobs.map(|bounds| Endpoint::new(services, bounds))
}

async fn handle(State(face): State<Face>, request: Request<Body>) -> Answer {
    let Some(endpoint) = face.graphql.clone() else { return Err(Fault::not_found()) };
    match *request.method() {
        Method::OPTIONS => return Ok(methods()),
        Method::GET | Method::POST => {}
        _ => return Err(Fault::method_not_allowed()),
    }
    // Failures have the form of GraphQL, under the status of HTTP.
    match answer(&face, &endpoint, request).await {
        Err(fault) => told(&refusal(&fault.status), fault.http),
        answer => answer,
    }
}

async fn answer(face: &Face, endpoint: &Endpoint, request: Request<Body>) -> Answer {
    let (parts, body) = request.into_parts();
    check_timeout(&parts)?;
    if websocket::is_asked_for(&parts.headers) {
        return socket::open(face, endpoint.clone(), parts);
    }
    let (asked, reads) = if parts.method == Method::GET {
        (of_query(parts.uri.query().unwrap_or_default())?, Reads::Only)
    } else {
        (of_body(face, parts.headers.get(header::CONTENT_TYPE), body).await?, Reads::AndWrites)
    };
    let caller = Door::new(face, parts)?.caller(None).await;
    match asked {
        Asked::One(request) => {
            let answered = endpoint.answer(*request, caller, reads).await;
            told(&answered, status(&answered))
        }
        Asked::Several(requests) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                answers.push(endpoint.answer(request, caller.clone(), reads).await);
            }
            json::answer(&answers)
        }
    }
}

fn methods() -> Response {
    let mut response = Response::new(Body::empty());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("OPTIONS, GET, POST"));
    response
}

fn of_query(text: &str) -> Result<Asked, Fault> {
    let query = Query::parse(text);
    let said = |name| query.text(name);
    let (variables, extensions) = (said("variables")?, said("extensions")?);
    Ok(reading::of_parameters(said("query")?, said("operationName")?, variables, extensions)?)
}

async fn of_body(face: &Face, kind: Option<&HeaderValue>, body: Body) -> Result<Asked, Fault> {
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Other types a page of any origin may send without having asked.
    if !JSON.contains(&&*essence) && essence != FORM {
        let why = "the content type of the body has to be application/json or multipart/form-data";
        return Err(Fault::invalid(why).with_http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let arrived = Arrived::of(face, body).await?;
    if essence == FORM {
        return Ok(reading::of_multipart(kind, &arrived.bytes).await?);
    }
    Ok(reading::of_json(&arrived.bytes)?)
}

/// The status of an answer: what fails in GraphQL is told in its own way, under 200.
fn status(answered: &Answered) -> StatusCode {
    let text = serde_json::to_value(answered.errors.first()).unwrap_or_default();
    match text.pointer("/extensions/code").and_then(Value::as_str) {
        Some(BAD_REQUEST) => StatusCode::BAD_REQUEST,
        Some(NOT_BY_GET) => StatusCode::METHOD_NOT_ALLOWED,
        _ => StatusCode::OK,
    }
}

fn told(answered: &Answered, status: StatusCode) -> Answer {
    let mut response = json::answer(answered)?;
    *response.status_mut() = status;
    Ok(response)
}
