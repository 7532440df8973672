//! HTTP/1.1 clients: gets over a kept connection, and readers of event streams.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use holdfast_load::data::{NAMESPACE, key};
use holdfast_load::dice::Dice;
use holdfast_load::drive::Call;
use http::header::HOST;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;
use tonic::Status;

use crate::Fault;

/// A get of one of the first `keys` keys, as JSON.
#[derive(Clone)]
pub(crate) struct RestGet {
    /// One caller for each connection: nobody ever waits for the lock.
    connection: Arc<Mutex<SendRequest<Empty<Bytes>>>>,
    keys: u64,
}

impl RestGet {
    pub(crate) async fn on(port: u16, connections: usize, keys: u64) -> Result<Vec<Self>, Fault> {
        let mut calls = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            // It ends with the connection; a fault shows in the call.
            tokio::spawn(connection);
            calls.push(Self { connection: Arc::new(Mutex::new(sender)), keys });
        }
        Ok(calls)
    }
}

impl Call for RestGet {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let broken = |error: hyper::Error| Status::unavailable(error.to_string());
        let path = format!("/v1/namespaces/{NAMESPACE}/keys/{}", key(dice.below(self.keys)));
        let request = http::Request::get(path).header(HOST, "localhost").body(Empty::new());
        let request = request.map_err(|error| Status::internal(error.to_string()))?;
        let answer = self.connection.lock().await.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(broken)?.to_bytes();
        if status == 200 && body.len() > 100 {
            Ok(())
        } else {
            Err(Status::data_loss(format!("{status} and {} bytes", body.len())))
        }
    }
}

/// Readers of one event stream, each on a connection of its own. Dropped, they hang up.
pub(crate) struct Crowd {
    readers: usize,
    /// Whenever all of them have had one event more: when.
    all_had: mpsc::UnboundedReceiver<Instant>,
    _tasks: JoinSet<()>,
    /// Connections that nobody reads from.
    _stalled: Vec<TcpStream>,
}

/// A reader that waits for so long is lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections that are made at once.
const AT_ONCE: usize = 256;
const DATA: &[u8] = b"\ndata: ";

impl Crowd {
    /// Connects all of them, from the event behind `resume` on if it is given, and waits until each stream has begun.
    pub(crate) async fn gather(
        port: u16,
        path: &str,
        resume: Option<u64>,
        (readers, stalled): (usize, usize),
    ) -> Result<Self, Fault> {
        let place = resume.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let request: Arc<str> =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{place}\r\n").into();
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let mut opening = JoinSet::new();
        for _ in 0..readers {
            let (request, gate) = (Arc::clone(&request), Arc::clone(&gate));
            opening.spawn(async move {
                let _permit = gate.acquire().await.map_err(std::io::Error::other)?;
                open(port, &request).await
            });
        }
        let (seen, (teller, all_had)) = (Arc::new(AtomicU64::new(0)), mpsc::unbounded_channel());
        let mut tasks = JoinSet::new();
        while let Some(opened) = tokio::time::timeout(PATIENCE, opening.join_next()).await? {
            tasks.spawn(read(opened??, readers as u64, Arc::clone(&seen), teller.clone()));
        }
        let mut idle = Vec::with_capacity(stalled);
        for _ in 0..stalled {
            idle.push(open(port, &request).await?);
        }
        Ok(Self { readers, all_had, _tasks: tasks, _stalled: idle })
    }

    pub(crate) fn len(&self) -> usize {
        self.readers
    }

    /// When all of them had the event after those that were waited for before.
    pub(crate) async fn all_had_one_more(&mut self) -> Result<Instant, Fault> {
        let next = tokio::time::timeout(PATIENCE, self.all_had.recv()).await;
        let next = next.map_err(|_| "some readers did not get an event")?;
        next.ok_or_else(|| "the readers are gone".into())
    }
}

/// A stream of which the head and the first bytes have come.
async fn open(port: u16, request: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut begun = Vec::new();
    while !begun.windows(11).any(|window| window == b": connected") {
        if stream.read_buf(&mut begun).await? == 0 {
            let said = String::from_utf8_lossy(&begun).into_owned();
            return Err(std::io::Error::other(format!("no event stream: {said}")));
        }
    }
    Ok(stream)
}

/// Counts events. As each reader gets them in order, all had the n-th once n times as many were counted as there are readers.
async fn read(
    mut stream: TcpStream,
    readers: u64,
    seen: Arc<AtomicU64>,
    teller: mpsc::UnboundedSender<Instant>,
) {
    let mut buffer = vec![0; 4 << 10];
    // What of the mark was at the end of the last read.
    let mut matched = 0;
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        for byte in &buffer[..length] {
            matched = match () {
                () if *byte == DATA[matched] => matched + 1,
                () if *byte == DATA[0] => 1,
                () => 0,
            };
            if matched == DATA.len() {
                matched = 0;
                if (seen.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(readers)
                    && teller.send(Instant::now()).is_err()
                {
                    return;
                }
            }
        }
    }
}
