//! What happens around every request, whatever its dialect: it gets an id, it is observed, and a handler or a stream that
//! panics ends only its own call.

use std::any::Any;
use std::future::Future;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::IntoResponse;
use futures::{FutureExt, Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use tonic::Status;
use uuid::Uuid;

use crate::http::fault::Fault;
use crate::observe::{Observation, Observer};

/// The id of a request, in its extensions: that of the caller, or one of the server's own.
#[derive(Debug, Clone)]
pub struct RequestId {
    /// As it is told.
    pub id: Arc<str>,
    /// Where requests are observed. It stands here because an extension of its own would cost every request an allocation.
    pub(crate) observation: Option<Observation>,
}

/// The header with the id: taken from the request, and given with every failure.
pub const REQUEST_ID: &str = "x-request-id";

/// An id of a caller's own may be this long; it stands in log lines.
const MAX_BYTES: usize = 64;

impl RequestId {
    /// Eight digits, a dash, and at most sixteen.
    const ROOM: usize = 8 + 1 + 16;

    /// The caller's, if it can stand in a log line; else a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let own = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let fits = |id: &&str| {
            let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
            !id.is_empty() && id.len() <= MAX_BYTES && id.bytes().all(good)
        };
        match own.filter(fits) {
            Some(id) => Self { id: id.into(), observation: None },
            None => Self::new(),
        }
    }

    /// Unique to this process and, by its random beginning, among all.
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        static BEGINNING: std::sync::LazyLock<u32> =
            std::sync::LazyLock::new(|| Uuid::new_v4().as_fields().0);
        let count = COUNT.fetch_add(1, Relaxed);
        let mut room = [0; Self::ROOM];
        let mut rest = &mut room[..];
        let fits = write!(rest, "{:08x}-{count:x}", *BEGINNING);
        debug_assert!(fits.is_ok(), "{count}");
        let length = Self::ROOM - rest.len();
        let id = std::str::from_utf8(&room[..length]).unwrap_or_default();
        Self { id: id.into(), observation: None }
    }
}

/// Whether the caller speaks gRPC, and so wants to be told of a failure in its way.
pub(crate) fn is_grpc<B>(request: &Request<B>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

pin_project_lite::pin_project! {
    /// An answer on its way. A panic of the handler becomes Internal, with the id under which the log has the rest.
    pub struct Guarded<F> {
        #[pin]
        answer: F,
        id: RequestId,
        grpc: bool,
    }
}

/// Gives the request an id and runs it.
pub fn guarded<B, F>(
    observer: Option<&Arc<Observer>>,
    mut request: Request<B>,
    run: impl FnOnce(Request<B>) -> F,
) -> Guarded<F> {
    let mut id = RequestId::of(request.headers());
    let grpc = is_grpc(&request);
    id.observation = observer.map(|observer| observer.begin(&request, &id.id, grpc));
    request.extensions_mut().insert(id.clone());
    Guarded { answer: run(request), id, grpc }
}

impl<F, E> Future for Guarded<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Nothing of the handler is used again after a panic: its state goes with the future.
        let mut response = match catch_unwind(AssertUnwindSafe(|| this.answer.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Err(error))) => return Poll::Ready(Err(error)),
            Ok(Poll::Ready(Ok(response))) => {
                if let Some(observation) = &this.id.observation {
                    observation.answered(&response);
                }
                if response.status().as_u16() < 400 {
                    return Poll::Ready(Ok(response));
                }
                response
            }
            Err(panic) => {
                let status = panicked(this.id, panic.as_ref());
                if *this.grpc { status.into_http() } else { Fault::from(status).into_response() }
            }
        };
        if let Ok(id) = HeaderValue::from_str(&this.id.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        Poll::Ready(Ok(response))
    }
}

/// What a caller is told whose handler or stream panicked; the log has the rest.
pub(crate) fn panicked(id: &RequestId, panic: &(dyn Any + Send)) -> Status {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let trace_id = id.observation.as_ref().and_then(Observation::trace_id);
    let trace_id = trace_id.map(tracing::field::display);
    let (request_id, panic) = (&*id.id, text.unwrap_or("of no text"));
    tracing::error!(request_id, trace_id, panic, "panic recovered");
    let status = Status::internal(format!("internal error (request {request_id})"));
    if let Some(observation) = &id.observation {
        observation.code(status.code());
    }
    status
}

/// What a future gives, or what a caller is told of its panic. Nothing of it is used again after one.
pub(crate) async fn unbroken<T>(id: &RequestId, run: impl Future<Output = T>) -> Result<T, Status> {
    let ran = AssertUnwindSafe(run).catch_unwind().await;
    ran.map_err(|panic| panicked(id, panic.as_ref()))
}

/// The blocks of a stream of bytes. One that panics ends with the block that says so, and each is counted.
pub(crate) fn unbroken_blocks<S: Stream<Item = B>, B>(
    id: RequestId,
    blocks: S,
    told: fn(&Status) -> B,
) -> impl Stream<Item = B> {
    if let Some(observation) = &id.observation {
        observation.streams();
    }
    // It is observed until it is dropped: the id goes along.
    AssertUnwindSafe(blocks).catch_unwind().map(move |block| match block {
        Ok(block) => {
            if let Some(observation) = &id.observation {
                observation.message();
            }
            block
        }
        Err(panic) => told(&panicked(&id, panic.as_ref())),
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn run(kind: &str, id: Option<&str>, panics: bool) -> Response<Body> {
        let mut request = Request::builder().header(header::CONTENT_TYPE, kind);
        if let Some(id) = id {
            request = request.header(REQUEST_ID, id);
        }
        let request = request.body(()).expect("a request");
        let answer = guarded(None, request, |request| async move {
            assert!(request.extensions().get::<RequestId>().is_some());
            assert!(!panics, "as the test asks for");
            Ok::<_, Infallible>(Fault::not_found().into_response())
        });
        answer.await.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn a_panic_is_internal_with_the_id_of_the_request() {
        let json = run("application/json", Some("mine-1"), true).await;
        assert_eq!(json.status(), 500);
        assert_eq!(json.headers()[REQUEST_ID], "mine-1");
        let grpc = run("application/grpc", Some("mine-2"), true).await;
        assert_eq!(grpc.status(), 200);
        assert_eq!(grpc.headers()["grpc-status"], "13");
        let message = grpc.headers()["grpc-message"].to_str().expect("a text").to_owned();
        assert!(message.contains("mine-2"), "{message}");
    }

    #[tokio::test]
    async fn an_id_that_cannot_stand_in_a_log_is_not_taken() {
        let long = "x".repeat(MAX_BYTES + 1);
        for id in [None, Some(""), Some("a b"), Some("a\"b"), Some(long.as_str())] {
            let answer = run("text/plain", id, false).await;
            let given = answer.headers()[REQUEST_ID].to_str().expect("a text").to_owned();
            assert!(!given.is_empty() && Some(given.as_str()) != id, "{given}");
        }
    }
}
