//! gRPC-Web over WebSockets, as `grpc-websockets` frames it: the first message is the headers of the call as text; then
//! messages of the client, each behind a byte of 0 (data) or 1 (there is no more); what comes back are frames of gRPC-Web, the
//! headers of the answer in front as a frame of trailers.

use std::convert::Infallible;
use std::future::ready;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::IntoResponse;
use bytes::{BufMut, Bytes, BytesMut};
use futures::future::BoxFuture;
use futures::{Stream, StreamExt, stream};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::BodyExt;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tonic::body::Body;
use tower::{Layer, Service, ServiceExt};

use super::call::Shared;
use crate::http::websocket::{self, End, Session};

/// The protocol of the socket.
const PROTOCOL: &str = "grpc-websockets";
/// gRPC-Web in base64.
const TEXT: &[u8] = b"application/grpc-web-text";
/// The headers of a call have to be there by then.
const HELLO: Duration = Duration::from_secs(10);
/// Headers of a call, and their bytes.
const HEADERS: usize = 100;
const HEADER_BYTES: usize = 64 << 10;
/// Messages of the client that nobody has read yet. No method takes more than one.
const WAITING: usize = 16;
/// A frame has this before its bytes.
const FRAME: usize = 5;

/// Puts [`Sockets`] in front of a service that speaks gRPC-Web.
#[derive(Clone)]
pub(crate) struct SocketsLayer {
    pub(crate) shared: Arc<Shared>,
}

impl<S> Layer<S> for SocketsLayer {
    type Service = Sockets<S>;

    fn layer(&self, inner: S) -> Sockets<S> {
        Sockets { inner, shared: Arc::clone(&self.shared) }
    }
}

/// Takes sockets, and gives everything else to the service.
#[derive(Clone)]
pub(crate) struct Sockets<S> {
    inner: S,
    shared: Arc<Shared>,
}

type Answer = Result<Response<Body>, Infallible>;

impl<S> Service<Request<Body>> for Sockets<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Answer>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        answer_as_asked(request.headers_mut());
        let headers = request.headers();
        let is_socket = request.method() == Method::GET
            && websocket::is_asked_for(headers)
            && websocket::speaks(headers, PROTOCOL);
        if !is_socket {
            return Box::pin(self.inner.call(request));
        }
        let answer = begin(request, self.inner.clone(), Arc::clone(&self.shared));
        Box::pin(ready(Ok(answer)))
    }
}

/// Who asks in text is answered in text, whether it says what it accepts or not.
fn answer_as_asked(headers: &mut HeaderMap) {
    let is_text = |kind: &&HeaderValue| kind.as_bytes().starts_with(TEXT);
    if let Some(kind) = headers.get(header::CONTENT_TYPE).filter(is_text).cloned() {
        headers.insert(header::ACCEPT, kind);
    }
}

fn begin<S>(request: Request<Body>, service: S, shared: Arc<Shared>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Send + 'static,
    S::Future: Send,
{
    let (parts, _) = request.into_parts();
    let (upgrade, response) = match websocket::accept(&parts, Some(PROTOCOL)) {
        Ok(accepted) => accepted,
        Err(fault) => return fault.into_response().map(Body::new),
    };
    upgrade.to(move |socket, read| async move {
        let most = shared.knobs.request_bytes + FRAME + 1;
        let mut session = Session::on(socket, read, most, shared.stop.clone()).await;
        let end = talk(&mut session, &parts, service, shared.knobs.request_bytes + FRAME).await;
        session.end(end).await;
    });
    response.map(Body::new)
}

/// One call.
async fn talk<S>(session: &mut Session, parts: &Parts, service: S, most: usize) -> End
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let Some(said) = session.hear(HELLO).await else { return End::Gone };
    let Some(headers) = headers(&parts.headers, &said) else { return End::Nonsense };
    let (sender, receiver) = mpsc::channel(WAITING);
    let request = call(parts, headers, receiver);
    let answer = async move {
        match service.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    let frames = stream::once(answer).flat_map(frames);
    let mut incoming = Incoming { sender: Some(sender), left: most };
    session.run(frames, move |said| incoming.take(said)).await
}

/// What the client says after the headers.
struct Incoming {
    /// `None` once it said that there is no more.
    sender: Option<mpsc::Sender<Bytes>>,
    /// Bytes that it may still say.
    left: usize,
}

impl Incoming {
    fn take(&mut self, said: Message) -> ControlFlow<End> {
        let Message::Binary(mut bytes) = said else { return ControlFlow::Break(End::Nonsense) };
        let Some(first) = bytes.first().copied() else {
            return ControlFlow::Break(End::Nonsense);
        };
        let data = bytes.split_off(1);
        match (first, &self.sender) {
            (1, _) => {
                self.sender = None;
                ControlFlow::Continue(())
            }
            (0, Some(sender)) => {
                let Some(left) = self.left.checked_sub(data.len()) else {
                    return ControlFlow::Break(End::TooMuch);
                };
                self.left = left;
                match sender.try_send(data) {
                    // Nobody listens any more: the answer is on its way.
                    Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => ControlFlow::Continue(()),
                    Err(mpsc::error::TrySendError::Full(_)) => ControlFlow::Break(End::TooMuch),
                }
            }
            _ => ControlFlow::Break(End::Nonsense),
        }
    }
}

/// The headers of the call: those of the request for the socket, and those of the first message, except where a browser, or a
/// proxy, vouches for what the request says.
fn headers(request: &HeaderMap, said: &Message) -> Option<HeaderMap> {
    let text = match said {
        Message::Binary(bytes) => std::str::from_utf8(bytes).ok()?,
        Message::Text(text) => text.as_str(),
        _ => return None,
    };
    if text.len() > HEADER_BYTES {
        return None;
    }
    let mut headers = HeaderMap::new();
    for (name, value) in request {
        if !is_of_socket(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    let lines = text.split("\r\n").filter(|line| !line.is_empty());
    for (index, line) in lines.enumerate() {
        let (name, value) = line.split_once(':').filter(|_| index < HEADERS)?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        let value = HeaderValue::try_from(value.trim()).ok()?;
        if !is_of_socket(&name) && !is_vouched_for(&name) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc-web+proto"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/grpc-web+proto"));
    Some(headers)
}

/// About this connection, not about the call.
fn is_of_socket(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("sec-websocket-")
        || matches!(
            name,
            "connection" | "upgrade" | "content-length" | "transfer-encoding" | "te" | "keep-alive"
        )
}

fn is_vouched_for(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("sec-")
        || name.starts_with("x-forwarded-")
        || matches!(name, "cookie" | "origin" | "host" | "referer" | "forwarded")
}

fn call(parts: &Parts, headers: HeaderMap, body: mpsc::Receiver<Bytes>) -> Request<Body> {
    let data = stream::unfold(body, |mut body| async {
        let data = body.recv().await?;
        Some((Ok::<_, Infallible>(http_body::Frame::data(data)), body))
    });
    let mut request = Request::new(Body::new(http_body_util::StreamBody::new(data)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = parts.uri.clone();
    *request.version_mut() = parts.version;
    *request.headers_mut() = headers;
    *request.extensions_mut() = parts.extensions.clone();
    request
}

/// The frames of an answer.
fn frames(response: Response<Body>) -> impl Stream<Item = Message> {
    let (parts, body) = response.into_parts();
    let head = trailers(&parts.headers);
    let data = body.into_data_stream();
    // A body that breaks ends: without trailers the client knows.
    let data = data.take_while(|data| ready(data.is_ok())).filter_map(|data| ready(data.ok()));
    let data = data.filter(|data| ready(!data.is_empty()));
    stream::iter([head]).chain(data).map(Message::Binary)
}

/// Headers as a frame of gRPC-Web.
fn trailers(headers: &HeaderMap) -> Bytes {
    let mut text = BytesMut::new();
    for (name, value) in headers {
        text.put_slice(name.as_str().as_bytes());
        text.put_slice(b": ");
        text.put_slice(value.as_bytes());
        text.put_slice(b"\r\n");
    }
    let mut frame = BytesMut::with_capacity(FRAME + text.len());
    frame.put_u8(0x80);
    frame.put_u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
    frame.put(text);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_message_cannot_say_what_a_browser_vouches_for() {
        let mut request = HeaderMap::new();
        request.insert("cookie", HeaderValue::from_static("a=1"));
        request.insert("sec-websocket-key", HeaderValue::from_static("x"));
        let said =
            "authorization: Bearer x\r\ncookie: b=2\r\nSec-Fetch-Site: none\r\nX-Own: 1\r\n\r\n";
        let headers = headers(&request, &Message::Binary(said.into())).expect("headers");
        assert_eq!(headers["cookie"], "a=1");
        assert_eq!(
            (&headers["authorization"], &headers["x-own"]),
            (&"Bearer x".parse().expect("a header"), &"1".parse().expect("a header"))
        );
        assert!(
            !headers.contains_key("sec-fetch-site") && !headers.contains_key("sec-websocket-key")
        );
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let many = "a: b\r\n".repeat(HEADERS + 1);
        for said in
            ["nonsense", "a b: c", "a: \u{1}", &many, &format!("a: {}", "x".repeat(HEADER_BYTES))]
        {
            assert!(
                headers(&HeaderMap::new(), &Message::Binary(said.to_owned().into())).is_none(),
                "{said}"
            );
        }
        assert!(headers(&HeaderMap::new(), &Message::Binary(Bytes::new())).is_some());
    }
}
