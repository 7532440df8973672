//! Watch: frames as server-sent events, or as lines of JSON.
//!
//! A stream of events keeps a browser going: a start that was compacted or belongs to another log is told as `event: reset`, and
//! the stream goes on from now. To lines of JSON it is an error: 410, with the oldest revision.

use std::collections::VecDeque;
use std::sync::Arc;
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
use holdfast_engine::{Delivery, Matched, Which};
use holdfast_model::ErrorKind;
use http::{HeaderMap, header};
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::asked::{Asked, Message};
use super::fault;
use super::query::{decoded, members};
use super::resources::{WATCH, filters};
use crate::grpc::call::Streamed;
use crate::grpc::holdfast_v1::frames;
use crate::http::fault::{Answer, Fault};
use crate::http::query::Query;
use crate::http::sse::Wire;
use crate::http::{Face, sse};

const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";
/// The place of these blocks among the encoded forms that the hub keeps beside a commit.
const SLOT: usize = 4;

/// GET with parameters.
pub(super) async fn of_query(
    State(face): State<Face>,
    asked: Asked,
    wire: Wire,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    let mut members = members(&query, &WATCH)?;
    filters(&mut members);
    begin(face, asked, decoded(members)?, wire, &headers).await
}

/// POST of the request message.
pub(super) async fn asked(
    State(face): State<Face>,
    asked: Asked,
    wire: Wire,
    headers: HeaderMap,
    Message(request): Message<WatchRequest>,
) -> Answer {
    begin(face, asked, request, wire, &headers).await
}

async fn begin(
    face: Face,
    asked: Asked,
    mut request: WatchRequest,
    wire: Wire,
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
    let mut events = Events {
        face,
        asked,
        request,
        deliveries: None,
        initial: 0,
        ready: VecDeque::new(),
        over: false,
    };
    let first = events.open().await.map_err(fault::of)?;
    let blocks = stream::iter([sse::PREAMBLE])
        .chain(stream::iter(first))
        .chain(stream::unfold(events, |mut events| async move {
            events.next().await.map(|block| (block, events))
        }));
    Ok(wire.stream(blocks, |status| sse::block(None, "error", &failure(status).to_string())))
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

/// The blocks of frames; a failure is one of this server.
type Blocks = Result<Vec<Bytes>, Status>;

/// The blocks of a commit for one watcher: the bytes are shared by all that get every event of it.
fn of_commit(matched: &Matched) -> Blocks {
    let blocks = || frames::of_commit(matched).iter().map(block).collect::<Blocks>();
    match matched.events {
        Which::All => {
            let shared: Option<Arc<Blocks>> = matched.commit.encoded(SLOT, |_| blocks());
            shared.map_or_else(blocks, |shared| shared.as_ref().clone())
        }
        Which::Some(_) => blocks(),
    }
}

/// The id is that of a whole commit: who is cut off inside one gets it again.
fn block(frame: &Bytes) -> Result<Bytes, Status> {
    let frame = Encoded::<WatchResponse>::Bytes(frame.clone()).into_message()?;
    let id = frame.last.then_some(&frame.token as &dyn std::fmt::Display);
    let name = match frame.kind.as_known() {
        Some(Kind::KIND_INITIAL) => "initial",
        _ => "commit",
    };
    Ok(sse::block(id, name, &json_of(&frame)?))
}

/// A stream of events.
struct Events {
    face: Face,
    asked: Asked,
    request: WatchRequest,
    deliveries: Option<Streamed<Delivery>>,
    /// Entries of the initial state sent so far.
    initial: usize,
    ready: VecDeque<Bytes>,
    over: bool,
}

impl Events {
    /// Starts the watch; the block to begin with, when it could not start where it was asked to.
    async fn open(&mut self) -> Result<Option<Bytes>, Status> {
        let request = self.asked.by(self.request.clone());
        match self.asked.service.deliveries(request).await {
            Ok(deliveries) => {
                self.deliveries = Some(deliveries.into_inner());
                Ok(None)
            }
            Err(status) if is_gone(&status) => self.reset(&status).await.map(Some),
            Err(status) => Err(status),
        }
    }

    /// The next block; `None` when there will be none.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Some(block);
            }
            if self.over {
                return None;
            }
            let heartbeat: Duration = self.face.sse.heartbeat;
            let deliveries = self.deliveries.as_mut()?;
            let blocks = match tokio::time::timeout(heartbeat, deliveries.next()).await {
                Err(_) => Ok(vec![sse::HEARTBEAT]),
                Ok(None) => return None,
                Ok(Some(Ok(Encoded::Message(delivery)))) => self.blocks(delivery),
                // Deliveries are never encoded.
                Ok(Some(Ok(Encoded::Bytes(_)))) => continue,
                Ok(Some(Err(status))) if is_gone(&status) => {
                    Box::pin(self.reset(&status)).await.map(|block| vec![block])
                }
                Ok(Some(Err(status))) => Err(status),
            };
            match blocks {
                Ok(blocks) => self.ready.extend(blocks),
                Err(status) => self.end(&status),
            }
        }
    }

    fn blocks(&mut self, delivery: Delivery) -> Blocks {
        match delivery {
            Delivery::Commit(matched) => of_commit(&matched),
            Delivery::Bookmark { token, .. } => Ok(vec![sse::bookmark(&token)]),
            Delivery::Resync { revision, token } => {
                let frame = frames::place(Kind::KIND_RESYNC, revision, token, None);
                Ok(vec![sse::block(Some(&token), "resync", &json_of(&frame)?)])
            }
            Delivery::Initial { entries, revision, last, token } => {
                let token = last.then_some(token);
                let frames = frames::initial(&entries, self.initial, revision, token);
                self.initial += entries.len();
                frames.iter().map(block).collect()
            }
        }
    }

    /// The place is gone: the client has to read the current state, and the stream goes on from now.
    async fn reset(&mut self, why: &Status) -> Result<Bytes, Status> {
        let engine = &self.face.here()?.engine;
        let now = engine.head().revision;
        let token = engine.token(now);
        self.request.start = Some(Start::Token(token.to_string()));
        let request = self.asked.by(self.request.clone());
        self.deliveries = Some(self.asked.service.deliveries(request).await?.into_inner());
        Ok(sse::block(Some(&token), "reset", &failure(why).to_string()))
    }

    fn end(&mut self, status: &Status) {
        self.over = true;
        // The end of the server is no failure: the client comes back by itself.
        if status.code() != Code::Unavailable {
            self.ready.push_back(sse::block(None, "error", &failure(status).to_string()));
        }
    }
}

fn is_gone(status: &Status) -> bool {
    let gone = [ErrorKind::Compacted, ErrorKind::ForeignLog, ErrorKind::FutureRevision];
    error_info(status).is_some_and(|info| gone.iter().any(|kind| row(*kind).reason == info.reason))
}
