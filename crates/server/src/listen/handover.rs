//! Event streams over HTTP/1.1 take their connection over from the HTTP library as soon as the head of their answer is out.
//!
//! The library keeps buffers, a parser and two state machines for as long as an answer lasts, more than 20 KiB, and looks
//! at all of them for each event. A stream that lasts for days needs its socket and its source. So the handler leaves the
//! source with the connection and answers with a body that has nothing to say. When that body is asked, the head is in the
//! library's buffer; when the buffer is flushed after that, nothing of it is left; then the connection is taken out of the
//! library, which allows it, and `pour` writes the chunks.
//!
//! Layers around the handler see the head as always, and a body that is dropped when the stream begins.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::stream::BoxStream;
use http_body::{Body, Frame};
use parking_lot::Mutex;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a stream sends, block by block; it ends when there will be no more.
pub(crate) type Blocks = BoxStream<'static, Bytes>;

/// The way for a handler to take its connection over; there is one for each HTTP/1.1 connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handover(Arc<Inside>);

#[derive(Default)]
struct Inside {
    /// 0 while the library answers, as it does nearly always. Everybody who looks at it is on the connection's task.
    step: AtomicU8,
    blocks: Mutex<Option<Blocks>>,
}

/// The library has written the head, and may not have flushed it.
const HEAD_WRITTEN: u8 = 1;
/// All that the library had is with the system.
const FLUSHED: u8 = 2;

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inside").field("step", &self.step).finish_non_exhaustive()
    }
}

impl Handover {
    /// Leaves the source of a stream with the connection. The body is for the answer to the request that this was found
    /// in; it says nothing, for the connection is taken over when it is asked.
    pub(crate) fn to(&self, blocks: Blocks) -> Silence {
        *self.0.blocks.lock() = Some(blocks);
        Silence(self.clone())
    }

    /// The source, when it is time to take over.
    pub(super) fn take(&self) -> Option<Blocks> {
        if self.0.step.load(Relaxed) == FLUSHED { self.0.blocks.lock().take() } else { None }
    }
}

/// The body of an answer whose blocks do not come through the HTTP library.
#[derive(Debug)]
pub(crate) struct Silence(Handover);

impl Drop for Silence {
    /// An answer that never went out (to HEAD, or replaced on its way) leaves no stream behind.
    fn drop(&mut self) {
        let unused = self.0.0.blocks.lock().take();
        drop(unused);
    }
}

impl Body for Silence {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // Bodies are asked after their head was written. Nobody has to be woken: the library flushes now.
        // They are asked again after the flush, which must not be forgotten then.
        let _ = self.0.0.step.compare_exchange(0, HEAD_WRITTEN, Relaxed, Relaxed);
        Poll::Pending
    }
}

/// A stream that tells when the library has flushed all that it had.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) stream: TcpStream,
    pub(super) handover: Handover,
}

impl AsyncRead for Observed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Observed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    /// The library flushes its stream when its own buffer is empty.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        let step = &self.handover.0.step;
        if step.load(Relaxed) == HEAD_WRITTEN {
            step.store(FLUSHED, Relaxed);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body as Answer;
    use axum::extract::Extension;
    use axum::routing::get;
    use futures::{StreamExt, stream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_util::sync::CancellationToken;

    use super::super::{Around, Bounds, Peer, bind, serve};
    use super::*;
    use crate::settings::Settings;

    const LARGE: usize = 8 << 20;

    fn router() -> Router {
        let stream = |Extension(peer): Extension<Peer>| async move {
            let blocks = stream::iter([b"one ".as_slice(), b"two"].map(Bytes::from_static)).boxed();
            Answer::new(peer.handover.expect("over HTTP/1.1").to(blocks))
        };
        Router::new()
            .route("/large", get(|| async { "x".repeat(LARGE) }))
            .route("/stream", get(stream))
    }

    /// The answers before a stream are whole, even when nobody has read them when the stream begins.
    #[tokio::test]
    async fn nothing_of_what_was_answered_before_is_lost() {
        let listener = bind(([127, 0, 0, 1], 0).into()).await.expect("binds");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let around = Around::bounded(Bounds::of(&Settings::default()));
        let serving = tokio::spawn(serve(listener, None, router(), around, stop.clone()));
        let mut client = TcpStream::connect(address).await.expect("connects");
        let one = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n");
        let all = [one("/large"), one("/large"), one("/stream")].concat();
        client.write_all(all.as_bytes()).await.expect("writes");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.expect("the end of the stream");
        let text = String::from_utf8(got).expect("a text");
        let answers: Vec<_> = text.split("HTTP/1.1 200 OK\r\n").skip(1).collect();
        let bodies = answers.iter().map(|answer| answer.split_once("\r\n\r\n").expect("a head").1);
        let bodies: Vec<_> = bodies.collect();
        assert_eq!(bodies.len(), 3);
        assert!(bodies[..2].iter().all(|body| body.len() == LARGE));
        assert_eq!(bodies[2], "7\r\none two\r\n0\r\n\r\n");
        stop.cancel();
        serving.await.expect("no panic");
    }
}
