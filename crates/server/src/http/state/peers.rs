//! Messages between those who are connected.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use futures::StreamExt;
use holdfast_api::stategate::peer_service_server::PeerService;
use holdfast_api::stategate::{Message, StreamMessageOpts};
use http::{Method, Request};

use super::answer::{self, empty};
use super::calls::asked;
use super::locks::members;
use super::stream::{LINES, failure, line, on_socket};
use crate::http::Face;
use crate::http::fault::{Answer, Fault};
use crate::http::sse::Wire;
use crate::http::websocket;

pub(super) async fn broadcast(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::POST]).await?;
    let refused = |error| Fault::invalid(format!("the body does not decode: {error}"));
    let message: Message = serde_json::from_value(members(&asked.body)?.into()).map_err(refused)?;
    empty(asked.service.broadcast(asked.by(message)).await)
}

pub(super) async fn stream(
    State(face): State<Face>,
    request: Request<Body>,
) -> Result<Response, Fault> {
    let (mut parts, body) = request.into_parts();
    let Ok(wire) = Wire::from_request_parts(&mut parts, &face).await;
    let socket = websocket::is_asked_for(&parts.headers).then(|| parts.clone());
    let asked = asked(&face, Request::from_parts(parts, body), &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = StreamMessageOpts {
        domain: fields.text(&["domain"])?,
        channel: fields.text(&["channel"])?,
        r#type: fields.text(&["type"])?,
        consumer_group: fields.text(&["consumer_group", "consumerGroup"])?,
        ..StreamMessageOpts::default()
    };
    let lines = match asked.service.peer_lines(asked.by(opts)).await {
        Ok(lines) => lines.into_inner().map(line),
        Err(status) => return Ok(answer::no_stream(status)),
    };
    if let Some(parts) = socket {
        return on_socket(&face, &parts, lines);
    }
    let mut response = wire.stream_of(LINES, lines, failure);
    answer::mark(&mut response);
    Ok(response)
}
