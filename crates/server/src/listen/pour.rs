//! An event stream on a socket of its own: blocks of its source as chunks of HTTP/1.1 (RFC 9112, section 7.1).

use std::future::Future;
use std::io::{self, IoSlice, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::StreamExt;
use tokio::net::TcpStream;

use super::handover::Blocks;

/// Blocks in one chunk at most, and so in one system call, with what is around them.
const BLOCKS: usize = 62;
/// A chunk that has so many bytes takes no further block: what a reader that does not read costs.
const CHUNK_BYTES: usize = 64 << 10;
/// A chunk of no more than this is written in one piece.
const SMALL: usize = 1 << 10;
/// Room for so many blocks is kept between chunks.
const KEPT: usize = 4;
/// Who says more than this while it is told something is not listened to any longer.
const HEARD_BYTES: usize = 64 << 10;

/// Writes blocks until there are no more, then the end of the body. The other side going away ends it too.
pub(super) struct Pour {
    stream: TcpStream,
    /// `None` when there will be no more blocks.
    blocks: Option<Blocks>,
    chunk: Chunk,
    /// The source has nothing now, and will wake this task.
    waits: bool,
    heard: usize,
}

impl Pour {
    pub(super) fn new(stream: TcpStream, blocks: Blocks) -> Self {
        Self { stream, blocks: Some(blocks), chunk: Chunk::default(), waits: false, heard: 0 }
    }

    /// Ready when the other side went away. What it says is for nobody.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut said = [0; 1024];
        while self.heard <= HEARD_BYTES {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(&mut said) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(length) => self.heard += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Pending
    }

    /// Gathers the blocks that are there into a chunk. What waits is no chunk yet, and the end is one.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(blocks) = &mut self.blocks {
            match blocks.poll_next_unpin(cx) {
                Poll::Ready(Some(block)) => {
                    if !self.chunk.push(block) {
                        break;
                    }
                }
                Poll::Ready(None) => self.blocks = None,
                Poll::Pending => {
                    self.waits = true;
                    break;
                }
            }
        }
        if self.waits && self.chunk.blocks.is_empty() {
            return Poll::Pending;
        }
        self.chunk.seal(self.blocks.is_none());
        Poll::Ready(())
    }

    /// Writes all of the chunk.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.chunk.is_written() {
            // It also lets other tasks run when a reader keeps up with a long replay.
            ready!(self.stream.poll_write_ready(cx))?;
            match self.chunk.write(|parts| write_some(&self.stream, parts)) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    return Poll::Ready(Err(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        self.chunk.clear();
        Poll::Ready(Ok(()))
    }
}

impl Future for Pour {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.waits = false;
        if let Poll::Ready(gone) = this.poll_gone(cx) {
            return Poll::Ready(gone);
        }
        loop {
            ready!(this.poll_write(cx))?;
            if this.blocks.is_none() {
                return Poll::Ready(Ok(()));
            }
            if this.waits {
                return Poll::Pending;
            }
            ready!(this.poll_fill(cx));
        }
    }
}

/// One event is small, and to copy it costs less than to hand over its parts.
fn write_some(stream: &TcpStream, parts: &[IoSlice<'_>]) -> io::Result<usize> {
    let mut small = [0; SMALL];
    let mut length = 0;
    for part in parts {
        let Some(room) = small.get_mut(length..length + part.len()) else {
            return stream.try_write_vectored(parts);
        };
        room.copy_from_slice(part);
        length += part.len();
    }
    stream.try_write(&small[..length])
}

/// Blocks with the framing around them: `size CRLF blocks CRLF`, and after the last of them `0 CRLF CRLF`.
#[derive(Default)]
struct Chunk {
    size_line: SizeLine,
    blocks: Vec<Bytes>,
    tail: &'static [u8],
    /// Bytes of the blocks.
    bytes: usize,
    /// Of everything, once it is sealed.
    left: usize,
    written: usize,
}

impl Chunk {
    /// Takes a block; false when it is full now.
    fn push(&mut self, block: Bytes) -> bool {
        self.bytes += block.len();
        // A chunk without bytes would be the last one.
        if !block.is_empty() {
            self.blocks.push(block);
        }
        self.blocks.len() < BLOCKS && self.bytes < CHUNK_BYTES
    }

    fn seal(&mut self, is_last: bool) {
        let is_empty = self.bytes == 0;
        self.size_line = if is_empty { SizeLine::default() } else { SizeLine::of(self.bytes) };
        self.tail = match (is_empty, is_last) {
            (false, false) => b"\r\n",
            (false, true) => b"\r\n0\r\n\r\n",
            (true, true) => b"0\r\n\r\n",
            (true, false) => b"",
        };
        self.left = self.size_line.text().len() + self.bytes + self.tail.len();
    }

    fn is_written(&self) -> bool {
        self.left == 0
    }

    /// Writes some of what is left.
    fn write(&mut self, write: impl Fn(&[IoSlice<'_>]) -> io::Result<usize>) -> io::Result<()> {
        let mut parts = [IoSlice::new(&[]); BLOCKS + 2];
        let all = [self.size_line.text()].into_iter();
        let all = all.chain(self.blocks.iter().map(|block| &block[..])).chain([self.tail]);
        let count = self.blocks.len() + 2;
        for (part, bytes) in parts.iter_mut().zip(all) {
            *part = IoSlice::new(bytes);
        }
        let mut rest = &mut parts[..count];
        IoSlice::advance_slices(&mut rest, self.written);
        let wrote = write(rest)?;
        if wrote == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.written += wrote;
        self.left -= wrote;
        Ok(())
    }

    /// Makes room for the next one.
    fn clear(&mut self) {
        self.blocks.clear();
        self.blocks.shrink_to(KEPT);
        (self.bytes, self.written) = (0, 0);
    }
}

/// The size of a chunk in hexadecimal, and the end of its line.
#[derive(Default)]
struct SizeLine {
    text: [u8; Self::MOST],
    length: usize,
}

impl SizeLine {
    const MOST: usize = 16 + 2;

    fn of(size: usize) -> Self {
        let mut line = Self::default();
        let mut room = &mut line.text[..];
        // 64 bits are at most 16 digits.
        let fits = write!(room, "{size:x}\r\n");
        debug_assert!(fits.is_ok(), "{size}");
        line.length = Self::MOST - room.len();
        line
    }

    fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let there = TcpStream::connect(listener.local_addr().expect("an address"));
        let (here, there) = tokio::join!(listener.accept(), there);
        (here.expect("accepts").0, there.expect("connects"))
    }

    /// The chunks of a body, and what stands behind the last one.
    fn chunks(mut text: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
        let mut chunks = Vec::new();
        loop {
            let end = text.windows(2).position(|two| two == b"\r\n").expect("a size line");
            let size = std::str::from_utf8(&text[..end]).expect("a text");
            let size = usize::from_str_radix(size, 16).expect("hexadecimal");
            let behind = &text[end + 2..];
            assert_eq!(&behind[size..size + 2], b"\r\n");
            text = &behind[size + 2..];
            if size == 0 {
                return (chunks, text);
            }
            chunks.push(behind[..size].to_vec());
        }
    }

    async fn poured(blocks: Vec<Bytes>) -> Vec<Vec<u8>> {
        let (here, mut there) = pair().await;
        let pouring = tokio::spawn(Pour::new(here, stream::iter(blocks).boxed()));
        // Nobody reads for a moment, so that the socket is full.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let mut got = Vec::new();
        there.read_to_end(&mut got).await.expect("reads");
        pouring.await.expect("no panic").expect("writes");
        let (chunks, rest) = chunks(&got);
        assert!(rest.is_empty());
        chunks
    }

    #[tokio::test]
    async fn all_blocks_arrive_in_order_and_few_chunks() {
        let sizes = (0..3_000_usize).map(|n| if n % 500 == 0 { 100_000 } else { n * 7 % 1_500 });
        let blocks: Vec<_> =
            sizes.zip(0..).map(|(size, n)| Bytes::from(vec![n as u8; size])).collect();
        let expected = blocks.concat();
        let chunks = poured(blocks).await;
        assert!(chunks.len() < 200, "{}", chunks.len());
        assert_eq!(chunks.concat(), expected);
    }

    #[tokio::test]
    async fn a_stream_without_blocks_is_an_empty_body() {
        assert!(poured(vec![]).await.is_empty());
        assert!(poured(vec![Bytes::new()]).await.is_empty());
    }

    #[tokio::test]
    async fn it_ends_when_the_other_side_goes_away() {
        let (here, mut there) = pair().await;
        let pouring = tokio::spawn(Pour::new(here, stream::pending().boxed()));
        there.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("writes");
        drop(there);
        pouring.await.expect("no panic").expect("an end");
    }
}
