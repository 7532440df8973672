//! A server without a network, over the memory store, open to everybody.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use holdfast_auth::AllowAll;
use holdfast_engine::{Engine, Options};
use holdfast_server::Settings;
use holdfast_server::grpc::call::{Knobs, Shared};
use holdfast_server::grpc::services;
use holdfast_server::http::{Face, SseKnobs, routes};
use holdfast_server::metrics::Metrics;
use holdfast_server::nodes::ways::Ways;
use holdfast_server::peers::Peers;
use holdfast_server::trust::state::StateTrust;
use holdfast_store::MemoryStore;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use tonic_health::server::HealthReporter;
use tower::ServiceExt;

/// A bed is thrown away after so many requests, so that what was written does not grow for ever.
const REQUESTS: usize = 2_000;
/// An answer that is longer is cut: event streams have no end.
const ANSWER_BYTES: usize = 4 << 20;
/// A stream that says nothing for so long has said what there is.
const QUIET: Duration = Duration::from_millis(3);
/// Reads that wait for a revision wait no longer.
const HURRY: &str = "200m";
/// An answer that takes longer is a finding.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, or its beginning.
    pub body: Bytes,
    /// What came behind the body.
    pub trailers: HeaderMap,
    /// The body has ended by itself.
    pub whole: bool,
}

struct Bed {
    runtime: Runtime,
    router: Router,
    engine: Engine,
    requests: usize,
}

thread_local! {
    static BED: RefCell<Option<Bed>> = const { RefCell::new(None) };
}

/// Asks the server of this thread.
///
/// # Panics
/// When the server does, or when there is no answer in time.
pub fn ask(mut request: Request<Body>) -> Answer {
    let hurry = HeaderValue::from_static(HURRY);
    request.headers_mut().entry("grpc-timeout").or_insert(hurry);
    BED.with_borrow_mut(|slot| {
        let mut bed = slot.take().unwrap_or_else(Bed::new);
        bed.requests += 1;
        let answer = bed.runtime.block_on(answer(bed.router.clone(), request));
        if bed.requests < REQUESTS {
            *slot = Some(bed);
        } else {
            bed.runtime.block_on(bed.engine.shutdown());
        }
        answer
    })
}

impl Bed {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (router, engine) = runtime.block_on(async {
            let store = Arc::new(MemoryStore::new());
            let engine = Engine::open(store, Arc::new(AllowAll), Options::default()).await;
            let engine = engine.expect("an engine over an empty store");
            let settings = Settings::default();
            let shared = Shared {
                keeper: None,
                limits: None,
                snapshots: None,
                state: StateTrust::alone(&engine),
                ways: Ways::default(),
                peers: Peers::default(),
                engine: engine.clone(),
                metrics: Metrics::default(),
                stop: CancellationToken::new(),
                knobs: Knobs::of(&settings),
            };
            let face = Face::new(shared.clone(), SseKnobs::of(&settings));
            let grpc = services::routes(&shared, HealthReporter::new()).expect("the services");
            (grpc.merge(routes(&face)), engine)
        });
        Self { runtime, router, engine, requests: 0 }
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let answer = tokio::time::timeout(PATIENCE, router.oneshot(request)).await;
    let (parts, mut body) = answer.expect("an answer in time").expect("infallible").into_parts();
    let (mut bytes, mut trailers, mut whole) = (BytesMut::new(), HeaderMap::new(), false);
    // Lines of JSON have the type of JSON; what has no length is not done yet.
    let streams = is_stream(&parts.headers) || body.size_hint().exact().is_none();
    while bytes.len() < ANSWER_BYTES {
        let patience = if streams { QUIET } else { PATIENCE };
        let next = match body.frame().now_or_never() {
            Some(next) => next,
            None => match tokio::time::timeout(patience, body.frame()).await {
                Ok(next) => next,
                Err(_) if streams => break,
                Err(_) => panic!("the answer does not end"),
            },
        };
        match next {
            None => {
                whole = true;
                break;
            }
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
            },
            Some(Err(error)) => panic!("the answer broke off: {error}"),
        }
    }
    Answer { status: parts.status, headers: parts.headers, body: bytes.freeze(), trailers, whole }
}

/// Streams of events, and every answer over gRPC: some of those are.
fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").map_or(&b""[..], |kind| kind.as_bytes());
    [&b"text/event-stream"[..], b"application/grpc", b"application/x-ndjson"]
        .iter()
        .any(|stream| kind.starts_with(stream))
}
