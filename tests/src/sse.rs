//! Server-sent events on a raw socket, byte by byte.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a block may take to come before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every stream begins with.
pub const PREAMBLE: &str = "retry: 5000\n\n: connected\n\n";

/// An open event stream.
#[derive(Debug)]
pub struct Sse {
    socket: TcpStream,
    /// Status line and headers, as they came.
    pub head: String,
    /// Bytes with their chunk marks.
    raw: Vec<u8>,
    /// Bytes of the body that no block was made of yet.
    body: Vec<u8>,
    ended: bool,
}

/// One block, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// `id:`
    pub id: Option<u64>,
    /// `event:`
    pub event: Option<String>,
    /// `data:`
    pub data: Option<String>,
    /// Lines that begin with a colon.
    pub comments: Vec<String>,
}

impl Sse {
    /// Opens `path` and reads the head.
    ///
    /// # Panics
    /// When there is no answer of 200 in time.
    pub async fn open(port: u16, path: &str, last_event_id: Option<&str>) -> Self {
        let stream = Self::attempt(port, path, last_event_id).await;
        let stream = stream.expect("the connection ended before the head was complete");
        assert!(stream.head.starts_with("HTTP/1.1 200 "), "{}", stream.head);
        stream
    }

    /// Opens `path` and reads the head, whatever it says; `None` when nobody listens there or the connection breaks.
    pub async fn attempt(port: u16, path: &str, last_event_id: Option<&str>) -> Option<Self> {
        let resume = last_event_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        Self::ask(port, path, &resume).await
    }

    /// Opens `path` with a token, and reads and checks the preamble.
    ///
    /// # Panics
    /// When there is no answer of 200 in time.
    pub async fn showing(port: u16, path: &str, token: &str) -> Self {
        let shown = format!("authorization: Bearer {token}\r\n");
        let stream = Self::ask(port, path, &shown).await;
        let mut stream = stream.expect("the connection ended before the head was complete");
        assert!(stream.head.starts_with("HTTP/1.1 200 "), "{}", stream.head);
        assert_eq!(stream.exactly(PREAMBLE.len()).await, PREAMBLE);
        stream
    }

    /// Opens `path` with a cookie, and reads and checks the preamble.
    ///
    /// # Panics
    /// When there is no answer of 200 in time.
    pub async fn with_cookie(port: u16, path: &str, cookie: &str) -> Self {
        let stream = Self::ask(port, path, &format!("cookie: {cookie}\r\n")).await;
        let mut stream = stream.expect("the connection ended before the head was complete");
        assert!(stream.head.starts_with("HTTP/1.1 200 "), "{}", stream.head);
        assert_eq!(stream.exactly(PREAMBLE.len()).await, PREAMBLE);
        stream
    }

    async fn ask(port: u16, path: &str, lines: &str) -> Option<Self> {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n");
        socket.write_all(request.as_bytes()).await.ok()?;
        let mut stream =
            Self { socket, head: String::new(), raw: Vec::new(), body: Vec::new(), ended: false };
        loop {
            if let Some(end) = position(&stream.raw, b"\r\n\r\n") {
                let rest = stream.raw.split_off(end + 4);
                let head = std::mem::replace(&mut stream.raw, rest);
                stream.head = String::from_utf8(head).expect("a head is text");
                stream.unchunk();
                return Some(stream);
            }
            if !stream.read().await {
                return None;
            }
        }
    }

    /// The same, and the preamble is read and checked.
    pub async fn opened(port: u16, path: &str, last_event_id: Option<&str>) -> Self {
        let mut stream = Self::open(port, path, last_event_id).await;
        assert_eq!(stream.exactly(PREAMBLE.len()).await, PREAMBLE);
        stream
    }

    /// So many bytes of the body.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn exactly(&mut self, length: usize) -> String {
        while self.body.len() < length {
            assert!(self.read().await, "the stream ended behind {:?}", self.shown());
        }
        let rest = self.body.split_off(length);
        String::from_utf8(std::mem::replace(&mut self.body, rest)).expect("a stream is text")
    }

    /// The bytes of the next block with the empty line at its end; `None` when the stream ended.
    ///
    /// # Panics
    /// When it ended inside a block.
    pub async fn text(&mut self) -> Option<String> {
        let text = self.text_or_break().await;
        assert!(text.is_some() || self.body.is_empty(), "half a block: {:?}", self.shown());
        text
    }

    /// The next block of a server that may be killed while it writes one.
    pub async fn block_or_break(&mut self) -> Option<Block> {
        self.text_or_break().await.map(|text| Block::parse(&text))
    }

    async fn text_or_break(&mut self) -> Option<String> {
        loop {
            if let Some(end) = position(&self.body, b"\n\n") {
                return Some(self.exactly(end + 2).await);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next block of any kind; `None` when the stream ended.
    pub async fn block(&mut self) -> Option<Block> {
        self.text().await.map(|text| Block::parse(&text))
    }

    /// The next block that fires something; bookmarks and comments are passed over.
    ///
    /// # Panics
    /// When the stream ends before.
    pub async fn event(&mut self) -> Block {
        loop {
            let block = self.block().await.expect("the stream goes on");
            if block.data.is_some() {
                return block;
            }
        }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Takes what has come; false when there is no more.
    async fn read(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let mut buffer = [0; 16 << 10];
        let read = timeout(PATIENCE, self.socket.read(&mut buffer)).await;
        let length = read.unwrap_or_else(|_| panic!("nothing for {PATIENCE:?}")).unwrap_or(0);
        self.raw.extend_from_slice(&buffer[..length]);
        if !self.head.is_empty() {
            self.unchunk();
        }
        length > 0 && (!self.ended || !self.body.is_empty())
    }

    fn unchunk(&mut self) {
        while let Some(line) = position(&self.raw, b"\r\n") {
            let size = std::str::from_utf8(&self.raw[..line]).expect("a size is text");
            let size = usize::from_str_radix(size, 16).expect("a size is hexadecimal");
            let Some(data) = self.raw.get(line + 2..line + 2 + size) else { return };
            if self.raw.len() < line + 4 + size {
                return;
            }
            self.body.extend_from_slice(data);
            self.raw.drain(..line + 4 + size);
            if size == 0 {
                self.ended = true;
                return;
            }
        }
    }
}

impl Block {
    /// Takes a block apart.
    ///
    /// # Panics
    /// When a line is none that a block may have, or a field is there twice.
    pub fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.strip_suffix("\n\n").expect("an empty line at the end").split('\n') {
            let (name, value) = line.split_once(": ").expect("a name and a value");
            match name {
                "" => block.comments.push(value.into()),
                "id" => {
                    assert_eq!(block.id.replace(value.parse().expect("a number")), None, "{text}");
                }
                "event" => assert_eq!(block.event.replace(value.into()), None, "{text}"),
                "data" => assert_eq!(block.data.replace(value.into()), None, "{text}"),
                "retry" => {}
                other => panic!("a line of {other}"),
            }
        }
        block
    }

    /// The data as JSON.
    pub fn json(&self) -> serde_json::Value {
        let data = self.data.as_deref().expect("a block with data");
        serde_json::from_str(data).expect("data is JSON")
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
