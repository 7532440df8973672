//! The calls themselves, over the network.
//!
//! - [`Client`]: **start here**; [`builder`]: its settings
//! - `call`: one call with its attempts: credentials, deadline, retries; [`breaker`], `budget`, `backoff`: when to try again, and when not
//! - `pool`: connections; [`state`]: whether there is one; [`credential`]: who calls
//! - [`reads`], [`writes`], [`aliases`]: what can be asked; `speaks`: which API the server has; `convert`: wire to values and back
//! - [`remote`]: a server as a [`Source`](crate::Source); `follow`, `hints`: its changes, with and without a log; [`watch`]: the same by hand
//!
//! Invariants: a call that may be applied twice is never sent twice; nothing is sent behind a closed client.

pub mod aliases;
pub(crate) mod backoff;
pub mod breaker;
pub(crate) mod budget;
pub mod builder;
mod call;
mod convert;
pub mod credential;
mod follow;
mod hints;
mod pool;
pub mod reads;
pub mod remote;
mod speaks;
pub mod state;
pub mod watch;
pub mod writes;

use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

pub use breaker::{BreakerSettings, BreakerState};
pub use builder::ClientBuilder;
pub use call::Repeat;
pub use credential::Credential;
pub use state::ConnectionState;

use breaker::Breaker;
use budget::Budget;
use builder::Settings;
use pool::Pool;
use speaks::Speaks;
use state::Links;

/// A client of one server, or of several nodes of one. Cheap to clone: all clones share the connections.
///
/// Connections are made when they are needed, and again when they broke.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    pool: Pool,
    links: Arc<Links>,
    breaker: Option<Mutex<Breaker>>,
    budget: Mutex<Budget>,
    speaks: Speaks,
    closed: CancellationToken,
    /// What entries of this server say where they came from.
    origin: Arc<str>,
}

impl Client {
    /// A client of the server at this address: `http://`, `https://`, or without either, which is `http://`.
    pub fn builder(endpoint: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(endpoint.into())
    }

    /// A client as the environment says, by the names that the command line reads too: `HOLDFAST_ENDPOINT` (`http://127.0.0.1:8080`
    /// unless it says otherwise), `HOLDFAST_TOKEN_FILE` or `HOLDFAST_TOKEN`, `HOLDFAST_CA_FILE`, `HOLDFAST_CERT_FILE`
    /// and `HOLDFAST_KEY_FILE`.
    ///
    /// # Errors
    /// [`Kind::Settings`](crate::Kind::Settings) for a token that no header can hold.
    pub fn from_env() -> Result<ClientBuilder, crate::Error> {
        builder::from_env(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// Whether there is a connection.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        self.inner.links.state()
    }

    /// Every change of that.
    #[must_use]
    pub fn states(&self) -> tokio::sync::watch::Receiver<ConnectionState> {
        self.inner.links.states()
    }

    /// What the circuit breaker is; `None` without one.
    #[must_use]
    pub fn breaker(&self) -> Option<BreakerState> {
        self.inner.breaker.as_ref().map(|breaker| breaker.lock().state(std::time::Instant::now()))
    }

    /// Ends the client: calls under way and all others fail with [`Kind::Closed`](crate::Kind::Closed). Twice is fine.
    pub fn close(&self) {
        self.inner.closed.cancel();
        self.inner.pool.close();
        self.inner.links.close();
    }
}
