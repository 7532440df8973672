//! Tokens stay out of everything that is kept or shown.

use std::path::Path;

use holdfast_api::holdfast_v1::{
    EventsRequest, Filter, HistoryRequest, ListTokensRequest, RotateTokenRequest, WhoAmIRequest,
};
use holdfast_tests::http;
use holdfast_tests::server::Launch;

use super::Closed;

/// Every file below a directory that holds the text.
fn files_with(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn tokens_are_nowhere_but_with_their_owner() {
    let server = Launch::default().closed().settings("log.level = \"debug\"").start().await;
    let mut closed = Closed::of(server).await;
    let token = closed.token("ann", &["reader"]).await;
    let ann = closed.root.showing(&token.token);
    let rotate = RotateTokenRequest { id: token.id.clone(), ..RotateTokenRequest::default() };
    let rotated = ann.trust().rotate_token(rotate).await.expect("rotated").into_inner();
    // Good, bad and as a header of HTTP.
    for shown in [&token.token, &rotated.token] {
        let caller = closed.root.showing(shown);
        let _ = caller.trust().who_am_i(WhoAmIRequest::default()).await;
        let header = format!("Bearer {shown}");
        let path = "/v1/namespaces/a/keys/k";
        let headers = [("authorization", &*header)];
        let answer = http::request(closed.server.port(), "GET", path, &headers, b"").await;
        let answer = answer.expect("an answer");
        assert!(!answer.text().contains("hf_"), "{}", answer.text());
    }
    let trust = || "internal:holdfast.trust".to_owned();
    let filters = vec![Filter { namespace: trust(), ..Filter::default() }];
    let events = EventsRequest { filters, ..EventsRequest::default() };
    let events = closed.root.events(events).await.expect("seen");
    let history = HistoryRequest {
        namespace: trust(),
        key: format!("tokens/{}", token.id),
        ..HistoryRequest::default()
    };
    let history = closed.root.history(history).await.expect("seen");
    let listed = closed.root.trust().list_tokens(ListTokensRequest::default()).await;
    let metrics = http::get(closed.server.admin_port(), "/metrics").await.expect("metrics").text();
    let values = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut shown = format!("{listed:?} {metrics} {events:?} {history:?}");
    shown.extend(events.events.iter().map(|logged| values(&logged.event.value)));
    shown.extend(history.events.iter().map(|event| values(&event.value)));
    assert!(shown.contains(&token.id), "the id is no secret");
    closed.server.stop().await;
    for token in [&token.token, &rotated.token] {
        let secret = token.splitn(3, '_').nth(2).expect("a secret");
        let secret = &secret[..20.min(secret.len())];
        assert!(!shown.contains(secret));
        assert!(!closed.server.log().contains(secret), "in the log");
        assert_eq!(files_with(&closed.server.data_dir(), secret), Vec::<String>::new());
    }
    // The root token is in its file, and in what the first start said.
    let root = closed.server.root_token();
    let file = closed.server.data_dir().join("root-token").display().to_string();
    assert_eq!(files_with(&closed.server.data_dir(), &root), [file]);
}
