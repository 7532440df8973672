//! TLS: callers known by their certificates, the command line and a gateway as clients.

use std::path::Path;
use std::sync::Arc;

use holdfast_client::{Client, Config, Kind};
use holdfast_tests::gateway::Gateway;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, cli, http};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::wired::until;

/// An authority with a certificate for the server and one for a caller, in PEM and DER.
struct Certificates {
    authority: CertificateDer<'static>,
    caller: (CertificateDer<'static>, PrivateKeyDer<'static>),
}

fn certificates(dir: &std::path::Path) -> Certificates {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("an authority");
    let issuer = Issuer::from_params(&params, &key);
    let server_key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["localhost".into()]).expect("a name");
    let server = server.signed_by(&server_key, &issuer).expect("signed");
    let caller_key = KeyPair::generate().expect("a key");
    let mut caller = CertificateParams::new(Vec::new()).expect("no names");
    let name = "spiffe://example.org/ann".try_into().expect("a URI");
    caller.subject_alt_names = vec![SanType::URI(name)];
    let caller = caller.signed_by(&caller_key, &issuer).expect("signed");
    let write = |name: &str, text: String| std::fs::write(dir.join(name), text).expect("written");
    write("ca.pem", authority.pem());
    write("server.pem", server.pem());
    write("server.key", server_key.serialize_pem());
    write("caller.pem", caller.pem());
    write("caller.key", caller_key.serialize_pem());
    let caller_key = PrivateKeyDer::try_from(caller_key.serialize_der()).expect("a key");
    Certificates { authority: authority.der().clone(), caller: (caller.der().clone(), caller_key) }
}

/// GET over TLS: the status line, or why there is no connection.
async fn get_by_tls(
    port: u16,
    of: &Certificates,
    shows: bool,
    path: &str,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(of.authority.clone()).expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let config = if shows {
        let (certificate, key) = (of.caller.0.clone(), of.caller.1.clone_key());
        builder.with_client_auth_cert(vec![certificate], key).expect("a certificate")
    } else {
        builder.with_no_client_auth()
    };
    let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|e| e.to_string())?;
    let name = ServerName::try_from("localhost").expect("a name");
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, stream).await.map_err(|e| e.to_string())?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|e| e.to_string())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

/// Lets in, over TLS, who shows the certificate in `caller.pem`.
async fn server_for_ann(dir: &Path) -> Server {
    let file = |name: &str| dir.join(name).display().to_string();
    let settings = format!(
        "[tls]\ncert = '{}'\nkey = '{}'\nclient_ca = '{}'\nclients = 'optional'\n[policy]\npath = '{}'",
        file("server.pem"),
        file("server.key"),
        file("ca.pem"),
        file("authz.rego"),
    );
    let rule =
        "package config.authz\nallow if input.identity.user_id == \"spiffe://example.org/ann\"";
    std::fs::write(file("authz.rego"), rule).expect("written");
    Launch::default().closed().settings(&settings).start().await
}

#[tokio::test]
async fn the_command_line_speaks_tls() {
    let home = tempfile::tempdir().expect("a directory");
    certificates(home.path());
    let server = server_for_ann(home.path()).await;
    let file = |name: &str| home.path().join(name).display().to_string();
    let (ca, cert, key) = (file("ca.pem"), file("caller.pem"), file("caller.key"));
    let endpoint = format!("https://localhost:{}", server.port());
    let run = |arguments: &[&str]| {
        let arguments = [&["--endpoint", &endpoint], arguments].concat();
        cli::run(&server, &arguments)
    };
    let as_ann = ["--ca-file", &ca, "--cert-file", &cert, "--key-file", &key];
    run(&[&as_ann[..], &["set", "-n", "a", "k", "1"]].concat()).ok();
    assert_eq!(run(&[&as_ann[..], &["get", "-n", "a", "k"]].concat()).ok().trim(), "1");
    // Nobody: the server is known, the caller is not.
    let nobody = run(&["--ca-file", &ca, "get", "-n", "a", "k"]);
    assert_eq!(nobody.code, 5, "{}", nobody.err);
    // A server that nobody vouches for is not spoken to.
    let unknown = run(&["get", "-n", "a", "k"]);
    assert_eq!(unknown.code, 6, "{}", unknown.err);
    assert!(unknown.err.contains("--ca-file"), "{}", unknown.err);
    let half = run(&["--cert-file", &cert, "get", "-n", "a", "k"]);
    assert_eq!(half.code, 2, "{}", half.err);
}

#[tokio::test]
async fn the_client_library_speaks_tls() {
    let home = tempfile::tempdir().expect("a directory");
    certificates(home.path());
    let server = server_for_ann(home.path()).await;
    let file = |name: &str| home.path().join(name);
    let endpoint = format!("https://localhost:{}", server.port());
    let builder = || Client::builder(&endpoint).retries(0);
    let ann = builder().ca_file(file("ca.pem")).certificate(file("caller.pem"), file("caller.key"));
    let config = Config::over(ann.build().expect("a client")).open().expect("a config");
    let namespace = config.namespace("a");
    namespace.ready().await.expect("it follows");
    namespace.set("k", &1).await.expect("written");
    assert_eq!(namespace.get("k").await.expect("a value").bytes(), b"1");
    // Nobody: the server is known, the caller is not.
    let nobody = builder().ca_file(file("ca.pem")).build().expect("a client");
    assert_eq!(nobody.get("a", "k").await.expect_err("unknown").kind(), Kind::Unauthenticated);
    // A server that nobody vouches for is not spoken to.
    let error = builder().build().expect("a client").get("a", "k").await.expect_err("unknown");
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.message().contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn a_gateway_asks_its_server_by_tls() {
    let home = tempfile::tempdir().expect("a directory");
    certificates(home.path());
    let server = server_for_ann(home.path()).await;
    let file = |name: &str| home.path().join(name).display().to_string();
    let proofs = [
        ("HOLDFAST_CA_FILE", file("ca.pem")),
        ("HOLDFAST_CERT_FILE", file("caller.pem")),
        ("HOLDFAST_KEY_FILE", file("caller.key")),
    ];
    let upstream = format!("https://localhost:{}", server.port());
    let gateway = Gateway::start_with(&upstream, "", &proofs).await;
    let key = "/v1/namespaces/a/keys/k";
    let written = http::post(gateway.port, key, "text/plain", br#"{"value":"MQ=="}"#).await;
    assert_eq!(written.expect("an answer").status, 200);
    let read = http::get(gateway.port, key).await.expect("an answer");
    assert_eq!((read.status, read.json()["entry"]["value"].as_str()), (200, Some("MQ==")));
}

#[tokio::test]
async fn callers_are_known_by_their_certificates() {
    let home = tempfile::tempdir().expect("a directory");
    let of = certificates(home.path());
    let server = server_for_ann(home.path()).await;
    let path = "/v1/namespaces";
    let known = get_by_tls(server.port(), &of, true, path).await;
    assert_eq!(known.as_deref(), Ok("HTTP/1.1 200 OK"));
    let unknown = get_by_tls(server.port(), &of, false, path).await;
    assert_eq!(unknown.as_deref(), Ok("HTTP/1.1 401 Unauthorized"));
    let plain = TcpStream::connect(("127.0.0.1", server.port())).await;
    let mut plain = plain.expect("a connection");
    plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    // Whatever comes is no HTTP: an alert, or nothing.
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    // Certificates of others replace those that are there, without a restart.
    let renewed = certificates(home.path());
    until(async || get_by_tls(server.port(), &renewed, false, path).await.is_ok()).await;
}

#[tokio::test]
async fn a_server_that_others_can_reach_wants_tls() {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = holdfast_tests::binary::command();
    command.current_dir(home.path()).args(["serve", "--listen", "0.0.0.0:0"]);
    let ended = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("tls.allow_plaintext"), "{said}");
}
