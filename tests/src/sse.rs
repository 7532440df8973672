//! Server-sent events on a raw socket, over HTTP/1.1: block by block, as they come.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No server takes longer to answer a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// A block: its lines, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The place behind it.
    pub id: Option<u64>,
    /// Which event.
    pub event: Option<String>,
    /// Its data, as it stands there.
    pub data: Option<String>,
    /// A line that says nothing to a client.
    pub comment: Option<String>,
    /// How long a client is to wait.
    pub retry: Option<String>,
}

/// A stream that is read.
#[derive(Debug)]
pub struct Stream {
    socket: TcpStream,
    /// Read, but not taken apart.
    waiting: Vec<u8>,
    /// Bytes of the chunk that has begun.
    chunk: usize,
    /// The answer's head, as it was sent.
    pub head: String,
    text: Vec<u8>,
}

impl Stream {
    /// Asks for a path; `None` when nobody answers there, or with something else than 200.
    pub async fn open(port: u16, path: &str, last_event_id: Option<u64>) -> Option<Self> {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let place = last_event_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{place}\r\n");
        socket.write_all(request.as_bytes()).await.ok()?;
        let mut stream =
            Self { socket, waiting: Vec::new(), chunk: 0, head: String::new(), text: Vec::new() };
        let head = tokio::time::timeout(PATIENCE, stream.until(b"\r\n\r\n"));
        stream.head = String::from_utf8(head.await.expect("an answer in time")?).ok()?;
        stream.head.starts_with("HTTP/1.1 200 ").then_some(stream)
    }

    /// The bytes of the next block with its empty line, without chunk marks; `None` when the stream ended or broke.
    pub async fn bytes(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.text.split_off(end + 2);
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let piece = self.piece().await?;
            self.text.extend_from_slice(&piece);
        }
    }

    /// The next block.
    ///
    /// # Panics
    /// When it has a line that no block may have.
    pub async fn block(&mut self) -> Option<Block> {
        let bytes = self.bytes().await?;
        let text = String::from_utf8(bytes).expect("an event stream is UTF-8");
        let mut block = Block::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?}"));
            let value = value.to_owned();
            match name {
                "id" => block.id = Some(value.parse().unwrap_or_else(|_| panic!("{line:?}"))),
                "event" => block.event = Some(value),
                "data" => block.data = Some(value),
                "retry" => block.retry = Some(value),
                "" => block.comment = Some(value),
                _ => panic!("a line that no client knows: {line:?}"),
            }
        }
        Some(block)
    }

    /// What is there of the body, at least a byte.
    async fn piece(&mut self) -> Option<Vec<u8>> {
        if self.chunk == 0 {
            let line = self.until(b"\r\n").await?;
            let size = std::str::from_utf8(&line).ok()?.trim();
            self.chunk = usize::from_str_radix(size, 16).ok()?;
            if self.chunk == 0 {
                return None;
            }
            // The end of the chunk counts with it.
            self.chunk += 2;
        }
        if self.waiting.is_empty() {
            self.read().await?;
        }
        let mut piece: Vec<u8> = self.waiting.drain(..self.chunk.min(self.waiting.len())).collect();
        self.chunk -= piece.len();
        // What of the chunk's own line end is in this piece.
        let end = 2_usize.saturating_sub(self.chunk).min(piece.len());
        piece.truncate(piece.len() - end);
        Some(piece)
    }

    async fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        loop {
            let found = self.waiting.windows(mark.len()).position(|window| window == mark);
            if let Some(at) = found {
                return Some(self.waiting.drain(..at + mark.len()).collect());
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Option<()> {
        let read = self.socket.read_buf(&mut self.waiting).await.ok()?;
        (read > 0).then_some(())
    }
}
