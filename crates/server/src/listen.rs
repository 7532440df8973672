//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with TLS or without, bounded, with a drain at the end.
//!
//! - `gather`: what an HTTP/2 connection writes, in few system calls
//! - `handover`: event streams take their connection over from the HTTP library; `pour`: what they write from then on

mod gather;
pub(crate) mod handover;
mod pour;
mod secure;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::future::RouteFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::{debug, warn};

use gather::Gather;
use handover::{Handover, Observed};
use pour::Pour;

use crate::intercept::{Guarded, guarded};
use crate::settings::Settings;
use crate::tls::Tls;

/// Connections that may wait to be accepted; the system allows as many by default. All watchers come back at once when a server
/// is restarted, and each that finds the queue full tries again only after a second or more.
const BACKLOG: u32 = 4_096;

/// How HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A connection that has not said what it speaks by then is dropped.
const HELLO: Duration = Duration::from_secs(10);
/// Headers of an HTTP/1.1 request have to be complete by then.
const HEADERS: Duration = Duration::from_secs(30);
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

/// Bounds of a listener.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Open connections; further ones wait in the backlog.
    pub connections: usize,
    /// Calls at once on one HTTP/2 connection.
    pub streams: u32,
    /// How long connections may take to end after the stop.
    pub grace: Duration,
}

impl Bounds {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            connections: settings.limits.connections,
            streams: settings.limits.connection_streams,
            grace: settings.shutdown_grace,
        }
    }
}

/// The other side, in the extensions of every request.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address without port.
    pub address: IpAddr,
    /// The certificate that it showed, verified.
    pub certificate: Option<Arc<[u8]>>,
    /// For an event stream, over HTTP/1.1 without TLS.
    pub(crate) handover: Option<Handover>,
}

impl Peer {
    fn at(address: IpAddr) -> Self {
        Self { address, certificate: None, handover: None }
    }
}

/// Serves until `stop`, then lets open calls end; what is still open after the grace is cut.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(bounds.connections));
    let mut open = JoinSet::new();
    while let Some((stream, peer, permit)) = accept(&listener, &permits, &stop, &mut open).await {
        let (router, stop, tls) = (router.clone(), stop.clone(), tls.clone());
        open.spawn(async move {
            match tls {
                None => connection(stream, peer, router, bounds, stop).await,
                Some(tls) => secure::connection(stream, peer, &tls, router, bounds, stop).await,
            }
            drop(permit);
        });
    }
    drop(listener);
    let drained = timeout(bounds.grace, async { while open.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        warn!(connections = open.len(), "cutting connections that did not end in time");
        open.shutdown().await;
    }
}

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

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "cannot set TCP_NODELAY");
    }
    let http2 = tokio::select! {
        () = stop.cancelled() => return,
        hello = timeout(HELLO, speaks_http2(&stream)) => match hello {
            Ok(Ok(http2)) => http2,
            Ok(Err(_)) | Err(_) => return,
        },
    };
    // In boxes, so that what a connection needs for a moment is not part of what it needs for days.
    let ended = if http2 {
        let service = WithPeer { router, peer: Peer::at(peer.ip()) };
        Box::pin(speak_http2(stream, service, bounds, stop)).await
    } else {
        let spoken = Box::pin(speak_http1(stream, peer.ip(), router, stop)).await;
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
    service: WithPeer,
    bounds: Bounds,
    stop: CancellationToken,
) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.streams)
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
    }
    Ok(connection.await?)
}

/// Until the connection ends, or an event stream takes it over.
async fn speak_http1(
    stream: TcpStream,
    address: IpAddr,
    router: Router,
    stop: CancellationToken,
) -> Result<Option<Pour>, Fault> {
    let handover = Handover::default();
    let peer = Peer { handover: Some(handover.clone()), ..Peer::at(address) };
    let service = WithPeer { router, peer };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(BUFFER);
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
    Ok(blocks.map(|blocks| Pour::new(connection.into_parts().io.into_inner().stream, blocks)))
}

/// Tells every request of a connection who is on the other side. Beside the shared router it costs a few bytes for each
/// connection, where a layer would cost a router.
#[derive(Clone)]
struct WithPeer {
    router: Router,
    peer: Peer,
}

impl Service<Request<Incoming>> for WithPeer {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Guarded<RouteFuture<Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Incoming>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer.clone());
        guarded(request, |request| self.router.call(request))
    }
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
