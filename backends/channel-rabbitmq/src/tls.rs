//! By what a server and a node prove to each other who they are. All of it is PEM; what the library reads besides is not used,
//! and so not a part of the program.

use std::path::Path;
use std::sync::Arc;

use holdfast_channel::{ChannelError, LinkSettings};
use lapin::tcp::RustlsConnector;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// What the files say, as they are now.
pub(crate) struct Proofs {
    /// Who vouches for the server; `None`: whom this machine trusts.
    authorities: Option<RootCertStore>,
    /// The node's own certificate, with those between it and its authority, and its key.
    shown: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

impl Proofs {
    pub(crate) fn read(settings: &LinkSettings) -> Result<Self, ChannelError> {
        let shown = match (&settings.cert_file, &settings.key_file) {
            (Some(cert), Some(key)) => {
                let opened = PrivateKeyDer::from_pem_file(key);
                Some((certificates(cert)?, opened.map_err(|why| unusable(key, &why))?))
            }
            _ => None,
        };
        let authorities = settings.ca_file.as_deref().map(authorities).transpose()?;
        Ok(Self { authorities, shown })
    }

    /// What shakes hands with them.
    pub(crate) fn connector(self) -> Result<RustlsConnector, ChannelError> {
        let unusable = |why: rustls::Error| {
            ChannelError::Settings(format!("the certificates cannot be used: {why}"))
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(self.authorities.unwrap_or_else(of_the_system));
        let config = match self.shown {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(unusable)?,
            None => builder.with_no_client_auth(),
        };
        Ok(RustlsConnector::from(config))
    }
}

/// Those of the file alone.
fn authorities(file: &Path) -> Result<RootCertStore, ChannelError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|why| unusable(file, &why))?;
    }
    Ok(roots)
}

/// Those that cannot be read vouch for nobody; the handshake says whom that leaves.
fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ChannelError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|why| unusable(file, &why))?;
    if read.is_empty() {
        return Err(ChannelError::Settings(format!("{}: no certificate in it", file.display())));
    }
    Ok(read)
}

fn unusable(file: &Path, why: &dyn std::error::Error) -> ChannelError {
    ChannelError::Settings(format!("{}: {why}", file.display()))
}
