//! Event streams of a server behind a gateway: its own where it has one, else made from its config.v1 Watch.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use holdfast_api::config_v1::config_service_server::ConfigService;
use holdfast_api::config_v1::{WatchRequest, WatchResponse};
use http::{HeaderMap, HeaderName};
use tokio::time::timeout;
use tonic::{Code, Response, Status};

use super::blocks;
use crate::gateway::{Own, Upstream};
use crate::grpc::call::Streamed;
use crate::http::caller::Known;
use crate::http::sse;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the caller sent.
pub(super) struct Passed<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) known: &'a Known,
}

/// The blocks that the caller gets.
pub(super) async fn blocks(
    upstream: &Upstream,
    passed: Passed<'_>,
    request: WatchRequest,
    heartbeat: Duration,
) -> BoxStream<'static, Bytes> {
    let query = query(&request);
    match upstream.event_stream(&query, relayed(&passed)).await {
        Own::Blocks(blocks) => return blocks,
        Own::Away => {
            let away = Status::unavailable("the server behind this gateway cannot be reached");
            return stream::iter([sse::PREAMBLE, blocks::error(&away)]).boxed();
        }
        Own::None => {}
    }
    let (upstream, request) = (upstream.clone(), passed.known.asks(request));
    // Servers of the contract answer a watch when there is a first event to send: until then it is being opened.
    let opening = async move { upstream.watch(request).await }.boxed();
    let made = Made { watch: Watch::Opening(opening), heartbeat };
    let made = stream::unfold(Some(made), |made| async move { made?.next().await });
    stream::iter([sse::PREAMBLE]).chain(made).boxed()
}

fn query(request: &WatchRequest) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request.namespaces.iter().map(|name| ("namespaces", name)));
    query.extend_pairs(request.prefixes.iter().map(|prefix| ("prefixes", prefix)));
    query.finish()
}

/// What the guard over there is shown on every way, and the place in the log.
fn relayed(passed: &Passed<'_>) -> HeaderMap {
    let mut headers = passed.known.asks(()).metadata().clone().into_headers();
    // How long a call may take is no matter of a stream that comes back by itself.
    headers.remove("grpc-timeout");
    headers.extend(passed.headers.get(LAST_EVENT_ID).map(|id| (LAST_EVENT_ID, id.clone())));
    headers
}

/// A stream without ids: config.v1 has no word for a place in the log.
struct Made {
    watch: Watch,
    heartbeat: Duration,
}

enum Watch {
    Opening(BoxFuture<'static, Result<Response<Streamed<WatchResponse>>, Status>>),
    Open(Streamed<WatchResponse>),
}

impl Made {
    async fn next(mut self) -> Option<(Bytes, Option<Self>)> {
        let message = match timeout(self.heartbeat, self.message()).await {
            Err(_quiet) => return Some((sse::HEARTBEAT, Some(self))),
            Ok(message) => message?,
        };
        match message {
            Ok(message) => Some((blocks::one(None, message), Some(self))),
            Err(status) => Some((blocks::error(&status), None)),
        }
    }

    /// The next message. Nothing is lost when it is not waited for to the end.
    async fn message(&mut self) -> Option<Result<WatchResponse, Status>> {
        loop {
            match &mut self.watch {
                Watch::Opening(opening) => match opening.await {
                    Ok(stream) => self.watch = Watch::Open(stream.into_inner()),
                    Err(status) => return Some(Err(status)),
                },
                Watch::Open(stream) => {
                    let message = stream.next().await?;
                    let message = message.and_then(|message| message.into_message());
                    // A server that went away is no failure of the watch: the client comes back by itself.
                    let away =
                        matches!(&message, Err(status) if status.code() == Code::Unavailable);
                    return (!away).then_some(message);
                }
            }
        }
    }
}
