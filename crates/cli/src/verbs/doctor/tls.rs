//! The certificate of the server, and whether the two sides agree on HTTP/2.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::finding::{Finding, State};
use crate::args::Proofs;
use crate::failure::Failure;

/// A certificate that ends sooner is a warning.
const SOON_DAYS: i64 = 14;
const SECONDS_A_DAY: i64 = 86_400;

/// Shakes hands as every connection does, and looks at what the server showed.
pub(super) async fn examine(
    stream: TcpStream,
    host: &str,
    proofs: &Proofs,
    patience: Duration,
) -> Result<Vec<Finding>, Failure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        Failure::Usage(format!("{host:?} is no name that a certificate can be for"))
    })?;
    let connector = TlsConnector::from(Arc::new(config(proofs)?));
    let shaken = timeout(patience, connector.connect(name, stream)).await;
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let why = error.to_string();
            return Ok(vec![Finding::barred("tls", why.clone(), advice(&why))]);
        }
        Err(_) => {
            let said = "the server does not answer the handshake";
            return Ok(vec![Finding::barred(
                "tls",
                said,
                "does it speak TLS? Try http:// instead",
            )]);
        }
    };
    let session = stream.get_ref().1;
    let leaf = session.peer_certificates().and_then(<[_]>::first);
    let mut findings = vec![leaf.map_or_else(
        || Finding::new("tls", State::Unknown, "the server showed no certificate"),
        |leaf| certificate(leaf, now()),
    )];
    if session.alpn_protocol() != Some(b"h2") {
        let said = "the server does not agree to HTTP/2";
        let advice = "a proxy in between has to let h2 through (ALPN)";
        findings.push(Finding::barred("http/2", said, advice));
    }
    Ok(findings)
}

fn config(proofs: &Proofs) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    match &proofs.ca_file {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|why| unusable(path, &why))?;
            }
        }
        None => {
            // Those that cannot be read vouch for nobody; the handshake says whom that leaves.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Failure::Refused(why.to_string()))?
        .with_root_certificates(roots);
    let mut config = match (&proofs.cert_file, &proofs.key_file) {
        (Some(certificate), Some(key)) => {
            let shown = PrivateKeyDer::from_pem_file(key).map_err(|why| unusable(key, &why))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, shown)
                .map_err(|why| unusable(certificate, &why))?
        }
        _ => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.map_err(|why| unusable(path, &why))
}

fn unusable(path: &Path, why: &dyn std::error::Error) -> Failure {
    Failure::Usage(format!("{}: {why}", path.display()))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Whom it is for and how long; the handshake has checked the rest.
fn certificate(der: &CertificateDer<'_>, now: i64) -> Finding {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Finding::new("tls", State::Unknown, "the certificate cannot be read");
    };
    let names = certificate.subject_alternative_name().ok().flatten();
    let names: Vec<String> = names
        .iter()
        .flat_map(|names| &names.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect();
    let days = (certificate.validity().not_after.timestamp() - now) / SECONDS_A_DAY;
    let said = format!("trusted, for {}, {days} more days", names.join(", "));
    match days {
        ..SOON_DAYS => Finding::new("tls", State::Warn, said).advised("renew the certificate soon"),
        _ => Finding::ok("tls", said),
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(|four| std::net::Ipv4Addr::from(four).to_string());
    let sixteen = || <[u8; 16]>::try_from(bytes).map(|b| std::net::Ipv6Addr::from(b).to_string());
    four.or_else(|_| sixteen()).ok()
}

fn advice(why: &str) -> &'static str {
    // Of two authorities with the same name only one can have signed it.
    if why.contains("UnknownIssuer") || why.contains("BadSignature") {
        "name who vouches for the server with --ca-file"
    } else if why.contains("xpired") {
        "the certificate has ended: renew it on the server (or set this machine's clock)"
    } else if why.contains("NotValidForName") || why.contains("not valid for name") {
        "use a name of the certificate in --endpoint, or have one made for this name"
    } else if why.contains("not yet valid") || why.contains("NotValidYet") {
        "the certificate begins later: look at both clocks"
    } else {
        "does the server speak TLS on this port, and does it ask for a certificate of yours (--cert-file, --key-file)?"
    }
}
