//! holdfast.v1 over HTTP: the messages of its protobuf as JSON, strictly read.
//!
//! - `calls`: every unary call as a POST of its request
//! - `resources`: what can be read, as GET of a path
//! - `trust`: tokens, users, roles and policies; `groups`: consumer groups
//! - `watch`: commits as server-sent events, or as lines of JSON
//! - `openapi`: what of it stands in the document
//! - `asked`: who calls, and bodies; `query`: parameters as members of a message; `fault`: refusals with their reason

mod asked;
mod calls;
mod fault;
mod groups;
pub(crate) mod openapi;
mod query;
mod resources;
mod trust;
mod watch;

use axum::Router;
use axum::routing::{get, post};

use super::Face;
use super::fault::Fault;

/// All paths of the dialect.
pub(crate) fn routes() -> Router<Face> {
    Router::new()
        .route("/v2/commit", post(calls::commit))
        .route("/v2/txn", post(calls::txn))
        .route("/v2/get", post(calls::get))
        .route("/v2/list", post(calls::list))
        .route("/v2/snapshot", post(calls::snapshot))
        .route("/v2/history", post(calls::history))
        .route("/v2/diff", post(calls::diff))
        .route("/v2/rollback", post(calls::rollback))
        .route("/v2/events", post(calls::events).get(resources::events))
        .route("/v2/search", post(calls::search).get(resources::search))
        .route("/v2/watch", post(watch::asked).get(watch::of_query))
        .route("/v2/namespaces/{namespace}/keys", get(resources::list))
        .route("/v2/namespaces/{namespace}/keys/{*key}", get(resources::get))
        .route("/v2/namespaces/{namespace}/history/{*key}", get(resources::history))
        .route("/v2/namespaces/{namespace}/snapshot", get(resources::snapshot))
        .merge(trust::routes())
        .merge(groups::routes())
        .method_not_allowed_fallback(|| async { Fault::method_not_allowed() })
}
