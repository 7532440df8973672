//! Pages of other origins: off until a setting names them.

use holdfast_tests::Server;
use holdfast_tests::server::Launch;

use super::ask_with;

const PREFLIGHT: [(&str, &str); 3] = [
    ("origin", "https://app.example"),
    ("access-control-request-method", "PUT"),
    ("access-control-request-headers", "authorization,if-match"),
];

#[tokio::test]
async fn nobody_by_default() {
    let server = Server::dev().await;
    let answer = ask_with(&server, "OPTIONS", "/v1/codecs", &PREFLIGHT, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, None));
    let answer = ask_with(&server, "GET", "/v1/codecs", &PREFLIGHT[..1], "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn those_that_are_named() {
    let origins = "cors.origins = \"https://app.example, http://localhost:3000\"";
    let server = Launch::default().settings(origins).start().await;
    let answer = ask_with(&server, "OPTIONS", "/v1/codecs", &PREFLIGHT, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,if-match"));
    assert!(answer.header("access-control-allow-methods").is_some_and(|m| m.contains("PUT")));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = ask_with(&server, "GET", "/v1/codecs", &PREFLIGHT[..1], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    let exposed = answer.header("access-control-expose-headers").expect("some are exposed");
    assert!(exposed.contains("etag") && exposed.contains("x-access-level"), "{exposed}");
    let other = [("origin", "https://evil.example")];
    let answer = ask_with(&server, "GET", "/v1/codecs", &other, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn what_is_no_origin_stops_the_start() {
    let mut server = Launch::default().settings("cors.origins = \"app.example\"").prepare();
    let status = server.try_start().await.expect("it does not start");
    assert!(!status.success());
    assert!(
        server.log().contains("cors.origins: \"app.example\" is no origin"),
        "{}",
        server.log()
    );
}
