//! stategate over HTTP: the routes of its gateway, the same services as over gRPC.
//!
//! - `asked`: who calls, by which method, with which fields; `values`: how the values of a state travel
//! - `calls`: states; `entities`: the same under their newer name; `events`: events of the past; `stream`: events as lines
//! - `locks`, `cache`, `peers`: what goes on beside states
//! - `answer`: what goes back
//! - `openapi`: what of it stands in the document

mod answer;
mod asked;
mod cache;
mod calls;
mod entities;
mod events;
mod locks;
pub(crate) mod openapi;
mod peers;
mod stream;
mod values;

use axum::Router;
use axum::routing::any;

use super::Face;

/// All paths of the dialect. Every method is taken: which of them are served is for the handlers to say, in the words of the
/// gateway.
pub(crate) fn routes() -> Router<Face> {
    Router::new()
        .route("/api/state/ref/{domain}/{type}/{key}", any(calls::reference))
        .route("/api/state/search", any(calls::search_states))
        .route("/api/entity/ref/{domain}/{type}/{key}", any(entities::reference))
        .route("/api/entity/ref/{domain}/{type}/{key}/revert", any(entities::revert))
        .route("/api/entity/search", any(entities::search))
        .route("/api/events/ref/{domain}/{type}/{key}/{id}", any(events::get_v05))
        .route("/api/events/search", any(events::search_v05))
        .route("/api/events/stream", any(stream::v05))
        .route("/api/events/ack", any(events::acknowledge))
        .route("/api/event/ref/{domain}/{type}/{key}/{id}", any(events::get_newest))
        .route("/api/event/search", any(events::search_newest))
        .route("/api/event/stream", any(stream::newest))
        .route("/api/event/ack", any(events::acknowledge))
        .route("/api/cache/ref/{domain}/{key}", any(cache::reference))
        .route("/api/mutex/ref/{domain}/{key}", any(locks::reference))
        .route("/api/mutex/ref/{domain}/{key}/lock", any(locks::lock))
        .route("/api/mutex/ref/{domain}/{key}/unlock", any(locks::unlock))
        .route("/api/peer/broadcast", any(peers::broadcast))
        .route("/api/peers/broadcast", any(peers::broadcast))
        .route("/api/peer/stream", any(peers::stream))
        .route("/api/peers/stream", any(peers::stream))
}
