//! Every gRPC service as routes of one router.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use holdfast_api::config_v1::config_service_server::ConfigServiceServer;
use holdfast_api::holdfast_v1::admin_service_server::AdminServiceServer;
use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastServiceServer;
use holdfast_api::holdfast_v1::trust_service_server::TrustServiceServer;
use holdfast_api::stategate::cache_service_server::CacheServiceServer;
use holdfast_api::stategate::entity_service_server::EntityServiceServer;
use holdfast_api::stategate::event_service_server::EventServiceServer;
use holdfast_api::stategate::mutex_service_server::MutexServiceServer;
use holdfast_api::stategate::peer_service_server::PeerServiceServer;
use holdfast_api::stategate::state_service_server::StateServiceServer;
use http::{HeaderMap, header};
use tonic::Status;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::Builder as Reflection;
use tonic_web::GrpcWebLayer;
use tower::Layer;

use super::authn::{AuthnLayer, Refuse};
use super::call::Shared;
use super::config_v1::{self, ConfigV1};
use super::holdfast_v1::{self, HoldfastV1};
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
    let sockets = SocketsLayer { shared: Arc::clone(&for_all) };
    let authn = |refuse: Refuse| AuthnLayer { shared: Arc::clone(&for_all), refuse };
    let authn_of_state =
        AuthnLayer { shared: Arc::clone(stategate.shared()), refuse: state::refuse };
    // Answers go uncompressed: some clients ask for gzip by default, and then an event that was encoded once would be
    // compressed for each of its watchers.
    let config = ConfigServiceServer::new(ConfigV1::new(shared.clone()))
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let holdfast = HoldfastServiceServer::new(HoldfastV1::new(shared.clone()))
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let trust = TrustServiceServer::new(HoldfastV1::new(shared.clone()))
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let admin = AdminServiceServer::new(HoldfastV1::new(shared.clone()))
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let states = StateServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let entities = EntityServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let events = EventServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let peers = PeerServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let cache = CacheServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let mutexes = MutexServiceServer::new(stategate.clone())
        .max_decoding_message_size(shared.knobs.request_bytes)
        .accept_compressed(CompressionEncoding::Gzip);
    let health = HealthServer::new(HealthService::from_health_reporter(health));
    let routes = Routes::new(sockets.layer(web.layer(authn(config_v1::refuse).layer(config))))
        .add_service(sockets.layer(web.layer(authn(holdfast_v1::refuse).layer(holdfast))))
        .add_service(sockets.layer(web.layer(authn(holdfast_v1::refuse).layer(trust))))
        .add_service(sockets.layer(web.layer(authn(holdfast_v1::refuse).layer(admin))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(states))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(entities))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(events))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(peers))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(cache))))
        .add_service(sockets.layer(web.layer(authn_of_state.layer(mutexes))))
        .add_service(web.layer(health))
        .add_service(authn(holdfast_v1::refuse).layer(reflection().build_v1()?))
        .add_service(authn(holdfast_v1::refuse).layer(reflection().build_v1alpha()?));
    Ok(routes.prepare().into_axum_router().fallback(nothing_here))
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
