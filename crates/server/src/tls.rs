//! TLS on the API port: certificates that are read again when their files change, and callers who show one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::settings::{ClientCertificates, TlsSettings};

/// TLS cannot be had as the settings ask for it. Nothing was started, or the certificates before stay in force.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or is not what it should be.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The parts do not fit together.
    #[error("{0}")]
    Parts(String),
}

/// Accepts TLS connections with the certificates of the moment.
#[derive(Clone)]
pub struct Tls {
    files: Arc<Files>,
    /// Connections without TLS are served, too.
    pub also_plaintext: bool,
    config: Arc<ArcSwap<ServerConfig>>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
    clients: ClientCertificates,
}

/// The certificate that a caller showed, verified against the authorities of the settings: in the extensions of every request.
#[derive(Debug, Clone)]
pub struct PeerCertificate(pub Arc<[u8]>);

/// Files are looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

impl Tls {
    /// Reads everything; `None`: the settings ask for no TLS.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn of(settings: &TlsSettings) -> Result<Option<Self>, TlsError> {
        let (Some(certificate), Some(key)) = (settings.cert.clone(), settings.key.clone()) else {
            return Ok(None);
        };
        let client_ca = settings.client_ca.clone();
        let files = Files { certificate, key, client_ca, clients: settings.clients };
        let config = Arc::new(ArcSwap::from_pointee(files.config()?));
        let also_plaintext = settings.also_plaintext;
        Ok(Some(Self { files: Arc::new(files), also_plaintext, config }))
    }

    /// The handshake with one connection, which has to end within this time.
    ///
    /// # Errors
    /// When the other side does not keep to it, or takes too long.
    pub async fn accept(
        &self,
        stream: TcpStream,
        within: Duration,
    ) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(self.config.load_full());
        tokio::time::timeout(within, acceptor.accept(stream)).await?
    }

    /// Reads the files again whenever they change, until the server stops. Connections keep the certificate that they
    /// began with; broken files leave the old ones in force.
    pub async fn renew(self, stop: CancellationToken) {
        let mut seen = self.files.times();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let now = self.files.times();
            if now == seen {
                continue;
            }
            match self.files.config() {
                Ok(config) => {
                    self.config.store(Arc::new(config));
                    tracing::info!("certificates were read again");
                    seen = now;
                }
                // Certificate and key may be replaced one after the other: look again, and tell if it stays so.
                Err(error) => tracing::warn!(%error, "the certificates before stay in force"),
            }
        }
    }
}

/// What the other side of a connection proved about itself.
#[must_use]
pub fn shown_by(stream: &TlsStream<TcpStream>) -> Option<PeerCertificate> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    Some(PeerCertificate(Arc::from(certificate.as_ref())))
}

impl Files {
    fn config(&self) -> Result<ServerConfig, TlsError> {
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| self::file(&self.key, &error.to_string()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let parts = |error: &dyn std::fmt::Display| TlsError::Parts(format!("tls: {error}"));
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            // Nothing below 1.2 exists in this library.
            .with_safe_default_protocol_versions()
            .map_err(|error| parts(&error))?;
        let builder = match (&self.client_ca, self.clients) {
            (None, _) | (_, ClientCertificates::Off) => builder.with_no_client_auth(),
            (Some(path), clients) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(path)? {
                    roots.add(authority).map_err(|error| self::file(path, &error.to_string()))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = match clients {
                    ClientCertificates::Required => verifier,
                    _ => verifier.allow_unauthenticated(),
                };
                let verifier = verifier.build().map_err(|error| parts(&error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| parts(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn times(&self) -> Vec<Option<SystemTime>> {
        let paths = [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()];
        let time = |path: &PathBuf| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        paths.into_iter().flatten().map(time).collect()
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    let found = read().map_err(|error| file(path, &error.to_string()))?;
    if found.is_empty() {
        return Err(file(path, "there is no certificate in it (PEM is expected)"));
    }
    Ok(found)
}

fn file(path: &Path, why: &str) -> TlsError {
    TlsError::File { path: path.to_owned(), why: why.to_owned() }
}
