//! A key set at a URL on a real server: rotated, down, slow, broken.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use holdfast_auth::Verifier;
use holdfast_verifier_jwt::{
    Algorithm, JwtSettings, JwtVerifier, KeptSettings, Keys, RemoteSettings,
};
use parking_lot::Mutex;
use serde_json::json;
use tokio::net::TcpListener;

use crate::signer::{Signer, claims, set, tried, user};

/// A provider of keys.
struct Provider {
    address: SocketAddr,
    script: Arc<Script>,
}

struct Script {
    answer: Mutex<(u16, String)>,
    delay: Mutex<Duration>,
    requests: AtomicUsize,
    unchanged: AtomicUsize,
}

async fn answer(State(script): State<Arc<Script>>, headers: HeaderMap) -> Response {
    script.requests.fetch_add(1, Ordering::SeqCst);
    let delay = *script.delay.lock();
    tokio::time::sleep(delay).await;
    let (status, body) = script.answer.lock().clone();
    let etag = format!("\"{}\"", blake3::hash(body.as_bytes()).to_hex());
    if headers.get("if-none-match").is_some_and(|asked| asked.as_bytes() == etag.as_bytes()) {
        script.unchanged.fetch_add(1, Ordering::SeqCst);
        return StatusCode::NOT_MODIFIED.into_response();
    }
    (StatusCode::from_u16(status).expect("a status"), [("etag", etag)], body).into_response()
}

impl Provider {
    async fn start() -> Self {
        let script = Arc::new(Script {
            answer: Mutex::new((503, String::new())),
            delay: Mutex::new(Duration::ZERO),
            requests: AtomicUsize::new(0),
            unchanged: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let routes = Router::new().route("/keys", get(answer)).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, script }
    }

    fn says(&self, status: u16, body: &str) {
        *self.script.answer.lock() = (status, body.to_owned());
    }

    fn requests(&self) -> usize {
        self.script.requests.load(Ordering::SeqCst)
    }

    async fn verifier(&self, floor: Duration, copy: Option<PathBuf>) -> JwtVerifier {
        let mut remote = RemoteSettings::new(format!("http://{}/keys", self.address));
        remote.max_bytes = 64 << 10;
        let kept = KeptSettings { interval: Duration::from_secs(3600), floor, copy };
        let keys = Keys::JwksUrl { remote: Box::new(remote), kept };
        let settings = JwtSettings::new(vec![Algorithm::ES256, Algorithm::EdDSA], keys);
        let verifier = JwtVerifier::new(settings).expect("fine settings");
        verifier.ready().await;
        verifier
    }
}

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn keys_are_rotated_without_a_restart() {
    let (old, new) =
        (Signer::named(Algorithm::ES256, "old"), Signer::named(Algorithm::EdDSA, "new"));
    let provider = Provider::start().await;
    provider.says(200, &set(&[&old]));
    let verifier = provider.verifier(Duration::ZERO, None).await;
    let claims = claims(json!({}));
    assert!(user(&verifier, &old.token(&claims)).await.is_some());
    assert_eq!(user(&verifier, &new.token(&claims)).await, None, "not published yet");
    provider.says(200, &set(&[&old, &new]));
    assert!(user(&verifier, &new.token(&claims)).await.is_some(), "an unknown name asks once");
    assert!(user(&verifier, &old.token(&claims)).await.is_some());
    provider.says(200, &set(&[&new]));
    let other = Signer::named(Algorithm::ES256, "other");
    assert_eq!(user(&verifier, &other.token(&claims)).await, None);
    assert_eq!(
        user(&verifier, &old.token(&claims)).await,
        None,
        "withdrawn, though it was remembered"
    );
    assert!(user(&verifier, &new.token(&claims)).await.is_some());
    verifier.close().await;
}

#[tokio::test]
async fn strangers_cannot_make_requests() {
    let key = Signer::named(Algorithm::ES256, "a");
    let provider = Provider::start().await;
    provider.says(200, &set(&[&key]));
    let verifier = provider.verifier(LONG, None).await;
    for number in 0..50 {
        let stranger = Signer::named(Algorithm::EdDSA, &number.to_string());
        assert_eq!(user(&verifier, &stranger.token(&claims(json!({})))).await, None);
    }
    assert_eq!(provider.requests(), 1, "the first one, at start");
    verifier.close().await;
}

#[tokio::test]
async fn the_last_keys_stay_while_the_provider_is_broken() {
    let key = Signer::named(Algorithm::ES256, "a");
    let provider = Provider::start().await;
    provider.says(200, &set(&[&key]));
    let verifier = provider.verifier(Duration::ZERO, None).await;
    let stranger = Signer::named(Algorithm::EdDSA, "x").token(&claims(json!({})));
    assert_eq!(user(&verifier, &stranger).await, None);
    assert!(provider.script.unchanged.load(Ordering::SeqCst) > 0, "asked with an ETag");
    assert_eq!(verifier.trouble(), None);
    let huge = "x".repeat(65 << 10);
    for (status, body) in
        [(500, ""), (404, "no"), (200, "<html>"), (200, "{}"), (200, huge.as_str())]
    {
        provider.says(status, body);
        assert_eq!(user(&verifier, &stranger).await, None, "it asks again");
        let fresh = key.token(&claims(json!({"n": status, "l": body.len()})));
        assert!(user(&verifier, &fresh).await.is_some(), "{status} {body:.9}");
        assert!(verifier.trouble().is_some(), "{status} {body:.9}");
    }
    verifier.close().await;
}

#[tokio::test]
async fn a_start_without_keys_refuses_until_there_are_some() {
    let key = Signer::named(Algorithm::ES256, "a");
    let token = key.token(&claims(json!({})));
    let provider = Provider::start().await;
    let verifier = provider.verifier(Duration::ZERO, None).await;
    assert!(verifier.trouble().is_some());
    assert_eq!(user(&verifier, &token).await, None);
    provider.says(200, "{\"keys\":[]}");
    assert_eq!(user(&verifier, &token).await, None);
    assert!(verifier.trouble().is_some_and(|why| why.contains("no key")));
    provider.says(200, &set(&[&key]));
    assert!(user(&verifier, &token).await.is_some());
    assert_eq!(verifier.trouble(), None);
    verifier.close().await;
}

#[tokio::test]
async fn a_slow_provider_does_not_hold_up_tokens_of_known_keys() {
    let key = Signer::named(Algorithm::ES256, "a");
    let provider = Provider::start().await;
    provider.says(200, &set(&[&key]));
    let verifier = provider.verifier(Duration::ZERO, None).await;
    *provider.script.delay.lock() = Duration::from_secs(60);
    let before = provider.requests();
    let stranger = Signer::named(Algorithm::EdDSA, "x").token(&claims(json!({})));
    let known = key.token(&claims(json!({"n": 1})));
    let (refused, fine) = tokio::join!(user(&verifier, &stranger), user(&verifier, &known));
    assert_eq!((refused, fine.as_deref()), (None, Some("ann")));
    assert!(provider.requests() <= before + 1);
    verifier.close().await;
}

#[tokio::test]
async fn many_tokens_of_a_new_key_make_one_request() {
    let (old, new) =
        (Signer::named(Algorithm::ES256, "old"), Signer::named(Algorithm::EdDSA, "new"));
    let provider = Provider::start().await;
    provider.says(200, &set(&[&old]));
    let verifier = provider.verifier(Duration::ZERO, None).await;
    provider.says(200, &set(&[&old, &new]));
    *provider.script.delay.lock() = Duration::from_millis(200);
    let before = provider.requests();
    let tokens: Vec<_> = (0..40).map(|n| new.token(&claims(json!({"n": n})))).collect();
    let answers =
        futures::future::join_all(tokens.iter().map(|token| tried(&verifier, token))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Some(_)))));
    assert_eq!(provider.requests(), before + 1);
    verifier.close().await;
}

#[tokio::test]
async fn a_restart_while_the_provider_is_down_has_the_copy() {
    let directory = tempfile::tempdir().expect("a directory");
    let copy = Some(directory.path().join("keys.json"));
    let key = Signer::named(Algorithm::ES256, "a");
    let provider = Provider::start().await;
    provider.says(200, &set(&[&key]));
    provider.verifier(LONG, copy.clone()).await.close().await;
    provider.says(503, "");
    let verifier = provider.verifier(LONG, copy).await;
    assert!(user(&verifier, &key.token(&claims(json!({})))).await.is_some());
    assert!(verifier.trouble().is_some());
    verifier.close().await;
}
