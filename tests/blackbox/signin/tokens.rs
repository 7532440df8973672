//! Tokens that somebody in front, or the page itself, shows for people.

use holdfast_tests::http::Answer;
use holdfast_tests::server::Launch;
use holdfast_tests::visitor::Visitor;

use super::{at, authority};

const KEY: &str = "/v1/namespaces/a/keys/k";

fn unauthorized(answer: &Answer) -> bool {
    answer.status == 401 && answer.text() == "unauthorized\n"
}

#[tokio::test]
async fn a_bearer_token_opens_the_page() {
    let settings = "signin.strategy = 'bearer'";
    let server = Launch::default().closed().settings(settings).start().await;
    let page = at(&server, "/dashboard/");
    let mut visitor = Visitor::default();
    assert!(unauthorized(&visitor.get(&page).await));
    for wrong in ["Bearer nonsense", "Bearer hf_0011223344556677_x", "Basic eDp5", "Bearer "] {
        let answer = visitor.send("GET", &page, &[("authorization", wrong)], b"").await;
        assert!(unauthorized(&answer), "{wrong}: {}", answer.text());
    }
    let header = format!("Bearer {}", server.root_token());
    let answer = visitor.send("GET", &page, &[("authorization", &header)], b"").await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(text.contains("<dd>root</dd>"), "{text}");
    assert!(text.contains(r#"{"auth-type":"bearer","auth-header":"Authorization"}"#), "{text}");
    assert!(!text.contains("logout"), "there is no session to end: {text}");
    assert!(unauthorized(&visitor.get(&at(&server, "/dashboard/login")).await));
}

#[tokio::test]
async fn a_cookie_of_somebody_in_front_is_its_token() {
    let settings = "signin.strategy = 'cookie'\nsignin.cookie = 'proxy_token'";
    let server = Launch::default().closed().settings(settings).start().await;
    let page = at(&server, "/dashboard/");
    let with = |value: &str| {
        let mut visitor = Visitor::default();
        visitor.keep(&authority(&server), "proxy_token", value);
        visitor
    };
    assert!(unauthorized(&Visitor::default().get(&page).await));
    for wrong in ["", "nonsense", "hf_0011223344556677_x"] {
        assert!(unauthorized(&with(wrong).get(&page).await), "{wrong}");
        let call = with(wrong).get(&at(&server, KEY)).await;
        assert_eq!(call.status, 401, "{wrong}");
    }
    let mut root = with(&server.root_token());
    assert!(root.get(&page).await.text().contains("<dd>root</dd>"));
    let own = format!("http://{}", authority(&server));
    let json = ("content-type", "application/json");
    let body = br#"{"value":"MQ=="}"#;
    for (headers, status) in [
        (&[json][..], 403),
        (&[json, ("origin", "http://evil.example")], 403),
        (&[json, ("origin", &own)], 200),
    ] {
        let answer = root.send("POST", &at(&server, KEY), headers, body).await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    assert_eq!(root.get(&at(&server, KEY)).await.status, 200);
}
