//! `/openapi.json`: a validator passes it, and a tester that makes requests out of it finds nothing that it does not say.

use std::path::PathBuf;
use std::process::{Command, Output};

use holdfast_tests::{Server, binary, torture};

use super::{ask, get};

fn tool(name: &str) -> Command {
    let program: PathBuf = binary::repository().join(".setup/venv/bin").join(name);
    assert!(program.is_file(), "no {}: run `make setup`", program.display());
    Command::new(program)
}

fn assert_passes(output: &Output) {
    let told = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{}\n{}", told[0], told[1]);
}

#[tokio::test]
async fn the_document_is_valid() {
    let server = Server::dev().await;
    let answer = get(&server, "/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.json()["openapi"], "3.1.0");
    let file = server.home().join("openapi.json");
    std::fs::write(&file, &answer.body).expect("a file");
    let mut validator = tool("openapi-spec-validator");
    assert_passes(&validator.arg(&file).output().expect("it runs"));
    assert_eq!(ask(&server, "POST", "/openapi.json", "").await.status, 405);
}

/// Requests made out of the document, good ones and bad ones: no fault of the server, no status, content type, body or header
/// that the document does not name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_made_out_of_the_document() {
    const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
        response_headers_conformance,response_schema_conformance";
    let server = Server::dev().await;
    let examples: u32 = torture::form(15, 300);
    let mut tester = tool("schemathesis");
    tester
        .args(["run", &format!("{}/openapi.json", server.endpoint())])
        // Streams have no end that a tester could wait for.
        .args(["--exclude-path-regex", "/watch$", "--checks", CHECKS])
        .args(["--max-examples", &examples.to_string(), "--seed", "1", "--request-timeout", "30"])
        .arg("--no-color")
        .env("HYPOTHESIS_STORAGE_DIRECTORY", server.home().join("hypothesis"))
        .current_dir(server.home());
    let output = tokio::task::spawn_blocking(move || tester.output()).await.expect("no panic");
    assert_passes(&output.expect("it runs"));
}
