//! A bad network: forwards bytes between clients and a server, as badly as it is told to.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing bad.
    None,
    /// Connections end, and new ones are closed at once.
    Drop,
    /// The same, with a reset in place of an orderly end.
    Reset,
    /// Everything comes this much later, both ways.
    Delay(Duration),
    /// Connections stay open, new ones are taken, and no byte moves: half of a connection is gone.
    Stall,
    /// What the server sends comes through this many bytes at a time, with a pause behind each.
    Trickle(usize),
}

/// What the network is now.
#[derive(Debug, Clone, Copy)]
struct Now {
    fault: Fault,
    server: u16,
    /// Connections of an earlier one are closed.
    generation: u64,
}

/// A network in front of one server; ends when it is dropped.
#[derive(Debug)]
pub struct Network {
    /// Where clients connect.
    pub port: u16,
    now: Arc<watch::Sender<Now>>,
    _tasks: JoinSet<()>,
}

impl Network {
    /// Without faults, in front of this port.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let now = Arc::new(watch::Sender::new(Now { fault: Fault::None, server, generation: 0 }));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&now)));
        Self { port, now, _tasks: tasks }
    }

    /// From now on it is this bad.
    pub fn suffer(&self, fault: Fault) {
        self.now.send_modify(|now| {
            now.fault = fault;
            if matches!(fault, Fault::Drop | Fault::Reset) {
                now.generation += 1;
            }
        });
    }

    /// From now on another server is behind it; connections to the one before end.
    pub fn lead_to(&self, server: u16) {
        self.now.send_modify(|now| {
            now.server = server;
            now.generation += 1;
        });
    }

    /// What clients are told.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn accept(listener: TcpListener, now: Arc<watch::Sender<Now>>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else { return };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(client, now.subscribe()));
    }
}

async fn connection(client: TcpStream, mut now: watch::Receiver<Now>) {
    let began = *now.borrow_and_update();
    match began.fault {
        Fault::Drop => return,
        Fault::Reset => return reset(client.as_fd()),
        // Whoever is half open has taken the connection and does nothing with it.
        Fault::Stall => {
            let moved = now.wait_for(|now| now.fault != Fault::Stall).await.is_ok();
            if !moved {
                return;
            }
        }
        _ => {}
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", began.server)).await else { return };
    // Small messages are not gathered.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    // Closed behind the halves of the connection: only the last one to close it can reset it.
    let last = client.as_fd().try_clone_to_owned();
    let fault = {
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pump(from_client, to_server, now.clone(), false) => Fault::Drop,
            () = pump(from_server, to_client, now.clone(), true) => Fault::Drop,
            fault = over(now.clone(), began.generation) => fault,
        }
    };
    if let (Fault::Reset, Ok(last)) = (fault, last) {
        reset(last.as_fd());
    }
}

/// When connections of this generation have to end.
async fn over(mut now: watch::Receiver<Now>, generation: u64) -> Fault {
    let ended = now.wait_for(|now| now.generation != generation).await;
    ended.map_or(Fault::Drop, |now| now.fault)
}

/// What is unread or unsent is thrown away, and the other side hears a reset.
fn reset(stream: impl AsFd) {
    // A connection that has ended by itself has nothing to throw away.
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut now: watch::Receiver<Now>,
    from_server: bool,
) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            let fault = now.borrow_and_update().fault;
            let step = match fault {
                Fault::Stall => {
                    if now.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                Fault::Delay(delay) => {
                    tokio::time::sleep(delay).await;
                    rest.len()
                }
                Fault::Trickle(bytes) if from_server => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    bytes.clamp(1, rest.len())
                }
                _ => rest.len(),
            };
            if to.write_all(&rest[..step]).await.is_err() {
                return;
            }
            rest = &rest[step..];
        }
    }
}
