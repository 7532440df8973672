//! stategate over HTTP: the routes of its gateway, the same services as over gRPC.
//!
//! - `asked`: who calls, by which method, with which fields; `values`: how the values of a state travel
//! - `calls`: the handlers; `stream`: events as lines
//! - `answer`: what goes back
//! - `openapi`: what of it stands in the document

mod answer;
mod asked;
mod calls;
pub(crate) mod openapi;
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
        .route("/api/events/search", any(calls::search_events))
        .route("/api/events/stream", any(stream::stream))
        .route("/api/events/ack", any(calls::acknowledge))
        .route("/api/event/ack", any(calls::acknowledge))
}
