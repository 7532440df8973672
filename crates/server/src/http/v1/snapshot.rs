//! Snapshot.

use axum::extract::State;
use axum::response::IntoResponse;
use holdfast_api::config_v1::{SnapshotRequest, SnapshotResponse};
use http::{HeaderMap, StatusCode, header};

use super::shown::Shown;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::etag;
use crate::http::fault::Answer;
use crate::http::json;
use crate::http::path::InNamespace;
use crate::http::query::Query;

/// GET. A tag in the query is answered with 200 and `notModified`; 304 is for who asks by header.
pub(super) async fn get(
    State(face): State<Face>,
    known: Known,
    InNamespace(namespace): InNamespace,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    let seen = query.one(&["if_none_match", "ifNoneMatch"])?.unwrap_or_default();
    let request =
        SnapshotRequest { namespace, if_none_match: seen.into(), ..SnapshotRequest::default() };
    let answer = face.config.snapshot(known.asks(request)).await?;
    let message: SnapshotResponse = answer.into_inner().into_message()?;
    let mut response = if etag::is_known(&headers, &message.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json::answer(&Shown(&message))?
    };
    response.headers_mut().extend(etag::quoted(&message.etag).map(|tag| (header::ETAG, tag)));
    Ok(response)
}
