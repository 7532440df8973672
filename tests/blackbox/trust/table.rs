//! Every route and every call x every kind of caller. The routes are those of the router, the calls those of the service
//! descriptors: one without a row here fails the test.

mod calls;
mod pages;
mod routes;

use std::time::Duration;

use buffa_types::google::protobuf::Duration as Span;
use holdfast_api::holdfast_v1::{
    CreateTokenRequest, ListUsersRequest, PutRoleRequest, PutUserRequest,
};
use holdfast_tests::client::put;
use holdfast_tests::server::Launch;
use holdfast_tests::visitor::Visitor;
use serde_json::json;

use super::{Closed, wired};

/// Where everything is that only the right caller may see.
const SPACE: &str = "nsmarker";
const VALUE: &str = "\"valuemarker\"";

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Nothing,
    Nonsense,
    Unknown,
    Expired,
    /// With a token of somebody who may do everything, at another server.
    OtherAudience,
    Powerless,
    Elsewhere,
    Right,
    /// A session that is none, beside anything that a browser vouches for.
    BadSession,
    /// The session of somebody who may do everything, from a page of the server.
    Session,
    /// The same from a page of another site.
    Forged,
}

impl Column {
    /// Whoever shows a token, or nothing.
    const TOKENS: [Self; 8] = [
        Self::Nothing,
        Self::Nonsense,
        Self::Unknown,
        Self::Expired,
        Self::OtherAudience,
        Self::Powerless,
        Self::Elsewhere,
        Self::Right,
    ];

    /// Whoever shows a session.
    const SESSIONS: [Self; 3] = [Self::BadSession, Self::Session, Self::Forged];
}

/// Who has to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Who has the right there; nobody else.
    Closed,
    /// Who has the right anywhere: the answer leaves out what they may not see.
    Filtered,
    /// Everybody who is recognised.
    Known,
    /// Everybody.
    Open,
}

/// What the server has to say to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unauthenticated,
    Denied,
    Answered,
}

impl Door {
    /// `safe`: the request promises to change nothing.
    fn verdict(self, column: Column, safe: bool) -> Verdict {
        use Column::{Elsewhere, Forged, Powerless, Right, Session};
        match (self, column) {
            (Self::Open, _) | (_, Right | Session) | (Self::Known, Powerless | Elsewhere) => {
                Verdict::Answered
            }
            (Self::Filtered, Elsewhere) => Verdict::Answered,
            (_, Forged) if safe => Verdict::Answered,
            (_, Powerless | Elsewhere | Forged) => Verdict::Denied,
            _ => Verdict::Unauthenticated,
        }
    }
}

/// What a row needs: actions in a place, such as `read` in the namespace of the test.
#[derive(Debug, Clone, Copy)]
struct Needs {
    actions: &'static str,
    place: &'static str,
    elsewhere: &'static str,
}

const fn of_space(actions: &'static str) -> Needs {
    Needs { actions, place: SPACE, elsewhere: "another" }
}

const fn of_alias(actions: &'static str) -> Needs {
    Needs { actions, place: "@alias/aliasmarker", elsewhere: "@alias/another" }
}

const TRUST: Needs =
    Needs { actions: "admin", place: "internal:holdfast.trust", elsewhere: "another" };
const NONE: Needs = of_space("read");

/// A server with something to see, and tokens that are good for nothing.
struct Table {
    closed: Closed,
    expired: String,
    powerless: String,
    /// A session of the role `admin`, as its browser shows it.
    session: String,
}

/// People sign in by a passphrase, all of them administrators.
const SIGN_IN: &str =
    "signin.strategy = 'passphrase'\nsignin.passphrase = 'correct horse'\nsignin.roles = 'admin'";

impl Table {
    async fn start() -> Self {
        let settings = format!(
            "{SIGN_IN}\n[jwt]\nalgorithms = 'HS256'\nsecret = '{}'\naudiences = 'holdfast'",
            wired::SECRET
        );
        let closed = Closed::of(Launch::default().closed().settings(&settings).start().await).await;
        let mut visitor = Visitor::default();
        let login = format!("{}/dashboard/login", closed.server.endpoint());
        visitor.submit(&login, &[("passphrase", "correct horse")]).await;
        let session = visitor.shown(&format!("127.0.0.1:{}", closed.server.port()));
        assert!(session.starts_with("dash-session="), "{session}");
        let ttl = Span { seconds: 1, ..Span::default() };
        let request =
            CreateTokenRequest { user: "late".into(), ttl: ttl.into(), ..Default::default() };
        let expired = closed.issue(request).await.expect("made").token;
        let powerless = closed.token("powerless", &[]).await.token;
        let admin = closed.server.config().await.showing(&closed.server.root_token());
        admin.set_alias("aliasmarker", "k").await.expect("set");
        let user = PutUserRequest { name: "usermarker".into(), ..PutUserRequest::default() };
        closed.user(user).await;
        closed.role("rolemarker", &["read nowhere"]).await;
        let keeps = PutRoleRequest {
            name: "keeps".into(),
            rules: vec!["*,admin *".into()],
            users: vec!["keeper".into()],
            ..PutRoleRequest::default()
        };
        closed.root.trust().put_role(keeps).await.expect("written");
        let here = closed.root.showing(&keeper("holdfast"));
        here.trust().list_users(ListUsersRequest::default()).await.expect("meant for this server");
        let table = Self { closed, expired, powerless, session };
        table.refill().await;
        let late = table.closed.root.showing(&table.expired);
        while late
            .trust()
            .who_am_i(holdfast_api::holdfast_v1::WhoAmIRequest::default())
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        table
    }

    /// What the row before may have removed.
    async fn refill(&self) {
        let keys = ["k", "other"].map(|key| put(SPACE, key, VALUE)).to_vec();
        self.closed.root.commit(keys).await.expect("committed");
    }

    /// The token that a caller of this kind shows; `None`: nothing.
    async fn token(&self, column: Column, needs: Needs) -> Option<String> {
        let with = async |place: &str| {
            let name = format!("row-{}", place.replace(['@', '/'], "-"));
            self.closed.role(&name, &[&format!("{} {place}", needs.actions)]).await;
            self.closed.token("ann", &[&name]).await
        };
        Some(match column {
            Column::Nothing | Column::BadSession | Column::Session | Column::Forged => return None,
            Column::Nonsense => "nonsense".to_owned(),
            Column::Unknown => format!("hf_0011223344556677_{}", "A".repeat(43)),
            Column::Expired => self.expired.clone(),
            Column::OtherAudience => keeper("elsewhere"),
            Column::Powerless => self.powerless.clone(),
            Column::Elsewhere => with(needs.elsewhere).await.token,
            Column::Right => with(needs.place).await.token,
        })
    }
}

/// A token of somebody who may do everything, for this audience.
fn keeper(audience: &str) -> String {
    wired::jwt(&[("sub", json!("keeper")), ("aud", json!(audience))])
}

/// Headers of a caller with a session: the cookie, and what a browser says of the page behind the request.
fn of_session(column: Column, session: &str) -> Vec<(&'static str, String)> {
    let cookie = match column {
        Column::BadSession => "dash-session=nonsense".to_owned(),
        Column::Session | Column::Forged => session.to_owned(),
        _ => return Vec::new(),
    };
    let site = if column == Column::Forged { "cross-site" } else { "same-origin" };
    vec![("cookie", cookie), ("sec-fetch-site", site.to_owned())]
}

/// What of an answer nobody but the right caller may see.
fn leaks(answer: &[u8]) -> bool {
    let encoded = "InZhbHVlbWFya2VyI"; // The value in base64, without its last letters.
    let text = String::from_utf8_lossy(answer);
    text.contains("marker") || text.contains(encoded)
}
