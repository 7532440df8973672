//! Proxies in front of the server: where a caller is, as they tell it, and as others who tell it do not count.

use std::sync::Arc;
use std::time::Duration;

use holdfast_tests::gateway::Gateway;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, http};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const SOON: Duration = Duration::from_secs(30);
const PATH: &str = "/v1/namespaces/a/keys/none";

/// Where the caller of the request with this id was, by the request log.
async fn peer_of(server: &Server, id: &str) -> String {
    let found = async {
        loop {
            let log = server.log();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let of =
                |line: &Value| line["target"] == "holdfast::request" && line["request_id"] == id;
            if let Some(line) = lines.into_iter().find(of) {
                return line["peer"].as_str().expect("a peer").to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, found).await.expect("a line of the log")
}

fn head(id: &str, lines: &str) -> String {
    format!(
        "GET {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: {id}\r\n{lines}\r\n"
    )
}

/// The status line of what comes back; empty when the connection ends before.
async fn status(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> String {
    // The other side may be gone before all is written.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

async fn raw(server: &Server, bytes: &[u8]) -> String {
    let stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    tokio::time::timeout(SOON, status(stream, bytes)).await.expect("an end")
}

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";

#[tokio::test]
async fn a_trusted_proxy_says_who_calls_and_limits_and_records_follow_it() {
    let home = tempfile::tempdir().expect("a directory");
    let audit = home.path().join("audit");
    let settings = format!(
        "[log]\nrequests = 'all'\n[proxy]\ntrusted = ['127.0.0.1', '10.0.0.0/8']\n\
         header = 'x-forwarded-for'\n[rate]\nsign_ins = 1\nburst = 2\n[audit]\ndir = '{}'",
        audit.display()
    );
    let server = Launch::default().closed().settings(&settings).start().await;
    let from = |id: &str, client: &str| head(id, &format!("x-forwarded-for: {client}\r\n"));
    let unknown = "HTTP/1.1 401 Unauthorized";
    assert_eq!(raw(&server, from("one", "203.0.113.1").as_bytes()).await, unknown);
    assert_eq!(peer_of(&server, "one").await, "203.0.113.1");
    // What stands left of the first stranger was made up by that stranger.
    let spoofed = from("two", "198.51.100.9, 203.0.113.1, 10.1.2.3");
    assert_eq!(raw(&server, spoofed.as_bytes()).await, unknown);
    assert_eq!(peer_of(&server, "two").await, "203.0.113.1");
    // The bucket of that address is empty now, and that of another one is not.
    let mut last = String::new();
    for n in 0..3 {
        last = raw(&server, from(&format!("more-{n}"), "203.0.113.1").as_bytes()).await;
    }
    assert_eq!(last, "HTTP/1.1 429 Too Many Requests");
    assert_eq!(raw(&server, from("other", "203.0.113.2").as_bytes()).await, unknown);
    let records = std::fs::read_dir(&audit).expect("records").flatten();
    let records: String =
        records.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    assert!(records.contains("203.0.113.1"), "{records}");
    assert!(!records.contains("198.51.100.9"), "{records}");
    // The header that was not chosen says nothing.
    let forwarded = head("forwarded", "forwarded: for=203.0.113.77\r\n");
    raw(&server, forwarded.as_bytes()).await;
    assert_eq!(peer_of(&server, "forwarded").await, "127.0.0.1");
}

#[tokio::test]
async fn what_strangers_say_in_headers_has_no_effect() {
    let settings = "[log]\nrequests = 'all'\n[proxy]\ntrusted = '192.0.2.1'\nheader = 'forwarded'\n\
                    protocol = true";
    let server = Launch::default().settings(settings).start().await;
    let lines = "x-forwarded-for: 203.0.113.1\r\nforwarded: for=203.0.113.1\r\n";
    assert_eq!(raw(&server, head("one", lines).as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "one").await, "127.0.0.1");
    // A PROXY header of a stranger is no HTTP.
    let proxied = format!("PROXY TCP4 203.0.113.1 127.0.0.1 4711 80\r\n{}", head("two", ""));
    let answer = raw(&server, proxied.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let nothing = http::get(server.port(), "/livez").await.expect("answered");
    assert_eq!(nothing.status, 200, "it goes on");
    assert!(!server.log().contains("203.0.113.1"));
}

#[tokio::test]
async fn the_forwarded_header_is_read_where_it_is_chosen() {
    let settings =
        "[log]\nrequests = 'all'\n[proxy]\ntrusted = '127.0.0.0/8'\nheader = 'forwarded'";
    let server = Launch::default().settings(settings).start().await;
    let lines = "forwarded: for=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1\r\n";
    assert_eq!(raw(&server, head("one", lines).as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "one").await, "2001:db8::7");
    // gRPC calls come through the same door.
    let mut stub = server.config().await.stub();
    let mut request = tonic::Request::new(holdfast_api::config_v1::GetRequest {
        namespace: "a".into(),
        key: "none".into(),
        ..Default::default()
    });
    let metadata = request.metadata_mut();
    metadata.insert("forwarded", "for=203.0.113.5".parse().expect("ASCII"));
    metadata.insert("x-request-id", "grpc".parse().expect("ASCII"));
    stub.get(request).await.expect_err("nothing there");
    assert_eq!(peer_of(&server, "grpc").await, "203.0.113.5");
}

#[tokio::test]
async fn a_server_behind_a_gateway_knows_the_callers_of_the_gateway() {
    let settings =
        "[log]\nrequests = 'all'\n[proxy]\ntrusted = '127.0.0.1'\nheader = 'x-forwarded-for'";
    let server = Launch::default().settings(settings).start().await;
    let gateway = Gateway::start(&server.endpoint(), settings).await;
    let lines = "x-forwarded-for: 203.0.113.50\r\n";
    let stream = TcpStream::connect(("127.0.0.1", gateway.port)).await.expect("connects");
    assert_eq!(status(stream, head("through", lines).as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "through").await, "203.0.113.50");
    assert!(gateway.log().contains("\"peer\":\"203.0.113.50\""), "{}", gateway.log());
}

/// Version 2 for TCP over IPv4, with a field that nobody knows behind the addresses.
fn version_2(source: [u8; 4], local: bool) -> Vec<u8> {
    let mut bytes = b"\r\n\r\n\x00\r\nQUIT\n".to_vec();
    bytes.push(if local { 0x20 } else { 0x21 });
    bytes.push(0x11);
    bytes.extend_from_slice(&(12_u16 + 5).to_be_bytes());
    bytes.extend_from_slice(&source);
    bytes.extend_from_slice(&[127, 0, 0, 1, 0x12, 0x34, 0, 80]);
    bytes.extend_from_slice(&[0xe0, 0, 2, b'h', b'i']);
    bytes
}

#[tokio::test]
async fn the_proxy_protocol_comes_before_everything_else() {
    let settings = "[log]\nrequests = 'all'\n[proxy]\ntrusted = '127.0.0.1'\nprotocol = true\n\
                    [limits]\nhello_timeout = '500ms'";
    let server = Launch::default().settings(settings).prepare();
    let mut server = server;
    // The readiness of the API port is asked on the admin port, which has no proxies.
    server.start_again().await;
    let one = format!("PROXY TCP4 203.0.113.1 127.0.0.1 4711 80\r\n{}", head("v1", ""));
    assert_eq!(raw(&server, one.as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "v1").await, "203.0.113.1");
    let one = format!("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n{}", head("v1-6", ""));
    assert_eq!(raw(&server, one.as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "v1-6").await, "2001:db8::1");
    let two = [version_2([203, 0, 113, 2], false), head("v2", "").into_bytes()].concat();
    assert_eq!(raw(&server, &two).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "v2").await, "203.0.113.2");
    // For itself: the address of the proxy.
    let local = [version_2([203, 0, 113, 3], true), head("local", "").into_bytes()].concat();
    assert_eq!(raw(&server, &local).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "local").await, "127.0.0.1");
    let unknown = format!("PROXY UNKNOWN\r\n{}", head("unknown", ""));
    assert_eq!(raw(&server, unknown.as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "unknown").await, "127.0.0.1");
    // In pieces, as a slow proxy sends it.
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    for piece in version_2([203, 0, 113, 4], false).chunks(7) {
        stream.write_all(piece).await.expect("sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status(stream, head("pieces", "").as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "pieces").await, "203.0.113.4");
    // Without one, with a broken one, and with one that does not end, there is no answer at all.
    let endless = [b"PROXY TCP4 ".as_slice(), &[b'1'; 200]].concat();
    let too_long = [b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff".as_slice(), &[0; 5_000]].concat();
    for wrong in [
        head("bare", "").into_bytes(),
        b"PROXY TCP4 x y 1 2\r\n".to_vec(),
        endless,
        too_long,
        vec![],
    ] {
        assert_eq!(raw(&server, &wrong).await, "", "{:?}", &wrong[..wrong.len().min(40)]);
    }
    // HTTP/2 is told apart behind the header as it is without one.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    stream.write_all(b"PROXY TCP4 203.0.113.1 127.0.0.1 4711 80\r\n").await.expect("sent");
    stream.write_all(preface).await.expect("sent");
    let mut frame = [0; 9];
    tokio::time::timeout(SOON, stream.read_exact(&mut frame))
        .await
        .expect("in time")
        .expect("a frame");
    assert_eq!(frame[3], 4, "settings");
}

#[tokio::test]
async fn tls_begins_behind_the_proxy_protocol() {
    let home = tempfile::tempdir().expect("a directory");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".into()]).expect("a name");
    let certificate = params.self_signed(&key).expect("signed");
    let file = |name: &str| home.path().join(name);
    std::fs::write(file("cert.pem"), certificate.pem()).expect("written");
    std::fs::write(file("key.pem"), key.serialize_pem()).expect("written");
    let settings = format!(
        "[log]\nrequests = 'all'\n[proxy]\ntrusted = '127.0.0.1'\nprotocol = true\n\
         [tls]\ncert = '{}'\nkey = '{}'",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let server = Launch::default().settings(&settings).start().await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    stream.write_all(&version_2([203, 0, 113, 9], false)).await.expect("sent");
    let stream = by_tls(stream, certificate.der().clone()).await;
    assert_eq!(status(stream, head("tls", "").as_bytes()).await, NOT_FOUND);
    assert_eq!(peer_of(&server, "tls").await, "203.0.113.9");
}

pub(crate) async fn by_tls(
    stream: TcpStream,
    certificate: CertificateDer<'static>,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake")
}

#[tokio::test]
async fn settings_that_trust_nobody_are_refused() {
    for (settings, said) in [
        ("[proxy]\nprotocol = true", "proxy.trusted: names nobody"),
        ("[proxy]\nheader = 'forwarded'", "proxy.trusted: names nobody"),
        ("[proxy]\ntrusted = 'everybody'", "proxy.trusted: expected addresses or networks"),
        ("[proxy]\nheader = 'x-real-ip'", "proxy.header (from "),
    ] {
        let mut server = Launch::default().settings(settings).prepare();
        assert!(server.try_start().await.is_some(), "{settings}");
        assert!(server.log().contains(said), "{}", server.log());
    }
}
