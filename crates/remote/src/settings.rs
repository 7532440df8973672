//! Where a document is, and how it is asked for.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::place;

/// One URL. Its `Debug` form shows neither header values nor the token.
#[derive(Clone)]
pub struct RemoteSettings {
    /// `https://...`; `http://...` on loopback, or with [`RemoteSettings::plaintext`].
    pub url: String,
    /// Authorities to trust instead of the system's: PEM.
    pub ca_file: Option<PathBuf>,
    /// What to show to a server that asks for a certificate.
    pub client: Option<ClientCertificate>,
    /// For one whole request: connection, answer, body.
    pub timeout: Duration,
    /// The largest body, in bytes.
    pub max_bytes: usize,
    /// Further request headers. They are secret.
    pub headers: Vec<(String, String)>,
    /// A bearer token, without the scheme. It is secret.
    pub bearer: Option<String>,
    /// Allows http beyond loopback.
    pub plaintext: bool,
    /// Follows redirects that are as safe as the URL.
    pub redirects: bool,
}

/// A certificate chain and its key: PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl RemoteSettings {
    /// Ten seconds, one MiB, the system's authorities.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ca_file: None,
            client: None,
            timeout: Duration::from_secs(10),
            max_bytes: 1 << 20,
            headers: Vec::new(),
            bearer: None,
            plaintext: false,
            redirects: true,
        }
    }

    /// True when a request carries something that only the server at the URL may see.
    pub(crate) fn secretive(&self) -> bool {
        self.bearer.is_some() || !self.headers.is_empty() || self.client.is_some()
    }
}

impl fmt::Debug for RemoteSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("RemoteSettings")
            .field("url", &place::shown(&self.url))
            .field("ca_file", &self.ca_file)
            .field("client", &self.client)
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .field("headers", &names)
            .field("bearer", &self.bearer.is_some())
            .field("plaintext", &self.plaintext)
            .field("redirects", &self.redirects)
            .finish()
    }
}
