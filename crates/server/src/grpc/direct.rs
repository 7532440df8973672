//! The short way for gRPC: calls of the two dialects go to their service without passing the router, which costs a call
//! as much as our own work for a get. Everything else goes through the router: gRPC-Web, REST, health, reflection.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::routing::future::RouteFuture;
use futures::future::{Either, MapOk, TryFutureExt};
use holdfast_api::config_v1::config_service_server::{ConfigServiceServer, SERVICE_NAME as CONFIG};
use holdfast_api::holdfast_v1::holdfast_service_server::{
    HoldfastServiceServer, SERVICE_NAME as HOLDFAST,
};
use http::{Request, Response, Version, header};
use hyper::body::Incoming;
use tower::Service;

use super::authn::{Answer, Authn};
use super::call::Shared;
use super::config_v1::ConfigV1;
use super::holdfast_v1::HoldfastV1;
use super::services;

/// The services behind one listener.
#[derive(Clone)]
pub struct Direct {
    services: Arc<Services>,
    router: Router,
}

struct Services {
    config: Authn<ConfigServiceServer<ConfigV1>>,
    holdfast: Authn<HoldfastServiceServer<HoldfastV1>>,
}

impl Direct {
    /// In front of a router that has all services, these too.
    #[must_use]
    pub fn new(shared: &Shared, router: Router) -> Self {
        let (config, holdfast) = (services::config(shared), services::holdfast(shared));
        Self { services: Arc::new(Services { config, holdfast }), router }
    }
}

type Sent = fn(Response<tonic::body::Body>) -> Response<Body>;

impl Service<Request<Incoming>> for Direct {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<MapOk<Answer, Sent>, RouteFuture<Infallible>>;

    /// Services of gRPC are always ready.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Incoming>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let answer = match service_of(&request) {
            Some(CONFIG) => self.services.config.clone().call(request.map(tonic::body::Body::new)),
            Some(HOLDFAST) => {
                self.services.holdfast.clone().call(request.map(tonic::body::Body::new))
            }
            _ => return Either::Right(self.router.call(request)),
        };
        let sent: Sent = |response| response.map(Body::new);
        Either::Left(answer.map_ok(sent))
    }
}

/// The name of the service that a gRPC call is for; `None` for any other request.
fn service_of<B>(request: &Request<B>) -> Option<&str> {
    // Over HTTP/1.1 gRPC is refused, with an answer that the router's layers know.
    if request.version() != Version::HTTP_2 {
        return None;
    }
    let kind = request.headers().get(header::CONTENT_TYPE)?.as_bytes();
    let rest = kind.strip_prefix(b"application/grpc")?;
    let grpc = rest.first().is_none_or(|next| matches!(next, b'+' | b';'));
    let (service, _method) = request.uri().path().strip_prefix('/')?.split_once('/')?;
    grpc.then_some(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_grpc_itself_takes_the_short_way() {
        let request = |kind: &str, path: &str| {
            let request = Request::post(path).version(Version::HTTP_2);
            let request = request.header(header::CONTENT_TYPE, kind);
            request.body(()).expect("a request")
        };
        let get = "/config.v1.ConfigService/Get";
        for kind in ["application/grpc", "application/grpc+proto", "application/grpc;a=b"] {
            assert_eq!(service_of(&request(kind, get)), Some(CONFIG), "{kind}");
        }
        for kind in ["application/grpc-web", "application/grpc-web-text+proto", "application/json"]
        {
            assert_eq!(service_of(&request(kind, get)), None, "{kind}");
        }
        assert_eq!(service_of(&request("application/grpc", "/readyz")), None);
    }
}
