//! Connections that go on in another protocol after an answer of 101 (RFC 9110, section 7.8): the handler leaves what is to be
//! done with them here, and the connection's own task does it, so that it is counted, bounded and drained like any other.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection, by TLS or without.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Io for S {}

/// A connection that was taken out of the HTTP library.
pub(crate) type Socket = Pin<Box<dyn Io>>;

/// What is done with it; the bytes were read already.
type Session = Box<dyn FnOnce(Socket, Bytes) -> BoxFuture<'static, ()> + Send>;

/// The way for a handler to take its connection over; there is one for each HTTP/1.1 connection.
#[derive(Clone, Default)]
pub(crate) struct Upgrade(Arc<Mutex<Option<Session>>>);

impl std::fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

impl Upgrade {
    /// Leaves what is to be done once the answer of 101 is out.
    pub(crate) fn to<F>(&self, session: impl FnOnce(Socket, Bytes) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        *self.0.lock() = Some(Box::new(|socket, read| Box::pin(session(socket, read))));
    }

    /// What was left, once the HTTP library is done with the connection.
    pub(super) fn take(&self) -> Option<Session> {
        self.0.lock().take()
    }
}
