//! Documents over TLS: whose certificate is trusted, and what is shown to whoever asks for one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast_remote::{ClientCertificate, Fetched, Remote, RemoteError, RemoteSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signs")
}

/// A listener that answers every request with a document, over TLS.
async fn serve(authority: &Authority, asks_for_certificate: bool) -> SocketAddr {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".into()]).expect("params");
    let leaf = params.signed_by(&key, authority).expect("signs");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let config = config.with_safe_default_protocol_versions().expect("versions");
    let config = if asks_for_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("a root");
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        config.with_client_cert_verifier(verifier.build().expect("a verifier"))
    } else {
        config.with_no_client_auth()
    };
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = config.with_single_cert(vec![leaf.der().clone()], secret).expect("a certificate");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(answer(listener, TlsAcceptor::from(Arc::new(config))));
    address
}

async fn answer(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else { continue };
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
        let _ = stream.write_all(answer).await;
        let _ = stream.shutdown().await;
    }
}

fn written(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("writes");
    path
}

fn settings(address: SocketAddr, ca_file: Option<PathBuf>) -> RemoteSettings {
    let mut settings = RemoteSettings::new(format!("https://localhost:{}/doc", address.port()));
    settings.timeout = Duration::from_secs(10);
    settings.ca_file = ca_file;
    settings
}

async fn fetched(settings: &RemoteSettings) -> Result<Fetched, RemoteError> {
    Remote::new(settings).expect("fine settings").fetch(None).await
}

#[tokio::test]
async fn only_the_authorities_of_the_settings_are_trusted() {
    let directory = tempfile::tempdir().expect("a directory");
    let (ours, another) = (authority(), authority());
    let address = serve(&ours, false).await;
    let right = written(directory.path(), "right.pem", &ours.pem());
    let wrong = written(directory.path(), "wrong.pem", &another.pem());
    assert!(matches!(fetched(&settings(address, Some(right))).await, Ok(Fetched::Document { .. })));
    for other in [Some(wrong), None] {
        let answer = fetched(&settings(address, other)).await;
        assert!(matches!(answer, Err(RemoteError::Broken(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_whoever_asks() {
    let directory = tempfile::tempdir().expect("a directory");
    let ours = authority();
    let address = serve(&ours, true).await;
    let ca = written(directory.path(), "ca.pem", &ours.pem());
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["holdfast".into()]).expect("params");
    let leaf = params.signed_by(&key, &ours).expect("signs");
    let mut settings = settings(address, Some(ca));
    assert!(fetched(&settings).await.is_err(), "nothing was shown");
    settings.client = Some(ClientCertificate {
        certificate: written(directory.path(), "client.pem", &leaf.pem()),
        key: written(directory.path(), "client.key", &key.serialize_pem()),
    });
    assert!(matches!(fetched(&settings).await, Ok(Fetched::Document { .. })));
}

#[test]
fn files_that_are_missing_or_empty_are_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = RemoteSettings::new("https://localhost/doc");
    settings.ca_file = Some(directory.path().join("none.pem"));
    assert!(matches!(Remote::new(&settings), Err(RemoteError::File { .. })));
    settings.ca_file = Some(written(directory.path(), "empty.pem", ""));
    assert!(matches!(Remote::new(&settings), Err(RemoteError::Settings { .. })));
    settings.ca_file = None;
    settings.headers.push(("x-key".into(), "a\nb".into()));
    assert!(matches!(Remote::new(&settings), Err(RemoteError::Settings { what: "a header", .. })));
}
