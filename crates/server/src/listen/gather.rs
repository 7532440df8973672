//! Gathers what an HTTP/2 connection writes, so that answers that are ready together leave in one system call.
//!
//! Left alone, h2 hands over every answer by itself: an answer wakes the task of its connection, which runs before the
//! tasks of the other answers; and a message of 256 bytes or more ends a write wherever it stands. A write to a socket
//! costs more than the rest of a small call.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is held back at most; what does not fit is written at once. A frame of HTTP/2 is hardly ever larger.
const HELD_BYTES: usize = 16 << 10;
/// A buffer of this size is kept when it is empty; a larger one is given back, because most connections are idle.
const KEPT_BYTES: usize = 4 << 10;

/// A stream whose small writes wait for the flush, and whose flush waits until the tasks that are ready now have run.
#[derive(Debug)]
pub(super) struct Gather<S> {
    inner: S,
    held: Vec<u8>,
    /// So many of the bytes held are written.
    written: usize,
    /// The flush has let the other tasks go first.
    yielded: bool,
}

impl<S: AsyncWrite + Unpin> Gather<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, held: Vec::new(), written: 0, yielded: false }
    }

    /// Writes all that is held.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.held.len() {
            let rest = &self.held[self.written..];
            match ready!(Pin::new(&mut self.inner).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                wrote => self.written += wrote,
            }
        }
        self.written = 0;
        self.held.clear();
        self.held.shrink_to(KEPT_BYTES);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gather<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gather<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.held.len() + bytes.len() > HELD_BYTES {
            ready!(this.poll_drain(cx))?;
            if bytes.len() > HELD_BYTES {
                return Pin::new(&mut this.inner).poll_write(cx, bytes);
            }
        }
        this.held.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    /// A flush with something to write first goes to the end of the runtime's queue: who is in front may have answers too.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.held.is_empty() && !this.yielded {
            this.yielded = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(this.poll_drain(cx))?;
        this.yielded = false;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    /// h2 asks this when it begins: without vectored writes it copies messages of up to 1 KiB together.
    fn is_write_vectored(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn everything_arrives_in_order() {
        // Smaller than what is held, so that the socket is often full.
        let (here, mut there) = tokio::io::duplex(3_000);
        let sent: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
        let writing = tokio::spawn({
            let sent = sent.clone();
            async move {
                let mut gather = Gather::new(here);
                let mut rest = &sent[..];
                for size in (1..).map(|n| n * 997 % 40_000) {
                    let (part, behind) = rest.split_at(size.min(rest.len()));
                    gather.write_all(part).await.expect("writes");
                    if size % 3 == 0 {
                        gather.flush().await.expect("flushes");
                    }
                    rest = behind;
                    if rest.is_empty() {
                        break;
                    }
                }
                gather.shutdown().await.expect("ends");
            }
        });
        let mut got = Vec::new();
        there.read_to_end(&mut got).await.expect("reads");
        writing.await.expect("writes");
        assert_eq!(got, sent);
    }

    #[tokio::test]
    async fn small_writes_wait_for_the_flush() {
        let (here, mut there) = tokio::io::duplex(1 << 20);
        let mut gather = Gather::new(here);
        gather.write_all(b"one ").await.expect("writes");
        gather.write_all(b"two").await.expect("writes");
        let mut got = [0; 16];
        let early =
            tokio::time::timeout(std::time::Duration::from_millis(20), there.read(&mut got));
        assert!(early.await.is_err(), "written before the flush");
        gather.flush().await.expect("flushes");
        let read = there.read(&mut got).await.expect("reads");
        assert_eq!(&got[..read], b"one two");
    }
}
