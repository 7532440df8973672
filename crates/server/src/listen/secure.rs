//! A connection by TLS: the protocol is agreed on in its handshake.

use std::net::IpAddr;

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::upgrade::Upgrade;
use super::{Bounds, Fault, Kept, Peer, WithPeer, http1_builder, speak_http2};
use crate::tls::{PeerCertificate, Tls, shown_by};

/// The first byte of a TLS handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 0x16;

/// Whether the other side begins with TLS; true when it does not begin in time, or the server stops, for the handshake to say so.
pub(super) async fn begins(stream: &TcpStream, bounds: &Bounds, stop: &CancellationToken) -> bool {
    let mut first = [HANDSHAKE];
    let looked = tokio::select! {
        () = stop.cancelled() => return true,
        looked = tokio::time::timeout(bounds.hello, stream.peek(&mut first)) => looked,
    };
    !matches!(looked, Ok(Ok(1..))) || first[0] == HANDSHAKE
}

/// From the handshake to the end.
pub(super) async fn connection(
    stream: TcpStream,
    address: IpAddr,
    tls: &Tls,
    kept: Kept,
    stop: CancellationToken,
) {
    let hello = kept.around.bounds.hello;
    let stream = tokio::select! {
        () = stop.cancelled() => return,
        done = tls.accept(stream, hello) => match done {
            Ok(stream) => stream,
            Err(error) => {
                debug!(peer = %address, %error, "no TLS with this one");
                return;
            }
        },
    };
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let certificate = shown_by(&stream).map(|PeerCertificate(der)| der);
    let peer = Peer { certificate, is_tls: true, ..Peer::at(address) };
    let ended = if http2 {
        let service = WithPeer { kept, peer, calls: None };
        Box::pin(speak_http2(stream, service, stop)).await
    } else {
        Box::pin(speak_http1(stream, peer, kept, stop)).await
    };
    if let Err(error) = ended {
        debug!(peer = %address, %error, "connection ended");
    }
}

/// Until the connection ends, in this protocol or in another.
async fn speak_http1<S>(
    stream: S,
    peer: Peer,
    kept: Kept,
    stop: CancellationToken,
) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = http1_builder(&kept.around.bounds);
    let upgrade = Upgrade::default();
    let peer = Peer { upgrade: Some(upgrade.clone()), ..peer };
    let service = TowerToHyperService::new(WithPeer { kept, peer, calls: None });
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = &mut connection => ended?,
        () = stop.cancelled() => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await?;
        }
    }
    if let Some(session) = upgrade.take() {
        let parts = connection.into_parts();
        session(Box::pin(parts.io.into_inner()), parts.read_buf).await;
    }
    Ok(())
}
