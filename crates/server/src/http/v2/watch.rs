//! Watch: frames as server-sent events, or as lines of JSON.
//!
//! A stream of events keeps a browser going: a start that was compacted or belongs to another log is told as `event: reset`, and
//! the stream goes on from now. To lines of JSON it is an error: 410, with the oldest revision.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use holdfast_api::Encoded;
use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastService;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{WatchRequest, WatchResponse};
use holdfast_api::status::{error_info, row};
use holdfast_model::ErrorKind;
use http::{HeaderMap, Version, header};
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::asked::{Asked, Message};
use super::fault;
use super::query::{decoded, members};
use super::resources::{WATCH, filters};
use crate::grpc::call::Streamed;
use crate::http::fault::{Answer, Fault};
use crate::http::query::Query;
use crate::http::{Face, sse};

const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";

/// GET with parameters.
pub(super) async fn of_query(
    State(face): State<Face>,
    asked: Asked,
    version: Version,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    let mut members = members(&query, &WATCH)?;
    filters(&mut members);
    begin(face, asked, decoded(members)?, version, &headers).await
}

/// POST of the request message.
pub(super) async fn asked(
    State(face): State<Face>,
    asked: Asked,
    version: Version,
    headers: HeaderMap,
    Message(request): Message<WatchRequest>,
) -> Answer {
    begin(face, asked, request, version, &headers).await
}

async fn begin(
    face: Face,
    asked: Asked,
    mut request: WatchRequest,
    version: Version,
    headers: &HeaderMap,
) -> Answer {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains(LINES) && !accepted.contains(EVENTS)) {
        let frames = fault::answered(asked.service.watch(asked.by(request)).await)?;
        return Ok(lines(frames.into_inner()));
    }
    // Where the client was cut off counts more than where it once began.
    if let Some(id) = headers.get("last-event-id") {
        let token = id.to_str().map_err(|_| {
            fault::of_request(Fault::invalid("last-event-id: has other bytes than a token"))
        })?;
        if !token.is_empty() {
            request.start = Some(Start::Token(token.to_owned()));
        }
    }
    let mut events = Events { face, asked, request, frames: None, over: false };
    let first = events.open().await.map_err(fault::of)?;
    let blocks = stream::iter([sse::PREAMBLE])
        .chain(stream::iter(first))
        .chain(stream::unfold(events, |mut events| async move {
            events.next().await.map(|block| (block, events))
        }));
    Ok(sse::response(version, blocks))
}

/// One frame on each line; a failure is the last one.
fn lines(frames: Streamed<WatchResponse>) -> Response {
    let line = |frame: Result<Encoded<WatchResponse>, Status>| {
        let shown = frame.and_then(Encoded::into_message).and_then(|frame| json_of(&frame));
        let text = shown.unwrap_or_else(|status| json!({ "error": failure(&status) }).to_string());
        Ok::<_, std::convert::Infallible>(Bytes::from(text + "\n"))
    };
    let body = Body::from_stream(frames.map(line));
    ([(header::CONTENT_TYPE, LINES), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

fn json_of(frame: &WatchResponse) -> Result<String, Status> {
    let text = serde_json::to_string(frame);
    text.map_err(|error| Status::internal(format!("the frame does not encode: {error}")))
}

fn failure(status: &Status) -> Value {
    let info = error_info(status).unwrap_or_default();
    let metadata: serde_json::Map<String, Value> =
        info.metadata.into_iter().map(|(name, text)| (name, text.into())).collect();
    json!({
        "code": status.code() as i32,
        "message": status.message(),
        "reason": info.reason,
        "metadata": metadata,
    })
}

/// A stream of events.
struct Events {
    face: Face,
    asked: Asked,
    request: WatchRequest,
    frames: Option<Streamed<WatchResponse>>,
    over: bool,
}

impl Events {
    /// Starts the watch; the block to begin with, when it could not start where it was asked to.
    async fn open(&mut self) -> Result<Option<Bytes>, Status> {
        let request = self.asked.by(self.request.clone());
        match self.asked.service.watch(request).await {
            Ok(frames) => {
                self.frames = Some(frames.into_inner());
                Ok(None)
            }
            Err(status) if is_gone(&status) => self.reset(&status).await.map(Some),
            Err(status) => Err(status),
        }
    }

    /// The next block; `None` when there will be none.
    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        let heartbeat: Duration = self.face.sse.heartbeat;
        let frames = self.frames.as_mut()?;
        match tokio::time::timeout(heartbeat, frames.next()).await {
            Err(_) => Some(sse::HEARTBEAT),
            Ok(None) => None,
            Ok(Some(frame)) => match frame.and_then(Encoded::into_message) {
                Ok(frame) => self.block(&frame),
                Err(status) if is_gone(&status) => match self.reset(&status).await {
                    Ok(block) => Some(block),
                    Err(status) => self.end(&status),
                },
                Err(status) => self.end(&status),
            },
        }
    }

    /// The id is that of a whole commit: who is cut off inside one gets it again.
    fn block(&mut self, frame: &WatchResponse) -> Option<Bytes> {
        let id = frame.last.then_some(&frame.token as &dyn std::fmt::Display);
        if frame.kind.as_known() == Some(Kind::KIND_BOOKMARK) {
            return Some(sse::bookmark(&frame.token));
        }
        let name = match frame.kind.as_known() {
            Some(Kind::KIND_INITIAL) => "initial",
            _ => "commit",
        };
        match json_of(frame) {
            Ok(data) => Some(sse::block(id, name, &data)),
            Err(status) => self.end(&status),
        }
    }

    /// The place is gone: the client has to read the current state, and the stream goes on from now.
    async fn reset(&mut self, why: &Status) -> Result<Bytes, Status> {
        let engine = &self.face.here()?.engine;
        let now = engine.status().head.revision;
        let token = engine.token(now);
        self.request.start = Some(Start::Token(token.to_string()));
        let request = self.asked.by(self.request.clone());
        self.frames = Some(self.asked.service.watch(request).await?.into_inner());
        Ok(sse::block(Some(&token), "reset", &failure(why).to_string()))
    }

    fn end(&mut self, status: &Status) -> Option<Bytes> {
        self.over = true;
        // The end of the server is no failure: the client comes back by itself.
        let stopping = status.code() == Code::Unavailable;
        (!stopping).then(|| sse::block(None, "error", &failure(status).to_string()))
    }
}

fn is_gone(status: &Status) -> bool {
    let gone = [ErrorKind::Compacted, ErrorKind::ForeignLog, ErrorKind::FutureRevision];
    error_info(status).is_some_and(|info| gone.iter().any(|kind| row(*kind).reason == info.reason))
}
