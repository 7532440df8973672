//! What a session may do over the API, and who may make it do that.

use std::time::Duration;

use holdfast_tests::server::Launch;
use holdfast_tests::sse::Sse;
use holdfast_tests::visitor::Visitor;
use holdfast_tests::{Server, http};
use tokio::time::timeout;

use super::{at, authority, by_passphrase, signed_in, with_passphrase};

const KEY: &str = "/v1/namespaces/a/keys/k";
const PUT: &[u8] = br#"{"value":"MQ=="}"#;
const SOON: Duration = Duration::from_secs(30);

async fn send(
    visitor: &mut Visitor,
    server: &Server,
    method: &str,
    headers: &[(&str, &str)],
) -> u16 {
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    let body = if method == "POST" { PUT } else { b"" };
    visitor.send(method, &at(server, KEY), &all, body).await.status
}

#[tokio::test]
async fn a_session_may_what_its_roles_say() {
    let server = with_passphrase("signin.roles = ['reader']\nsignin.user = 'people'").await;
    server.config().await.showing(&server.root_token()).set("a", "k", "1").await.expect("set");
    let mut visitor = signed_in(&server).await;
    assert_eq!(send(&mut visitor, &server, "GET", &[]).await, 200);
    let own = format!("http://{}", authority(&server));
    assert_eq!(send(&mut visitor, &server, "POST", &[("origin", &own)]).await, 403);
    let who = visitor.get(&at(&server, "/v2/trust/whoami")).await.json();
    assert_eq!(who["user"], "people");
    assert!(who.to_string().contains("reader"), "{who}");
    let page = visitor.get(&at(&server, "/dashboard/")).await.text();
    assert!(page.contains("<dd>people</dd>") && page.contains("<dd>reader</dd>"), "{page}");
}

#[tokio::test]
async fn no_page_of_another_site_changes_anything() {
    let server = with_passphrase("signin.roles = ['writer']").await;
    let mut visitor = signed_in(&server).await;
    let own = format!("http://{}", authority(&server));
    let same = ("sec-fetch-site", "same-origin");
    for headers in [
        &[][..],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
    ] {
        for method in ["POST", "DELETE"] {
            let status = send(&mut visitor, &server, method, headers).await;
            assert_eq!(status, 403, "{method} {headers:?}");
        }
        for (path, body) in [
            (
                "/v2/commit",
                &br#"{"writes":[{"namespace":"a","key":"k","put":{"value":"MQ=="}}]}"#[..],
            ),
            ("/v2/get", br#"{"namespace":"a","key":"k"}"#),
        ] {
            let mut all = vec![("content-type", "application/json")];
            all.extend_from_slice(headers);
            let answer = visitor.send("POST", &at(&server, path), &all, body).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
        }
    }
    assert_eq!(send(&mut visitor, &server, "GET", &[]).await, 404, "nothing was written");
    for headers in [&[("origin", &*own)][..], &[same]] {
        assert_eq!(send(&mut visitor, &server, "POST", headers).await, 200, "{headers:?}");
        assert_eq!(send(&mut visitor, &server, "GET", &[]).await, 200);
        assert_eq!(send(&mut visitor, &server, "DELETE", headers).await, 200, "{headers:?}");
    }
    // gRPC-Web is what a page may use, too: namespace `a`, key `k`.
    let message = b"\0\0\0\0\x06\x0a\x01a\x12\x01k";
    for (headers, status) in [(&[][..], "7"), (&[same], "5")] {
        let mut all = vec![("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        all.extend_from_slice(headers);
        let path = at(&server, "/config.v1.ConfigService/Get");
        let answer = visitor.send("POST", &path, &all, message).await;
        let text = answer.text();
        let said = answer.header("grpc-status").map(str::to_owned);
        let said = said.or_else(|| Some(text.split_once("grpc-status:")?.1[..1].to_owned()));
        assert_eq!(said.as_deref(), Some(status), "{headers:?}: {text}");
    }
}

#[tokio::test]
async fn a_header_comes_before_a_cookie_and_a_bad_cookie_is_nobody() {
    let settings = by_passphrase("auth.anonymous_roles = 'reader'");
    let server = Launch::default().closed().settings(&settings).start().await;
    let root = server.root_token();
    server.config().await.showing(&root).set("a", "k", "1").await.expect("set");
    let (good, bad) = (format!("Bearer {root}"), "Bearer nonsense");
    let mut nobody = Visitor::default();
    assert_eq!(send(&mut nobody, &server, "GET", &[]).await, 200, "anonymous callers may read");
    let mut person = signed_in(&server).await;
    assert_eq!(send(&mut person, &server, "GET", &[]).await, 403, "the session has no roles");
    assert_eq!(send(&mut person, &server, "GET", &[("authorization", &good)]).await, 200);
    assert_eq!(send(&mut person, &server, "POST", &[("authorization", &good)]).await, 200);
    assert_eq!(send(&mut person, &server, "GET", &[("authorization", bad)]).await, 401);
    for cookie in
        ["", "x", "eyJpYXQiOjEwMDAsImV4cCI6MTAwMX0=.0DhEhnihXYjpHyZFPRqG7eciy3wb35fO5LnOiztcSvA="]
    {
        let mut liar = Visitor::default();
        liar.keep(&authority(&server), "dash-session", cookie);
        assert_eq!(send(&mut liar, &server, "GET", &[]).await, 401, "{cookie:?}");
        assert_eq!(send(&mut liar, &server, "GET", &[("authorization", &good)]).await, 200);
    }
    // Two cookies of the name: one of them was planted.
    let shown = person.shown(&authority(&server));
    let headers = [("cookie", format!("dash-session=x; {shown}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = http::request(server.port(), "GET", KEY, &headers, b"").await.expect("an answer");
    assert_eq!(answer.status, 401);
}

async fn ends(mut stream: Sse) -> String {
    let end = async {
        let mut last = String::new();
        while let Some(text) = stream.text().await {
            last = text;
        }
        last
    };
    timeout(SOON, end).await.expect("the stream ends")
}

const STREAMS: [&str; 2] = ["/v1/watch?namespaces=a", "/v2/watch?namespace=a"];

#[tokio::test]
async fn streams_end_with_the_session() {
    let server = with_passphrase("signin.roles = ['reader']").await;
    let mut visitor = signed_in(&server).await;
    let cookie = visitor.shown(&authority(&server));
    let [v1, v2] = STREAMS;
    let v1 = Sse::with_cookie(server.port(), v1, &cookie).await;
    let v2 = Sse::with_cookie(server.port(), v2, &cookie).await;
    let out = visitor.submit(&at(&server, "/dashboard/logout"), &[]).await;
    assert_eq!(out.status, 200);
    for stream in [v1, v2] {
        let last = ends(stream).await;
        assert!(last.starts_with("event: error\ndata: "), "{last}");
    }
}

#[tokio::test]
async fn a_session_ends_by_itself_and_its_streams_with_it() {
    let server = with_passphrase("signin.roles = ['reader']\nsignin.session_ttl = '2s'").await;
    let mut visitor = signed_in(&server).await;
    let cookie = visitor.shown(&authority(&server));
    let stream = Sse::with_cookie(server.port(), STREAMS[0], &cookie).await;
    let last = ends(stream).await;
    assert!(last.starts_with("event: error\ndata: "), "{last}");
    let again = visitor.get(&at(&server, "/v2/trust/whoami")).await;
    assert_eq!(again.status, 401);
    assert_eq!(visitor.get(&at(&server, "/dashboard/")).await.status, 302);
}
