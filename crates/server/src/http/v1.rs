//! config.v1 over HTTP: paths, JSON and quirks are its contract's.
//!
//! - `keys`, `versions`, `diff`: what is below one key
//! - `namespaces`, `snapshot`, `access`: what is said of a namespace
//! - `aliases`: those
//! - `watch`, `blocks`: changes as server-sent events; `upstream`: those of a server behind a gateway
//! - `openapi`: what of it stands in the document
//! - `shown`: messages as the contract's JSON; `entry`: the same of one entry, for the call that is made most

mod access;
mod aliases;
mod blocks;
mod diff;
mod entry;
mod keys;
mod namespaces;
pub(crate) mod openapi;
mod shown;
mod snapshot;
mod upstream;
mod versions;
mod watch;

use axum::Router;
use axum::routing::get;

use super::Face;
use super::fault::Fault;

/// All paths of the dialect.
pub(crate) fn routes() -> Router<Face> {
    // A key is the whole rest of the path; without one the request is answered too, with what is missing.
    let key = get(keys::read).post(keys::set).delete(keys::delete);
    let alias = get(aliases::get).put(aliases::set).delete(aliases::delete);
    Router::new()
        .route("/v1/namespaces", get(namespaces::list))
        .route("/v1/namespaces/{namespace}/keys", get(keys::list))
        .route("/v1/namespaces/{namespace}/keys/", key.clone())
        .route("/v1/namespaces/{namespace}/keys/{*key}", key)
        .route("/v1/namespaces/{namespace}/snapshot", get(snapshot::get))
        .route("/v1/namespaces/{namespace}/access", get(access::check))
        .route("/v1/codecs", get(access::codecs))
        .route("/v1/aliases", get(aliases::list))
        .route("/v1/aliases/", alias.clone())
        .route("/v1/aliases/{*alias}", alias)
        .route("/v1/watch", get(watch::watch).fallback(watch::not_allowed))
        .method_not_allowed_fallback(|| async { Fault::method_not_allowed() })
}
