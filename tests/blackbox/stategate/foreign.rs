//! Cases 1-3 and 5-8 with a client that was generated in another language (tests/foreign/state_client.py).

use std::process::Stdio;
use std::time::Duration;

use holdfast_tests::{Server, binary};
use tokio::process::Command;

/// How long all the cases may take.
const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::test]
async fn cases_1_to_8_with_a_client_in_another_language() {
    let server = Server::dev().await;
    let repository = binary::repository();
    let python = repository.join(".setup/venv/bin/python");
    assert!(python.is_file(), "no {}: run `make setup`", python.display());
    let client = Command::new(python)
        .arg(repository.join("tests/foreign/state_client.py"))
        .arg(format!("127.0.0.1:{}", server.port()))
        .env("PYTHONPATH", repository.join(".setup/stubs"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, client).await.expect("in time").expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), "done");
}
