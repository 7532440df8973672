//! A server with parts of the program's own beside those of the settings: a verifier, a policy, an auditor and a rate limiter.
//!
//! `cargo run --example plugged`

use std::error::Error;
use std::sync::Arc;

use holdfast_server::settings::StoreKind;
use holdfast_server::{Plugins, Settings, start_plugged};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod tenants;

use tenants::{ApiKeys, OwnNamespace, PerTenant, Records};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Starts the server, asks it some things, and tells what it said and what was recorded.
pub(crate) async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let mut settings = Settings::default();
    settings.listen.set_port(0);
    settings.admin_listen.set_port(0);
    settings.store.kind = StoreKind::Memory;
    let records = Arc::new(Records::default());
    let plugins = Plugins {
        verifiers: vec![Arc::new(ApiKeys)],
        policies: vec![Arc::new(OwnNamespace)],
        auditors: vec![Arc::clone(&records) as _],
        limiter: Some(Arc::new(PerTenant::of(3))),
        ..Plugins::default()
    };
    let server = start_plugged(&settings, plugins).await?;
    let (red, blue) = ("/v1/namespaces/red/keys/k", "/v1/namespaces/blue/keys/k");
    let mut said = Vec::new();
    for (key, method, path) in [
        ("key-of-red", "POST", red),
        ("key-of-red", "GET", red),
        ("other-key-of-red", "GET", blue),
        ("nonsense", "GET", red),
        // The fourth call of one tenant, whichever key it shows.
        ("key-of-red", "GET", red),
        ("key-of-blue", "GET", red),
    ] {
        let mut connection = TcpStream::connect(server.api).await?;
        let body = if method == "POST" { r#"{"value":"MzA="}"# } else { "" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-api-key: {key}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).ok_or("an answer has a status")?;
        said.push(format!("{key} {method} {path}: {status}"));
    }
    server.stop().await;
    said.extend(records.lines());
    Ok(said)
}
