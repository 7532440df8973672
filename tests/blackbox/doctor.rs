//! `holdfast doctor`: every check succeeds where it should, and fails for the cause that it is there for.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use holdfast_tests::cli::{Ended, Target, command, run_as};
use holdfast_tests::server::Launch;
use holdfast_tests::{ForeignServer, Server, ports, skip};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::Value;

/// What each check said, and how it ended.
struct Examined {
    code: i32,
    checks: Vec<(String, String, String)>,
}

impl Examined {
    fn of(ended: Ended) -> Self {
        assert!(!ended.err.contains("panicked at"), "{}", ended.err);
        let checks: Value = serde_json::from_str(&ended.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", ended.out, ended.err));
        let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
        let checks = checks.as_array().expect("a list").iter();
        let checks =
            checks.map(|check| (text(check, "check"), text(check, "result"), check.to_string()));
        Self { code: ended.code, checks: checks.collect() }
    }

    fn result(&self, check: &str) -> &str {
        let found = self.checks.iter().find(|(name, ..)| name == check);
        found.map_or("missing", |(_, result, _)| result)
    }

    /// Fails unless this check is the first that failed, with this code, and says this.
    fn fails(&self, check: &str, code: i32, says: &str) {
        let first = self.checks.iter().find(|(_, result, _)| result == "fail");
        let (name, _, said) = first.unwrap_or_else(|| panic!("nothing failed: {:?}", self.checks));
        assert_eq!((name.as_str(), self.code), (check, code), "{:?}", self.checks);
        assert!(said.contains(says), "{said}");
    }
}

fn examine(server: &impl Target, arguments: &[&str]) -> Examined {
    let arguments = [&["doctor", "-o", "json", "--timeout", "3s"], arguments].concat();
    Examined::of(Ended::of(command(server, &arguments).output().expect("the binary starts")))
}

#[tokio::test]
async fn a_good_server_is_well() {
    let server = Server::dev().await;
    let examined = examine(&server, &[]);
    assert_eq!(examined.code, 0, "{:?}", examined.checks);
    let all = [
        "name",
        "connect",
        "http/2",
        "apis",
        "version",
        "clock",
        "credentials",
        "permissions",
        "health",
        "watch",
        "round trip",
    ];
    let seen: Vec<_> =
        examined.checks.iter().map(|(name, result, _)| (name.as_str(), result.as_str())).collect();
    assert_eq!(seen, all.map(|name| (name, "ok")));
    let shown = holdfast_tests::cli::run(&server, &["doctor"]).ok();
    assert!(shown.starts_with("ok      name         127.0.0.1 is an address\n"), "{shown}");
}

#[tokio::test]
async fn readiness_needs_no_credentials() {
    let mut server = Launch::default().closed().start().await;
    let examined = examine(&server, &["--ready"]);
    assert_eq!((examined.code, examined.result("health")), (0, "ok"), "{:?}", examined.checks);
    assert_eq!(examined.result("credentials"), "missing");
    assert_ne!(examine(&server, &[]).code, 0);
    assert!(server.stop().await.0.success());
    examine(&server, &["--ready"]).fails("connect", 6, "holdfast serve");
}

#[tokio::test]
async fn no_way_leads_to_a_server_that_is_away() {
    let mut server = Server::dev().await;
    assert!(server.stop().await.0.success());
    examine(&server, &[]).fails("connect", 6, "holdfast serve");
    let nowhere = "http://no-such-host.invalid:1";
    examine(&server, &["--endpoint", nowhere]).fails("name", 6, "no-such-host.invalid");
    let ended = holdfast_tests::cli::run(&server, &["doctor", "--endpoint", "ftp://x"]);
    ended.fails(2);
}

/// Something listens that says nothing, and something that speaks HTTP/1.1.
#[tokio::test]
async fn what_speaks_no_http2_is_no_server() {
    let server = Server::dev().await;
    let silent = TcpListener::bind(("127.0.0.1", ports::free())).expect("a port");
    let at = format!("http://{}", silent.local_addr().expect("an address"));
    examine(&server, &["--endpoint", &at]).fails("http/2", 6, "no answer within");

    let web = TcpListener::bind(("127.0.0.1", ports::free())).expect("a port");
    let at = format!("http://{}", web.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in web.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 64];
            // Whoever has hung up already needs no answer.
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    examine(&server, &["--endpoint", &at]).fails("http/2", 6, "http/2");
}

#[tokio::test]
async fn a_caller_that_is_not_known_is_told_so() {
    let server = Launch::default().closed().start().await;
    let as_caller = |token: &str| {
        Examined::of(run_as(&server, token, &["doctor", "-o", "json", "--timeout", "3s"]))
    };
    examine(&server, &[]).fails("credentials", 5, "HOLDFAST_TOKEN");
    as_caller("hf_nonsense").fails("credentials", 5, "credentials");
    let root = server.root_token();
    assert_eq!(as_caller(&root).code, 0);
    let made = run_as(
        &server,
        &root,
        &[
            "token",
            "create",
            "--user",
            "ann",
            "--role",
            "reader",
            "--scope",
            "allow read,list other/**",
            "--ttl",
            "1h",
        ],
    );
    let narrow = as_caller(made.ok().trim());
    assert_eq!(
        narrow.result("credentials"),
        "warn",
        "it ends within the hour: {:?}",
        narrow.checks
    );
    narrow.fails("permissions", 5, "whoami");
    let made = run_as(
        &server,
        &root,
        &["token", "create", "--user", "bob", "--role", "reader", "--scope", "allow read,list **"],
    );
    as_caller(made.ok().trim()).fails("watch", 5, "whoami");
}

/// A gRPC server, of something else.
#[tokio::test]
async fn what_speaks_neither_api_is_no_configuration_server() {
    let server = Server::dev().await;
    let port = ports::free();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let other = tonic::transport::Server::builder().add_service(health);
    let other = tokio::spawn(other.serve(([127, 0, 0, 1], port).into()));
    holdfast_tests::client::connect(port).await;
    let at = format!("http://127.0.0.1:{port}");
    let (examined, asked) = tokio::task::spawn_blocking(move || {
        let examined = examine(&server, &["--endpoint", &at]);
        let asked = holdfast_tests::cli::run(&server, &["--endpoint", &at, "get", "k"]);
        (examined, asked)
    })
    .await
    .expect("it ran");
    examined.fails("apis", 6, "neither config.v1 nor holdfast.v1");
    asked.fails(1);
    other.abort();
}

#[tokio::test]
async fn a_server_with_config_v1_alone_is_a_warning() {
    if !ForeignServer::is_here() {
        return skip::skipped("a server of another implementation", "run `make setup`");
    }
    let server = ForeignServer::start().await;
    let examined = examine(&server, &[]);
    assert_eq!(examined.code, 0, "{:?}", examined.checks);
    assert_eq!(examined.result("apis"), "warn");
    for silent in ["version", "clock", "credentials", "health"] {
        assert_eq!(examined.result(silent), "unknown", "{silent}: {:?}", examined.checks);
    }
    for fine in ["permissions", "watch", "round trip"] {
        assert_eq!(examined.result(fine), "ok", "{fine}: {:?}", examined.checks);
    }
}

/// An authority, and a certificate of it for `localhost` that ends in this year; in PEM.
fn certificate(dir: &Path, until: i32) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("an authority");
    let issuer = Issuer::from_params(&params, &key);
    let server_key = KeyPair::generate().expect("a key");
    let mut server = CertificateParams::new(vec!["localhost".into()]).expect("a name");
    server.not_before = date_time_ymd(2020, 1, 1);
    server.not_after = date_time_ymd(until, 1, 1);
    let server = server.signed_by(&server_key, &issuer).expect("signed");
    for (name, text) in [
        ("ca.pem", authority.pem()),
        ("server.pem", server.pem()),
        ("server.key", server_key.serialize_pem()),
    ] {
        std::fs::write(dir.join(name), text).expect("a file");
    }
}

async fn secure(dir: &Path, until: i32) -> Server {
    certificate(dir, until);
    let file = |name: &str| dir.join(name).display().to_string();
    let settings =
        format!("[tls]\ncert = '{}'\nkey = '{}'", file("server.pem"), file("server.key"));
    Launch::default().settings(&settings).start().await
}

#[tokio::test]
async fn certificates_are_looked_at() {
    let home = tempfile::tempdir().expect("a directory");
    let server = secure(home.path(), 2_100).await;
    let (by_name, by_address) = (
        format!("https://localhost:{}", server.port()),
        format!("https://127.0.0.1:{}", server.port()),
    );
    let ca = home.path().join("ca.pem").display().to_string();
    let good = examine(&server, &["--endpoint", &by_name, "--ca-file", &ca]);
    assert_eq!((good.code, good.result("tls")), (0, "ok"), "{:?}", good.checks);
    examine(&server, &["--endpoint", &by_name]).fails("tls", 6, "--ca-file");
    examine(&server, &["--endpoint", &by_address, "--ca-file", &ca]).fails("tls", 6, "use a name");
    let other = tempfile::tempdir().expect("a directory");
    certificate(other.path(), 2_100);
    let wrong = other.path().join("ca.pem").display().to_string();
    examine(&server, &["--endpoint", &by_name, "--ca-file", &wrong]).fails("tls", 6, "--ca-file");
    let plain = format!("http://localhost:{}", server.port());
    examine(&server, &["--endpoint", &plain]).fails("http/2", 6, "http/2");
}

#[tokio::test]
async fn a_certificate_that_has_ended_is_named() {
    let home = tempfile::tempdir().expect("a directory");
    let server = secure(home.path(), 2_021).await;
    let at = format!("https://localhost:{}", server.port());
    let ca = home.path().join("ca.pem").display().to_string();
    examine(&server, &["--endpoint", &at, "--ca-file", &ca]).fails("tls", 6, "renew it");
}
