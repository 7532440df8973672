//! Events as lines of JSON, or as texts on a WebSocket. The head of the answer goes out as soon as the stream is live: what is written after that comes.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use holdfast_api::Encoded;
use holdfast_api::stategate::StreamOpts;
use http::request::Parts;
use http::{Method, Request};
use tokio_tungstenite::tungstenite::Message;
use tonic::Status;

use super::answer;
use super::calls::asked;
use crate::grpc::call::Streamed;
use crate::grpc::state::Form;
use crate::http::Face;
use crate::http::fault::Fault;
use crate::http::sse::Wire;
use crate::http::websocket::{self, Session};

const LINES: &str = "application/json";
/// What a listener may say at once.
const HEARD_BYTES: usize = 4 << 10;

pub(super) async fn v05(
    State(face): State<Face>,
    request: Request<Body>,
) -> Result<Response, Fault> {
    stream(face, request, [Form::Line, Form::ExtendedLine]).await
}

pub(super) async fn newest(
    State(face): State<Face>,
    request: Request<Body>,
) -> Result<Response, Fault> {
    stream(face, request, [Form::EntityLine, Form::ExtendedEntityLine]).await
}

/// In one of two forms, the second with what the dialect did not have.
async fn stream(
    face: Face,
    request: Request<Body>,
    [plain, extended]: [Form; 2],
) -> Result<Response, Fault> {
    let (way, request) = Way::of(&face, request).await;
    let asked = asked(&face, request, &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = StreamOpts {
        domain: fields.text(&["domain"])?,
        r#type: fields.text(&["type"])?,
        consumer_group: fields.text(&["consumer_group", "consumerGroup"])?,
        since: fields.text(&["since"])?,
        acknowledge: fields.flag("acknowledge")?,
        max_unacked: fields.number32("max_unacked", "maxUnacked")?,
        ..StreamOpts::default()
    };
    let form = if fields.flag("extended")? { extended } else { plain };
    way.send(&face, asked.service.lines(asked.by(opts), form).await)
}

/// The way on which a stream was asked for: as lines, or as texts on a socket.
pub(super) struct Way {
    wire: Wire,
    socket: Option<Parts>,
}

impl Way {
    /// That of a request, which is given back.
    pub(super) async fn of(face: &Face, request: Request<Body>) -> (Self, Request<Body>) {
        let (mut parts, body) = request.into_parts();
        let Ok(wire) = Wire::from_request_parts(&mut parts, face).await;
        let socket = websocket::is_asked_for(&parts.headers).then(|| parts.clone());
        (Self { wire, socket }, Request::from_parts(parts, body))
    }

    /// Sends what a service answered.
    pub(super) fn send(
        self,
        face: &Face,
        answer: Result<tonic::Response<Streamed<Bytes>>, Status>,
    ) -> Result<Response, Fault> {
        let lines = match answer {
            Ok(lines) => lines.into_inner().map(line),
            Err(status) => return Ok(answer::no_stream(status)),
        };
        if let Some(parts) = self.socket {
            return on_socket(face, &parts, lines);
        }
        let mut response = self.wire.stream_of(LINES, lines, failure);
        answer::mark(&mut response);
        Ok(response)
    }
}

/// One text for each event, without the line's end.
fn on_socket(
    face: &Face,
    parts: &Parts,
    lines: impl Stream<Item = Bytes> + Send + 'static,
) -> Result<Response, Fault> {
    let (upgrade, response) = websocket::accept(parts, None)?;
    let stop = face.stop.clone();
    let texts = lines.map(|line| {
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        Message::Text(text.into())
    });
    upgrade.to(move |socket, read| async move {
        let mut session = Session::on(socket, read, HEARD_BYTES, stop).await;
        // What a listener says is for nobody.
        let end = session.run(texts, |_| ControlFlow::Continue(())).await;
        session.end(end).await;
    });
    Ok(response)
}

fn line(event: Result<Encoded<Bytes>, Status>) -> Bytes {
    match event {
        Ok(Encoded::Message(line) | Encoded::Bytes(line)) => line,
        Err(status) => failure(&status),
    }
}

fn failure(status: &Status) -> Bytes {
    (answer::error_text(status) + "\n").into()
}
