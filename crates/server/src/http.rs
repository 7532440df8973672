//! HTTP and JSON: the same use cases as over gRPC, with the same callers, for whoever has a browser or curl.
//!
//! - [`routes`]: **start here**: all of it as one router, over a network or without one
//! - [`v1`]: the config.v1 dialect, a file for each noun; [`v2`]: holdfast.v1; [`state`]: stategate
//! - [`caller`], [`headers`]: who calls
//! - [`path`], [`query`], [`json`], [`etag`]: what is asked
//! - [`fault`]: what went wrong
//! - [`sse`]: server-sent events; `websocket`: sockets
//! - [`openapi`]: all of it as a document
//! - [`cors`]: pages of other origins
//!
//! A handler extracts, converts, calls the service that gRPC calls too, and converts back; it decides nothing.

pub mod caller;
pub mod cors;
pub mod etag;
pub mod fault;
pub mod headers;
pub mod json;
pub mod openapi;
pub mod path;
pub mod query;
pub mod sse;
pub mod state;
pub mod v1;
pub mod v2;
pub(crate) mod websocket;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use holdfast_api::config_v1::WatchResponse;
use holdfast_api::config_v1::config_service_server::ConfigService;
use holdfast_engine::Engine;
use holdfast_graphql::Endpoint;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::gateway::Upstream;
use crate::grpc::call::{Shared, Streamed};
use crate::grpc::config_v1::ConfigV1;
use crate::grpc::state::Stategate;
use crate::metrics::Metrics;
use crate::settings::Settings;

/// Large request bodies that may be in memory at once, each of at most `limits.request_bytes`: 256 MiB of the default size.
const LARGE_BODIES: usize = 16;

/// What the handlers share; clones are the same.
#[derive(Clone)]
pub struct Face(Arc<Inside>);

/// See [`Face`].
pub struct Inside {
    /// Who answers.
    pub behind: Behind,
    /// Counters.
    pub metrics: Metrics,
    /// Cancelled when the server stops: streams end.
    pub stop: CancellationToken,
    /// The largest request body.
    pub request_bytes: usize,
    /// A request body has to be complete by then.
    pub body_timeout: Duration,
    /// Settings of event streams.
    pub sse: SseKnobs,
    /// The config.v1 service: the one that gRPC calls too, or the one of the server behind a gateway.
    pub config: Box<dyn ConfigService<WatchStream = Streamed<WatchResponse>>>,
    /// The services of stategate; `None` on a gateway.
    pub(crate) state: Option<Stategate>,
    /// The same in GraphQL; `None`: it is switched off, or on a gateway.
    pub(crate) graphql: Option<Endpoint>,
    /// A permit for each large request body in memory.
    pub(crate) large_bodies: Semaphore,
}

/// Who answers behind the face.
pub enum Behind {
    /// The engine of this process, whose guard is asked who calls.
    Engine(Shared),
    /// A server elsewhere, which gets the credentials as they came and has a guard of its own.
    Upstream(Upstream),
}

/// Settings of event streams.
#[derive(Debug, Clone, Copy)]
pub struct SseKnobs {
    /// A stream that was quiet for this long gets a comment, and a bookmark if there is news about its place.
    pub heartbeat: Duration,
    /// Whether events have ids.
    pub ids: bool,
    /// Values of one query parameter.
    pub query_values: usize,
    /// Bytes of one value.
    pub query_value_bytes: usize,
}

impl Deref for Face {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl Face {
    /// Over the engine behind `shared`.
    #[must_use]
    pub fn new(shared: Shared, sse: SseKnobs) -> Self {
        let config = Box::new(ConfigV1::new(shared.clone()));
        let state = Stategate::new(&shared);
        Self(Arc::new(Inside {
            metrics: shared.metrics.clone(),
            stop: shared.stop.clone(),
            graphql: state::graphql::endpoint(&state),
            state: Some(state),
            request_bytes: shared.knobs.request_bytes,
            body_timeout: shared.knobs.body_timeout,
            behind: Behind::Engine(shared),
            sse,
            config,
            large_bodies: Semaphore::new(LARGE_BODIES),
        }))
    }

    /// In front of a server elsewhere.
    #[must_use]
    pub fn of_upstream(upstream: Upstream, settings: &Settings, stop: CancellationToken) -> Self {
        Self(Arc::new(Inside {
            config: Box::new(upstream.clone()),
            state: None,
            graphql: None,
            metrics: upstream.metrics().clone(),
            behind: Behind::Upstream(upstream),
            stop,
            request_bytes: settings.limits.request_bytes.0,
            body_timeout: settings.limits.body_timeout,
            sse: SseKnobs::of(settings),
            large_bodies: Semaphore::new(LARGE_BODIES),
        }))
    }

    /// What is here of the server, for what can be asked of an engine only.
    ///
    /// # Errors
    /// On a gateway.
    pub(crate) fn here(&self) -> Result<&Shared, Status> {
        match &self.behind {
            Behind::Engine(shared) => Ok(shared),
            Behind::Upstream(_) => Err(only_config()),
        }
    }
}

/// What a gateway answers to all other dialects.
pub(crate) fn only_config() -> Status {
    Status::unimplemented("a gateway speaks config.v1 only")
}

/// Everything that can be said to any server of config.v1, for a gateway's router.
pub(crate) fn gateway_routes(face: &Face) -> Router {
    v1::routes().with_state(face.clone())
}

/// Everything under `/v1`, `/v2` and `/api`, and the document that says what that is, for the server's router.
pub fn routes(face: &Face) -> Router {
    let dialects = v1::routes().merge(v2::routes()).merge(state::routes());
    dialects.merge(openapi::routes()).with_state(face.clone())
}

/// The HTTP face of an engine without a network: a service for another program's router, or to be called directly. The
/// engine's guard is asked as it is over a network, unless the program puts an [`holdfast_auth::Identity`] into the
/// extensions of a request. Streams end when `stop` is cancelled.
///
/// ```
/// # async fn example(engine: holdfast_engine::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use axum::body::Body;
/// use holdfast_server::{Settings, http::router};
/// use tower::ServiceExt;
///
/// let router = router(engine, &Settings::default(), Default::default());
/// let request = http::Request::get("/v1/namespaces/production/keys/app/timeout").body(Body::empty())?;
/// let answer = router.oneshot(request).await?;
/// # Ok(()) }
/// ```
pub fn router(engine: Engine, settings: &Settings, stop: CancellationToken) -> Router {
    let shared = Shared::alone(engine, settings, stop);
    routes(&Face::new(shared, SseKnobs::of(settings)))
        .fallback(|| async { fault::Fault::not_found() })
}

impl SseKnobs {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let sse = &settings.sse;
        Self {
            heartbeat: sse.heartbeat,
            ids: sse.event_buffer.0 > 0,
            query_values: sse.query_values,
            query_value_bytes: sse.query_value_bytes.0,
        }
    }
}
