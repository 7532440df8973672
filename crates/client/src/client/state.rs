//! Whether there is a connection: counted where connections are made and where they end.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Whether there is a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// None, and none is being made: before the first call, and after a loss.
    Disconnected,
    /// The first is being made.
    Connecting,
    /// There is at least one.
    Connected,
    /// The client was closed.
    Closed,
}

impl fmt::Display for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Closed => "closed",
        })
    }
}

/// Told when the state changes; has to return soon.
pub type OnState = Arc<dyn Fn(ConnectionState) + Send + Sync>;

/// The connections that are open.
pub(crate) struct Links {
    counts: Mutex<Counts>,
    /// Connections made so far.
    made: AtomicU64,
    state: watch::Sender<ConnectionState>,
    told: Option<OnState>,
}

#[derive(Debug, Default)]
struct Counts {
    open: usize,
    connecting: usize,
    closed: bool,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl Links {
    pub(crate) fn new(told: Option<OnState>) -> Self {
        let state = watch::Sender::new(ConnectionState::Disconnected);
        Self { counts: Mutex::default(), made: AtomicU64::new(0), state, told }
    }

    pub(crate) fn state(&self) -> ConnectionState {
        *self.state.borrow()
    }

    pub(crate) fn states(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    /// How many connections were made: another number, perhaps another server.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    pub(crate) fn close(&self) {
        self.count(|counts| counts.closed = true);
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.lock();
        change(&mut counts);
        let state = match *counts {
            Counts { closed: true, .. } => ConnectionState::Closed,
            Counts { open: 1.., .. } => ConnectionState::Connected,
            Counts { connecting: 1.., .. } => ConnectionState::Connecting,
            _ => ConnectionState::Disconnected,
        };
        // Under the lock, so that changes are told in their order.
        let changed = self.state.send_if_modified(|now| std::mem::replace(now, state) != state);
        if let Some(told) = self.told.as_ref().filter(|_| changed) {
            told(state);
        }
    }

    /// Connects to the host and port of an address.
    pub(crate) async fn connect(self: Arc<Self>, uri: Uri) -> io::Result<TokioIo<Link>> {
        let attempt = Attempt::new(&self);
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port =
            uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        self.made.fetch_add(1, Ordering::Relaxed);
        attempt.succeeded();
        Ok(TokioIo::new(Link { stream, links: self }))
    }
}

/// Counts as connecting until it is dropped, however it ends.
struct Attempt<'a>(&'a Links);

impl<'a> Attempt<'a> {
    fn new(links: &'a Links) -> Self {
        links.count(|counts| counts.connecting += 1);
        Self(links)
    }
}

impl Attempt<'_> {
    /// In one step: between the two there is no time without either.
    fn succeeded(self) {
        self.0.count(|counts| {
            counts.connecting -= 1;
            counts.open += 1;
        });
        std::mem::forget(self);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.0.count(|counts| counts.connecting -= 1);
    }
}

/// A connection that counts while it is open.
#[derive(Debug)]
pub(crate) struct Link {
    stream: TcpStream,
    links: Arc<Links>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.links.count(|counts| counts.open -= 1);
    }
}

impl AsyncRead for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> (Arc<Links>, Arc<Mutex<Vec<String>>>) {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&seen);
        let told: OnState = Arc::new(move |state| told.lock().push(state.to_string()));
        (Arc::new(Links::new(Some(told))), seen)
    }

    #[tokio::test]
    async fn the_state_follows_what_happens_to_connections() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let (links, seen) = links();
        assert_eq!(links.state(), ConnectionState::Disconnected);
        let uri: Uri = format!("http://127.0.0.1:{port}").parse().expect("an address");
        let first = Arc::clone(&links).connect(uri.clone()).await.expect("it connects");
        let second = Arc::clone(&links).connect(uri.clone()).await.expect("it connects");
        drop(first);
        assert_eq!(links.state(), ConnectionState::Connected, "one is left");
        drop(second);
        drop(listener);
        assert!(Arc::clone(&links).connect(uri).await.is_err());
        links.close();
        assert_eq!(
            *seen.lock(),
            ["connecting", "connected", "disconnected", "connecting", "disconnected", "closed"]
        );
    }
}
