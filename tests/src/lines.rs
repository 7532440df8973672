//! A stream of lines over HTTP/1.1, on a raw socket.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a line may take to come before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream of lines.
#[derive(Debug)]
pub struct Lines {
    socket: TcpStream,
    /// Status line and headers, as they came.
    pub head: String,
    /// What came behind the head, with its chunk marks.
    rest: String,
}

impl Lines {
    /// Asks for `path` and reads the head, before there is any line.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn open(port: u16, path: &str, headers: &str) -> Self {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).await.expect("sent");
        let mut lines = Self { socket, head: String::new(), rest: String::new() };
        loop {
            if let Some((head, rest)) = lines.rest.split_once("\r\n\r\n") {
                (lines.head, lines.rest) = (head.to_owned(), rest.to_owned());
                return lines;
            }
            assert!(lines.read().await, "no head in {:?}", lines.rest);
        }
    }

    /// The next line as JSON.
    ///
    /// # Panics
    /// When there is none.
    pub async fn next(&mut self) -> Value {
        let line = self.next_line().await.expect("the stream goes on");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The next line; `None` when the stream has ended as it should.
    ///
    /// # Panics
    /// When it breaks off.
    pub async fn next_line(&mut self) -> Option<String> {
        loop {
            // Chunk marks stand on lines of their own, and no JSON text is a number in hexadecimal digits alone.
            while let Some((line, rest)) = self.rest.split_once('\n') {
                let (line, rest) = (line.trim().to_owned(), rest.to_owned());
                self.rest = rest;
                match line.as_str() {
                    "0" => return None,
                    mark if mark.bytes().all(|b| b.is_ascii_hexdigit()) => {}
                    _ => return Some(line),
                }
            }
            assert!(self.read().await, "the stream broke off behind {:?}", self.rest);
        }
    }

    async fn read(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        let read = timeout(PATIENCE, self.socket.read(&mut buffer)).await.expect("in time");
        let length = read.unwrap_or(0);
        self.rest.push_str(&String::from_utf8_lossy(&buffer[..length]));
        length > 0
    }
}
