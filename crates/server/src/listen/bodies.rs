//! Bodies with bounds: those of requests have to arrive in time, and those of answers keep their connection from being idle.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body as Answer;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

/// The body of a request, which has to be complete by a moment.
pub(super) struct Arriving {
    body: Incoming,
    due: Instant,
    /// Only a body that is waited for needs a timer.
    late: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    pub(super) fn within(body: Incoming, time: Duration) -> Self {
        Self { body, due: Instant::now() + time, late: None }
    }
}

type Broken = Box<dyn std::error::Error + Send + Sync>;

impl Body for Arriving {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let due = this.due;
        let late = this.late.get_or_insert_with(|| Box::pin(sleep_until(due)));
        ready!(late.as_mut().poll(cx));
        // gRPC tells its callers a status that it finds here.
        let late = Status::deadline_exceeded("the request did not arrive in time");
        Poll::Ready(Some(Err(late.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The calls of one connection that are under way.
#[derive(Debug)]
pub(super) struct Calls {
    open: AtomicUsize,
    /// Milliseconds from the beginning of the connection to the end of the last call.
    last: AtomicU64,
    begun: Instant,
}

impl Default for Calls {
    fn default() -> Self {
        Self { open: AtomicUsize::new(0), last: AtomicU64::new(0), begun: Instant::now() }
    }
}

impl Calls {
    /// Returns when there was no call for so long.
    pub(super) async fn idle(&self, time: Duration) {
        loop {
            let since = self.begun + Duration::from_millis(self.last.load(SeqCst));
            let open = self.open.load(SeqCst) > 0;
            if !open && since.elapsed() >= time {
                return;
            }
            sleep_until(if open { Instant::now() } else { since } + time).await;
        }
    }
}

/// One call that is under way, until it is dropped.
pub(super) struct Open(Arc<Calls>);

impl Open {
    pub(super) fn one_of(calls: &Arc<Calls>) -> Self {
        calls.open.fetch_add(1, SeqCst);
        Self(Arc::clone(calls))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let millis = u64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(millis, SeqCst);
        self.0.open.fetch_sub(1, SeqCst);
    }
}

/// The body of an answer.
pub(super) struct Leaving {
    body: Answer,
    _open: Option<Open>,
}

impl Leaving {
    pub(super) fn new(body: Answer, open: Option<Open>) -> Self {
        Self { body, _open: open }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
