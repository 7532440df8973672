//! The settings of a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use holdfast_dial::{DialError, Proofs};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::transport::{ClientTlsConfig, Endpoint};

use super::breaker::{Breaker, BreakerSettings};
use super::budget::Budget;
use super::credential::{Credential, Token, TokenFile};
use super::pool::Pool;
use super::speaks::Speaks;
use super::state::{ConnectionState, Links, OnState};
use super::{Client, Inner};
use crate::{Error, Kind};

/// Sees every attempt before it is sent, by the name of its call (`Get`, `Commit`, ...); may add metadata, or refuse.
pub type Interceptor = Arc<dyn Fn(&str, &mut MetadataMap) -> Result<(), Error> + Send + Sync>;

/// Chooses settings; [`build`](Self::build) makes the [`Client`].
pub struct ClientBuilder {
    endpoints: Vec<String>,
    proofs: Proofs,
    tls: Option<ClientTlsConfig>,
    connections: usize,
    connect_timeout: Duration,
    keepalive: (Duration, Duration),
    breaker: Option<BreakerSettings>,
    retry_percent: u32,
    on_state: Option<OnState>,
    settings: Settings,
}

pub(super) struct Settings {
    pub(super) credential: Option<Arc<dyn Credential>>,
    pub(super) interceptors: Vec<Interceptor>,
    pub(super) attempt_timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) retries: u32,
    pub(super) first_wait: Duration,
    pub(super) longest_wait: Duration,
    pub(super) watch_buffer: usize,
    pub(super) max_answer_bytes: usize,
    pub(super) identity: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("identity", &self.identity)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("deadline", &self.deadline)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoints", &self.endpoints)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// By what `variable` says of names of the environment.
pub(super) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<ClientBuilder, Error> {
    let endpoint = variable("HOLDFAST_ENDPOINT").unwrap_or_else(|| "http://127.0.0.1:8080".into());
    let mut builder = ClientBuilder::new(endpoint);
    // A certificate without its key is refused when the client is built.
    builder.proofs = Proofs {
        ca: variable("HOLDFAST_CA_FILE").map(PathBuf::from),
        cert: variable("HOLDFAST_CERT_FILE").map(PathBuf::from),
        key: variable("HOLDFAST_KEY_FILE").map(PathBuf::from),
    };
    match (variable("HOLDFAST_TOKEN_FILE"), variable("HOLDFAST_TOKEN")) {
        (Some(path), _) => Ok(builder.credential(TokenFile::new(path))),
        (None, Some(token)) => builder.token(&token),
        (None, None) => Ok(builder),
    }
}

impl ClientBuilder {
    pub(super) fn new(endpoint: String) -> Self {
        Self {
            endpoints: vec![endpoint],
            proofs: Proofs::default(),
            tls: None,
            connections: 2,
            connect_timeout: Duration::from_secs(5),
            keepalive: (Duration::from_secs(30), Duration::from_secs(10)),
            breaker: None,
            retry_percent: 20,
            on_state: None,
            settings: Settings {
                credential: None,
                interceptors: Vec::new(),
                attempt_timeout: Duration::from_secs(5),
                deadline: Duration::from_secs(15),
                retries: 3,
                first_wait: Duration::from_millis(100),
                longest_wait: Duration::from_secs(5),
                watch_buffer: 100,
                max_answer_bytes: 256 << 20,
                identity: String::new(),
            },
        }
    }

    /// Another node of the same cluster: calls go to all of them in turn, and to the others while one is away.
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoints.push(endpoint.into());
        self
    }

    /// Connections to each endpoint; 2 unless said otherwise.
    #[must_use]
    pub fn connections(mut self, each: usize) -> Self {
        self.connections = each.max(1);
        self
    }

    /// Who vouches for a server at `https://`: certificates in a file of PEM. Without it, whom this machine trusts.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.proofs.ca = Some(path.into());
        self
    }

    /// The certificate to show to a server that asks for one, and its private key, in files of PEM.
    #[must_use]
    pub fn certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.proofs.cert = Some(certificate.into());
        self.proofs.key = Some(key.into());
        self
    }

    /// TLS settings of one's own, in place of the files.
    #[must_use]
    pub fn tls(mut self, config: ClientTlsConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// A token to show.
    ///
    /// # Errors
    /// [`Kind::Settings`] for a text that no header can hold.
    pub fn token(self, token: &str) -> Result<Self, Error> {
        Ok(self.credential(Token::new(token)?))
    }

    /// What to show, such as a [`TokenFile`] or a token that is
    /// [refreshed](super::credential::Refreshing).
    #[must_use]
    pub fn credential(mut self, credential: impl Credential) -> Self {
        self.settings.credential = Some(Arc::new(credential));
        self
    }

    /// Sees every attempt before it is sent. In the order in which they were added, after the credential.
    #[must_use]
    pub fn interceptor(
        mut self,
        sees: impl Fn(&str, &mut MetadataMap) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        self.settings.interceptors.push(Arc::new(sees));
        self
    }

    /// How long to wait for a connection; 5 s unless said otherwise.
    #[must_use]
    pub fn connect_timeout(mut self, span: Duration) -> Self {
        self.connect_timeout = span;
        self
    }

    /// How long one attempt may take; 5 s unless said otherwise.
    #[must_use]
    pub fn attempt_timeout(mut self, span: Duration) -> Self {
        self.settings.attempt_timeout = span;
        self
    }

    /// How long a call may take with all its attempts; 15 s unless said otherwise. The server is told what is left.
    #[must_use]
    pub fn deadline(mut self, span: Duration) -> Self {
        self.settings.deadline = span;
        self
    }

    /// How often a call that failed is tried again, if it is safe to repeat; 3 unless said otherwise.
    #[must_use]
    pub fn retries(mut self, count: u32) -> Self {
        self.settings.retries = count;
        self
    }

    /// How long to wait before that: at first, and at most. Doubles, with jitter; 100 ms and 5 s unless said otherwise.
    #[must_use]
    pub fn retry_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.first_wait = first;
        self.settings.longest_wait = longest.max(first);
        self
    }

    /// Retries for every hundred calls, beside the first ten; 20 unless said otherwise.
    #[must_use]
    pub fn retry_budget(mut self, percent: u32) -> Self {
        self.retry_percent = percent;
        self
    }

    /// Stops asking a server that does not answer; there is no breaker unless said so.
    #[must_use]
    pub fn breaker(mut self, settings: BreakerSettings) -> Self {
        self.breaker = Some(settings);
        self
    }

    /// How often a connection with calls under way is pinged, and how long the answer may take; 30 s and 10 s unless said otherwise.
    /// An idle connection is left alone.
    #[must_use]
    pub fn keepalive(mut self, every: Duration, timeout: Duration) -> Self {
        self.keepalive = (every, timeout);
        self
    }

    /// News of a [`Watch`](super::watch::Watch) that may wait for their reader; 100 unless said otherwise.
    #[must_use]
    pub fn watch_buffer(mut self, count: usize) -> Self {
        self.settings.watch_buffer = count.max(1);
        self
    }

    /// The largest answer that is taken, in bytes; 256 MiB unless said otherwise.
    #[must_use]
    pub fn max_answer_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_answer_bytes = bytes;
        self
    }

    /// Is told when connections come and go. Has to return soon.
    #[must_use]
    pub fn on_state(mut self, told: impl Fn(ConnectionState) + Send + Sync + 'static) -> Self {
        self.on_state = Some(Arc::new(told));
        self
    }

    /// Makes it. Nothing is sent before the first call.
    ///
    /// # Errors
    /// [`Kind::Settings`] for an address or certificates that make no sense, or outside of a tokio runtime;
    /// [`Kind::File`] for a file that cannot be read.
    pub fn build(mut self) -> Result<Client, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let sentence = "a client has to be built inside a tokio runtime";
            return Err(Error::new(Kind::Settings, sentence));
        }
        let endpoints: Vec<Endpoint> =
            self.endpoints.iter().map(|address| self.dial(address)).collect::<Result<_, _>>()?;
        self.settings.identity = self.endpoints.join(",");
        let links = Arc::new(Links::new(self.on_state));
        let inner = Inner {
            pool: Pool::new(&endpoints, self.connections, &links),
            links,
            breaker: self.breaker.map(|settings| Mutex::new(Breaker::new(settings))),
            budget: Mutex::new(Budget::new(self.retry_percent)),
            speaks: Speaks::default(),
            closed: CancellationToken::new(),
            origin: Arc::from("server"),
            settings: self.settings,
        };
        Ok(Client { inner: Arc::new(inner) })
    }

    fn dial(&self, address: &str) -> Result<Endpoint, Error> {
        let refused = |error: DialError| {
            let kind = match error {
                DialError::File { .. } => Kind::File,
                _ => Kind::Settings,
            };
            Error::new(kind, format!("{address}: {error}"))
        };
        let endpoint = holdfast_dial::endpoint(address, &self.proofs).map_err(refused)?;
        let endpoint = match &self.tls {
            Some(tls) => endpoint.tls_config(tls.clone()).map_err(|error| {
                let why = holdfast_dial::innermost(&error);
                Error::new(Kind::Settings, format!("{address}: {why}"))
            })?,
            None => endpoint,
        };
        let (every, timeout) = self.keepalive;
        Ok(endpoint
            .connect_timeout(self.connect_timeout)
            .http2_keep_alive_interval(every)
            .keep_alive_timeout(timeout)
            .keep_alive_while_idle(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_environment_says_where_and_who() {
        let of = |pairs: &'static [(&str, &str)]| {
            from_env(move |name| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let usual = of(&[]).expect("a builder");
        assert_eq!(usual.endpoints, ["http://127.0.0.1:8080"]);
        assert!(usual.settings.credential.is_none());
        let told = of(&[("HOLDFAST_ENDPOINT", "holdfast:1"), ("HOLDFAST_TOKEN", "hf_x")]);
        let told = told.expect("a builder");
        assert_eq!(told.endpoints, ["holdfast:1"]);
        assert!(told.settings.credential.is_some());
        assert!(of(&[("HOLDFAST_TOKEN", "two\nlines")]).is_err());
        let missing = of(&[("HOLDFAST_ENDPOINT", "https://x"), ("HOLDFAST_CA_FILE", "/none")]);
        let error = missing.expect("a builder").build().expect_err("there is no such file");
        assert_eq!(error.kind(), Kind::File);
        for half in ["HOLDFAST_CERT_FILE", "HOLDFAST_KEY_FILE"] {
            let variable = |name: &str| match name {
                "HOLDFAST_ENDPOINT" => Some("https://x".to_owned()),
                name => (name == half).then(|| "/none".to_owned()),
            };
            let half = from_env(variable).expect("a builder").build();
            assert_eq!(half.expect_err("one without the other").kind(), Kind::Settings);
        }
    }
}
