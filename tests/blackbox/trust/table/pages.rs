//! The pages at which people sign in: the paths of their router, each with the methods that it takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_auth::AllowAll;
use holdfast_server::settings::{Secret, StoreKind, Strategy};
use holdfast_server::signin::Entrance;
use holdfast_server::{Settings, start_with};
use holdfast_tests::http;

use super::{Column, Table, of_session};

/// Method, path of the router, what to ask instead, and what each kind of visitor gets.
pub(super) type Row = (&'static str, &'static str, &'static str, Statuses);

/// Without a session that is good (a token opens no page); with one; with one on behalf of another site's page.
type Statuses = (u16, u16, u16);

/// The last one ends the session.
pub(super) const ROWS: &[Row] = &[
    ("GET", "/dashboard", "", (307, 307, 307)),
    ("GET", "/dashboard/", "", (302, 200, 200)),
    ("GET", "/dashboard/{*rest}", "/dashboard/x/y", (302, 404, 404)),
    ("GET", "/dashboard/login", "", (200, 200, 200)),
    ("POST", "/dashboard/login", "", (200, 200, 403)),
    ("GET", "/dashboard/callback", "", (400, 400, 400)),
    ("POST", "/dashboard/logout", "", (403, 200, 403)),
];

/// The paths of the router, as it prints itself.
pub(super) async fn paths() -> BTreeSet<String> {
    let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let mut settings = Settings { listen: nowhere, admin_listen: nowhere, ..Settings::default() };
    settings.store.kind = StoreKind::Memory;
    let running = start_with(&settings, Arc::new(AllowAll)).await.expect("it starts");
    settings.signin.strategy = Strategy::Passphrase;
    settings.signin.passphrase = Some(Secret("correct horse".into()));
    let entrance = Entrance::of(&settings, None).expect("it can be had").expect("there is one");
    let router = entrance.router(running.engine().clone(), &settings, Default::default());
    let shown = format!("{router:?}");
    running.stop().await;
    let texts = shown.split('"').filter(|text| text.starts_with("/dashboard"));
    texts.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_page_keeps_its_door() {
    let table = Table::start().await;
    let root = format!("Bearer {}", table.closed.server.root_token());
    for (method, path, ask, (without, with, forged)) in ROWS {
        let ask = if ask.is_empty() { path } else { ask };
        for (column, expected) in [
            (Column::Nothing, *without),
            (Column::Right, *without),
            (Column::BadSession, *without),
            (Column::Forged, *forged),
            (Column::Session, *with),
        ] {
            let session = of_session(column, &table.session);
            let mut headers: Vec<_> =
                session.iter().map(|(name, value)| (*name, value.as_str())).collect();
            if column == Column::Right {
                headers.push(("authorization", &root));
            }
            let what = format!("{method} {ask} by {column:?}");
            let port = table.closed.server.port();
            let answer = http::request(port, method, ask, &headers, b"").await;
            let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
            // The browser vouches for the page, whatever the cookie is worth.
            let signs_out = path.ends_with("/logout") && column == Column::BadSession;
            let expected = if signs_out { 200 } else { expected };
            assert_eq!(answer.status, expected, "{what}: {}", answer.text());
            let policy = answer.header("content-security-policy");
            assert!(policy.is_some_and(|policy| policy.contains("default-src 'none'")), "{what}");
        }
    }
}
