//! People in front of browsers, at the real binary: cases 92 to 94 of the config.v1 contract, and what Holdfast promises beyond.
//!
//! - [`passphrase`]: one passphrase for all; the form, the session, the way out
//! - [`calls`]: what a session may do over the API, and who may make it do that
//! - [`graphql`]: what a page of another site may make it do over a WebSocket
//! - [`tokens`]: tokens in cookies and headers
//! - [`oidc`]: an OpenID provider in a process of its own
//! - [`browser`]: some of it with a real browser

mod browser;
mod calls;
mod graphql;
mod oidc;
mod passphrase;
mod tokens;

use holdfast_tests::Server;
use holdfast_tests::server::Launch;
use holdfast_tests::visitor::Visitor;

const PASSPHRASE: &str = "correct horse";
const SECRET: &str = "jX3v0Qm9Lr7Zt2Ks8Wb5Yf1Hc6Nd4PgTqEuRaSoVi";

/// A server with one passphrase for all, whose roles those of the test are.
async fn with_passphrase(more: &str) -> Server {
    Launch::default().closed().settings(&by_passphrase(more)).start().await
}

fn by_passphrase(more: &str) -> String {
    format!(
        "signin.strategy = 'passphrase'\nsignin.passphrase = '{PASSPHRASE}'\nsignin.secret = '{SECRET}'\n{more}"
    )
}

fn authority(server: &Server) -> String {
    format!("127.0.0.1:{}", server.port())
}

fn at(server: &Server, path: &str) -> String {
    format!("http://{}{path}", authority(server))
}

/// Somebody who has signed in.
async fn signed_in(server: &Server) -> Visitor {
    let mut visitor = Visitor::default();
    let fields = [("passphrase", PASSPHRASE)];
    let answer = visitor.submit(&at(server, "/dashboard/login"), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    visitor
}
