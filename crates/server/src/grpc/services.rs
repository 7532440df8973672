//! Every gRPC service as routes of one router.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use holdfast_api::Server;
use holdfast_api::config_v1::config_service_server;
use holdfast_api::holdfast_v1::{
    admin_service_server, holdfast_service_server, trust_service_server,
};
use holdfast_api::stategate::{
    cache_service_server, entity_service_server, event_service_server, mutex_service_server,
    peer_service_server, state_service_server,
};
use http::{HeaderMap, Request, header};
use tonic::Status;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::Builder as Reflection;
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt};

use super::authn::Authn;
use super::call::Shared;
use super::config_v1::{self, ConfigV1};
use super::holdfast_v1::{self, HoldfastV1};
use super::served::Served;
use super::sockets::SocketsLayer;
use super::state::{self, Stategate};
use crate::http::fault::Fault;

/// All services. Health answers everybody; everything else asks the guard first.
///
/// # Errors
/// When the descriptors for reflection do not parse, which no build produces.
pub fn routes(
    shared: &Shared,
    health: HealthReporter,
) -> Result<Router, tonic_reflection::server::Error> {
    let web = GrpcWebLayer::new();
    let for_all = Arc::new(shared.clone());
    let stategate = Stategate::new(shared);
    let for_state = Arc::clone(stategate.shared());
    let sockets = SocketsLayer { shared: Arc::clone(&for_all) };
    let own = |server: Server| {
        // Answers go uncompressed: some clients ask for gzip by default, and then an event that was encoded once would
        // be compressed for each of its watchers.
        let server = server.max_decoding_message_size(shared.knobs.request_bytes);
        Served::Own(server.accept_compressed(CompressionEncoding::Gzip))
    };
    let holdfast = || HoldfastV1::new(shared.clone());
    let config = own(config_service_server::server(ConfigV1::new(shared.clone())));
    let of_config = [Authn::new(config, &for_all, config_v1::refuse)];
    let of_holdfast = [
        holdfast_service_server::server(holdfast()),
        trust_service_server::server(holdfast()),
        admin_service_server::server(holdfast()),
    ];
    let of_state = [
        state_service_server::server(stategate.clone()),
        entity_service_server::server(stategate.clone()),
        event_service_server::server(stategate.clone()),
        peer_service_server::server(stategate.clone()),
        cache_service_server::server(stategate.clone()),
        mutex_service_server::server(stategate.clone()),
    ];
    let of_holdfast =
        of_holdfast.map(|server| Authn::new(own(server), &for_all, holdfast_v1::refuse));
    let of_state = of_state.map(|server| Authn::new(own(server), &for_state, state::refuse));

    let mut routes = Router::new();
    for service in of_config.into_iter().chain(of_holdfast).chain(of_state) {
        let name = service.name();
        routes = with(routes, name, sockets.layer(web.layer(service)));
    }
    let health = Served::other(HealthServer::new(HealthService::from_health_reporter(health)));
    routes = with(routes, health.name(), web.layer(health));
    let reflections =
        [Served::other(reflection().build_v1()?), Served::other(reflection().build_v1alpha()?)];
    for reflection in reflections {
        let name = reflection.name();
        routes = with(routes, name, Authn::new(reflection, &for_all, holdfast_v1::refuse));
    }
    Ok(routes.fallback(nothing_here))
}

/// Adds the service of that name.
fn with<S>(routes: Router, name: &str, service: S) -> Router
where
    S: Service<Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let service = service.map_request(|request: axum::extract::Request| request.map(Body::new));
    routes.route_service(&format!("/{name}/{{*rest}}"), service)
}

fn reflection() -> Reflection<'static> {
    Reflection::configure()
        .register_encoded_file_descriptor_set(holdfast_api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// A path that nobody serves: each protocol gets its own "not found".
pub(crate) async fn nothing_here(headers: HeaderMap) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/grpc")) {
        return Status::unimplemented("there is no such method").into_http::<axum::body::Body>();
    }
    Fault::not_found().into_response()
}
