//! A connection that is watched: forwards bytes between a client and a server, and counts the HTTP/2 frames that tell
//! whether a client really is idle, really pings, and is really left alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What went by.
#[derive(Debug, Default)]
pub struct Seen {
    /// Connections that clients opened.
    pub connections: AtomicU64,
    /// Connections that ended.
    pub closed: AtomicU64,
    /// PING frames of clients that are no answers.
    pub pings: AtomicU64,
    /// GOAWAY frames of the server.
    pub goaways: AtomicU64,
}

/// A relay in front of one server; ends when it is dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where clients connect.
    pub port: u16,
    /// What went by so far.
    pub seen: Arc<Seen>,
    tasks: JoinSet<()>,
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;

impl Relay {
    /// Listens in front of a port.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let seen = Arc::new(Seen::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server, Arc::clone(&seen)));
        Self { port, seen, tasks }
    }

    /// True while the relay itself works.
    pub fn is_alive(&mut self) -> bool {
        self.tasks.try_join_next().is_none()
    }
}

async fn accept(listener: TcpListener, server: u16, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.expect("a listener accepts");
        seen.connections.fetch_add(1, Ordering::Relaxed);
        connections.spawn(forward(client, server, Arc::clone(&seen)));
    }
}

async fn forward(client: TcpStream, server: u16, seen: Arc<Seen>) {
    if let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await {
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let mut up = Frames::behind(PREFACE.len());
        let mut down = Frames::behind(0);
        tokio::select! {
            () = pump(from_client, to_server, |bytes| up.read(bytes, |kind, flags| {
                if kind == PING && flags & ACK == 0 {
                    seen.pings.fetch_add(1, Ordering::Relaxed);
                }
            })) => {}
            () = pump(from_server, to_client, |bytes| down.read(bytes, |kind, _| {
                if kind == GOAWAY {
                    seen.goaways.fetch_add(1, Ordering::Relaxed);
                }
            })) => {}
        }
    }
    seen.closed.fetch_add(1, Ordering::Relaxed);
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut look: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        look(&buffer[..count]);
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Finds the frame headers in one direction of an HTTP/2 connection.
#[derive(Debug)]
struct Frames {
    skip: usize,
    header: Vec<u8>,
}

impl Frames {
    const HEADER_BYTES: usize = 9;

    fn behind(skip: usize) -> Self {
        Self { skip, header: Vec::with_capacity(Self::HEADER_BYTES) }
    }

    fn read(&mut self, mut bytes: &[u8], mut frame: impl FnMut(u8, u8)) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let wanted = (Self::HEADER_BYTES - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..wanted]);
            bytes = &bytes[wanted..];
            if self.header.len() == Self::HEADER_BYTES {
                let length = &self.header[..3];
                self.skip = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                frame(self.header[3], self.header[4]);
                self.header.clear();
            }
        }
    }
}
