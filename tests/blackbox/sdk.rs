//! The clients of `sdk/`: the tests of each language, against a closed server with TLS beside plaintext.
//!
//! They set, get and watch through config.v1, set, get and stream states, make a transaction, and are refused without a token and with a
//! wrong one. `.ci/setup tests` builds what has to be built.

use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_tests::server::Launch;
use holdfast_tests::{Server, binary};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::process::Command;

/// How long all tests of one language may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// The authority, the server's certificate for `localhost`, and its key, in PEM.
fn certificates(dir: &Path) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // A certificate whose issuer has its own name is taken for one that signed itself.
    params.distinguished_name.push(DnType::CommonName, "authority");
    let authority = params.self_signed(&key).expect("an authority");
    let issuer = Issuer::from_params(&params, &key);
    let own = KeyPair::generate().expect("a key");
    let names = CertificateParams::new(vec!["localhost".into()]).expect("a name");
    let certificate = names.signed_by(&own, &issuer).expect("signed");
    for (name, pem) in [
        ("ca.pem", authority.pem()),
        ("server.pem", certificate.pem()),
        ("server.key", own.serialize_pem()),
    ] {
        std::fs::write(dir.join(name), pem).expect("written");
    }
}

async fn server(certificates: &Path) -> Server {
    let file = |name: &str| certificates.join(name).display().to_string();
    let settings = format!(
        "tls = {{ cert = {:?}, key = {:?}, also_plaintext = true }}",
        file("server.pem"),
        file("server.key")
    );
    Launch::default().closed().settings(&settings).start().await
}

/// What `.ci/setup tests` made.
fn built(name: &str) -> PathBuf {
    let path = binary::repository().join(".setup").join(name);
    assert!(path.exists(), "no {}: run `make setup`", path.display());
    path
}

/// Runs a test program against a server of its own; it has to end well and say this.
async fn passes(mut program: Command, says: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    certificates(dir.path());
    let server = server(dir.path()).await;
    program
        .env("HOLDFAST_ENDPOINT", server.endpoint())
        .env("HOLDFAST_TLS_ENDPOINT", format!("https://localhost:{}", server.port()))
        .env("HOLDFAST_CA_FILE", dir.path().join("ca.pem"))
        .env("HOLDFAST_TOKEN", server.root_token())
        .kill_on_drop(true);
    let ended = tokio::time::timeout(PATIENCE, program.output()).await.expect("it ends in time");
    let ended = ended.expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains(says), "{}\n{said}", ended.status);
}

#[tokio::test]
async fn go() {
    let mut program = Command::new(built("clients/go/test"));
    program.arg("-test.v");
    passes(program, "--- PASS: TestTLS").await;
}

#[tokio::test]
async fn python() {
    let mut program = Command::new(built("venv/bin/python"));
    let sdk = binary::repository().join("sdk/python");
    program.args(["-m", "unittest", "tests/test_clients.py"]);
    program.env("PYTHONPATH", &sdk).env("PYTHONDONTWRITEBYTECODE", "1").current_dir(sdk);
    passes(program, "Ran 6 tests").await;
}

#[tokio::test]
async fn typescript() {
    let mut program = Command::new("node");
    program.arg("--test").arg(built("clients/typescript/dist/clients.test.js"));
    passes(program, "# pass 6\n# fail 0").await;
}

#[tokio::test]
async fn java() {
    let place = built("clients/java");
    let classes = format!("{0}/classes:{0}/jars/*", place.display());
    let mut program = Command::new("java");
    // It lives for two seconds: what takes long to pay off is left out.
    program.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", &classes]);
    program.arg("holdfast.sdk.ClientSetTest");
    passes(program, "done").await;
}
