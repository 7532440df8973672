//! A server with a guard of the program's own, on free ports of loopback, and what callers get of it.
//!
//! `cargo run --example guard`

use std::error::Error;
use std::sync::Arc;

use holdfast_server::settings::StoreKind;
use holdfast_server::{Settings, start_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod team;

use team::Team;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Starts the server, asks it some things, and tells what it said.
pub(crate) async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let mut settings = Settings::default();
    settings.listen.set_port(0);
    settings.admin_listen.set_port(0);
    settings.store.kind = StoreKind::Memory;
    let server = start_with(&settings, Arc::new(Team)).await?;
    let key = "/v1/namespaces/shop/keys/app/timeout";
    let mut said = Vec::new();
    for (user, method, path) in [
        ("ann", "POST", key),
        ("bob", "GET", key),
        ("bob", "POST", key),
        ("bob", "GET", "/v1/namespaces/shop/keys/secret/key"),
        ("eve", "GET", key),
    ] {
        let mut connection = TcpStream::connect(server.api).await?;
        let body = if method == "POST" { r#"{"value":"MzA="}"# } else { "" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-user: {user}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).ok_or("an answer has a status")?;
        said.push(format!("{user} {method} {path}: {status}"));
    }
    server.stop().await;
    Ok(said)
}
