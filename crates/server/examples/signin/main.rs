//! A server at which people sign in in a way of the program's own, with a guard of its own, on free ports of loopback.
//!
//! `cargo run --example signin`

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};
use holdfast_server::settings::StoreKind;
use holdfast_server::{Plugins, Settings, start_plugged};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod staff;

use staff::Staff;

/// The group `ops` may do everything, others may read. It knows nobody by itself: people sign in.
struct ByGroup;

#[async_trait]
impl Guard for ByGroup {
    async fn authenticate(&self, _shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        Err(AuthError::Unauthenticated("sign in at /dashboard".into()))
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        _what: &Resource,
    ) -> Result<Decision, AuthError> {
        let ops = who.facts().groups.iter().any(|group| group == "ops");
        Ok(if ops || matches!(action, Action::Read | Action::List | Action::Watch) {
            Decision::Allow
        } else {
            Decision::Deny("only ops changes things".into())
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Starts the server, signs some people in, and tells what they got.
pub(crate) async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let mut settings = Settings::default();
    settings.listen.set_port(0);
    settings.admin_listen.set_port(0);
    settings.store.kind = StoreKind::Memory;
    let staff = Staff::of(&[("ann", "4711", "ops"), ("bob", "1848", "sales")]);
    let plugins = Plugins {
        guard: Some(Arc::new(ByGroup)),
        sign_in: Some(Arc::new(staff)),
        ..Plugins::default()
    };
    let server = start_plugged(&settings, plugins).await?;
    let key = "/v1/namespaces/shop/keys/app/timeout";
    let value = r#"{"value":"MzA="}"#;
    let mut said = Vec::new();
    let (status, _) = ask(server.api, "GET", key, "", "").await?;
    said.push(format!("nobody GET {key}: {status}"));
    for (name, number) in [("ann", "4711"), ("bob", "1848"), ("eve", "4711")] {
        let form = format!("name={name}&number={number}");
        let (status, cookie) = ask(server.api, "POST", "/dashboard/login", "", &form).await?;
        said.push(format!("{name} signs in: {status}"));
        let Some(cookie) = cookie else { continue };
        for (method, body) in [("POST", value), ("GET", "")] {
            let (status, _) = ask(server.api, method, key, &cookie, body).await?;
            said.push(format!("{name} {method} {key}: {status}"));
        }
    }
    server.stop().await;
    Ok(said)
}

/// One request as a page of the server makes it; its status, and the session that the answer begins.
async fn ask(
    to: SocketAddr,
    method: &str,
    path: &str,
    cookie: &str,
    body: &str,
) -> Result<(String, Option<String>), Box<dyn Error>> {
    let mut connection = TcpStream::connect(to).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\norigin: http://{to}\r\ncookie: {cookie}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).ok_or("an answer has a status")?.to_owned();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let pair = cookie.and_then(|line| line.split(';').next());
    Ok((status, pair.map(str::to_owned)))
}
