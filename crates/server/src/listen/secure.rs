//! A connection by TLS: the protocol is agreed on in its handshake.

use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{BUFFER, Bounds, Fault, HEADERS, Peer, WithPeer, speak_http2};
use crate::tls::{PeerCertificate, Tls, shown_by};

/// From the handshake to the end.
pub(super) async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    tls: &Tls,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(peer = %address, %error, "cannot set TCP_NODELAY");
    }
    let stream = tokio::select! {
        () = stop.cancelled() => return,
        done = tls.accept(stream) => match done {
            Ok(stream) => stream,
            Err(error) => {
                debug!(peer = %address, %error, "no TLS with this one");
                return;
            }
        },
    };
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let certificate = shown_by(&stream).map(|PeerCertificate(der)| der);
    let service = WithPeer { router, peer: Peer { certificate, ..Peer::at(address.ip()) } };
    let ended = if http2 {
        Box::pin(speak_http2(stream, service, bounds, stop)).await
    } else {
        Box::pin(speak_http1(stream, service, stop)).await
    };
    if let Err(error) = ended {
        debug!(peer = %address, %error, "connection ended");
    }
}

async fn speak_http1<S>(stream: S, service: WithPeer, stop: CancellationToken) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(BUFFER);
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        ended = connection.as_mut() => return Ok(ended?),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}
