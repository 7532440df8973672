//! The HTTP face without a network: the router called as a service, with a guard and with an identity of the program's own.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use holdfast_auth::{
    Action, AllowAll, AuthError, Credentials, Decision, DenyAll, Guard, Identity, Resource,
};
use holdfast_engine::{Engine, Options};
use holdfast_server::Settings;
use holdfast_server::http::router;
use holdfast_store::MemoryStore;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

async fn face(guard: impl Guard) -> Router {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open(store, Arc::new(guard), Options::default()).await.expect("it opens");
    router(engine, &Settings::default(), CancellationToken::new())
}

struct Answer {
    status: StatusCode,
    etag: Option<String>,
    body: Value,
}

async fn ask(face: &Router, request: Request<Body>) -> Answer {
    let response = face.clone().oneshot(request).await.expect("a router never fails");
    let etag = response.headers().get("etag").map(|tag| tag.to_str().expect("text").to_owned());
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status, etag, body }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

fn post(path: &str, body: &'static str) -> Request<Body> {
    Request::post(path).body(Body::from(body)).expect("a request")
}

const KEY: &str = "/v1/namespaces/a/keys/app/timeout";

#[tokio::test]
async fn an_entry_comes_back_as_it_was_written() {
    let face = face(AllowAll).await;
    let written = ask(&face, post(KEY, r#"{"value":"MzA="}"#)).await;
    assert_eq!(written.status, StatusCode::OK);
    assert_eq!(written.etag.as_deref(), Some("\"1\""));
    let read = ask(&face, get("/v1/namespaces/a/keys/app%2Ftimeout")).await;
    assert_eq!((read.status, read.etag.as_deref()), (StatusCode::OK, Some("\"1\"")));
    assert_eq!(read.body, written.body);
    assert_eq!(read.body["entry"]["version"], "1");
}

/// Knows those who say their name, and lets only `ann` write.
struct ByName;

#[async_trait]
impl Guard for ByName {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        let name = shown.get("x-user");
        name.map(Identity::named).ok_or_else(|| AuthError::Unauthenticated("say your name".into()))
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        _: &Resource,
    ) -> Result<Decision, AuthError> {
        let writes = matches!(action, Action::Write | Action::Delete);
        let allowed = !writes || who.user() == "ann";
        Ok(if allowed { Decision::Allow } else { Decision::Deny("only ann writes".into()) })
    }
}

#[tokio::test]
async fn the_guard_is_asked_without_a_network_too() {
    let face = face(ByName).await;
    let nobody = ask(&face, post(KEY, r#"{"value":"MQ=="}"#)).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.body, json!({"code": 16, "message": "say your name", "details": []}));
    let mut bob = post(KEY, r#"{"value":"MQ=="}"#);
    bob.headers_mut().insert("x-user", "bob".parse().expect("a value"));
    let bob = ask(&face, bob).await;
    assert_eq!(
        (bob.status, &bob.body["message"]),
        (StatusCode::FORBIDDEN, &json!("only ann writes"))
    );
    let mut ann = post(KEY, r#"{"value":"MQ=="}"#);
    ann.extensions_mut().insert(Identity::named("ann"));
    assert_eq!(ask(&face, ann).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_closed_engine_lets_nobody_in() {
    let face = face(DenyAll).await;
    for path in [KEY, "/v1/namespaces", "/v1/aliases", "/v1/codecs", "/v1/namespaces/a/snapshot"] {
        let answer = ask(&face, get(path)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.body["message"], "no security guard configured", "{path}");
    }
}

#[tokio::test]
async fn writes_heed_entity_tags() {
    let face = face(AllowAll).await;
    let send = |method: &str, name: &'static str, tag: &str| {
        let request = Request::builder().method(method).uri(KEY).header(name, tag);
        request.body(Body::from(r#"{"value":"MQ=="}"#)).expect("a request")
    };
    let steps = [
        ("POST", "if-match", "*", 412),
        ("DELETE", "if-match", "\"1\"", 412),
        ("POST", "if-none-match", "*", 200),
        ("POST", "if-none-match", "*", 412),
        ("POST", "if-match", "\"1\"", 200),
        ("POST", "if-match", "\"1\"", 412),
        ("POST", "if-match", "W/\"2\"", 412),
        ("POST", "if-match", "2", 400),
        ("DELETE", "if-match", "\"1\"", 412),
        ("DELETE", "if-match", "\"2\"", 200),
        ("DELETE", "if-match", "\"2\"", 412),
    ];
    for (method, name, tag, status) in steps {
        let answer = ask(&face, send(method, name, tag)).await;
        assert_eq!(answer.status, status, "{method} {name}: {tag}: {}", answer.body);
    }
}

/// Case 90 of the contract with a guard that knows the caller: the headers are out before anybody is refused.
#[tokio::test]
async fn a_denied_stream_says_why() {
    struct NoWatching;

    #[async_trait]
    impl Guard for NoWatching {
        async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
            Ok(Identity::named("bob"))
        }

        async fn decide(
            &self,
            _: &Identity,
            action: Action,
            what: &Resource,
        ) -> Result<Decision, AuthError> {
            let denied = action == Action::Watch && what.namespace != "mine";
            let why = || format!("not {:?}", what.namespace);
            Ok(if denied { Decision::Deny(why()) } else { Decision::Allow })
        }
    }

    let face = face(NoWatching).await;
    for (path, why) in [
        ("/v1/watch", "not \\\"\\\""),
        ("/v1/watch?namespaces=mine&namespaces=theirs", "not \\\"theirs\\\""),
    ] {
        let response = face.clone().oneshot(get(path)).await.expect("a router never fails");
        assert_eq!(response.status(), StatusCode::OK);
        let body = response.into_body().collect().await.expect("it ends").to_bytes();
        let text = String::from_utf8(body.to_vec()).expect("text");
        let refusal = format!("event: error\ndata: {{\"error\":\"{why}\"}}\n\n");
        assert_eq!(text, format!("retry: 5000\n\n: connected\n\n{refusal}"));
    }
}
