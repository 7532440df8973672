//! Who may do what: the real binary without `--dev`.
//!
//! - [`start`]: the root token; [`durable`]: documents over restarts and SIGKILL
//! - [`rights`]: what roles, scopes and groups open and close; [`sight`]: what answers leave out
//! - [`tokens`]: expiry, rotation, revocation, disabled users
//! - [`streams`]: running watches end with the right to them; [`groups`]: consumer groups
//! - [`secrets`]: tokens stay out of everything that is kept or shown
//! - [`table`]: every route and call x every kind of caller
//! - [`wired`]: what settings put around the calls: JWTs, policies, limits, audit; [`tls`]: certificates
//! - [`api`]: the calls themselves, over gRPC and /v2; [`cli`]: the verbs

mod api;
mod cli;
mod durable;
mod graphql;
mod groups;
mod rights;
mod secrets;
mod sight;
mod start;
mod streams;
mod table;
mod tls;
mod tokens;
mod wired;

use std::time::Duration;

use holdfast_api::holdfast_v1::{
    CreateTokenRequest, CreateTokenResponse, PutRoleRequest, PutUserRequest,
};
use holdfast_tests::server::Launch;
use holdfast_tests::{Failure, Holdfast, Server};

/// A server that lets in who shows a token, and its first administrator.
struct Closed {
    server: Server,
    root: Holdfast,
}

impl Closed {
    async fn start() -> Self {
        Self::of(Launch::default().closed().start().await).await
    }

    async fn of(server: Server) -> Self {
        let root = server.holdfast().await.showing(&server.root_token());
        Self { server, root }
    }

    /// Writes a role of these rules.
    async fn role(&self, name: &str, rules: &[&str]) {
        let request =
            PutRoleRequest { name: name.into(), rules: owned(rules), ..PutRoleRequest::default() };
        self.root.trust().put_role(request).await.expect("the role is written");
    }

    /// Writes a user.
    async fn user(&self, request: PutUserRequest) {
        self.root.trust().put_user(request).await.expect("the user is written");
    }

    /// Makes a token of a user with these roles.
    async fn token(&self, user: &str, roles: &[&str]) -> CreateTokenResponse {
        let request = CreateTokenRequest {
            user: user.into(),
            roles: owned(roles),
            ..CreateTokenRequest::default()
        };
        self.issue(request).await.expect("the token is made")
    }

    async fn issue(&self, request: CreateTokenRequest) -> Result<CreateTokenResponse, Failure> {
        Ok(self.root.trust().create_token(request).await?.into_inner())
    }

    /// A caller with a role of their own that has these rules.
    async fn caller(&self, name: &str, rules: &[&str]) -> Holdfast {
        self.role(name, rules).await;
        let token = self.token(name, &[name]).await;
        self.root.showing(&token.token)
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A time that has to be long enough for anything that is promised "within a second".
const SOON: Duration = Duration::from_secs(30);
