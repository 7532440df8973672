//! Cases 39 to 42: variables, ports, log lines and metrics of a deployment.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

use futures::StreamExt;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, binary, http};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;

use crate::proxies::by_tls;

const INMEM: (&str, &str) = ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"inmem"}"#);
const EMBEDDED: (&str, &str) =
    ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded","path":"kept"}"#);

/// `serve` in an empty directory, with these variables: how it ends.
fn serve(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a directory");
    command(variables, arguments, home.path()).output().expect("it runs")
}

fn command(variables: &[(&str, &str)], arguments: &[&str], home: &std::path::Path) -> Command {
    let mut command = binary::command();
    command.arg("serve").args(arguments).current_dir(home).envs(variables.iter().copied());
    command.stdin(Stdio::null());
    command
}

async fn open() -> Server {
    let launch = Launch::default().closed().variable("STATEGATE_AUTH_DISABLED", "true");
    launch.variable(INMEM.0, INMEM.1).variable(EMBEDDED.0, EMBEDDED.1).start().await
}

#[tokio::test]
async fn case_39_metrics_and_probes() {
    let server = open().await;
    let client = server.stategate().await;
    client.set("acme", "user", "1", json!({"a": 1})).await.expect("set");
    client.get("acme", "user", "none").await.expect_err("missing");
    let mut stream = client.stream("acme", "user", "0").await.expect("live");
    stream.next().await;
    drop(stream);
    let path = "/api/state/ref/acme/user/1";
    assert_eq!(http::get(server.port(), path).await.expect("an answer").status, 200);
    let get =
        |path: &'static str| async { http::get(server.admin_port(), path).await.expect("sent") };
    let metrics = get("/metrics").await.text();
    let of = |kind: &str, service: &str, method: &str| {
        format!(r#"grpc_type="{kind}",grpc_service="stategate.{service}",grpc_method="{method}""#)
    };
    let (set, got) = (of("unary", "StateService", "Set"), of("unary", "StateService", "Get"));
    let streamed = of("server_stream", "EventService", "Stream");
    for line in [
        format!("grpc_server_started_total{{{set}}} 1"),
        format!("grpc_server_handled_total{{{set},grpc_code=\"OK\"}} 1"),
        format!("grpc_server_handled_total{{{got},grpc_code=\"NotFound\"}} 1"),
        format!("grpc_server_handled_total{{{got},grpc_code=\"OK\"}} 1"),
        format!("grpc_server_handled_total{{{got},grpc_code=\"Internal\"}} 0"),
        format!("grpc_server_msg_received_total{{{got}}} 2"),
        format!("grpc_server_msg_sent_total{{{streamed}}} 1"),
        "holdfast_head_revision".to_owned(),
    ] {
        assert!(metrics.contains(&line), "{line} is missing in\n{metrics}");
    }
    for path in ["/", "/anything", "/deep/down"] {
        let answer = get(path).await;
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{path}");
    }
    assert_eq!(get("/debug/pprof/").await.status, 200);
    assert!(get("/debug/pprof/cmdline").await.text().contains("holdfast"));
    assert_eq!(get("/debug/pprof/profile").await.status, 501);
    // A server that stands in for nothing has none of that.
    let own = Server::dev().await;
    let answer = http::get(own.admin_port(), "/anything").await.expect("sent");
    assert_eq!(answer.status, 404);
    let metrics = http::get(own.admin_port(), "/metrics").await.expect("sent").text();
    assert!(!metrics.contains("grpc_server_"), "{metrics}");
}

#[test]
fn case_40_what_is_missing_or_not_built_in_is_told_and_ends_it() {
    let kafka = ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"kafka","addr":"h:9092"}"#);
    let nowhere = ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"nats","password":"hidden"}"#);
    let mongo = ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"mongo","addr":"mongodb://u:hidden@h"}"#);
    for (variables, told) in [
        (&[EMBEDDED][..], "failed to validate config: config: empty channel provider"),
        (&[INMEM], "failed to validate config: config: empty storage provider"),
        (
            &[INMEM, EMBEDDED, ("STATEGATE_PORT", "-1")],
            "failed to validate config: config: empty port",
        ),
        (&[INMEM, EMBEDDED, ("STATEGATE_PORT", "http")], "STATEGATE_PORT"),
        (&[kafka, EMBEDDED], "channel provider \"kafka\" is not built in"),
        (&[nowhere, EMBEDDED], "channel provider \"nats\": empty addr"),
        (&[INMEM, mongo], "storage provider \"mongo\" is not built in"),
    ] {
        let Output { status, stdout, stderr } = serve(variables, &[]);
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(2), "{stdout}{stderr}");
        assert!(stdout.contains(told), "{told}: {stdout}");
        assert!(!stdout.contains("hidden") && !stderr.contains("hidden"), "{stdout}{stderr}");
    }
}

#[test]
fn case_41_ports_and_the_file_of_variables() {
    let shown = |variables: &[(&str, &str)]| {
        let all = [&[INMEM, EMBEDDED][..], variables].concat();
        let Output { status, stdout, stderr } = serve(&all, &["--print-config"]);
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).into_owned()
    };
    let default = shown(&[]);
    assert!(default.contains(r#"listen = "0.0.0.0:8080""#), "{default}");
    assert!(default.contains(r#"admin_listen = "0.0.0.0:8081""#), "{default}");
    let secret = shown(&[("STATEGATE_REQUEST_POLICY", "c2VjcmV0")]);
    assert!(!secret.contains("c2VjcmV0"), "{secret}");

    let home = tempfile::tempdir().expect("a directory");
    let text = format!(
        "STATEGATE_PORT=9100\n{}='{}'\n{}='{}'\n",
        INMEM.0, INMEM.1, EMBEDDED.0, EMBEDDED.1
    );
    fs::write(home.path().join(".env"), text).expect("written");
    let print = |variables: &[(&str, &str)]| {
        let output =
            command(variables, &["--print-config"], home.path()).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let of_file = print(&[]);
    assert!(of_file.contains("0.0.0.0:9100\" # STATEGATE_PORT in .env"), "{of_file}");
    assert!(of_file.contains(r#"data_dir = "kept""#), "{of_file}");
    let real = print(&[("STATEGATE_PORT", "9200")]);
    assert!(real.contains("0.0.0.0:9200\" # STATEGATE_PORT\n"), "{real}");
}

/// The two ports of the contract, on loopback, where --dev stays.
#[tokio::test]
async fn case_41_both_ports_are_served() {
    let home = tempfile::tempdir().expect("a directory");
    let port = two_free_ports();
    let port_text = port.to_string();
    let open = ("STATEGATE_AUTH_DISABLED", "true");
    let variables = [INMEM, EMBEDDED, open, ("STATEGATE_PORT", &*port_text)];
    let mut command = command(&variables, &["--dev"], home.path());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let child = Ended(child);
    let began = std::time::Instant::now();
    while http::get(port + 1, "/readyz").await.map(|answer| answer.status).ok() != Some(200) {
        assert!(began.elapsed().as_secs() < 60, "it is never ready");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let body = br#"{"values":{"a":1}}"#;
    let path = "/api/state/ref/acme/user/1";
    let set = http::request(port, "POST", path, &[], body).await.expect("sent");
    assert_eq!((set.status, set.json()), (200, json!({})));
    drop(child);
    assert!(home.path().join("kept").is_dir(), "the storage provider says where");
}

/// A process that does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it ends");
    }
}

/// The first of two ports that are free now.
fn two_free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = first.local_addr().expect("bound").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("there are no two free ports side by side");
}

#[tokio::test]
async fn case_42_log_lines_are_json_with_the_members_of_the_contract() {
    let server = open().await;
    let client = server.stategate().await;
    client.set("acme", "user", "1", json!({"a": 1})).await.expect("set");
    client.get("acme", "user", "none").await.expect_err("missing");
    drop(client.stream("acme", "user", "").await.expect("live"));
    let began = std::time::Instant::now();
    let lines: Vec<Value> = loop {
        let log = server.log();
        if log.contains("finished streaming call") || began.elapsed().as_secs() > 30 {
            // Beside the lines there is the root token, on standard error.
            break log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert!(lines.len() > 3, "{}", server.log());
    for line in &lines {
        assert!(line["ts"].is_f64() && line["msg"].is_string(), "{line}");
        for (member, value) in [
            ("service", "stategate"),
            ("channel_provider", "inmem"),
            ("storage_provider", "embedded"),
        ] {
            assert_eq!(line[member], value, "{line}");
        }
        assert!(["info", "warn"].contains(&line["level"].as_str().unwrap_or_default()), "{line}");
        assert!(line["version"].is_string() && line["host"].is_string(), "{line}");
    }
    let call = |msg: &str, method: &str| {
        let is = |line: &&Value| line["msg"] == msg && line["grpc.method"] == method;
        lines
            .iter()
            .find(is)
            .unwrap_or_else(|| panic!("{msg} of {method}: {}", server.log()))
            .clone()
    };
    let set = call("finished unary call with code OK", "Set");
    assert_eq!(set["grpc.service"], "stategate.StateService");
    assert_eq!((&set["system"], &set["span.kind"]), (&json!("grpc"), &json!("server")));
    assert!(set["grpc.time_ms"].is_f64() && set["grpc.start_time"].is_string(), "{set}");
    assert_eq!(call("finished unary call with code NotFound", "Get")["error"], "NotFound");
    call("finished streaming call with code Canceled", "Stream");
}

/// TLS and plaintext on one port, as clients of deployments speak.
#[tokio::test]
async fn tls_is_on_when_both_files_are_there_and_plaintext_goes_on() {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let files = tempfile::tempdir().expect("a directory");
    let (cert, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    fs::write(&cert, made.cert.pem()).expect("written");
    fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let server = Launch::default()
        .closed()
        .variable(INMEM.0, INMEM.1)
        .variable(EMBEDDED.0, EMBEDDED.1)
        .variable("STATEGATE_AUTH_DISABLED", "true")
        .variable("STATEGATE_TLS_CERT_FILE", cert.display().to_string())
        .variable("STATEGATE_TLS_KEY_FILE", key.display().to_string())
        .start()
        .await;
    server.stategate().await.set("acme", "user", "1", json!({})).await.expect("without TLS");
    let trusted =
        reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder().tls_certs_only([trusted]).build().expect("a client");
    let url = format!("https://localhost:{}/api/state/ref/acme/user/1", server.port());
    let answer = client.get(url).send().await.expect("by TLS");
    assert_eq!(answer.status(), 200);
    // A WebSocket, too.
    let stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    let stream = by_tls(stream, made.cert.der().clone()).await;
    let url = format!("wss://localhost:{}/api/events/stream?domain=acme&type=user", server.port());
    let (mut socket, _) = client_async(url, stream).await.expect("a socket");
    server.stategate().await.set("acme", "user", "1", json!({"n": 1})).await.expect("set");
    let text = socket.next().await.expect("a text").expect("a text").into_text().expect("a text");
    assert!(text.contains(r#""values":{"n":1"#), "{text}");
}
