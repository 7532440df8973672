//! A gRPC service of any kind as one type, so that what is around all of them is compiled once.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use holdfast_api::Server;
use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service;
use tower::util::BoxCloneSyncService;

type Other = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// A gRPC service.
#[derive(Clone)]
pub(crate) enum Served {
    /// Of a dialect.
    Own(Server),
    /// One that comes with tonic, and its name.
    Other(&'static str, Other),
}

impl Served {
    pub(crate) fn other<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: NamedService + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        Self::Other(S::NAME, BoxCloneSyncService::new(service))
    }

    /// What it is called in paths, and in metrics.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Own(server) => server.name(),
            Self::Other(name, _) => name,
        }
    }
}

impl Service<Request<Body>> for Served {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self {
            Self::Own(server) => server.poll_ready(cx),
            Self::Other(_, service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self {
            Self::Own(server) => server.call(request),
            Self::Other(_, service) => service.call(request),
        }
    }
}
