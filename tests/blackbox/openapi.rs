//! What `/openapi.json` says, held against a validator, and against the server by a property-based tester of APIs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use holdfast_tests::{Server, binary, http, skip, torture};

/// A program of the Python environment that `make setup` makes.
fn tool(name: &str) -> Option<PathBuf> {
    let path = binary::repository().join(".setup/api/bin").join(name);
    if !path.is_file() {
        skip::skipped("openapi", &format!("there is no {} (make setup)", path.display()));
        return None;
    }
    Some(path)
}

fn said(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{}", text[0], text[1])
}

async fn document(server: &Server, home: &Path) -> PathBuf {
    let answer = http::get(server.port(), "/openapi.json").await.expect("an answer");
    assert_eq!(answer.status, 200);
    let path = home.join("openapi.json");
    std::fs::write(&path, &answer.body).expect("a file");
    path
}

#[tokio::test]
async fn the_document_is_valid() {
    let Some(validator) = tool("openapi-spec-validator") else { return };
    let server = Server::dev().await;
    let document = document(&server, server.home()).await;
    let text = std::fs::read_to_string(&document).expect("a file");
    assert!(text.contains("\"openapi\":\"3.1."), "version 3.1");
    let paths: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let has = |path: &str, method: &str| paths["paths"][path][method].is_object();
    assert!(has("/api/graphql", "get") && has("/api/graphql", "post"));
    assert!(has("/v2/groups", "get") && !has("/v2/backup", "post"), "backups are over gRPC");
    let refused = http::post(server.port(), "/openapi.json", "text/plain", b"").await;
    assert_eq!(refused.expect("an answer").status, 405);
    let output = Command::new(validator).arg(document).output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

/// Of stategate the contract says that a filter which is none, and a method that a path does not have, are faults of the server.
const STATE: &str = "^/api/((state|entity|events?)/(ref|search)|cache/|mutex/|peers?/broadcast)";
const STATE_CHECKS: &str = "status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";
/// That, and event streams.
const APART: &str = "(^/api/|/watch$)";

/// Thousands of requests made from the document, sensible and not: never a 5xx, never a status, a content type, a header or
/// a body that the document does not have. Event streams do not end by themselves; they have tests of their own.
#[tokio::test]
async fn the_server_keeps_to_the_document() {
    let Some(tester) = tool("schemathesis") else { return };
    let server = Server::dev().await;
    run(&tester, &server, ["--exclude-path-regex", APART], CHECKS);
    run(&tester, &server, ["--include-path-regex", STATE], STATE_CHECKS);
    run(&tester, &server, ["--include-path-regex", "^/api/graphql$"], CHECKS);
}

fn run(tester: &Path, server: &Server, which: [&str; 2], checks: &str) {
    let examples = torture::form("20", "500");
    let output = Command::new(tester)
        .args(["run", &format!("{}/openapi.json", server.endpoint())])
        .args(["--max-examples", examples, "--seed", "1", "--request-timeout", "10"])
        .args(which)
        .arg("--no-color")
        // Not unsupported methods: keys may be called anything, so a path that lacks a method is that of another key.
        .args(["--checks", checks])
        .current_dir(server.home())
        .output()
        .expect("it runs");
    let said = said(&output);
    assert!(output.status.success(), "{said}\n{}", server.log());
    let tested = said.lines().find(|line| line.contains("generated")).unwrap_or_default();
    torture::figure("requests made from the OpenAPI document", tested.trim());
    assert!(tested.chars().any(|c| c.is_ascii_digit()), "it tested something: {said}");
}
