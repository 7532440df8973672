//! GetVersions.

use holdfast_api::config_v1::GetVersionsRequest;

use super::keys::shown;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Answer;
use crate::http::path::AtKey;
use crate::http::query::Query;

/// GET of the versions of a key.
pub(super) async fn list(face: &Face, known: Known, at: AtKey, query: &Query) -> Answer {
    let request = GetVersionsRequest {
        namespace: at.namespace,
        key: at.key,
        version: query.number("version")?,
        limit: query.number("limit")?,
        cursor: query.text("cursor")?.into(),
        ..GetVersionsRequest::default()
    };
    shown(face.config.get_versions(known.asks(request)).await?)
}
