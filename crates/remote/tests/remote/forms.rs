//! Forms sent to a real server on loopback.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use holdfast_remote::{Remote, RemoteError, RemoteSettings};
use parking_lot::Mutex;
use tokio::net::TcpListener;

type Seen = Arc<Mutex<Vec<(String, HeaderMap)>>>;

async fn token(State(seen): State<Seen>, headers: HeaderMap, body: String) -> Response {
    seen.lock().push((body, headers));
    (axum::http::StatusCode::BAD_REQUEST, "a sentence").into_response()
}

/// Three places: one that answers, one that leads there, one that says too much.
async fn serve() -> (String, Seen) {
    let seen = Seen::default();
    let routes = Router::new()
        .route("/token", post(token))
        .route("/moved", post(async || Redirect::temporary("/token")))
        .route("/long", post(async || "x".repeat(5000)))
        .with_state(Arc::clone(&seen));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (format!("http://{address}"), seen)
}

fn remote(url: String) -> Remote {
    let settings = RemoteSettings { redirects: false, max_bytes: 4096, ..RemoteSettings::new(url) };
    Remote::new(&settings).expect("fine settings")
}

#[tokio::test]
async fn a_form_is_sent_as_it_is_and_answered_whatever_the_status() {
    let (url, seen) = serve().await;
    let basic = ("me".to_owned(), "s3cret".to_owned());
    let fields = [("grant_type", "code"), ("code", "a b&c=d")];
    let (status, body) =
        remote(format!("{url}/token")).post_form(&fields, Some(&basic)).await.expect("an answer");
    assert_eq!((status, &body[..]), (400, &b"a sentence"[..]));
    let (body, headers) = seen.lock()[0].clone();
    assert_eq!(body, "grant_type=code&code=a+b%26c%3Dd");
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(headers["authorization"], "Basic bWU6czNjcmV0");
}

#[tokio::test]
async fn a_form_goes_nowhere_else_and_its_answer_has_a_bound() {
    let (url, seen) = serve().await;
    let moved = remote(format!("{url}/moved")).post_form(&[("code", "x")], None).await;
    assert!(matches!(moved, Ok((307, _))), "{moved:?}");
    assert!(seen.lock().is_empty(), "the form went along");
    let long = remote(format!("{url}/long")).post_form(&[], None).await;
    assert!(matches!(long, Err(RemoteError::TooLarge(4096))), "{long:?}");
}
