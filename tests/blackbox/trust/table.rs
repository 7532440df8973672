//! Every route and every call x every kind of caller. The routes are those of the router, the calls those of the service
//! descriptors: one without a row here fails the test.

mod calls;
mod routes;

use std::time::Duration;

use buffa_types::google::protobuf::Duration as Span;
use holdfast_api::holdfast_v1::{CreateTokenRequest, PutUserRequest};
use holdfast_tests::client::put;

use super::Closed;

/// Where everything is that only the right caller may see.
const SPACE: &str = "nsmarker";
const VALUE: &str = "\"valuemarker\"";

/// Who calls. A credential that is meant for somebody else comes in here once there are some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Nothing,
    Nonsense,
    Unknown,
    Expired,
    Powerless,
    Elsewhere,
    Right,
}

impl Column {
    const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Nonsense,
        Self::Unknown,
        Self::Expired,
        Self::Powerless,
        Self::Elsewhere,
        Self::Right,
    ];
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
    fn verdict(self, column: Column) -> Verdict {
        use Column::{Elsewhere, Powerless, Right};
        match (self, column) {
            (Self::Open, _) | (_, Right) | (Self::Known, Powerless | Elsewhere) => {
                Verdict::Answered
            }
            (Self::Filtered, Elsewhere) => Verdict::Answered,
            (_, Powerless | Elsewhere) => Verdict::Denied,
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
}

impl Table {
    async fn start() -> Self {
        let closed = Closed::start().await;
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
        let table = Self { closed, expired, powerless };
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
            Column::Nothing => return None,
            Column::Nonsense => "nonsense".to_owned(),
            Column::Unknown => format!("hf_0011223344556677_{}", "A".repeat(43)),
            Column::Expired => self.expired.clone(),
            Column::Powerless => self.powerless.clone(),
            Column::Elsewhere => with(needs.elsewhere).await.token,
            Column::Right => with(needs.place).await.token,
        })
    }
}

/// What of an answer nobody but the right caller may see.
fn leaks(answer: &[u8]) -> bool {
    let encoded = "InZhbHVlbWFya2VyI"; // The value in base64, without its last letters.
    let text = String::from_utf8_lossy(answer);
    text.contains("marker") || text.contains(encoded)
}
