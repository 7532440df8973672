//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with TLS or without, bounded, with a drain at the end.
//!
//! - `bodies`: bodies with bounds
//! - `gather`: what an HTTP/2 connection writes, in few system calls
//! - `upgrade`: connections that go on in another protocol
//! - `handover`: event streams take their connection over from the HTTP library; `pour`: what they write from then on

mod bodies;
mod gather;
pub(crate) mod handover;
mod pour;
mod secure;
pub(crate) mod upgrade;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::future::RouteFuture;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::{debug, warn};

use bodies::{Arriving, Calls, Leaving, Open};
use gather::Gather;
use handover::{Handover, Observed};
use pour::Pour;
use upgrade::Upgrade;

use crate::http::fault::Fault as Refused;
use crate::intercept::{Guarded, guarded, is_grpc};
use crate::observe::Observer;
use crate::proxies::{Proxies, protocol};
use crate::settings::Settings;
use crate::tls::Tls;

/// Connections that may wait to be accepted; the system allows as many by default. All watchers come back at once when a server
/// is restarted, and each that finds the queue full tries again only after a second or more.
const BACKLOG: u32 = 4_096;

/// How HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// What an HTTP/1.1 connection buffers each way: room for a large head, and all that a slow reader costs.
const BUFFER: usize = 64 << 10;
/// An HTTP/2 connection that was silent for this long is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(60);
/// ... and dropped when it does not answer by then.
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// What one upload may have in flight: more than the default 64 KiB, so that a value of 1 MiB needs no round trips.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;
/// What is kept for a reader that does not read: a slow watcher costs no more.
const SEND_BUFFER: usize = 64 << 10;

/// As many headers the HTTP library keeps without an allocation.
const USUAL_HEADERS: usize = 100;

/// Bounds of a listener.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Open connections; further ones wait in the backlog.
    pub connections: usize,
    /// Calls at once on one HTTP/2 connection.
    pub streams: u32,
    /// Headers of one request.
    pub headers: usize,
    /// Bytes of the headers of one request.
    pub header_bytes: usize,
    /// A connection that has not said what it speaks by then is dropped.
    pub hello: Duration,
    /// Headers of an HTTP/1.1 request have to be complete by then.
    pub header: Duration,
    /// Bodies of requests have to be complete by then.
    pub body: Duration,
    /// An HTTP/2 connection without a call for so long is closed.
    pub idle: Duration,
    /// A connection whose other side takes nothing for so long is dropped.
    pub stall: Duration,
    /// How long connections may take to end after the stop.
    pub grace: Duration,
}

impl Bounds {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let limits = &settings.limits;
        Self {
            connections: limits.connections,
            streams: limits.connection_streams,
            headers: limits.headers,
            header_bytes: limits.header_bytes.0,
            hello: limits.hello_timeout,
            header: limits.header_timeout,
            body: limits.body_timeout,
            idle: limits.idle_timeout,
            stall: limits.stall_timeout,
            grace: settings.shutdown_grace,
        }
    }
}

/// What a listener does around the requests of its connections.
#[derive(Clone)]
pub struct Around {
    /// Bounds.
    pub bounds: Bounds,
    /// Who tells of requests; `None`: nobody.
    pub observer: Option<Arc<Observer>>,
    /// Proxies whose word counts; `None`: there are none.
    pub proxies: Option<Arc<Proxies>>,
    /// Counts open connections.
    pub open: Gauge,
}

impl Around {
    /// With bounds alone.
    #[must_use]
    pub fn bounded(bounds: Bounds) -> Self {
        Self { bounds, observer: None, proxies: None, open: Gauge::default() }
    }
}

/// The other side, in the extensions of every request.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address without port: the caller's own, as trusted proxies tell it.
    pub address: IpAddr,
    /// Who is connected: the last proxy on the way, or the caller.
    pub(crate) direct: IpAddr,
    /// The connection is by TLS.
    pub(crate) is_tls: bool,
    /// The certificate that it showed, verified.
    pub certificate: Option<Arc<[u8]>>,
    /// For an event stream, over HTTP/1.1 without TLS.
    pub(crate) handover: Option<Handover>,
    /// For another protocol, over HTTP/1.1.
    pub(crate) upgrade: Option<Upgrade>,
}

impl Peer {
    fn at(address: IpAddr) -> Self {
        Self {
            address,
            direct: address,
            is_tls: false,
            certificate: None,
            handover: None,
            upgrade: None,
        }
    }
}

/// Serves until `stop`, then lets open calls end; what is still open after the grace is cut.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    around: Around,
    stop: CancellationToken,
) {
    let bounds = around.bounds;
    let around = Arc::new(around);
    let permits = Arc::new(Semaphore::new(bounds.connections));
    let mut open = JoinSet::new();
    while let Some((stream, peer, permit)) = accept(&listener, &permits, &stop, &mut open).await {
        let (router, stop, tls) = (router.clone(), stop.clone(), tls.clone());
        let around = Arc::clone(&around);
        let counted = Connected::one_of(&around.open);
        open.spawn(async move {
            if let Some((stream, peer)) = prepared(stream, peer, &around, &stop).await {
                let kept = Kept { router, around };
                match tls {
                    None => connection(stream, peer, kept, stop).await,
                    Some(tls)
                        if tls.also_plaintext && !secure::begins(&stream, &bounds, &stop).await =>
                    {
                        connection(stream, peer, kept, stop).await;
                    }
                    Some(tls) => secure::connection(stream, peer, &tls, kept, stop).await,
                }
            }
            drop((permit, counted));
        });
    }
    drop(listener);
    let drained = timeout(bounds.grace, async { while open.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        warn!(connections = open.len(), "cutting connections that did not end in time");
        open.shutdown().await;
    }
}

/// Counts a connection until it is dropped, however its task ends.
struct Connected(Gauge);

impl Connected {
    fn one_of(open: &Gauge) -> Self {
        open.inc();
        Self(open.clone())
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What every connection of a listener shares.
#[derive(Clone)]
struct Kept {
    router: Router,
    around: Arc<Around>,
}

/// A connection with its options, and whom it comes from; `None` when it says nothing that makes sense.
async fn prepared(
    mut stream: TcpStream,
    peer: SocketAddr,
    around: &Around,
    stop: &CancellationToken,
) -> Option<(TcpStream, IpAddr)> {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "cannot set TCP_NODELAY");
    }
    limit_stalls(&stream, around.bounds.stall);
    let proxies = around.proxies.as_ref();
    if !proxies.is_some_and(|proxies| proxies.begins_with_protocol(peer.ip())) {
        return Some((stream, peer.ip()));
    }
    let read = tokio::select! {
        () = stop.cancelled() => return None,
        read = timeout(around.bounds.hello, protocol::read(&mut stream)) => read,
    };
    match read {
        Ok(Ok(address)) => Some((stream, address.unwrap_or(peer.ip()))),
        Ok(Err(error)) => {
            debug!(%peer, %error, "a proxy's connection does not begin with the PROXY protocol");
            None
        }
        Err(_) => None,
    }
}

/// The kernel drops a connection whose other side acknowledges nothing, or has no room, for so long.
#[cfg(target_os = "linux")]
fn limit_stalls(stream: &TcpStream, time: Duration) {
    let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, millis) {
        debug!(%error, "cannot set TCP_USER_TIMEOUT");
    }
}

#[cfg(not(target_os = "linux"))]
fn limit_stalls(_stream: &TcpStream, _time: Duration) {}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &CancellationToken,
    open: &mut JoinSet<()>,
) -> Option<Accepted> {
    let next = async {
        // The semaphore is never closed.
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, permit)),
                Err(error) => failed_to_accept(&error).await,
            }
        }
    };
    tokio::pin!(next);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = &mut next => return accepted,
            Some(_ended) = open.join_next() => {}
        }
    }
}

/// The other side going away is its own business; anything else (no file descriptors) needs a pause to pass.
async fn failed_to_accept(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
        warn!(%error, "cannot accept a connection");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn connection(stream: TcpStream, peer: IpAddr, kept: Kept, stop: CancellationToken) {
    let hello = kept.around.bounds.hello;
    let http2 = tokio::select! {
        () = stop.cancelled() => return,
        hello = timeout(hello, speaks_http2(&stream)) => match hello {
            Ok(Ok(http2)) => http2,
            Ok(Err(_)) | Err(_) => return,
        },
    };
    // In boxes, so that what a connection needs for a moment is not part of what it needs for days.
    let ended = if http2 {
        let service = WithPeer { kept, peer: Peer::at(peer), calls: None };
        Box::pin(speak_http2(stream, service, stop)).await
    } else {
        let spoken = Box::pin(speak_http1(stream, peer, kept, stop)).await;
        match spoken {
            Ok(Some(pour)) => pour.await.map_err(Into::into),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        }
    };
    if let Err(error) = ended {
        debug!(%peer, %error, "connection ended");
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

async fn speak_http2<S>(
    stream: S,
    mut service: WithPeer,
    stop: CancellationToken,
) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let bounds = service.kept.around.bounds;
    let calls = Arc::new(Calls::default());
    service.calls = Some(Arc::clone(&calls));
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.streams)
        .max_header_list_size(u32::try_from(bounds.header_bytes).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_AFTER)
        .keep_alive_timeout(PING_TIMEOUT);
    let io = TokioIo::new(Gather::new(stream));
    let mut connection = pin!(builder.serve_connection(io, TowerToHyperService::new(service)));
    tokio::select! {
        ended = connection.as_mut() => return Ok(ended?),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
        () = calls.idle(bounds.idle) => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        ended = connection => Ok(ended?),
        // It was told to go, and does not even answer.
        () = calls.idle(bounds.idle + bounds.hello) => Ok(()),
    }
}

/// Until the connection ends, or an event stream takes it over.
async fn speak_http1(
    stream: TcpStream,
    address: IpAddr,
    kept: Kept,
    stop: CancellationToken,
) -> Result<Option<Pour>, Fault> {
    let (handover, upgrade) = (Handover::default(), Upgrade::default());
    let peer = Peer {
        handover: Some(handover.clone()),
        upgrade: Some(upgrade.clone()),
        ..Peer::at(address)
    };
    let builder = http1_builder(&kept.around.bounds);
    let service = WithPeer { kept, peer, calls: None };
    let io = TokioIo::new(Observed { stream, handover: handover.clone() });
    let mut connection = builder.serve_connection(io, TowerToHyperService::new(service));
    let mut stopped = pin!(stop.cancelled());
    let mut stopping = false;
    let taken_over = poll_fn(|cx| {
        let mut connection = Pin::new(&mut connection);
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            return Poll::Ready(ended.map(|()| None));
        }
        if let Some(blocks) = handover.take() {
            return Poll::Ready(Ok(Some(blocks)));
        }
        if !stopping && stopped.as_mut().poll(cx).is_ready() {
            stopping = true;
            connection.graceful_shutdown();
            // It may have been idle, and says so when it is asked again.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    });
    let blocks = taken_over.await?;
    if blocks.is_none()
        && let Some(session) = upgrade.take()
    {
        let parts = connection.into_parts();
        session(Box::pin(parts.io.into_inner().stream), parts.read_buf).await;
        return Ok(None);
    }
    Ok(blocks.map(|blocks| Pour::new(connection.into_parts().io.into_inner().stream, blocks)))
}

/// Tells every request of a connection who is on the other side. Beside the shared router it costs a few bytes for each
/// connection, where a layer would cost a router.
#[derive(Clone)]
struct WithPeer {
    kept: Kept,
    peer: Peer,
    /// The calls of an HTTP/2 connection.
    calls: Option<Arc<Calls>>,
}

impl Service<Request<Incoming>> for WithPeer {
    type Response = Response<Leaving>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Incoming>>::poll_ready(&mut self.kept.router, cx)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Answering {
        let around = &self.kept.around;
        let open = self.calls.as_ref().map(Open::one_of);
        let mut peer = self.peer.clone();
        if let Some(proxies) = &around.proxies {
            peer.address = proxies.caller(request.headers(), peer.direct);
        }
        request.extensions_mut().insert(peer);
        if request.headers().len() > around.bounds.headers {
            return Answering {
                answer: None,
                refused: Some(Box::new(too_many_headers(&request))),
                open,
            };
        }
        let within = around.bounds.body;
        let router = &mut self.kept.router;
        let answer = guarded(around.observer.as_ref(), request, |request| {
            router.call(request.map(|body| Arriving::within(body, within)))
        });
        Answering { answer: Some(answer), refused: None, open }
    }
}

pin_project_lite::pin_project! {
    /// An answer on its way, of a call that counts until its body has left.
    struct Answering {
        #[pin]
        answer: Option<Guarded<RouteFuture<Infallible>>>,
        refused: Option<Box<Response<Body>>>,
        open: Option<Open>,
    }
}

impl Future for Answering {
    type Output = Result<Response<Leaving>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = match this.answer.as_pin_mut() {
            Some(answer) => ready!(answer.poll(cx))?,
            None => this.refused.take().map(|refused| *refused).unwrap_or_default(),
        };
        let open = this.open.take();
        Poll::Ready(Ok(response.map(|body| Leaving::new(body, open))))
    }
}

fn too_many_headers<B>(request: &Request<B>) -> Response<Body> {
    let status = tonic::Status::resource_exhausted("the request has too many headers");
    if is_grpc(request) {
        return status.into_http();
    }
    let refused = Refused::from(status);
    refused.with_http(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE).into_response()
}

fn http1_builder(bounds: &Bounds) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.header).max_buf_size(BUFFER);
    builder.max_header_size(bounds.header_bytes.min(BUFFER));
    if bounds.headers > USUAL_HEADERS {
        builder.max_headers(bounds.headers);
    }
    builder
}

/// Looks at the first bytes without taking them.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut seen = [0; PREFACE.len()];
    loop {
        stream.readable().await?;
        let length = match stream.peek(&mut seen).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => length,
        };
        if seen[..length] != PREFACE[..length] {
            return Ok(false);
        }
        if length == PREFACE.len() {
            return Ok(true);
        }
        // Part of the preface: what is there stays readable, so waiting for readiness would spin.
        sleep(Duration::from_millis(5)).await;
    }
}

/// Binds, with the address in the error.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restarted server takes its port back at once.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })
}
