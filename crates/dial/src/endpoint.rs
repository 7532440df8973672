//! An address, and by what both sides prove who they are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use http::Uri;
use thiserror::Error;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

/// Files of certificates for `https://`, in PEM.
#[derive(Debug, Clone, Default)]
pub struct Proofs {
    /// Who vouches for the server; `None`: whom this machine trusts.
    pub ca: Option<PathBuf>,
    /// The caller's own certificate, with those between it and its authority.
    pub cert: Option<PathBuf>,
    /// The private key of that.
    pub key: Option<PathBuf>,
}

/// There is no such way. Nothing was sent.
#[derive(Debug, Error)]
pub enum DialError {
    /// The address is none, or asks for what is not there.
    #[error("{0}")]
    Address(&'static str),
    /// Files that make no sense together.
    #[error("{0}")]
    Proofs(&'static str),
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Certificates or a key that cannot be used.
    #[error("the certificates cannot be used: {0}")]
    Tls(String),
}

/// Reads the address of a server: `http://`, `https://`, or without either, which is `http://`.
///
/// # Errors
/// [`DialError`].
pub fn endpoint(url: &str, proofs: &Proofs) -> Result<Endpoint, DialError> {
    let full = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let none = "expected the address of a server";
    let uri: Uri = full.parse().map_err(|_| DialError::Address(none))?;
    let secure = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(DialError::Address("only http:// and https:// are understood")),
    };
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(DialError::Address("expected an address without a path"));
    }
    let endpoint = Endpoint::from_shared(full).map_err(|_| DialError::Address(none))?;
    if secure {
        let tls = |error: tonic::transport::Error| DialError::Tls(innermost(&error));
        return endpoint.tls_config(config(proofs)?).map_err(tls);
    }
    if proofs.ca.is_some() || proofs.cert.is_some() || proofs.key.is_some() {
        return Err(DialError::Proofs("certificates are for https://"));
    }
    Ok(endpoint)
}

fn config(proofs: &Proofs) -> Result<ClientTlsConfig, DialError> {
    let config = match &proofs.ca {
        Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    match (&proofs.cert, &proofs.key) {
        (Some(cert), Some(key)) => Ok(config.identity(Identity::from_pem(read(cert)?, read(key)?))),
        (None, None) => Ok(config),
        _ => Err(DialError::Proofs("a certificate of the caller and its key belong together")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, DialError> {
    fs::read(path).map_err(|error| DialError::File { path: path.to_owned(), error })
}

/// What is behind an error: "transport error" says nothing.
#[must_use]
pub fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_address() {
        let good = ["http://127.0.0.1:8080", "localhost:9", "http://[::1]:80/", "http://holdfast"];
        for good in good {
            assert!(endpoint(good, &Proofs::default()).is_ok(), "{good}");
        }
        for bad in ["", "unix:///x", "a b", "http://x/y", "http://x?y", "http://", "https://x/y"] {
            let refused = endpoint(bad, &Proofs::default());
            assert!(matches!(refused, Err(DialError::Address(_))), "{bad}: {refused:?}");
        }
    }

    #[test]
    fn certificates_that_cannot_be_used_are_refused_before_anything_is_sent() {
        let home = tempfile::tempdir().expect("a directory");
        let nonsense = home.path().join("nonsense.pem");
        fs::write(&nonsense, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
            .expect("a file");
        let missing = Some(home.path().join("missing.pem"));
        let nonsense = Some(nonsense);
        let none = Proofs::default();
        for (url, proofs, says) in [
            ("http://x", Proofs { ca: nonsense.clone(), ..none.clone() }, "https://"),
            ("https://x", Proofs { cert: nonsense.clone(), ..none.clone() }, "belong together"),
            ("https://x", Proofs { ca: missing, ..none.clone() }, "missing.pem"),
            ("https://x", Proofs { ca: nonsense.clone(), ..none.clone() }, "cannot be used"),
            (
                "https://x",
                Proofs { cert: nonsense.clone(), key: nonsense, ..none },
                "cannot be used",
            ),
        ] {
            let refused = endpoint(url, &proofs).expect_err(says).to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }
}
