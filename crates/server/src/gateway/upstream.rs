//! The way to the server behind the gateway.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use http::{HeaderMap, HeaderValue, Request, Uri, header};
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tower::ServiceExt;

use crate::metrics::Metrics;
use crate::run::ServeError;
use holdfast_dial::{self as dial, Proofs};

/// A connection has to be there by then.
const CONNECT: Duration = Duration::from_secs(5);
/// A server on a machine that is gone is noticed by the system after about three of these. No pings: servers of the contract
/// hang up on who pings more often than every five minutes.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// How soon a server has to say whether it has event streams of its own.
const ANSWER: Duration = Duration::from_secs(10);
/// The answer to one call may be a namespace as a whole; what comes is what was asked for.
const ANSWER_BYTES: usize = 1 << 30;
/// What may be under way for one call.
const CALL_WINDOW: u32 = 1 << 20;
/// What may be under way for all calls of the connection together.
const CALLS_WINDOW: u32 = 64 << 20;
/// What may wait in one watch for a client that does not read.
const WATCH_WINDOW: u32 = 64 << 10;
/// ... and in all of them: more than 10,000 such clients hold, so that they do not stop the others.
const WATCHES_WINDOW: u32 = 1 << 30;

/// The server behind the gateway. Calls and watches have a connection each, so that no watch whose client does not read
/// slows down a call. Clones are the same.
#[derive(Debug, Clone)]
pub struct Upstream {
    calls: Channel,
    watches: Channel,
    metrics: Metrics,
    /// It had event streams of its own once.
    has_streams: Arc<AtomicBool>,
}

/// The way to the server.
///
/// # Errors
/// When there is none.
pub(super) fn endpoint(url: &str, proofs: &Proofs) -> Result<Endpoint, ServeError> {
    let endpoint = dial::endpoint(url, proofs);
    let endpoint = endpoint.map_err(|why| ServeError::Upstream { url: url.into(), why })?;
    Ok(endpoint.connect_timeout(CONNECT).tcp_keepalive(Some(KEEPALIVE)).tcp_nodelay(true))
}

impl Upstream {
    /// Connects when the first call comes, and again whenever the connection was lost.
    pub(super) fn new(endpoint: &Endpoint, metrics: Metrics) -> Self {
        let channel = |stream: u32, connection: u32| {
            let endpoint = endpoint.clone().initial_stream_window_size(stream);
            endpoint.initial_connection_window_size(connection).connect_lazy()
        };
        let calls = channel(CALL_WINDOW, CALLS_WINDOW);
        let watches = channel(WATCH_WINDOW, WATCHES_WINDOW);
        Self { calls, watches, metrics, has_streams: Arc::default() }
    }

    /// What the adapters count.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// For unary calls.
    pub(super) fn calls(&self) -> ConfigServiceClient<Channel> {
        ConfigServiceClient::new(self.calls.clone()).max_decoding_message_size(ANSWER_BYTES)
    }

    /// For watches.
    pub(super) fn watches(&self) -> ConfigServiceClient<Channel> {
        ConfigServiceClient::new(self.watches.clone()).max_decoding_message_size(ANSWER_BYTES)
    }

    pub(super) fn channel(&self) -> Channel {
        self.calls.clone()
    }

    /// The server's own event stream, byte by byte, when it has one (every Holdfast has, on the port of its gRPC): nothing
    /// that such a stream says about places in the log has a word in config.v1. It ends when the server goes away.
    pub async fn event_stream(&self, query: &str, headers: HeaderMap) -> Own {
        let mut request = Request::new(tonic::body::Body::empty());
        let Ok(uri) = Uri::try_from(format!("/v1/watch?{query}")) else { return Own::None };
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let answer = match timeout(ANSWER, self.watches.clone().oneshot(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return self.no_answer(Status::from_error(Box::new(error))),
            Err(_) => return Own::Away,
        };
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let streams = kind.map(HeaderValue::as_bytes) == Some(b"text/event-stream");
        if !answer.status().is_success() || !streams {
            return Own::None;
        }
        self.has_streams.store(true, Ordering::Relaxed);
        // A broken connection ends the stream; the client comes back by itself.
        let whole = Body::new(answer.into_body()).into_data_stream().map(Result::ok);
        Own::Blocks(whole.take_while(is_there).filter_map(std::future::ready).boxed())
    }

    /// Some servers break off a call that is none of gRPC. From one that had event streams it only means that it is going
    /// away: a stream without ids would then lose what happens meanwhile.
    fn no_answer(&self, status: Status) -> Own {
        let broken_off = matches!(status.code(), Code::Internal | Code::Cancelled);
        let known = self.has_streams.load(Ordering::Relaxed);
        if broken_off && !known { Own::None } else { Own::Away }
    }
}

/// What a server says when it is asked for an event stream of its own.
pub enum Own {
    /// The stream.
    Blocks(BoxStream<'static, Bytes>),
    /// It has none.
    None,
    /// Nothing, or not in time.
    Away,
}

fn is_there(block: &Option<Bytes>) -> std::future::Ready<bool> {
    std::future::ready(block.is_some())
}
