//! ListNamespaces.

use axum::extract::State;
use holdfast_api::config_v1::ListNamespacesRequest;

use super::keys::shown;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Answer;
use crate::http::query::Query;

/// GET of the namespaces that have entries.
pub(super) async fn list(State(face): State<Face>, known: Known, query: Query) -> Answer {
    let request = ListNamespacesRequest {
        prefix: query.text("prefix")?.into(),
        limit: query.number("limit")?,
        cursor: query.text("cursor")?.into(),
        ..ListNamespacesRequest::default()
    };
    shown(face.config.list_namespaces(known.asks(request)).await?)
}
