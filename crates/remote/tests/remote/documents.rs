//! Documents from a real server on loopback: good, gone, slow, too large, unchanged, elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use holdfast_remote::{Fetched, Kept, KeptSettings, Remote, RemoteError, RemoteSettings};
use tokio::net::TcpListener;

/// What the server answers next, and what it was asked.
#[derive(Default)]
struct Script {
    answer: parking_lot::Mutex<Answer>,
    seen: parking_lot::Mutex<Vec<HeaderMap>>,
    unchanged: AtomicUsize,
}

#[derive(Default, Clone)]
struct Answer {
    status: u16,
    body: Vec<u8>,
    etag: Option<&'static str>,
    location: Option<String>,
    max_age: Option<u64>,
    delay: Duration,
    chunked: bool,
}

async fn answer(State(script): State<Arc<Script>>, headers: HeaderMap) -> Response<Body> {
    script.seen.lock().push(headers.clone());
    let now = script.answer.lock().clone();
    tokio::time::sleep(now.delay).await;
    let asked = headers.get("if-none-match").and_then(|etag| etag.to_str().ok());
    let mut answer = Response::builder();
    if now.etag.is_some() && asked == now.etag {
        script.unchanged.fetch_add(1, Ordering::SeqCst);
        return answer.status(304).body(Body::empty()).expect("an answer");
    }
    answer = answer.status(now.status);
    if let Some(etag) = now.etag {
        answer = answer.header("etag", etag);
    }
    if let Some(seconds) = now.max_age {
        answer = answer.header("cache-control", format!("public, max-age={seconds}"));
    }
    if let Some(location) = now.location {
        answer = answer.header("location", location);
    }
    let body = if now.chunked {
        let pieces = now.body.chunks(1000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec()));
        Body::from_stream(futures::stream::iter(pieces.collect::<Vec<_>>()))
    } else {
        Body::from(now.body)
    };
    answer.body(body).expect("an answer")
}

async fn serve(script: &Arc<Script>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/doc", get(answer)).with_state(Arc::clone(script));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn settings(address: SocketAddr) -> RemoteSettings {
    let mut settings = RemoteSettings::new(format!("http://{address}/doc"));
    settings.timeout = Duration::from_secs(5);
    settings.max_bytes = 4096;
    settings
}

impl Script {
    fn says(&self, status: u16, body: &str) {
        *self.answer.lock() = Answer { status, body: body.into(), ..Answer::default() };
    }

    fn requests(&self) -> usize {
        self.seen.lock().len()
    }
}

fn word(bytes: &bytes::Bytes) -> Result<String, String> {
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| "no text".to_owned())?;
    if text.contains("broken") { Err("a broken document".into()) } else { Ok(text) }
}

fn quick(copy: Option<std::path::PathBuf>) -> KeptSettings {
    KeptSettings { interval: Duration::from_secs(3600), floor: Duration::ZERO, copy }
}

#[tokio::test]
async fn a_document_comes_whole_with_what_its_server_says_of_it() {
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    let etag = Some("\"1\"");
    *script.answer.lock() =
        Answer { status: 200, body: b"hello".into(), etag, max_age: Some(60), ..Answer::default() };
    let mut settings = settings(address);
    settings.bearer = Some("s3cret".into());
    settings.headers.push(("x-key".into(), "also s3cret".into()));
    assert!(!format!("{settings:?}").contains("s3cret"), "{settings:?}");
    let remote = Remote::new(&settings).expect("fine settings");
    assert!(!format!("{remote:?}").contains("s3cret"));
    let fetched = remote.fetch(None).await.expect("a document");
    let expected = Fetched::Document {
        bytes: "hello".into(),
        etag: Some("\"1\"".into()),
        max_age: Some(Duration::from_secs(60)),
    };
    assert_eq!(fetched, expected);
    assert_eq!(remote.fetch(etag).await.expect("an answer"), Fetched::NotModified);
    let seen = script.seen.lock();
    assert_eq!(seen[0]["authorization"], "Bearer s3cret");
    assert_eq!(seen[0]["x-key"], "also s3cret");
}

#[tokio::test]
async fn what_is_no_document_is_named() {
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    let mut settings = settings(address);
    settings.timeout = Duration::from_millis(300);
    let remote = Remote::new(&settings).expect("fine settings");
    script.says(404, "no");
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Status(404))));
    *script.answer.lock() = Answer { status: 304, ..Answer::default() };
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Status(304))), "nobody asked");
    for chunked in [false, true] {
        let body = vec![b'x'; 4097];
        *script.answer.lock() = Answer { status: 200, body, chunked, ..Answer::default() };
        assert!(matches!(remote.fetch(None).await, Err(RemoteError::TooLarge(4096))), "{chunked}");
        script.answer.lock().body.pop();
        assert!(matches!(remote.fetch(None).await, Ok(Fetched::Document { .. })), "{chunked}");
    }
    script.answer.lock().delay = Duration::from_secs(60);
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Slow(_))));
}

#[tokio::test]
async fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let remote = Remote::new(&settings(address)).expect("fine settings");
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Broken(_))));
}

#[tokio::test]
async fn redirects_stay_where_the_request_is_safe() {
    let (here, there) = (Arc::<Script>::default(), Arc::<Script>::default());
    let (address, other) = (serve(&here).await, serve(&there).await);
    there.says(200, "there");
    let towards = |location: String| {
        let location = Some(location);
        *here.answer.lock() = Answer { status: 302, location, ..Answer::default() };
    };
    let remote = Remote::new(&settings(address)).expect("fine settings");
    towards(format!("http://{other}/doc"));
    let fetched = remote.fetch(None).await.expect("a document");
    assert!(matches!(fetched, Fetched::Document { bytes, .. } if bytes == "there"));
    let mut secretive = settings(address);
    secretive.headers.push(("x-key".into(), "s3cret".into()));
    let secretive = Remote::new(&secretive).expect("fine settings");
    assert!(matches!(secretive.fetch(None).await, Err(RemoteError::Status(302))));
    assert_eq!(there.requests(), 1, "the secret header went nowhere else");
    towards(format!("http://{address}/doc"));
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Status(302))), "a loop ends");
    towards("https://127.0.0.1:1/doc".into());
    assert!(matches!(remote.fetch(None).await, Err(RemoteError::Status(302))), "another scheme");
}

#[tokio::test]
async fn the_last_good_document_stays_in_force() {
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    script.says(503, "");
    let remote = Remote::new(&settings(address)).expect("fine settings");
    let kept = Kept::start(remote, quick(None), word);
    kept.first().await;
    assert!(kept.current().is_none());
    assert!(kept.trouble().is_some_and(|why| why.contains("503")));
    script.says(200, "one");
    assert!(kept.refresh().await);
    assert_eq!(kept.current().expect("one").value, "one");
    assert_eq!(kept.trouble(), None);
    for (status, body) in [(500, "two"), (200, "broken"), (200, "one")] {
        script.says(status, body);
        assert!(kept.refresh().await);
        let held = kept.current().expect("one");
        assert_eq!((held.value.as_str(), held.generation), ("one", 1), "{status} {body}");
        assert_eq!(kept.trouble().is_some(), body != "one", "{status} {body}");
    }
    script.says(200, "two");
    let mut changes = kept.changes();
    assert!(kept.refresh().await);
    assert_eq!(kept.current().expect("two").generation, 2);
    assert_eq!(*changes.borrow_and_update(), 2);
    kept.close().await;
    assert!(!kept.refresh().await, "nobody asks any more");
}

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    *script.answer.lock() =
        Answer { status: 200, body: b"one".into(), etag: Some("\"a\""), ..Answer::default() };
    let remote = Remote::new(&settings(address)).expect("fine settings");
    let kept = Kept::start(remote, quick(None), word);
    kept.first().await;
    assert!(kept.refresh().await);
    assert_eq!(script.unchanged.load(Ordering::SeqCst), 1);
    assert_eq!(kept.current().expect("one").generation, 1);
    kept.close().await;
}

#[tokio::test]
async fn many_callers_make_one_request_and_the_floor_holds() {
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    script.says(200, "one");
    let remote = Remote::new(&settings(address)).expect("fine settings");
    let floor = Duration::from_secs(3600);
    let kept = Kept::start(remote, KeptSettings { floor, ..quick(None) }, word);
    script.answer.lock().delay = Duration::from_millis(100);
    let waiting = (0..50).map(|_| kept.refresh());
    let answered = futures::future::join_all(waiting).await;
    assert!(kept.current().is_some());
    assert!(!kept.refresh().await, "too soon");
    assert_eq!(script.requests(), 1, "{answered:?}");
    kept.close().await;
}

#[tokio::test]
async fn a_restart_while_the_server_is_down_has_the_copy() {
    let directory = tempfile::tempdir().expect("a directory");
    let copy = directory.path().join("doc");
    let script = Arc::<Script>::default();
    let address = serve(&script).await;
    script.says(200, "one");
    let remote = Remote::new(&settings(address)).expect("fine settings");
    let kept = Kept::start(remote.clone(), quick(Some(copy.clone())), word);
    kept.first().await;
    script.says(200, "broken");
    assert!(kept.refresh().await);
    kept.close().await;
    script.says(500, "");
    let kept = Kept::start(remote.clone(), quick(Some(copy.clone())), word);
    assert_eq!(kept.current().expect("the copy").value, "one");
    kept.first().await;
    assert_eq!(kept.current().expect("the copy").value, "one");
    assert!(kept.trouble().is_some(), "its server is down");
    kept.close().await;
    std::fs::write(&copy, "broken").expect("writes");
    let kept = Kept::start(remote, quick(Some(copy)), word);
    kept.first().await;
    assert!(kept.current().is_none(), "what is not understood is not used");
    kept.close().await;
}
