//! HTTP: the paths of the router, each with the methods that it takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_auth::AllowAll;
use holdfast_server::settings::StoreKind;
use holdfast_server::{Settings, http as face, start_with};
use holdfast_tests::http;

use super::{
    Column, Door, NONE, Needs, TRUST, Table, Verdict, leaks, of_alias, of_session, of_space, pages,
};

/// Method, path of the router, what to ask instead, body, door, what it needs.
type Row = (&'static str, &'static str, &'static str, &'static str, Door, Needs);

const KEYS: &str = "/v1/namespaces/{namespace}/keys/{*key}";
const AT_KEY: &str = "/v1/namespaces/nsmarker/keys/k";
const REF: &str = "/api/state/ref/{domain}/{type}/{key}";
/// The entry `k` as stategate sees it.
const AT_REF: &str = "/api/state/ref/nsmarker/_/k";
const ENTITY: &str = "/api/entity/ref/{domain}/{type}/{key}";
const AT_ENTITY: &str = "/api/entity/ref/nsmarker/_/k";
const REVERT: &str = "/api/entity/ref/{domain}/{type}/{key}/revert";
const AT_REVERT: &str =
    "/api/entity/ref/nsmarker/_/k/revert?id=6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";
const CACHE: &str = "/api/cache/ref/{domain}/{key}";
const AT_CACHE: &str = "/api/cache/ref/nsmarker/k";
const MUTEX: &str = "/api/mutex/ref/{domain}/{key}";
const LOCK: &str = "/api/mutex/ref/{domain}/{key}/lock";
const UNLOCK: &str = "/api/mutex/ref/{domain}/{key}/unlock";
const MESSAGE: &str = r#"{"domain":"nsmarker","channel":"c","type":"t","body":{}}"#;
const AT_PEERS: &str = "/api/peer/stream?domain=nsmarker&channel=c&type=t";
const AT_OLD_PEERS: &str = "/api/peers/stream?domain=nsmarker&channel=c&type=t";
const PUT: &str = r#"{"value":"MQ=="}"#;
const GET_BODY: &str = r#"{"namespace":"nsmarker","key":"k"}"#;
const GRAPHQL_BODY: &str =
    r#"{"query":"{getEntity(input:{domain:\"nsmarker\",type:\"_\",key:\"k\"}){values}}"}"#;
const AT_GRAPHQL: &str = "/api/graphql?query=%7BgetEntity(input%3A%7Bdomain%3A%22nsmarker%22%2Ctype%3A%22_%22%2Ckey%3A%22k%22%7D)%7Bvalues%7D%7D";
const LIST_BODY: &str = r#"{"namespace":"nsmarker"}"#;
const ACK_BODY: &str = r#"{"domain":"nsmarker","type":"_","consumerGroup":"g"}"#;
const COMMIT_BODY: &str =
    r#"{"writes":[{"namespace":"nsmarker","key":"k","put":{"value":"MQ=="}}]}"#;
const TXN_BODY: &str =
    r#"{"then":{"writes":[{"namespace":"nsmarker","key":"k","put":{"value":"MQ=="}}]}}"#;
const DIFF_BODY: &str =
    r#"{"from":{"namespace":"nsmarker","at":{"revision":"1"}},"to":{"namespace":"nsmarker"}}"#;
const ROLLBACK_BODY: &str = r#"{"namespace":"nsmarker","key":"k","revision":"1","dryRun":true}"#;

const POLICY_BODY: &str = r#"{"modules":[{"file":"a.rego","text":"package holdfast"}]}"#;

use Door::{Closed, Filtered, Known, Open};

const ROWS: &[Row] = &[
    ("GET", "/openapi.json", "", "", Open, NONE),
    ("GET", "/v1/namespaces", "", "", Filtered, of_space("read,list")),
    (
        "GET",
        "/v1/namespaces/{namespace}/keys",
        "/v1/namespaces/nsmarker/keys",
        "",
        Closed,
        of_space("read,list"),
    ),
    ("GET", "/v1/namespaces/{namespace}/keys/", "/v1/namespaces/nsmarker/keys/", "", Known, NONE),
    ("POST", "/v1/namespaces/{namespace}/keys/", "/v1/namespaces/nsmarker/keys/", PUT, Known, NONE),
    (
        "DELETE",
        "/v1/namespaces/{namespace}/keys/",
        "/v1/namespaces/nsmarker/keys/",
        "",
        Known,
        NONE,
    ),
    ("GET", KEYS, AT_KEY, "", Closed, of_space("read")),
    ("GET", KEYS, "/v1/namespaces/nsmarker/keys/k/versions", "", Closed, of_space("read")),
    ("GET", KEYS, "/v1/namespaces/nsmarker/keys/k/diff?v1=1&v2=1", "", Closed, of_space("read")),
    ("POST", KEYS, AT_KEY, PUT, Closed, of_space("write")),
    ("DELETE", KEYS, AT_KEY, "", Closed, of_space("delete")),
    (
        "GET",
        "/v1/namespaces/{namespace}/snapshot",
        "/v1/namespaces/nsmarker/snapshot",
        "",
        Closed,
        of_space("read"),
    ),
    (
        "GET",
        "/v1/namespaces/{namespace}/access",
        "/v1/namespaces/nsmarker/access",
        "",
        Known,
        of_space("read"),
    ),
    ("GET", "/v1/codecs", "", "", Filtered, of_space("list")),
    ("GET", "/v1/aliases", "", "", Filtered, of_alias("read,list")),
    ("GET", "/v1/aliases/", "", "", Known, NONE),
    ("PUT", "/v1/aliases/", "", r#"{"target":"k"}"#, Known, NONE),
    ("DELETE", "/v1/aliases/", "", "", Known, NONE),
    ("GET", "/v1/aliases/{*alias}", "/v1/aliases/aliasmarker", "", Closed, of_alias("read")),
    (
        "PUT",
        "/v1/aliases/{*alias}",
        "/v1/aliases/aliasmarker",
        r#"{"target":"k"}"#,
        Closed,
        of_alias("write"),
    ),
    ("DELETE", "/v1/aliases/{*alias}", "/v1/aliases/aliasmarker", "", Closed, of_alias("delete")),
    ("GET", "/v1/watch", "/v1/watch?namespaces=nsmarker", "", Closed, of_space("watch,read")),
    ("GET", REF, AT_REF, "", Closed, of_space("read")),
    ("POST", REF, AT_REF, r#"{"a":1}"#, Closed, of_space("write")),
    ("DELETE", REF, AT_REF, "", Closed, of_space("delete")),
    (
        "GET",
        "/api/state/search",
        "/api/state/search?domain=nsmarker&type=_&limit=10",
        "",
        Closed,
        of_space("read,list"),
    ),
    ("GET", ENTITY, AT_ENTITY, "", Closed, of_space("read")),
    ("PUT", ENTITY, AT_ENTITY, r#"{"a":1}"#, Closed, of_space("write")),
    ("POST", ENTITY, AT_ENTITY, r#"{"a":1}"#, Closed, of_space("write")),
    ("PATCH", ENTITY, AT_ENTITY, r#"{"a":1}"#, Closed, of_space("read,write")),
    ("DELETE", ENTITY, AT_ENTITY, "", Closed, of_space("delete")),
    ("PUT", REVERT, AT_REVERT, "", Closed, of_space("read,list,write")),
    ("POST", REVERT, AT_REVERT, "", Closed, of_space("read,list,write")),
    (
        "GET",
        "/api/entity/search",
        "/api/entity/search?domain=nsmarker&type=_&limit=10",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/api/events/ref/{domain}/{type}/{key}/{id}",
        "/api/events/ref/nsmarker/_/k/6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/api/event/ref/{domain}/{type}/{key}/{id}",
        "/api/event/ref/nsmarker/_/k/6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/api/event/search",
        "/api/event/search?domain=nsmarker&type=_&limit=10",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/api/event/stream",
        "/api/event/stream?domain=nsmarker&type=_",
        "",
        Closed,
        of_space("watch,read"),
    ),
    (
        "GET",
        "/api/events/search",
        "/api/events/search?domain=nsmarker&type=_&limit=10",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/api/events/stream",
        "/api/events/stream?domain=nsmarker&type=_",
        "",
        Closed,
        of_space("watch,read"),
    ),
    ("GET", CACHE, AT_CACHE, "", Closed, of_space("read")),
    ("PUT", CACHE, AT_CACHE, r#"{"value":1}"#, Closed, of_space("write")),
    ("POST", CACHE, AT_CACHE, r#"{"value":1}"#, Closed, of_space("write")),
    ("DELETE", CACHE, AT_CACHE, "", Closed, of_space("delete")),
    ("PUT", MUTEX, "/api/mutex/ref/nsmarker/k", "", Closed, of_space("write")),
    ("POST", LOCK, "/api/mutex/ref/nsmarker/k/lock", "{}", Closed, of_space("write")),
    ("PUT", LOCK, "/api/mutex/ref/nsmarker/k/lock", "{}", Closed, of_space("write")),
    ("POST", UNLOCK, "/api/mutex/ref/nsmarker/k/unlock", "", Closed, of_space("write")),
    ("PUT", UNLOCK, "/api/mutex/ref/nsmarker/k/unlock", "", Closed, of_space("write")),
    ("POST", "/api/peer/broadcast", "", MESSAGE, Closed, of_space("write")),
    ("POST", "/api/peers/broadcast", "", MESSAGE, Closed, of_space("write")),
    ("GET", "/api/peer/stream", AT_PEERS, "", Closed, of_space("watch")),
    ("GET", "/api/peers/stream", AT_OLD_PEERS, "", Closed, of_space("watch")),
    ("GET", "/api/graphql", AT_GRAPHQL, "", Closed, of_space("read")),
    ("POST", "/api/graphql", "", GRAPHQL_BODY, Closed, of_space("read")),
    ("POST", "/api/events/ack", "", ACK_BODY, Closed, of_space("watch,read")),
    ("POST", "/api/event/ack", "", ACK_BODY, Closed, of_space("watch,read")),
    ("POST", "/v2/commit", "", COMMIT_BODY, Closed, of_space("write")),
    ("POST", "/v2/txn", "", TXN_BODY, Closed, of_space("write")),
    ("POST", "/v2/get", "", GET_BODY, Closed, of_space("read")),
    ("POST", "/v2/list", "", LIST_BODY, Closed, of_space("read,list")),
    ("POST", "/v2/snapshot", "", LIST_BODY, Closed, of_space("read")),
    ("POST", "/v2/history", "", GET_BODY, Closed, of_space("read")),
    ("POST", "/v2/diff", "", DIFF_BODY, Closed, of_space("read")),
    ("POST", "/v2/rollback", "", ROLLBACK_BODY, Closed, of_space("read,write,delete")),
    (
        "POST",
        "/v2/events",
        "",
        r#"{"filters":[{"namespace":"nsmarker"}]}"#,
        Closed,
        of_space("read,list"),
    ),
    ("GET", "/v2/events", "", "", Filtered, of_space("read,list")),
    ("POST", "/v2/search", "", r#"{"pattern":"marker"}"#, Filtered, of_space("read,list")),
    (
        "GET",
        "/v2/search",
        "/v2/search?pattern=marker&namespace=nsmarker",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "POST",
        "/v2/watch",
        "",
        r#"{"filters":[{"namespace":"nsmarker"}]}"#,
        Closed,
        of_space("watch,read"),
    ),
    ("GET", "/v2/watch", "/v2/watch?namespace=nsmarker", "", Closed, of_space("watch,read")),
    (
        "GET",
        "/v2/namespaces/{namespace}/keys",
        "/v2/namespaces/nsmarker/keys",
        "",
        Closed,
        of_space("read,list"),
    ),
    (
        "GET",
        "/v2/namespaces/{namespace}/keys/{*key}",
        "/v2/namespaces/nsmarker/keys/k",
        "",
        Closed,
        of_space("read"),
    ),
    (
        "GET",
        "/v2/namespaces/{namespace}/history/{*key}",
        "/v2/namespaces/nsmarker/history/k",
        "",
        Closed,
        of_space("read"),
    ),
    (
        "GET",
        "/v2/namespaces/{namespace}/snapshot",
        "/v2/namespaces/nsmarker/snapshot",
        "",
        Closed,
        of_space("read"),
    ),
    ("GET", "/v2/groups", "", "", Filtered, of_space("watch")),
    (
        "DELETE",
        "/v2/groups/{domain}/{type}/{name}",
        "/v2/groups/nsmarker/t/g",
        "",
        Closed,
        of_space("admin"),
    ),
    ("GET", "/v2/trust/whoami", "", "", Known, NONE),
    ("GET", "/v2/trust/tokens", "", "", Closed, TRUST),
    ("POST", "/v2/trust/tokens", "", r#"{"user":"usermarker"}"#, Closed, TRUST),
    ("GET", "/v2/trust/tokens/{id}", "/v2/trust/tokens/0011223344556677", "", Closed, TRUST),
    ("DELETE", "/v2/trust/tokens/{id}", "/v2/trust/tokens/0011223344556677", "", Closed, TRUST),
    (
        "POST",
        "/v2/trust/tokens/{id}",
        "/v2/trust/tokens/0011223344556677:rotate",
        "{}",
        Closed,
        TRUST,
    ),
    ("GET", "/v2/trust/users", "", "", Closed, TRUST),
    ("GET", "/v2/trust/users/{name}", "/v2/trust/users/usermarker", "", Closed, TRUST),
    ("PUT", "/v2/trust/users/{name}", "/v2/trust/users/usermarker", "{}", Closed, TRUST),
    ("DELETE", "/v2/trust/users/{name}", "/v2/trust/users/nobody", "", Closed, TRUST),
    ("GET", "/v2/trust/roles", "", "", Closed, TRUST),
    ("GET", "/v2/trust/roles/{name}", "/v2/trust/roles/rolemarker", "", Closed, TRUST),
    (
        "PUT",
        "/v2/trust/roles/{name}",
        "/v2/trust/roles/rolemarker",
        r#"{"rules":["read nowhere"]}"#,
        Closed,
        TRUST,
    ),
    ("DELETE", "/v2/trust/roles/{name}", "/v2/trust/roles/nobody", "", Closed, TRUST),
    ("GET", "/v2/trust/policies", "", "", Closed, TRUST),
    ("GET", "/v2/trust/policies/{name}", "/v2/trust/policies/nobody", "", Closed, TRUST),
    ("PUT", "/v2/trust/policies/{name}", "/v2/trust/policies/row", POLICY_BODY, Closed, TRUST),
    ("DELETE", "/v2/trust/policies/{name}", "/v2/trust/policies/nobody", "", Closed, TRUST),
];

/// The paths of the router, as it prints itself.
async fn paths() -> BTreeSet<String> {
    let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let mut settings = Settings { listen: nowhere, admin_listen: nowhere, ..Settings::default() };
    settings.store.kind = StoreKind::Memory;
    let running = start_with(&settings, Arc::new(AllowAll)).await.expect("it starts");
    let router = face::router(running.engine().clone(), &settings, Default::default());
    let shown = format!("{router:?}");
    running.stop().await;
    let texts = shown.split('"').filter(|text| text.starts_with('/'));
    // The router's own fallbacks look like paths to it.
    texts.filter(|path| *path != "/" && !path.contains("__private")).map(str::to_owned).collect()
}

/// A path of the router with names in the place of its parameters.
fn concrete(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_has_a_row() {
    let table = Table::start().await;
    let mut paths = paths().await;
    let pages = pages::paths().await;
    assert!(pages.len() > 5, "the router tells its paths: {pages:?}");
    paths.extend(pages);
    assert!(paths.len() > 30, "the router tells its paths: {paths:?}");
    for path in &paths {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            // Nobody gets in, so nothing is done.
            let asked = concrete(path);
            let answer = http::request(table.closed.server.port(), method, &asked, &[], b"").await;
            let answer = answer.expect("an answer");
            // The gateway of stategate has a word of its own for it.
            let served = answer.status != 405 && !answer.text().contains("Method Not Allowed");
            let rows = ROWS.iter().map(|row| (row.0, row.1));
            let mut rows = rows.chain(pages::ROWS.iter().map(|row| (row.0, row.1)));
            let has_row = rows.any(|row| row == (method, path.as_str()));
            assert_eq!(served, has_row, "{method} {path}");
        }
    }
    for row in ROWS {
        assert!(paths.contains(row.1), "{} is no route", row.1);
    }
    for row in pages::ROWS {
        assert!(paths.contains(row.1), "{} is no page", row.1);
    }
}

#[tokio::test]
async fn every_route_keeps_its_door() {
    let table = Table::start().await;
    for row in ROWS {
        for column in Column::TOKENS.into_iter().chain(Column::SESSIONS) {
            check(&table, row, column).await;
            table.refill().await;
        }
    }
}

async fn check(table: &Table, row: &Row, column: Column) {
    let (method, path, ask, body, door, needs) = *row;
    let ask = if ask.is_empty() { path } else { ask };
    let what = format!("{method} {ask} by {column:?}");
    let token = table.token(column, needs).await;
    let shown = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(shown.as_deref().map(|shown| ("authorization", shown)));
    let session = of_session(column, &table.session);
    headers.extend(session.iter().map(|(name, value)| (*name, value.as_str())));
    let port = table.closed.server.port();
    let events = path.ends_with("/watch") || path.ends_with("/stream");
    let verdict = door.verdict(column, method == "GET");
    if events && verdict == Verdict::Answered {
        return streams(port, method, ask, body, &headers, &what).await;
    }
    let answer = http::request(port, method, ask, &headers, body.as_bytes()).await;
    let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
    let text = answer.text();
    match verdict {
        // What a field is refused for GraphQL tells beside the data.
        Verdict::Unauthenticated if path == "/api/graphql" => {
            assert!(text.contains(r#""code":"UNAUTHENTICATED""#), "{what}: {text}");
        }
        Verdict::Denied if path == "/api/graphql" => {
            assert!(text.contains(r#""code":"PERMISSION_DENIED""#), "{what}: {text}");
        }
        _ if events && path.starts_with("/v1") => {
            assert_eq!(answer.status, 200, "{what}: {text}");
            assert!(text.contains("event: error\ndata: "), "{what}: {text}");
        }
        Verdict::Unauthenticated => {
            assert_eq!(answer.status, 401, "{what}: {text}");
            let challenge = answer.header("www-authenticate").is_some();
            assert!(challenge || path == KEYS, "{what}: no challenge");
        }
        Verdict::Denied => assert_eq!(answer.status, 403, "{what}: {text}"),
        Verdict::Answered => {
            assert!(![401, 403, 405, 500].contains(&answer.status), "{what}: {}", answer.status);
        }
    }
    let may_see = matches!(column, Column::Right | Column::Session | Column::Forged)
        || door == Open
        || verdict == Verdict::Denied;
    assert!(may_see || !leaks(&answer.body), "{what}: {text}");
}

/// Streams do not end by themselves: the head and the beginning are enough.
async fn streams(
    port: u16,
    method: &str,
    path: &str,
    body: &str,
    headers: &[(&str, &str)],
    what: &str,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let lines: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{lines}content-length: {length}\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    let mut buffer = [0; 4096];
    // Lines have no preamble.
    let live = if path.contains("/stream") { "\r\n\r\n" } else { ": connected" };
    while !text.contains(live) {
        let read = tokio::time::timeout(super::super::SOON, socket.read(&mut buffer)).await;
        let length = read.expect("in time").expect("it reads");
        assert!(length > 0, "{what}: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    assert!(text.starts_with("HTTP/1.1 200 ") && !text.contains("event: error"), "{what}: {text}");
}
