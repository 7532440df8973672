//! Messages between those who are connected.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use holdfast_api::stategate::peer_service_server::PeerService;
use holdfast_api::stategate::{Message, StreamMessageOpts};
use http::{Method, Request};

use super::answer::empty;
use super::calls::asked;
use super::locks::members;
use super::stream::Way;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

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
    let (way, request) = Way::of(&face, request).await;
    let asked = asked(&face, request, &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = StreamMessageOpts {
        domain: fields.text(&["domain"])?,
        channel: fields.text(&["channel"])?,
        r#type: fields.text(&["type"])?,
        consumer_group: fields.text(&["consumer_group", "consumerGroup"])?,
        ..StreamMessageOpts::default()
    };
    way.send(&face, asked.service.peer_lines(asked.by(opts)).await)
}
