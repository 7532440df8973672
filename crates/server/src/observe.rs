//! What is told of every request, whatever its dialect, once it is over: a log line, and a span of its trace.
//!
//! - [`Observer`]: what a server tells, by its settings
//! - [`Observation`]: what is known of one request; when the last clone is dropped, it is told
//! - `route`: paths without the names in them
//!
//! Values, keys and credentials are in none of it.

mod route;

use std::net::IpAddr;
use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicU16, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use holdfast_api::status::code_name;
use http::{Method, Request, Response};
use opentelemetry::trace::TraceId;
use tonic::Code;

use crate::listen::Peer;
use crate::metrics::go_name;
use crate::settings::{LogFormat, RequestLog, Settings};
use crate::trace::{Ended, Span, Traces, remote_context};
use route::Routes;

/// Those of the document, which takes longer to make than most servers need to start; few requests are told.
static ROUTES: LazyLock<Routes> = LazyLock::new(Routes::of_document);

/// The log target of request lines, so that a filter can name them.
pub const TARGET: &str = "holdfast::request";

/// What a server tells of its requests.
pub struct Observer {
    log: RequestLog,
    /// Lines as stategate writes them.
    as_stategate: bool,
    traces: Option<Traces>,
}

impl Observer {
    /// What the settings ask for; `None`: nothing is told, and a request costs nothing more.
    #[must_use]
    pub fn of(settings: &Settings, traces: Option<Traces>) -> Option<Arc<Self>> {
        let log = settings.log.requests;
        let anything = log != RequestLog::Off || traces.is_some();
        let as_stategate = settings.log.format == LogFormat::Stategate;
        anything.then(|| Arc::new(Self { log, as_stategate, traces }))
    }

    /// Begins to observe a request.
    pub(crate) fn begin<B>(
        self: &Arc<Self>,
        request: &Request<B>,
        id: &Arc<str>,
        is_grpc: bool,
    ) -> Observation {
        let parent = remote_context(request.headers());
        let span = self.traces.as_ref().and_then(|traces| traces.begin(parent.as_ref()));
        // Copied only where it is shown.
        let shown = self.log == RequestLog::All || span.is_some();
        let peer = request.extensions().get::<Peer>();
        Observation(Arc::new(Inside {
            observer: Arc::clone(self),
            started: Instant::now(),
            http_method: request.method().clone(),
            path: shown.then(|| request.uri().path().into()),
            is_grpc,
            is_tls: peer.is_some_and(|peer| peer.is_tls),
            peer: peer.map(|peer| peer.address),
            id: Arc::clone(id),
            trace_id: span.as_ref().map(Span::trace_id).or(parent.map(|parent| parent.trace_id())),
            span,
            method: OnceLock::new(),
            user: OnceLock::new(),
            code: AtomicI32::new(NONE),
            status: AtomicU16::new(0),
            messages: AtomicU64::new(0),
            is_stream: AtomicBool::new(false),
        }))
    }
}

/// What is known of one request. Whoever works for it has a clone; when the last one is dropped, the request is over.
#[derive(Clone)]
pub struct Observation(Arc<Inside>);

impl std::fmt::Debug for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observation").field("id", &self.0.id).finish_non_exhaustive()
    }
}

/// No code yet.
const NONE: i32 = -1;

struct Inside {
    observer: Arc<Observer>,
    started: Instant,
    http_method: Method,
    path: Option<Box<str>>,
    is_grpc: bool,
    is_tls: bool,
    peer: Option<IpAddr>,
    id: Arc<str>,
    trace_id: Option<TraceId>,
    span: Option<Span>,
    method: OnceLock<&'static str>,
    user: OnceLock<Arc<str>>,
    code: AtomicI32,
    status: AtomicU16,
    messages: AtomicU64,
    is_stream: AtomicBool,
}

impl Observation {
    /// Which call it is, by the names of the dialects.
    pub(crate) fn method(&self, method: &'static str) {
        // The first who knows it says it.
        let _ = self.0.method.set(method);
    }

    /// Who calls.
    pub(crate) fn user(&self, user: Arc<str>) {
        let _ = self.0.user.set(user);
    }

    /// How it ended.
    pub(crate) fn code(&self, code: Code) {
        self.0.code.store(code as i32, Release);
    }

    /// One more message of a stream went out.
    pub(crate) fn message(&self) {
        self.0.messages.fetch_add(1, Relaxed);
    }

    /// The answer is a stream.
    pub(crate) fn streams(&self) {
        self.0.is_stream.store(true, Relaxed);
    }

    /// The trace that the request is part of.
    pub(crate) fn trace_id(&self) -> Option<TraceId> {
        self.0.trace_id
    }

    /// The head of the answer is there.
    pub(crate) fn answered<B>(&self, answer: &Response<B>) {
        self.0.status.store(answer.status().as_u16(), Release);
        if self.0.is_grpc
            && let Some(code) = answer.headers().get("grpc-status")
        {
            self.code(Code::from_bytes(code.as_bytes()));
        }
    }
}

impl Inside {
    /// How it ended; an answer of which nobody said more is told by its HTTP status.
    fn ended(&self) -> Code {
        let code = self.code.load(Acquire);
        if code != NONE {
            return Code::from_i32(code);
        }
        match self.status.load(Acquire) {
            // The caller went away before there was an answer.
            0 => Code::Cancelled,
            status if status < 400 => Code::Ok,
            400 => Code::InvalidArgument,
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::NotFound,
            405 => Code::Unimplemented,
            429 | 431 => Code::ResourceExhausted,
            503 => Code::Unavailable,
            504 => Code::DeadlineExceeded,
            status if status < 500 => Code::FailedPrecondition,
            _ => Code::Internal,
        }
    }

    /// What the server itself failed at: not what a caller asked wrongly, and not the end of a stream with the server or at
    /// its deadline.
    fn is_failure(code: Code, is_stream: bool) -> bool {
        match code {
            Code::Unknown | Code::Internal | Code::DataLoss => true,
            Code::Unavailable | Code::DeadlineExceeded => !is_stream,
            _ => false,
        }
    }

    fn line(&self, code: Code, took: Duration, route: Option<&str>, messages: Option<u64>) {
        let status = (!self.is_grpc).then(|| self.status.load(Relaxed)).filter(|s| *s > 0);
        let trace_id = self.trace_id.map(tracing::field::display);
        tracing::info!(
            target: TARGET,
            protocol = if self.is_grpc { "grpc" } else { "http" },
            method = self.method.get().copied(),
            http_method = (!self.is_grpc).then(|| self.http_method.as_str()),
            route,
            code = code_name(code),
            status,
            duration_ms = took.as_micros() as f64 / 1_000.0,
            messages,
            user = self.user.get().map(|user| &**user),
            request_id = &*self.id,
            peer = self.peer.map(tracing::field::display),
            trace_id,
            "request"
        );
    }
}

impl Inside {
    fn stategate_line(&self, code: Code, took: Duration, messages: Option<u64>) {
        let kind = if messages.is_some() { "streaming" } else { "unary" };
        let method = self.method.get().copied().unwrap_or_default().trim_start_matches('/');
        let (service, method) = method.split_once('/').unwrap_or((method, ""));
        let started = SystemTime::now().checked_sub(took);
        let started = started.and_then(|time| jiff::Timestamp::try_from(time).ok());
        let name = go_name(code);
        tracing::info!(
            target: TARGET,
            {
                grpc.start_time = started.map(tracing::field::display),
                system = "grpc",
                span.kind = "server",
                grpc.service = service,
                grpc.method = method,
                grpc.code = name,
                grpc.time_ms = took.as_secs_f64() * 1_000.0,
                request_id = &*self.id,
                user = self.user.get().map(|user| &**user),
                error = (code != Code::Ok).then_some(name),
            },
            "finished {kind} call with code {name}"
        );
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let (code, took) = (self.ended(), self.started.elapsed());
        let is_stream = self.is_stream.load(Relaxed);
        let observer = Arc::clone(&self.observer);
        let wanted = match observer.log {
            RequestLog::Off => false,
            RequestLog::Errors => Self::is_failure(code, is_stream),
            RequestLog::All => true,
        };
        if !wanted && self.span.is_none() {
            return;
        }
        let path = self.path.as_deref();
        let route = match path {
            _ if self.is_grpc => None,
            Some(path) => ROUTES.of(path),
            None => None,
        };
        let messages = is_stream.then(|| self.messages.load(Relaxed));
        match wanted {
            true if observer.as_stategate => self.stategate_line(code, took, messages),
            true => self.line(code, took, route, messages),
            false => {}
        }
        if let Some(span) = self.span.take() {
            // A method that nobody knows is anything that a caller made up.
            let known = self.method.get().copied();
            span.end(Ended {
                rpc: self
                    .is_grpc
                    .then(|| known.and(path).map_or("_OTHER", |p| p.trim_matches('/'))),
                call: known,
                http_method: self.http_method.as_str(),
                route,
                scheme: if self.is_tls { "https" } else { "http" },
                status: self.status.load(Relaxed),
                code,
                code_name: code_name(code),
                user: self.user.get().map(|user| &**user),
                peer: self.peer,
                request_id: &self.id,
                messages,
                is_failure: Self::is_failure(code, false) || code == Code::Unimplemented,
            });
        }
    }
}
