//! WebSockets (RFC 6455): the handshake, and a session that sends what there is to send, hears what is said, and finds out when
//! nobody is there any more.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::FusedStream;
use futures::{SinkExt, Stream, StreamExt};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use crate::listen::Peer;
use crate::listen::upgrade::{Socket, Upgrade};

/// Between two questions whether the other side is there; who did not say anything since the last one is not.
const PING: Duration = Duration::from_secs(15);
/// Who takes nothing for so long is dropped.
const STALL: Duration = Duration::from_secs(30);
/// How long the other side may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// What is buffered of a frame that is being sent.
const WRITE_BUFFER: usize = 16 << 10;

const VERSION: &str = "13";

/// Whether the request wants to go on as a WebSocket.
pub(crate) fn is_asked_for(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Whether the client speaks a protocol over its socket.
pub(crate) fn speaks(headers: &HeaderMap, protocol: &str) -> bool {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let mut offered = offered.iter().filter_map(|value| value.to_str().ok());
    offered.any(|names| names.split(',').any(|name| name.trim() == protocol))
}

/// The handshake of a request: the connection, and the answer that has to be given once something was left with it.
pub(crate) fn accept(
    parts: &Parts,
    protocol: Option<&'static str>,
) -> Result<(Upgrade, Response), Fault> {
    let upgrade = parts.extensions.get::<Peer>().and_then(|peer| peer.upgrade.clone());
    let upgrade = upgrade.filter(|_| parts.version == Version::HTTP_11);
    let upgrade = upgrade.ok_or_else(|| Fault::invalid("a WebSocket needs HTTP/1.1"))?;
    let is = |name: HeaderName, expected: &str| {
        parts.headers.get(name).is_some_and(|value| value.as_bytes() == expected.as_bytes())
    };
    if parts.method != Method::GET || !is(header::SEC_WEBSOCKET_VERSION, VERSION) {
        return Err(Fault::invalid("a WebSocket begins with a GET and is of version 13"));
    }
    let key = parts.headers.get(header::SEC_WEBSOCKET_KEY);
    let key = key.ok_or_else(|| Fault::invalid("sec-websocket-key is missing"))?;
    let accepted = HeaderValue::try_from(derive_accept_key(key.as_bytes()));
    let accepted = accepted.map_err(|_| Fault::invalid("sec-websocket-key makes no sense"))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accepted);
    if let Some(protocol) = protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    }
    Ok((upgrade, response))
}

/// Why a session ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// All was said.
    Done,
    /// The server stops.
    Away,
    /// The other side said what makes no sense here.
    Nonsense,
    /// It said too much.
    TooMuch,
    /// It is not there any more.
    Gone,
}

impl End {
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Done => (CloseCode::Normal, ""),
            Self::Away => (CloseCode::Away, "the server is shutting down"),
            Self::Nonsense => (CloseCode::Policy, "this makes no sense here"),
            Self::TooMuch => (CloseCode::Size, "too much was said"),
            Self::Gone => return None,
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// A WebSocket that is open.
pub(crate) struct Session {
    socket: WebSocketStream<Socket>,
    /// Cancelled when the server stops: the session ends.
    pub(crate) stop: CancellationToken,
}

impl Session {
    /// On a connection of which some bytes were read already; a message of the other side has at most so many bytes.
    pub(crate) async fn on(
        socket: Socket,
        read: Bytes,
        most: usize,
        stop: CancellationToken,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(WRITE_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let (read, role) = (read.to_vec(), Role::Server);
        let socket = WebSocketStream::from_partially_read(socket, read, role, Some(config)).await;
        Self { socket, stop }
    }

    /// The next thing that is said, if it is said in time.
    pub(crate) async fn hear(&mut self, within: Duration) -> Option<Message> {
        let said = async {
            loop {
                match self.socket.next().await?.ok()? {
                    Message::Ping(_) | Message::Pong(_) => {}
                    said => return Some(said),
                }
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => None,
            said = timeout(within, said) => said.ok().flatten(),
        }
    }

    /// Sends what comes until there is no more, the other side goes, or `hear` has heard enough.
    pub(crate) async fn run(
        &mut self,
        messages: impl Stream<Item = Message>,
        mut hear: impl FnMut(Message) -> ControlFlow<End>,
    ) -> End {
        let mut messages = std::pin::pin!(messages.fuse());
        let mut ping = interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        let mut heard = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return End::Away,
                said = self.socket.next() => {
                    heard = true;
                    match said {
                        None | Some(Err(_) | Ok(Message::Close(_))) => return End::Gone,
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                        Some(Ok(said)) => {
                            if let ControlFlow::Break(end) = hear(said) {
                                return end;
                            }
                        }
                    }
                }
                _ = ping.tick() => {
                    if !std::mem::take(&mut heard) || !self.say(Message::Ping(Bytes::new())).await {
                        return End::Gone;
                    }
                }
                message = messages.next(), if !messages.is_terminated() => match message {
                    None => return End::Done,
                    Some(message) => {
                        if !self.say(message).await {
                            return End::Gone;
                        }
                    }
                }
            }
        }
    }

    /// False when it cannot be said any more.
    async fn say(&mut self, message: Message) -> bool {
        matches!(timeout(STALL, self.socket.send(message)).await, Ok(Ok(())))
    }

    /// Says goodbye.
    pub(crate) async fn end(mut self, end: End) {
        let Some(frame) = end.frame() else { return };
        let goodbye = async {
            // When a goodbye was among what was said, only its answer is waited for.
            if self.socket.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        // Whoever does not answer is left.
        let _ = timeout(GOODBYE, goodbye).await;
    }
}
